"""Supervised background tasks: a failure is noted with its cause, and the work is retried after growing pauses."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from botmesh.v1.problem_service_pb2 import PROBLEM_KIND_TASK_FAILED
from botmesh_service.problems import Problems

logger = logging.getLogger("botmesh")

PAUSES = 0.1, 30.0
"""The first and the longest pause before a retry, in seconds; each failure in a row doubles the pause."""
STEADY_SECONDS = 60.0
"""After a run of this many seconds the next failure gets the first pause again."""


def supervise(
    name: str,
    run: Callable[[], Awaitable[None]],
    problems: Problems,
    *,
    component: str,
    pauses: tuple[float, float] = PAUSES,
) -> "asyncio.Task[None]":
    """Start a task that calls `run` again whenever it raises; it ends when `run` returns or the task is cancelled.

    Args:
        name: of the task, for the log and for the list of problems: "projection".
        run: the work. It is called again after each failure, so it must find its own starting point.
        problems: notes failures.
        component: the part of the mesh that it belongs to: "conversations".
        pauses: the first and the longest pause before a retry, in seconds.
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
    """Mark the problem of a supervised task as over, because its work has succeeded again."""
    problems.over(component, PROBLEM_KIND_TASK_FAILED, name)
