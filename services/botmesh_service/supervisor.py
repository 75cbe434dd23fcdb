"""Background tasks that go on: a failure is noted with its cause and the work tried again, with growing pauses."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from botmesh.v1.problem_service_pb2 import PROBLEM_KIND_TASK_FAILED
from botmesh_service.problems import Problems

logger = logging.getLogger("botmesh")

PAUSES = 0.1, 30.0
"""Seconds before a failed task is tried again, at first and at most; each failure in a row doubles them."""
STEADY_SECONDS = 60.0
"""A run that lasted this long is no failure in a row: the next pause is the first again."""


def supervise(
    name: str,
    run: Callable[[], Awaitable[None]],
    problems: Problems,
    *,
    component: str,
    pauses: tuple[float, float] = PAUSES,
) -> "asyncio.Task[None]":
    """A task that awaits `run()` again whenever it raises; it ends when `run` returns, or when it is cancelled.

    Args:
        name: of the task, for the log and for the list of problems: "projection".
        run: what is to be done; called anew after each failure, so it must find out by itself where it stands.
        problems: where failures are noted.
        component: the part of the mesh that it belongs to: "conversations".
        pauses: seconds before it is tried again, at first and at most.
    """
    return asyncio.create_task(_keep(name, run, problems, component, pauses), name=f"botmesh-{component}-{name}")


async def _keep(
    name: str, run: Callable[[], Awaitable[None]], problems: Problems, component: str, pauses: tuple[float, float]
) -> None:
    least, most = pauses
    pause = least
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            await run()
        except Exception as error:
            if loop.time() - began >= STEADY_SECONDS:
                pause = least
            text = f"failed and is tried again in {pause:g} s: {type(error).__name__}: {error}"
            logger.debug("%s: %s failed", component, name, exc_info=True)
            problems.failed(component, name, text)
            await asyncio.sleep(pause)
            pause = min(most, pause * 2)
        else:
            problems.over(component, PROBLEM_KIND_TASK_FAILED, name)
            return


def recovered(problems: Problems, component: str, name: str) -> None:
    """Say that a supervised task has done its work again: its problem is over."""
    problems.over(component, PROBLEM_KIND_TASK_FAILED, name)
