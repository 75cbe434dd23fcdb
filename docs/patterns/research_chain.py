"""A chain of delegation: the writer asks the analyst, who asks research. One trace, one deadline, hops counted.

Run it: python docs/patterns/research_chain.py "tea"
"""

import asyncio
import sys

import botmesh
from botmesh_mesh.local import local

research = botmesh.Agent("research-bot", exposure="internal")
analyst = botmesh.Agent("analyst-bot", exposure="internal")
writer = botmesh.Agent("writer-bot")
SALES = {"tea": [3, 4, 6, 9], "coffee": [9, 9, 8, 8]}


@research.on_delegate
async def look_up(task: botmesh.Task) -> botmesh.Reply:
    """Find the facts."""
    facts = SALES.get(task.text)
    if facts is None:
        raise botmesh.AgentFailed(f"nothing is known of {task.text}", topic=task.text)
    return botmesh.Reply({"sales": facts, "path": list(task.path)})


@analyst.on_delegate
async def analyse(task: botmesh.Task) -> botmesh.Reply:
    """Say what the facts mean."""
    found = await task.delegate("research-bot", task.text)
    facts = botmesh.parts.from_value(found.parts[0].data)
    growth = facts["sales"][-1] / facts["sales"][0]
    return botmesh.Reply({"growth": growth, "path": facts["path"]}, confidence=0.9)


@writer.on_delegate
async def write(task: botmesh.Task) -> str:
    """Make a sentence of it."""
    found = await task.delegate("analyst-bot", task.text)
    meaning = botmesh.parts.from_value(found.parts[0].data)
    trend = "grows" if meaning["growth"] > 1 else "shrinks"
    return f"{task.text.title()} {trend}: {meaning['growth']:.1f} times in a year. ({' → '.join(meaning['path'])})"


async def main(topic: str) -> None:
    """Have a report written."""
    async with local(research, analyst, writer) as mesh:
        try:
            print((await mesh.client.delegate("writer-bot", topic, timeout=5)).text)
        except botmesh.AgentFailed as error:
            print(f"no report: {error.text} (said by {error.agent}, after {' → '.join(error.path)})")


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "tea"))
