"""A service of the mesh as a process of its own."""

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
        name: "registry", "conversations" or "tasks"; the setting `NAME_bind` says where it listens.
        flags: settings given on the command line; "bind" stands for `NAME_bind`, None for one that is not given.
        serving: serves while it is entered, and gives the address once it is ready.
    """
    given = {f"{name}_bind" if flag == "bind" else flag: text for flag, text in flags.items() if text is not None}

    async def serve(settings: ServiceSettings) -> None:
        logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s")
        stopping = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # where a loop takes no signals, Ctrl-C raises
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
        pass  # it came before the loop took the signals
