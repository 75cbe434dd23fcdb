"""A registry's search over many agents, without the network around it."""

import random

from bench.worker import obey
from botmesh.v1.agent_card_pb2 import AgentCard, Skill
from botmesh.v1.instance_pb2 import READINESS_READY, Instance
from botmesh_registry.roster import InstanceEntry, Roster
from botmesh_registry.search import Search

_TEXT = """
    invoice refund charge payment card bank account password login email phone address order parcel delivery return
    warranty repair screen battery network router cable holiday sick leave salary contract training laptop desk room
    flight hotel train ticket visa insurance claim doctor appointment recipe weather news music film book garden paint
"""
_WORDS = _TEXT.split()


async def load(agents: str) -> None:
    """One search at a time."""
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
    return " ".join(chance.choices(_WORDS, k=count))
