"""Parallel expert consultation: several experts are asked at once, and the surest answers count.

Run it: python docs/patterns/expert_consultation.py "May we store card numbers?"
"""

import asyncio
import sys

import botmesh
from botmesh_mesh.local import local


def expert(name: str, field: str, words: set[str]) -> botmesh.Agent:
    """Knows one field, and how sure it is by how much of the question is about that."""
    agent = botmesh.Agent(name, tags=["experts"], skills=[botmesh.Skill(field, f"Knows {field}")])

    @agent.on_delegate
    async def answer(task: botmesh.Task) -> botmesh.Reply:
        known = words & set(task.text.lower().strip("?").split())
        return botmesh.Reply(f"{field}: mind {', '.join(sorted(known)) or 'nothing'}", confidence=0.4 * len(known))

    return agent


EXPERTS = [
    expert("legal-bot", "law", {"store", "consent", "card"}),
    expert("security-bot", "security", {"card", "numbers", "passwords"}),
    expert("design-bot", "design", {"colour", "font"}),
]


async def main(question: str) -> None:
    """Ask all experts, and print what they say, the surest first."""
    async with local(*EXPERTS) as mesh:
        found = await mesh.client.consult(question, tags=["experts"], min_confidence=0.5, timeout=5)
        for opinion in (*found.answers, *found.unsure):
            print(f"{opinion.confidence:.1f}  {opinion.agent}: {opinion.reply.text if opinion.reply else ''}")
        print(f"{len(found.answers)} are sure enough; ask further at {found.best.agent if found.best else 'nobody'}")


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "May we store card numbers?"))
