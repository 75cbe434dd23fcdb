"""One run of a case: its words, what it has to itself, and what each of its steps does.

send      makes a call: to, method, text, parts, script, context, message, request, metadata, deadline, size,
          unknown, leave_after, nested (a part of so many arrays or objects in each other), proto (text format, for what
          JSON cannot say). `as: name` goes on at once, `times: n` makes n of them (${n} counts from 0)
outcome   waits for a call that was begun `as` this name
look      {call, peer, spans, agent}: what has come so far, what a peer saw, what was traced, who is listed
lose      drops the connection of a call, as a caller that dies does
signal    {agent, with}: TERM, KILL, STOP or CONT to a process of this case
start     starts a process that the case names under `agents` with `later: true`; `unlisted: true`: does not wait
registry  stop, start, forget (an agent's lease), usurp (its id, for one lease), limits

`expect` must hold; `until` is tried again until it holds.
"""

import asyncio
import secrets
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from botmesh.names import new_id
from botmesh.v1.instance_pb2 import Readiness
from botmesh_conformance.calls import Call
from botmesh_conformance.case import Case
from botmesh_conformance.matching import mismatches
from botmesh_conformance.mesh import ForeignMesh, Mesh
from botmesh_conformance.peers import Peer, stop_all
from botmesh_conformance.placeholders import fill
from botmesh_conformance.processes import AgentProcess

_AGAIN = 0.04
"""Seconds between two tries of an `until`."""
_COALESCED = 0.2
"""Seconds until watchers of the registry know of a change: it coalesces them within 0.1 s."""
_STOPPING = 0.1
"""Seconds until a process that was told to stop has stopped on all processors."""
_START = 20.0
"""Seconds that an agent may take until it is listed."""


class MismatchError(Exception):
    """A step did not come out as its case says."""


@dataclass(slots=True)
class Served:
    """An agent under test: who it is and where."""

    name: str
    instance: str
    address: str
    process: AgentProcess | None = None


async def start_agent(
    command: str, mesh: Mesh | ForeignMesh, name: str, environment: Mapping[str, str], stack: AsyncExitStack
) -> Served:
    """Start a process and wait until the registry lists its instance.

    Raises:
        AgentDiedError: it ended before that.
        MismatchError: it was not listed in time.
    """
    before = {one.instance_id for one in (await mesh.registrar.agent(name)).instances}
    process = AgentProcess(command)
    stack.push_async_callback(process.stop)
    fixed = {"BOTMESH_REGISTRY": mesh.address, "BOTMESH_KIT_NAME": name}
    await process.start(fixed | {key: str(value) for key, value in environment.items()})
    try:
        async with asyncio.timeout(_START):
            while True:
                process.check()
                for one in (await mesh.registrar.agent(name)).instances:
                    if one.instance_id not in before:
                        return Served(name, one.instance_id, one.address, process)
                await asyncio.sleep(_AGAIN)
    except TimeoutError:
        raise MismatchError(f"the agent was not listed as {name} within {_START:g} s: {process.log()}") from None


@dataclass(slots=True)
class Run:
    """A case that runs."""

    case: Case
    mesh: Mesh | ForeignMesh
    shared: Served | None
    command: str
    stack: AsyncExitStack
    over_links: bool = False
    words: dict[str, Any] = field(default_factory=dict)
    served: dict[str, Served] = field(default_factory=dict)
    peers: dict[str, Peer] = field(default_factory=dict)
    calls: dict[str, list[Call]] = field(default_factory=dict)

    async def set_up(self) -> None:
        """Start what the case has to itself."""
        run_id = new_id()[:8]
        self.words = {
            "id": f"m-{run_id}",
            "kib": "x" * 1024,
            "trace": secrets.token_hex(16),
            "span": secrets.token_hex(8),
        }
        self.words["long-path"] = ",".join([f"{'a' * 60}-{number}" for number in range(64)])
        if self.shared is not None:
            self._know("agent", self.shared)
        self.stack.push_async_callback(self._end_calls)
        for alias in self.case.peers:
            self.words[f"peer.{alias}"] = f"{alias}-{run_id}"
        for alias, given in self.case.agents.items():
            name = given.get("name") or f"{given.get('instance_of', alias)}-{run_id}"
            self.words[alias] = fill(name, self.words)
        if self.case.mesh is not None:
            self.mesh = Mesh(fill(self.case.mesh, self.words))
            self.stack.push_async_callback(self.mesh.stop)
            await self.mesh.start()
        self.words["registry"] = self.mesh.address
        await asyncio.gather(
            self._start_peers(), *(self.start(alias) for alias, one in self.case.agents.items() if not one.get("later"))
        )
        several = any(len(peer.instances) > 1 for peer in self.peers.values())
        if several or any("instance_of" in one for one in self.case.agents.values()):
            await asyncio.sleep(_COALESCED)  # a caller that knows one of them does not ask for the others

    async def start(self, alias: str) -> None:
        """Start one of the case's processes."""
        environment = fill(self.case.agents[alias].get("environment", {}), self.words)
        served = await start_agent(self.command, self.mesh, self.words[alias], environment, self.stack)
        self._know(alias, served)

    async def _launch(self, alias: str) -> None:
        process = AgentProcess(self.command)
        self.stack.push_async_callback(process.stop)
        await process.start({"BOTMESH_REGISTRY": self.mesh.address, "BOTMESH_KIT_NAME": self.words[alias]})
        self._know(alias, Served(self.words[alias], "", "", process))

    async def do(self, step: Mapping[str, Any]) -> None:
        """One step.

        Raises:
            MismatchError: it came out otherwise.
        """
        if "until" in step:
            await self._until(step)
            return
        result = await self._done(step)
        if "expect" in step:
            found = mismatches(fill(step["expect"], self.words), result)
            if found:
                raise MismatchError("\n".join(found))

    async def _until(self, step: Mapping[str, Any]) -> None:
        last = "nothing was tried"
        try:
            while True:
                result = await self._done(step)
                found = mismatches(fill(step["until"], self.words), result)
                if not found:
                    return
                last = "\n".join(found)
                await asyncio.sleep(_AGAIN)
        except asyncio.CancelledError:
            raise MismatchError(f"it never came: {last}") from None  # the case's time is over

    async def _done(self, step: Mapping[str, Any]) -> Any:
        match step:
            case {"send": _}:
                return await self._send(step)
            case {"outcome": name}:
                return _one_or_all([await call.result() for call in self.calls[name]])
            case {"look": where}:
                return await self._look(fill(where, self.words))
            case {"lose": name}:
                for call in self.calls[name]:
                    await call.lose()
            case {"signal": {"agent": alias, "with": name}}:
                await self._signal(alias, name)
            case {"start": {"agent": alias, "unlisted": True}}:
                await self._launch(alias)
            case {"start": alias}:
                await self.start(alias)
                await asyncio.sleep(_COALESCED)  # as in set_up
            case {"registry": what}:
                await self._registry(fill(what, self.words))
        return None

    async def _signal(self, alias: str, name: str) -> None:
        process = self.served[alias].process
        if process is None:
            raise MismatchError(f"{alias} is no process of the kit: name one of the case's agents")
        process.signal(signal.Signals[f"SIG{name}"])
        if name == "STOP":
            await asyncio.sleep(_STOPPING)

    async def _send(self, step: Mapping[str, Any]) -> Any:
        calls: list[Call] = []
        for number in range(step.get("times", 1)):
            given = fill(step["send"], self.words | {"n": number})
            to = given.get("to", "agent")
            if to in ("registry", "conversations", "tasks", "team"):
                call = Call(self.mesh.address, to, given)
            else:
                service = given.get("service", "agent")
                call = Call(self.served[to].address, service, given, over_link=self.over_links)
            calls.append(call)
        name = step.get("as", "")
        self.calls.setdefault(name, []).extend(calls)
        if name:
            return None
        return _one_or_all([await call.result() for call in calls])

    async def _look(self, where: Mapping[str, Any]) -> Any:
        ((what, which),) = where.items()
        match what:
            case "peer":
                return self.peers[which].sight()
            case "call":
                return self.calls[which][0].so_far()
            case "spans":
                return self._spans(which)
            case "agent":
                return await self._listed(which)
        raise MismatchError(f"nobody can look at {what}")

    def _spans(self, trace_id: str) -> dict[str, Any]:
        """The spans of a trace, and those of each kind by themselves; parents by their place among all."""
        spans = self.mesh.spans.of(trace_id)
        places = {span["id"]: index for index, span in enumerate(spans)}
        told = [span | {"parent_kind": self._kind_of(spans, places, span)} for span in spans]
        return {
            "all": told,
            "count": len(told),
            **{kind: [span for span in told if span["kind"] == kind] for kind in ("server", "client")},
        }

    def _kind_of(self, spans: list[dict[str, Any]], places: Mapping[str, int], span: Mapping[str, Any]) -> str:
        if span["parent"] == self.words["span"]:
            return "kit"
        place = places.get(span["parent"])
        return "nobody" if place is None else str(spans[place]["kind"])

    async def _listed(self, alias: str) -> dict[str, Any]:
        name = self.words.get(alias, alias)
        agent = await self.mesh.registrar.agent(name)
        process = self.served[alias].process if alias in self.served else None
        made: dict[str, Any] = {
            "instances": [
                {"id": one.instance_id, "readiness": Readiness.Name(one.readiness).removeprefix("READINESS_")}
                for one in agent.instances
            ],
            "skills": {skill.id: skill.idempotent for skill in agent.card.skills},
        }
        if process is not None:
            made |= {"running": process.running, "exit_code": process.exit_code}
        return made

    async def _registry(self, given: Any) -> None:
        mesh = self._own_mesh()
        match given:
            case "stop":
                await mesh.stop_services()
            case "start":
                await mesh.start()
            case {"forget": alias}:
                mesh.forget(self.served[alias].instance)
            case {"usurp": alias}:
                await self._usurp(mesh, self.served[alias])
            case {"limits": limits}:
                mesh.set_limits(limits)
            case _:
                raise MismatchError(f"no registry can {given}")

    def _own_mesh(self) -> Mesh:
        if isinstance(self.mesh, Mesh):
            return self.mesh
        raise MismatchError("a step of the registry needs a mesh of the kit: give the case one under `mesh`")

    async def _usurp(self, mesh: Mesh, served: Served) -> None:
        """Register an instance's id for another address, for one lease, which makes the instance's token stale."""
        card = (await mesh.registrar.agent(served.name)).card
        mesh.forget(served.instance)
        await mesh.registrar.register(card, served.instance, "127.0.0.1:9", beats=False)

    async def _start_peers(self) -> None:
        for alias, given in self.case.peers.items():
            self.peers[alias] = Peer(self.words[f"peer.{alias}"], fill(given, self.words), self.mesh.registrar)
        self.stack.push_async_callback(stop_all, list(self.peers.values()))
        await asyncio.gather(*(peer.start() for peer in self.peers.values()))
        for alias, peer in self.peers.items():
            for number, instance in enumerate(peer.instances):
                self.words[f"peer.{alias}.{number}"] = instance.id

    async def _end_calls(self) -> None:
        for calls in self.calls.values():
            for call in calls:
                await call.lose()

    def _know(self, alias: str, served: Served) -> None:
        self.served[alias] = served
        self.words[alias] = served.name
        self.words[f"{alias}.instance"] = served.instance


def _one_or_all(results: list[dict[str, Any]]) -> Any:
    return results[0] if len(results) == 1 else results


async def who_serves(address: str) -> Served:
    """The agent that answers at an address.

    Raises:
        MismatchError: none does.
    """
    call = Call(address, "agent", {"method": "GetCard", "deadline": 3})
    result = await call.result()
    if "response" not in result:
        raise MismatchError(f"{address} answers GetCard with {result['code']}: {result.get('status', '')}")
    return Served(result["response"]["card"]["name"], result["response"]["instance_id"], address)
