"""The view of one account: its own agents, and the shared agents of other accounts."""

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from google.protobuf.message import Message

from botmesh.errors import NoLiveInstance, UnknownAgent
from botmesh.names import did_you_mean, nearest
from botmesh.v1.agent_pb2 import Agent
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_READY
from botmesh.v1.registry_service_pb2 import AgentChanges, AgentKey, ResolveAgentResponse, SnapshotChunk
from botmesh_registry.changelog import Change, Key
from botmesh_registry.roster import AgentEntry, Roster

CHUNK_BYTES = 256 * 1024
"""Bytes, about, of one piece of a snapshot or of changes, well under the message size limit."""
RESPONSE_BYTES = 768 * 1024
"""Bytes of one unary response; with a card of at most 64 KiB more, it stays under the message size limit."""

_CLOSE_CANDIDATES = 200
"""Names that are compared in full with an unknown one; comparing all names of a large mesh would take 100 ms."""
_MAX_RESOLVED = 1000
"""Instances in one response: more than any caller distributes its calls to."""

Part = TypeVar("Part", SnapshotChunk, AgentChanges)


class View:
    """The roster as `account` sees it."""

    def __init__(self, roster: Roster, account: str) -> None:
        """Look at `roster` as `account`."""
        self._roster = roster
        self._account = account

    def get(self, key: Key) -> AgentEntry:
        """A known agent.

        Raises:
            UnknownAgent: there is none, or this account does not see it.
        """
        agent = self._roster.agents.get(key)
        if agent is None or not agent.seen_by(self._account):
            name = self.name_of(key)
            close = nearest(name, self._close_to(name))
            raise UnknownAgent(f"no agent is called {name}.{did_you_mean(close)}", nearest=",".join(close), name=name)
        return agent

    def name_of(self, key: Key) -> str:
        """An agent's name as this account writes it: "name" or, for another account's, "account/name"."""
        return key[1] if key[0] == self._account else f"{key[0]}/{key[1]}"

    def agents(self, after: Key | None = None) -> Iterator[AgentEntry]:
        """The known agents by account and name, those up to `after` left out."""
        names = self._roster.names
        for index in range(0 if after is None else bisect_right(names, after), len(names)):
            agent = self._roster.agents[names[index]]
            if agent.seen_by(self._account):
                yield agent

    def resolve(self, key: Key) -> ResolveAgentResponse:
        """The instances to call: the ready ones or, if there are none, the busy ones; at most 1,000.

        Raises:
            UnknownAgent: there is no such agent.
            NoLiveInstance: none of its instances takes work.
        """
        agent = self.get(key)
        for readiness in (READINESS_READY, READINESS_BUSY):
            instances = [entry.instance for entry in agent.listed() if entry.instance.readiness == readiness]
            if instances:
                return ResolveAgentResponse(card=agent.card, instances=instances[:_MAX_RESOLVED])
        name = self.name_of(key)
        raise NoLiveInstance(f"{name} is known and none of its instances takes work now: try again later", name=name)

    def snapshot(self) -> list[SnapshotChunk]:
        """All that this account sees, in pieces of about 256 KiB; at least one."""
        agents = list(self.agents())
        items: list[tuple[str, Any]] = [("cards", agent.card) for agent in agents]
        items += [("instances", entry.instance) for agent in agents for entry in agent.listed()]
        chunks = _pack(SnapshotChunk, items) or [SnapshotChunk()]
        chunks[-1].complete = True
        return chunks

    def outcome(self, changes: Iterable[Change]) -> list[AgentChanges]:
        """The present state of all that changed, in pieces of about 256 KiB; none if this account sees none of it."""
        mine = [change for change in changes if change.shared or change.agent[0] == self._account]
        agents = dict.fromkeys(change.agent for change in mine if not change.instance)
        instances = dict.fromkeys(change.instance for change in mine if change.instance)
        return _pack(AgentChanges, [*map(self._agent_outcome, agents), *map(self._instance_outcome, instances)])

    def _agent_outcome(self, key: Key) -> tuple[str, Any]:
        agent = self._roster.agents.get(key)
        if agent is not None and agent.seen_by(self._account):
            return "cards", agent.card
        return "removed_agents", AgentKey(account_id=key[0], name=key[1])

    def _instance_outcome(self, instance: str) -> tuple[str, Any]:
        entry = self._roster.listed.get(instance)
        if entry is not None and self._roster.agents[entry.key].seen_by(self._account):
            return "instances", entry.instance
        return "removed_instances", instance

    def _close_to(self, name: str) -> list[str]:
        names = [self.name_of(agent.key) for agent in self.agents()]
        if len(names) <= _CLOSE_CANDIDATES:
            return names
        pairs = _pairs(name)
        return heapq.nlargest(_CLOSE_CANDIDATES, names, key=lambda known: len(pairs & _pairs(known)))


def describe(agent: AgentEntry) -> Agent:
    """An agent with its listed instances, as many as one response holds."""
    described = Agent(card=agent.card)
    size = described.ByteSize()
    for entry in agent.listed():
        size += entry.instance.ByteSize() + 4
        if size > RESPONSE_BYTES:
            break
        described.instances.append(entry.instance)
    return described


def _pairs(name: str) -> set[str]:
    return {name[index : index + 2] for index in range(len(name) - 1)}


def _pack(kind: type[Part], items: Iterable[tuple[str, Any]]) -> list[Part]:
    """Messages of `kind` that hold the items (field, value) in order, each of about `CHUNK_BYTES`."""
    parts: list[Part] = []
    size = 0
    for field, value in items:
        added = value.ByteSize() if isinstance(value, Message) else len(value)
        if not parts or size + added > CHUNK_BYTES:
            parts.append(kind())
            size = 0
        getattr(parts[-1], field).append(value)
        size += added + 4  # its tag and length
    return parts
