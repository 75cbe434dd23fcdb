"""The bots of the soak: `python bots.py NAME`, each a process."""

import asyncio
import sys
from collections.abc import AsyncIterator

import botmesh


def worker(agent: botmesh.Agent) -> None:
    """Answers after as many seconds as it is told; costs something."""

    @agent.on_delegate
    async def work(task: botmesh.Task) -> botmesh.Reply:
        await asyncio.sleep(float(task.context.get("seconds", 0)))
        usage = botmesh.Usage(model="none", input_tokens=1, output_tokens=1, cost_micros=10, currency="EUR")
        return botmesh.Reply(task.text, confidence=0.9, usage=usage)

    @agent.on_notify
    async def hear(task: botmesh.Task) -> None:
        pass


def teller(agent: botmesh.Agent) -> None:
    """Answers in fifty pieces."""

    @agent.on_delegate
    async def tell(task: botmesh.Task) -> AsyncIterator[str]:
        for number in range(50):
            yield f"{number} "
            await asyncio.sleep(0)


def front(agent: botmesh.Agent) -> None:
    """Talks to contacts, hands some of them over, and asks the worker."""

    @agent.on_delegate
    async def ask(task: botmesh.Task) -> botmesh.Reply:
        return await task.delegate("worker", task.text)

    @agent.on_turn
    async def answer(conversation: botmesh.Conversation) -> str | None:
        if conversation.text == "move":
            await conversation.transfer("back", reason="moved")
            return None
        return (await conversation.delegate("worker", conversation.text)).text


def back(agent: botmesh.Agent) -> None:
    """Has what was handed over, and gives it back."""

    @agent.on_turn
    async def answer(conversation: botmesh.Conversation) -> str | None:
        if conversation.text == "home":
            await conversation.transfer("front", reason="done")
            return None
        return f"back: {conversation.text}"


def main() -> None:
    """Be one of them, and say where."""
    name = sys.argv[1]
    agent = botmesh.Agent(name)
    {"worker": worker, "teller": teller, "front": front, "back": back}[name](agent)

    @agent.on_start
    async def ready() -> None:
        print(name, flush=True)

    agent.run()


if __name__ == "__main__":
    main()
