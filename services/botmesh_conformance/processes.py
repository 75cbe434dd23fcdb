"""The agent under test as a process that the kit starts, signals and ends."""

import asyncio
import os
import shlex
import signal
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_FOREIGN = ("BOTMESH_", "OTEL_")
"""Variables that would make an agent behave otherwise than its case says."""
_TAIL = 2000
"""Characters of a log that are shown."""


class AgentDiedError(Exception):
    """The agent's process ended, or never came up."""


class AgentProcess:
    """One process, in a group of its own so that nothing it starts is left over."""

    def __init__(self, command: str) -> None:
        """`command` as a shell would split it."""
        self._command = shlex.split(command)
        self._process: asyncio.subprocess.Process | None = None
        self._log = tempfile.NamedTemporaryFile(prefix="botmesh-conformance-", suffix=".log")  # noqa: SIM115 - `stop` closes it

    async def start(self, environment: Mapping[str, str]) -> None:
        """Start it with these variables.

        Raises:
            AgentDiedError: there is no such command.
        """
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env=inherited | dict(environment),
                start_new_session=True,
            )
        except OSError as error:
            raise AgentDiedError(f"{shlex.join(self._command)} cannot be started: {error.strerror}") from None

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self._process is not None and self._process.returncode is None

    @property
    def exit_code(self) -> int | None:
        """How it ended; None: it did not."""
        return None if self._process is None else self._process.returncode

    def check(self) -> None:
        """Raise AgentDiedError if it has ended."""
        if not self.running:
            raise AgentDiedError(f"the agent ended with exit code {self.exit_code}: {self.log()}")

    def log(self) -> str:
        """The end of what it printed."""
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")[-_TAIL:]

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing happens if it has ended."""
        if self._process is not None and self.running:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def stop(self) -> None:
        """Kill what still runs, and wait."""
        self.signal(signal.SIGKILL)
        if self._process is not None:
            await self._process.wait()
        self._log.close()
