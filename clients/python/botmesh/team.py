"""Several agents at once: who is meant by a skill or a tag, and what comes of asking many."""

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
"""An answer that is less sure counts for nothing in a consultation, unless that is asked for."""

_COALESCED = 0.25
"""Seconds after which the copy has what the registry knows now: it sends changes every 100 ms."""
Stop = Literal["all", "first"] | int
"""When a consultation ends: with all answers, with the first that is sure enough, or with so many of them."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one agent answered when several were asked."""

    agent: str
    """What to delegate to, to ask further."""
    conversation_id: str
    """The conversation that this agent was asked in: its own, not the contact's."""
    address: str = ""
    """Where the instance serves that answered, "127.0.0.1:40123"; empty: none did, or it has gone since."""
    reply: Reply | None = None
    error: BotmeshError | None = None
    """Why there is no reply; Cancelled: it was not needed any more."""

    @property
    def confidence(self) -> float:
        """How sure it is, 0 to 1; 0 where it did not say."""
        return (self.reply.confidence or 0.0) if self.reply is not None else 0.0


@dataclass(frozen=True, slots=True)
class Consultation:
    """What came of asking several agents."""

    answers: list[Opinion] = field(default_factory=list)
    """Those that are sure enough, the surest first."""
    unsure: list[Opinion] = field(default_factory=list)
    """Those that are not, the surest first."""
    failures: list[Opinion] = field(default_factory=list)
    """Those that gave no answer, by name."""

    @property
    def best(self) -> Opinion | None:
        """The surest answer; None: nobody was sure enough."""
        return self.answers[0] if self.answers else None

    @property
    def text(self) -> str:
        """The text of the surest answer; empty: there is none."""
        best = self.best
        return best.reply.text if best is not None and best.reply is not None else ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Whether one agent has taken what was broadcast."""

    agent: str
    message_id: str
    error: BotmeshError | None = None
    """Why not; None: it has."""


def with_skill(directory: Directory, skill: str, without: Collection[str] = ()) -> list[str]:
    """The agents that declare a skill of that id and that are live, by name.

    Raises:
        UnknownSkill: nobody declares it; the nearest ids are in its metadata.
    """
    known: set[str] = set()
    found: list[str] = []
    for agent in directory.agents():
        ids = {one.id for one in agent.card.skills}
        known |= ids
        name = name_of(directory, agent.card)
        if skill in ids and name not in without and directory.live(directory.account, name):
            found.append(name)
    if not found:
        close = nearest(skill, known - {skill})
        missing = "nobody who has it is live now" if skill in known else f"no agent declares it.{did_you_mean(close)}"
        raise UnknownSkill(f"skill {skill!r}: {missing}", nearest=",".join(close))
    return found


async def look_up_skill(directory: Directory, skill: str, without: Collection[str] = ()) -> list[str]:
    """As `with_skill`, once the copy is good enough to say that nobody has it.

    Raises:
        UnknownSkill: nobody declares it.
    """
    await directory.ready()
    try:
        return with_skill(directory, skill, without)
    except UnknownSkill:
        await asyncio.sleep(_COALESCED)
        return with_skill(directory, skill, without)


def name_of(directory: Directory, card: AgentCard) -> str:
    """An agent as callers of the directory's account name it."""
    return card.name if card.account_id == directory.account else f"{card.account_id}/{card.name}"


async def choose(
    directory: Directory, agents: Sequence[str], tags: Sequence[str], skill: str, without: Collection[str]
) -> list[str]:
    """As `chosen`, once the copy is good enough to say that nobody is meant."""
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
    """The agents that are meant: those named, and the live ones that have all of the tags and the skill.

    Raises:
        InvalidField: nobody is meant.
        UnknownSkill: nobody has the skill.
    """
    names = list(agents)
    if tags or skill:
        able = set(with_skill(directory, skill, without)) if skill else None
        for agent in directory.agents():
            name = name_of(directory, agent.card)
            told = {*agent.card.tags, *(tag for one in agent.card.skills for tag in one.tags)}
            fits = set(tags) <= told and (able is None or name in able)
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
    """Ask all agents, at most `at_once` of them at a time, until it is enough; the rest is given up."""
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
    made = Consultation()
    for opinion in sorted(opinions, key=lambda one: (-one.confidence, one.agent)):
        if opinion.reply is None:
            made.failures.append(opinion)
        elif opinion.confidence >= min_confidence:
            made.answers.append(opinion)
        else:
            made.unsure.append(opinion)
    return made
