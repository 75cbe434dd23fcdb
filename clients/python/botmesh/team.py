"""Delegations to several agents: selects agents by skill or tag, and ranks their answers."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from botmesh.calling.directory import Directory
from botmesh.errors import BotmeshError, Cancelled, InvalidField, UnknownSkill
from botmesh.names import did_you_mean, nearest
from botmesh.reply import Reply
from botmesh.v1.agent_card_pb2 import AgentCard

MIN_CONFIDENCE = 0.5
"""The default of the least confidence with which an answer counts in a consultation."""

_COALESCED = 0.25
"""Seconds after which the directory has all present changes: the registry sends changes every 100 ms."""
Stop = Literal["all", "first"] | int
"""When a consultation ends: with all answers, with the first sure answer, or with a number of sure answers."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The answer of one agent of several, or its error."""

    agent: str
    """The name of the agent, for further delegations."""
    conversation_id: str
    """The id of the conversation in which this agent was asked, which is not the contact's."""
    address: str = ""
    """The address of the instance that answered, "127.0.0.1:40123"; empty: none did, or it has left."""
    reply: Reply | None = None
    error: BotmeshError | None = None
    """Why there is no reply; Cancelled: the answer was no longer needed."""

    @property
    def confidence(self) -> float:
        """How sure the answer is, 0 to 1; 0 if the agent gave no confidence."""
        return (self.reply.confidence or 0.0) if self.reply is not None else 0.0


@dataclass(frozen=True, slots=True)
class Consultation:
    """The answers of several agents."""

    answers: list[Opinion] = field(default_factory=list)
    """Answers with enough confidence, the surest first."""
    unsure: list[Opinion] = field(default_factory=list)
    """Answers with too little confidence, the surest first."""
    failures: list[Opinion] = field(default_factory=list)
    """The agents that gave no answer, by name."""

    @property
    def best(self) -> Opinion | None:
        """The surest answer; None: no answer was sure enough."""
        return self.answers[0] if self.answers else None

    @property
    def text(self) -> str:
        """The text of the surest answer; empty: no answer was sure enough."""
        best = self.best
        return best.reply.text if best is not None and best.reply is not None else ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The confirmation that one agent has taken a broadcast, or its error."""

    agent: str
    message_id: str
    error: BotmeshError | None = None
    """Why the agent has not taken the message; None: it has."""


def with_skill(directory: Directory, skill: str, without: Collection[str] = ()) -> list[str]:
    """Return the names of live agents that declare the skill, except those in `without`.

    Raises:
        UnknownSkill: there is none; the nearest ids are in the error's metadata.
    """
    known: set[str] = set()
    names: list[str] = []
    for agent in directory.agents():
        ids = {declared.id for declared in agent.card.skills}
        known |= ids
        name = name_of(directory, agent.card)
        if skill in ids and name not in without and directory.live(directory.account, name):
            names.append(name)
    if not names:
        close = nearest(skill, known - {skill})
        missing = "nobody who has it is live now" if skill in known else f"no agent declares it.{did_you_mean(close)}"
        raise UnknownSkill(f"skill {skill!r}: {missing}", nearest=",".join(close))
    return names


async def look_up_skill(directory: Directory, skill: str, without: Collection[str] = ()) -> list[str]:
    """Return the names as `with_skill` does, and wait for the latest changes before it raises.

    Raises:
        UnknownSkill: no live agent declares the skill.
    """
    await directory.ready()
    try:
        return with_skill(directory, skill, without)
    except UnknownSkill:
        await asyncio.sleep(_COALESCED)
        return with_skill(directory, skill, without)


def name_of(directory: Directory, card: AgentCard) -> str:
    """Return the name that callers of the directory's account use: with its account if that is another."""
    return card.name if card.account_id == directory.account else f"{card.account_id}/{card.name}"


async def choose(
    directory: Directory, agents: Sequence[str], tags: Sequence[str], skill: str, without: Collection[str]
) -> list[str]:
    """Return the names as `chosen` does, and wait for the latest changes before it raises."""
    await directory.ready()
    try:
        return chosen(directory, agents, tags, skill, without)
    except (InvalidField, UnknownSkill):
        if not (tags or skill):
            raise
        await asyncio.sleep(_COALESCED)
        return chosen(directory, agents, tags, skill, without)


def chosen(
    directory: Directory, agents: Sequence[str], tags: Sequence[str], skill: str, without: Collection[str]
) -> list[str]:
    """Return the names in `agents`, and those of live agents that have all of the tags and the skill.

    Raises:
        InvalidField: no agent is selected.
        UnknownSkill: no live agent has the skill.
    """
    names = list(agents)
    if tags or skill:
        able = set(with_skill(directory, skill, without)) if skill else None
        for agent in directory.agents():
            name = name_of(directory, agent.card)
            own_tags = {*agent.card.tags, *(tag for declared in agent.card.skills for tag in declared.tags)}
            fits = set(tags) <= own_tags and (able is None or name in able)
            if fits and name not in without and directory.live(directory.account, name):
                names.append(name)
    if not names:
        raise InvalidField("nobody is meant: name agents, or tags or a skill that live agents have", field="agents")
    return list(dict.fromkeys(names))


async def consult(
    agents: Iterable[str],
    ask: Callable[[str], Awaitable[Opinion]],
    *,
    at_once: int,
    min_confidence: float,
    stop: Stop,
) -> Consultation:
    """Ask all agents, at most `at_once` at a time, until `stop` is reached, and cancel the others."""
    enough = {"all": None, "first": 1}.get(stop) if isinstance(stop, str) else stop
    places = asyncio.Semaphore(at_once)

    async def one(agent: str) -> Opinion:
        async with places:
            return await ask(agent)

    running = {asyncio.create_task(one(agent)): agent for agent in agents}
    opinions: list[Opinion] = []
    left = set(running)
    until = asyncio.ALL_COMPLETED if enough is None else asyncio.FIRST_COMPLETED
    try:
        while left:
            done, left = await asyncio.wait(left, return_when=until)
            opinions.extend(task.result() for task in done)
            sure = sum(one.reply is not None and one.confidence >= min_confidence for one in opinions)
            if enough is not None and sure >= enough:
                break
    finally:
        await _give_up(running)
    heard = {opinion.agent for opinion in opinions}
    late = [
        Opinion(agent, "", error=Cancelled("others had answered by then"))
        for agent in running.values()
        if agent not in heard
    ]
    return _ranked([*opinions, *late], min_confidence)


async def _give_up(running: Iterable[asyncio.Task[Opinion]]) -> None:
    left = [task for task in running if not task.done()]
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left)


def _ranked(opinions: Iterable[Opinion], min_confidence: float) -> Consultation:
    consultation = Consultation()
    for opinion in sorted(opinions, key=lambda opinion: (-opinion.confidence, opinion.agent)):
        if opinion.reply is None:
            consultation.failures.append(opinion)
        elif opinion.confidence >= min_confidence:
            consultation.answers.append(opinion)
        else:
            consultation.unsure.append(opinion)
    return consultation
