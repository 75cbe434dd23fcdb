"""Background jobs of a service: at most one of a kind for each conversation or task; a failed job is retried later."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from botmesh.errors import BotmeshError
from botmesh_service.pauses import Pauses
from botmesh_service.problems import Problems

logger = logging.getLogger("botmesh")


class KeyedJobs:
    """Running jobs by owner, which is the id of a stream, and kind, such as "offer"."""

    def __init__(self, component: str, noun: str, problems: Problems) -> None:
        """Begin without jobs.

        Args:
            component: the part of the mesh named in problems: "conversations".
            noun: what the log calls an owner: "conversation".
            problems: notes failures other than a BotmeshError.
        """
        self._component = component
        self._noun = noun
        self._problems = problems
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._pauses = Pauses()

    def start(
        self,
        owner: str,
        kind: str,
        job: Coroutine[Any, Any, None],
        *,
        subject: str,
        then: Callable[[], None],
    ) -> None:
        """Start a job, unless one of the same owner and kind runs.

        Args:
            owner: the id of the stream that the job works for.
            kind: of the job, for its name.
            job: the work. After a failure comes a pause, which grows with each failure in a row of the owner.
            subject: the owner's name in the log and in problems.
            then: called after the job and its pause, but not after a cancellation; starts the next step.
        """
        key = owner, kind
        if key in self._running:
            job.close()
            return
        task = asyncio.create_task(self._guard(owner, subject, job), name=f"botmesh-{self._noun}-{kind}")
        self._running[key] = task

        def ended(_: object) -> None:
            del self._running[key]
            job.close()  # a task that was cancelled before its first step never awaited it
            if not task.cancelled():
                then()

        task.add_done_callback(ended)

    def get(self, owner: str, kind: str) -> "asyncio.Task[None] | None":
        """The running job of an owner and kind, or None."""
        return self._running.get((owner, kind))

    def has_any(self, owner: str) -> bool:
        """Whether any job runs for an owner."""
        return any(running == owner for running, _ in self._running)

    async def stop(self, others: Iterable["asyncio.Task[None]"] = ()) -> None:
        """Cancel all jobs and the tasks in `others`, and wait until they have ended."""
        tasks = [*self._running.values(), *others]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _guard(self, owner: str, subject: str, job: Coroutine[Any, Any, None]) -> None:
        try:
            await job
        except BotmeshError as error:
            pause = self._pauses.next(owner)
            logger.error("%s %s: %s; it is tried again in %g s", self._noun, subject, error, pause)  # noqa: TRY400 - no trace needed
            await asyncio.sleep(pause)
        except Exception as error:
            pause = self._pauses.next(owner)
            text = "%s %s: what was under way failed; it is tried again in %g s"
            logger.exception(text, self._noun, subject, pause)
            text = f"what was under way failed and is tried again: {type(error).__name__}: {error}"
            self._problems.failed(self._component, subject, text)
            await asyncio.sleep(pause)
        else:
            self._pauses.forget(owner)
