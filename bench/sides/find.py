"""The registry's search over many agents, without the network."""

import random

from bench.worker import obey
from botmesh.v1.agent_card_pb2 import AgentCard, Skill
from botmesh.v1.instance_pb2 import READINESS_READY, Instance
from botmesh_registry.roster import InstanceEntry, Roster
from botmesh_registry.search import Search

_SYLLABLES = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu")
_WORDS = [f"{first}{middle}{last}" for first in _SYLLABLES for middle in _SYLLABLES for last in _SYLLABLES]
_WEIGHTS = [1 / (rank + 10) for rank in range(len(_WORDS))]
"""Relative frequency of each word, as in natural languages: about 1/rank."""


async def load(agents: str) -> None:
    """Search among `agents` agents, one search at a time."""
    chance = random.Random(7)
    roster = Roster()
    search = Search(roster)
    roster.on_change = lambda key, _: search.mark(key)
    for number in range(int(agents)):
        skills = [
            Skill(
                id=f"skill-{number}-{n}", description=_words(chance, 8), examples=[_words(chance, 6) for _ in range(3)]
            )
            for n in range(2)
        ]
        card = AgentCard(account_id="default", name=f"bot-{number}", description=_words(chance, 6), skills=skills)
        instance = Instance(instance_id=f"i{number}", account_id="default", agent=card.name, readiness=READINESS_READY)
        entry = InstanceEntry(instance, card, "", number)
        roster.admit(entry)
        roster.show(entry)
    search.refresh()

    async def find() -> None:
        search.find("default", _words(chance, 6))

    await obey(find)


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(_WORDS, _WEIGHTS, k=count))
