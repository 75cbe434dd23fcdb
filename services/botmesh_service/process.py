"""A service of the mesh as a process of its own."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from botmesh.errors import BotmeshError
from botmesh.serving.grpc_server import run, tune_collector
from botmesh.settings import Settings


def run_service(
    name: str, settings: Callable[[], Settings], serving: Callable[[Settings], AbstractAsyncContextManager[str]]
) -> None:
    """Serve until SIGTERM or Ctrl-C; `serving` gives the address once it is ready."""

    async def serve(chosen: Settings) -> None:
        logging.basicConfig(level=chosen.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s")
        told = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # where a loop takes no signals, Ctrl-C raises
                asyncio.get_running_loop().add_signal_handler(number, told.set)
        async with serving(chosen) as address:
            tune_collector()
            print(f"{name} ready at {address}", flush=True)
            await told.wait()

    try:
        run(serve(settings()))
    except BotmeshError as error:
        print(f"botmesh_{name}: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        pass  # before the signals were ours
