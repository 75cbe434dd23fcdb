"""Incident response: everybody on call is told, those who can diagnose are asked at once, whoever can mend does.

Run it: python docs/patterns/incident_response.py "checkout is down"
"""

import asyncio
import sys

import botmesh
from botmesh_mesh.local import local

commander = botmesh.Agent("commander-bot")
LOG: asyncio.Queue[str] = asyncio.Queue()


def diagnoser(name: str, finding: str, confidence: float) -> botmesh.Agent:
    """Looks at one thing; is on call."""
    agent = botmesh.Agent(name, tags=["on-call"], skills=[botmesh.Skill("diagnose", "Finds out what is broken")])

    @agent.on_delegate
    async def look(task: botmesh.Task) -> botmesh.Reply:
        return botmesh.Reply(finding, confidence=confidence, context={"mend": f"mend-{name.removesuffix('-bot')}"})

    @agent.on_notify
    async def hear(task: botmesh.Task) -> None:
        await LOG.put(f"{name} is told: {task.text}")

    return agent


mender = botmesh.Agent(
    "mender-bot", skills=[botmesh.Skill("mend-database", "Fails the database over", idempotent=True)]
)


@mender.on_delegate
async def mend(task: botmesh.Task) -> str:
    """Mend it; harmless to do twice, so that it is tried elsewhere if an instance dies."""
    return "the database was failed over"


@commander.on_delegate
async def respond(task: botmesh.Task) -> str:
    """Tell, diagnose, mend, tell again."""
    receipts = await task.broadcast(f"incident: {task.text}", tags=["on-call"], timeout=5)
    told = sum(receipt.error is None for receipt in receipts)
    found = await task.consult(task.text, skill="diagnose", min_confidence=0.6, timeout=5)
    if found.best is None or found.best.reply is None:
        return f"{told} were told; nobody knows what it is: wake a person"
    done = await task.delegate(content=task.text, skill=found.best.reply.context["mend"], timeout=10)
    await task.broadcast(f"mended: {done.text}", tags=["on-call"])
    return f"{told} were told; {found.best.agent}: {found.text}; {done.agent}: {done.text}"


async def main(incident: str) -> None:
    """Respond to an incident, and print what everybody heard."""
    team = [
        diagnoser("database-bot", "the primary does not answer", 0.9),
        diagnoser("network-bot", "nothing unusual", 0.2),
    ]
    async with local(commander, mender, *team) as mesh:
        print((await mesh.client.delegate("commander-bot", incident, timeout=20)).text)
        for line in sorted([await asyncio.wait_for(LOG.get(), 5) for _ in range(4)]):
            print(line)


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "checkout is down"))
