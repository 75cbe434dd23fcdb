"""Bots for whole stories: `python bots.py KIND NAME`. What they do and how it ends goes into the file JOURNAL."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator

import botmesh
from botmesh.parts import from_value


def note(name: str, event: str, message_id: str) -> None:
    """One line, written at once: it must survive kill -9."""
    with open(os.environ["JOURNAL"], "a", encoding="utf-8") as journal:  # noqa: PTH123
        journal.write(f"{time.time()} {name} {os.getpid()} {event} {message_id}\n")


def worker(name: str, *, idempotent: bool) -> botmesh.Agent:
    """Waits as long as it is told and answers."""
    agent = botmesh.Agent(name, skills=[botmesh.Skill("work", idempotent=idempotent)])

    @agent.on_delegate
    async def work(task: botmesh.Task) -> str:
        note(name, "started", task.message_id)
        try:
            await asyncio.sleep(float(task.context.get("seconds", 0)))
        except asyncio.CancelledError:
            note(name, "expired" if task.deadline.remaining < 0.01 else "cancelled", task.message_id)
            raise
        note(name, "done", task.message_id)
        return f"{name} did {task.text} after {len(task.path)} hops"

    return agent


def relay(name: str) -> botmesh.Agent:
    """Asks the first of context["next"], giving it the rest."""
    agent = botmesh.Agent(name)

    @agent.on_delegate
    async def ask(task: botmesh.Task) -> botmesh.Reply:
        note(name, "started", task.message_id)
        following, *rest = task.context["next"]
        try:
            return await task.delegate(following, task.text, context={**task.context, "next": rest})
        except asyncio.CancelledError:
            note(name, "expired" if task.deadline.remaining < 0.01 else "cancelled", task.message_id)
            raise

    return agent


def teller(name: str, *, idempotent: bool) -> botmesh.Agent:
    """Counts to twenty, piece by piece."""
    agent = botmesh.Agent(name, skills=[botmesh.Skill("count", idempotent=idempotent)])

    @agent.on_delegate
    async def count(task: botmesh.Task) -> AsyncIterator[str]:
        note(name, "started", task.message_id)
        for number in range(20):
            yield f"{number} "
            await asyncio.sleep(0.05)

    return agent


def opener(name: str) -> botmesh.Agent:
    """Opens the delegations of context["open"] at once, one group after another; replies with how each ended."""
    agent = botmesh.Agent(name)

    async def ask(task: botmesh.Task, to: str, context: dict[str, object]) -> object:
        try:
            reply = await task.delegate(to, task.text, context=context)
        except botmesh.errors.TooManyDelegations as error:
            return {"refused": error.text, **error.metadata}
        values = [part.data for part in reply.parts if part.WhichOneof("content") == "data"]
        return from_value(values[0]) if values else "done"

    @agent.on_delegate
    async def open_all(task: botmesh.Task) -> dict[str, object]:
        note(name, "started", task.message_id)
        groups = []
        for group in task.context["open"]:
            calls = [ask(task, group["to"], group["context"]) for _ in range(int(group["count"]))]
            groups.append(asyncio.gather(*calls))
            await asyncio.sleep(0.2)
        return {"ended": [await group for group in groups]}

    return agent


KINDS = {
    "opener": opener,
    "teller": lambda name: teller(name, idempotent=True),
    "careful-teller": lambda name: teller(name, idempotent=False),
    "worker": lambda name: worker(name, idempotent=True),
    "careful": lambda name: worker(name, idempotent=False),
    "relay": relay,
}

if __name__ == "__main__":
    KINDS[sys.argv[1]](sys.argv[2]).run()
