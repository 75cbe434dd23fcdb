"""`botmesh agents` and `botmesh agent NAME`: the registered agents and their live instances."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import RenderableType
from rich.live import Live
from rich.table import Table

import botmesh
from botmesh.calling.registry_client import RegistryClient
from botmesh.policies import Endpoint
from botmesh.telemetry.telemetry import Telemetry
from botmesh.v1.agent_card_pb2 import EXPOSURE_INTERNAL, AgentCard
from botmesh.v1.agent_pb2 import Agent
from botmesh.v1.instance_pb2 import Instance, Readiness
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import clock, coloured, console, plain, print_json, short, table, to_dict, word

_EMPTY = "No agents yet. Start one: python shout.py (the README has it), or `botmesh demo` for a whole team."


@click.command()
@click.option("--watch", is_flag=True, help="Show changes as they come, until Ctrl-C.")
@common
def agents(with_: Common, watch: bool) -> int:
    """List the registered agents and how many instances of each are live."""
    return run(_watch(with_) if watch else _list(with_))


@click.command()
@click.argument("name")
@common
def agent(with_: Common, name: str) -> int:
    """Show the agent NAME: its card, its skills and its live instances."""
    return run(_show(with_, name))


async def _list(with_: Common) -> None:
    async with botmesh.connect(settings=with_.settings) as mesh:
        listed = mesh.agents()
    if with_.as_json:
        print_json([to_dict(agent) for agent in listed])
    elif listed:
        console().print(_table(listed, with_.settings.account))
    else:
        console().print(_EMPTY)


async def _watch(with_: Common) -> None:
    async with botmesh.connect(settings=with_.settings) as mesh:
        changed = asyncio.Event()
        mesh.directory.changed = changed.set
        if with_.as_json:
            while True:
                print_json([to_dict(agent) for agent in mesh.agents()])
                await _next(changed)
        with _screen() as show:
            while True:
                listed = mesh.agents()
                show(_table(listed, with_.settings.account) if listed else _EMPTY)
                await _next(changed)


@contextmanager
def _screen() -> Iterator[Callable[[RenderableType], None]]:
    """Yield a function that shows a renderable in place of the last one; without a terminal, below the last one."""
    out = console()
    if not out.is_terminal:
        yield out.print
        return
    with Live(console=out, auto_refresh=False) as live:
        yield lambda what: live.update(what, refresh=True)


async def _next(changed: asyncio.Event) -> None:
    await changed.wait()
    changed.clear()


async def _show(with_: Common, name: str) -> None:
    settings = with_.settings
    registry = RegistryClient(settings.registry, Endpoint(Telemetry("botmesh-cli"), account=settings.account))
    try:
        agent = await registry.get_agent(settings.account, name)
    finally:
        await registry.close()
    if with_.as_json:
        print_json(to_dict(agent))
        return
    out, card = console(), agent.card
    out.print(f"[bold]{plain(card.name)}[/bold] {plain(card.version)}", f"[dim]{plain(_facts(card))}[/dim]")
    if card.description:
        out.print(plain(card.description))
    if card.skills:
        out.print()
        out.print(_skills(card))
    out.print()
    out.print(_instances(agent) if agent.instances else "No instance is live. Start one.")


def _facts(card: AgentCard) -> str:
    """The fields of a card besides name and description, in one line."""
    words = [f"account {card.account_id}", "internal" if card.exposure == EXPOSURE_INTERNAL else "public"]
    if card.shared:
        words.append("shared with other accounts")
    if card.languages:
        words.append(f"speaks {', '.join(card.languages)}")
    if card.tags:
        words.append(f"tags {', '.join(card.tags)}")
    limits = to_dict(card.limits)
    words.extend(f"{name} {value}" for name, value in limits.items())
    return " · ".join(words)


def _skills(card: AgentCard) -> Table:
    rows = table("SKILL", "IDEMPOTENT", "WHAT IT DOES", "EXAMPLES", unbroken=("SKILL", "IDEMPOTENT"))
    for skill in card.skills:
        twice = "yes" if skill.idempotent else "no"
        rows.add_row(plain(skill.id), twice, plain(skill.description), plain(" · ".join(skill.examples)))
    return rows


def _instances(agent: Agent) -> Table:
    columns = ("INSTANCE", "ADDRESS", "READINESS", "IN FLIGHT", "FAILED LATELY", "SINCE")
    rows = table(*columns, unbroken=columns)
    for instance in agent.instances:
        rows.add_row(
            short(instance.instance_id),
            plain(instance.address),
            coloured(readiness_of(instance)),
            str(instance.load.in_flight),
            str(instance.load.recent_failures),
            clock(instance.registered_at),
        )
    return rows


def _table(agents: list[Agent], account: str) -> Table:
    columns = ("AGENT", "INSTANCES", "ADDRESS", "VERSION", "SKILLS", "DESCRIPTION")
    rows = table(*columns, unbroken=columns[:4])
    for agent in agents:
        card, instances = agent.card, agent.instances
        counts = Counter(readiness_of(instance) for instance in instances)
        states = ", ".join(coloured(state, f"{count} {state}") for state, count in counts.items())
        address = instances[0].address if instances else ""
        more = f" +{len(instances) - 1}" if len(instances) > 1 else ""
        rows.add_row(
            plain(card.name if card.account_id == account else f"{card.account_id}/{card.name}"),
            states or "[red]none[/red]",
            plain(address) + more,
            plain(card.version),
            plain(", ".join(skill.id for skill in card.skills)),
            plain(card.description),
        )
    return rows


def readiness_of(instance: Instance) -> str:
    """An instance's readiness as one word: "ready", "busy", "draining" or "down"."""
    name = word(Readiness, instance.readiness, "READINESS_")
    return "ready" if name == "unspecified" else name
