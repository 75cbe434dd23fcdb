"""Runs one service of the mesh as a process of its own."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from botmesh.errors import BotmeshError
from botmesh.serving.grpc_server import run, tune_collector
from botmesh_service.settings import ServiceSettings, load


def run_service(
    name: str,
    flags: Mapping[str, str | None],
    serving: Callable[[ServiceSettings], AbstractAsyncContextManager[str]],
) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Args:
        name: "registry", "conversations" or "tasks"; the setting `NAME_bind` is the address to listen at.
        flags: settings from the command line, None for one that is not given; "bind" stands for `NAME_bind`.
        serving: a context manager that serves while it is entered; it yields the address as bound.
    """
    given = {f"{name}_bind" if flag == "bind" else flag: text for flag, text in flags.items() if text is not None}

    async def serve(settings: ServiceSettings) -> None:
        logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s")
        stopping = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # on Windows; there Ctrl-C raises KeyboardInterrupt
                asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        async with serving(settings) as address:
            tune_collector()
            print(f"{name} ready at {address}", flush=True)
            await stopping.wait()

    try:
        run(serve(load(flags=given)))
    except BotmeshError as error:
        print(f"botmesh_{name}: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        pass  # Ctrl-C came before the loop handled signals
