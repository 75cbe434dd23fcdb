"""Runs cases, several at once: each has its own ids, peers and conversations, so they do not disturb each other."""

import asyncio
import traceback
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Literal

import grpc

from botmesh_conformance.case import Case
from botmesh_conformance.mesh import ForeignMesh, Mesh
from botmesh_conformance.placeholders import UnknownWordError
from botmesh_conformance.processes import AgentDiedError
from botmesh_conformance.steps import MismatchError, Run, Served, start_agent, who_serves

AT_ONCE = 6
"""Cases that share one agent and run together."""
PROCESSES_AT_ONCE = 3
"""Cases that start processes and run together: starting is what takes long."""
_CLEANING = 10.0
"""Seconds that a case has to end what it started."""
NAME = "scripted"
"""What the shared agent is called."""

Verdict = Literal["passed", "failed", "left out"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case."""

    case: Case
    verdict: Verdict
    text: str = ""
    """What did not fit, or why it was left out."""
    seconds: float = 0.0


class Runner:
    """Runs cases against an agent that it starts, or against one that runs already."""

    def __init__(self, *, command: str = "", agent: str = "", registry: str = "", over_links: bool = False) -> None:
        """`command` starts the agent under test; else it answers at `agent`, in the mesh of `registry`.

        `over_links`: the kit's own calls of the agent go over links (link.proto), each over one of its own.
        """
        self._over_links = over_links
        self._command = command
        self._agent = agent
        self._registry = registry

    async def run(self, cases: Sequence[Case], told: Callable[[Outcome], None] = lambda _: None) -> list[Outcome]:
        """All outcomes, in the order of the cases; `told` hears each as it comes.

        Raises:
            MismatchError, AgentDiedError: there is no agent to test.
        """
        async with AsyncExitStack() as stack:
            mesh, shared = await self._prepare(stack, cases)
            has = mesh.provides | ({"command"} if self._command else set())
            places = {True: asyncio.Semaphore(PROCESSES_AT_ONCE), False: asyncio.Semaphore(AT_ONCE)}

            async def one(case: Case) -> Outcome:
                missing = [what for what in case.needs if what not in has]
                if missing:
                    outcome = Outcome(case, "left out", f"needs {' and '.join(_NEEDS[what] for what in missing)}")
                else:
                    async with places["command" in case.needs]:
                        outcome = await self._run(case, mesh, shared)
                told(outcome)
                return outcome

            async with asyncio.TaskGroup() as group:  # which waits for their clean-up, where the kit is interrupted
                running = [group.create_task(one(case)) for case in cases]
            return [task.result() for task in running]

    async def _prepare(self, stack: AsyncExitStack, cases: Sequence[Case]) -> tuple[Mesh | ForeignMesh, Served | None]:
        mesh: Mesh | ForeignMesh
        if self._command:
            mesh = Mesh()
            stack.push_async_callback(mesh.stop)
            await mesh.start()
            if all("command" in case.needs for case in cases):
                return mesh, None
            return mesh, await start_agent(self._command, mesh, NAME, {}, stack)
        shared = await who_serves(self._agent)
        mesh = ForeignMesh(self._registry, has_registry=False)
        stack.push_async_callback(mesh.stop)
        agent = await mesh.registrar.agent(shared.name) if await mesh.registrar.answers(2.0) else None
        if agent is not None and shared.instance in {one.instance_id for one in agent.instances}:
            mesh.provides = frozenset({"registry"})
        return mesh, shared

    async def _run(self, case: Case, mesh: Mesh | ForeignMesh, shared: Served | None) -> Outcome:
        loop = asyncio.get_running_loop()
        began = loop.time()
        stack = AsyncExitStack()
        run = Run(case, mesh, shared, self._command, stack, self._over_links)
        try:
            text = await _steps(run)
        finally:
            await _clean_up(stack)
        return Outcome(case, "failed" if text else "passed", text, loop.time() - began)


async def _steps(run: Run) -> str:
    """What did not fit; empty: all did."""
    at = "setting up"
    try:
        async with asyncio.timeout(run.case.timeout) as limit:
            await run.set_up()
            for number, step in enumerate(run.case.steps, 1):
                at = f"step {number}"
                await run.do(step)
    except TimeoutError:
        return f"{at}: nothing came within the {run.case.timeout:g} s of this case"
    except (MismatchError, AgentDiedError, UnknownWordError) as error:
        late = " (after all its time)" if limit.expired() else ""
        return f"{at}{late}: {error}"
    except grpc.aio.AioRpcError as error:
        return f"{at}: the kit's own call failed: {error.code().name}: {error.details()}"
    except Exception:  # noqa: BLE001 - a case that breaks must not take the others along
        return f"{at}: {traceback.format_exc(limit=-3)}"
    return ""


async def _clean_up(stack: AsyncExitStack) -> None:
    try:
        async with asyncio.timeout(_CLEANING):
            await stack.aclose()
    except Exception:  # noqa: BLE001, S110 - what the case proved stands, whatever its ending says
        pass


_NEEDS = {
    "command": "a process that the kit may start and end (--command)",
    "registry": "the agent in a registry that answers (--registry)",
    "spans": "the kit's own mesh, to which the agent sends its traces (--command)",
    "conversations": "the kit's own conversation service (--command)",
    "tasks": "the kit's own tasks (--command)",
    "team": "the kit's own team service (--command)",
}
