"""The mesh as users run it: all policies on, every span recorded and exported in batches."""

import asyncio
from collections.abc import AsyncIterator

import botmesh
from bench.sides.bare import PARTS
from bench.worker import TEXT, bursts, end_of_input, obey
from botmesh.serving.grpc_server import tune_collector
from botmesh.settings import load as settings


def agent_of(name: str, registry: str) -> botmesh.Agent:
    """Return an agent with this name that has not started."""
    return botmesh.Agent(name, settings=settings(environ={}, flags={"registry": registry, "log_level": "error"}))


async def serve(agent: botmesh.Agent) -> None:
    """Serve until standard input ends, set up as by Agent.run."""
    await agent.start()
    await agent.listed()
    tune_collector()  # as Agent.run does
    print(agent.address, flush=True)
    await end_of_input()
    await agent.stop(drain=False)


async def server(registry: str, name: str = "echo-bot", following: str = "") -> None:
    """Serve an agent that replies with the parts of the task, or delegates to the agent `following`."""
    agent = agent_of(name, registry)

    @agent.on_delegate
    async def answer(task: botmesh.Task) -> botmesh.Reply:
        if following:
            return await task.delegate(following, task.text)
        return botmesh.Reply(list(task.parts), confidence=0.9)

    await serve(agent)


async def sleeper(registry: str, seconds: str) -> None:
    """Serve an agent that replies after `seconds`; its work table holds 50,000 entries."""
    flags = {"registry": registry, "log_level": "error", "idempotency_entries": "50000"}
    agent = botmesh.Agent("sleep-bot", settings=settings(environ={}, flags=flags))

    @agent.on_delegate
    async def sleep(task: botmesh.Task) -> str:
        await asyncio.sleep(float(seconds))
        return task.text

    await serve(agent)


async def burst(registry: str) -> None:
    """Start the requested delegations at once and report how many failed."""
    async with botmesh.connect(registry, settings=settings(environ={}, flags={"registry": registry})) as mesh:

        async def all_at_once(count: int) -> list[BaseException]:
            calls = (mesh.delegate("sleep-bot", TEXT, timeout=120) for _ in range(count))
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
            return [one for one in outcomes if isinstance(one, BaseException)]

        await bursts(all_at_once)


async def teller(registry: str) -> None:
    """Serve an agent that streams a reply of a thousand parts."""
    agent = agent_of("echo-bot", registry)

    @agent.on_delegate
    async def tell(_: botmesh.Task) -> AsyncIterator[botmesh.Part]:
        for _ in range(PARTS):
            yield botmesh.text(TEXT)

    await serve(agent)


async def load(registry: str, target: str = "echo-bot") -> None:
    """Delegate to the target, one call per caller at a time."""
    async with botmesh.connect(registry, settings=settings(environ={}, flags={"registry": registry})) as mesh:
        await mesh.delegate(target, TEXT)
        await obey(lambda: mesh.delegate(target, TEXT))


async def consult(registry: str, *targets: str) -> None:
    """Consult all targets concurrently."""
    async with botmesh.connect(registry, settings=settings(environ={}, flags={"registry": registry})) as mesh:
        await asyncio.gather(*(mesh.delegate(target, TEXT) for target in targets))
        await obey(lambda: mesh.consult(TEXT, agents=targets))


async def stream(registry: str) -> None:
    """Read streamed replies to their end."""
    async with botmesh.connect(registry, settings=settings(environ={}, flags={"registry": registry})) as mesh:

        async def read() -> None:
            async with mesh.stream("echo-bot", TEXT) as events:
                async for _ in events:
                    pass

        await obey(read)
