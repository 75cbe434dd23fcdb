"""`botmesh agents` and `botmesh agent NAME`: who is there."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

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
@click.option("--watch", is_flag=True, help="Follow changes until interrupted.")
@common
def agents(with_: Common, watch: bool) -> int:
    """List the agents that are registered and their instances."""
    return run(_watch(with_) if watch else _list(with_))


@click.command()
@click.argument("name")
@common
def agent(with_: Common, name: str) -> int:
    """Show one agent: its card, its skills, its instances."""
    return run(_show(with_, name))


async def _list(with_: Common) -> None:
    async with botmesh.connect(settings=with_.settings) as mesh:
        found = mesh.agents()
    if with_.as_json:
        print_json([as_dict(one) for one in found])
    elif found:
        console().print(_table(found, with_.settings.account))
    else:
        console().print(_EMPTY)


async def _watch(with_: Common) -> None:
    async with botmesh.connect(settings=with_.settings) as mesh:
        changed = asyncio.Event()
        mesh.directory.changed = changed.set
        if with_.as_json:
            while True:
                print_json([as_dict(one) for one in mesh.agents()])
                await _next(changed)
        with _screen() as show:
            while True:
                found = mesh.agents()
                show(_table(found, with_.settings.account) if found else _EMPTY)
                await _next(changed)


@contextmanager
def _screen() -> Iterator[Callable[[RenderableType], None]]:
    """Shows one thing in place of the last; without a terminal, one below the other."""
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
        found = await registry.get_agent(settings.account, name)
    finally:
        await registry.close()
    if with_.as_json:
        print_json(as_dict(found))
        return
    out, card = console(), found.card
    out.print(f"[bold]{plain(card.name)}[/bold] {plain(card.version)}", f"[dim]{plain(_facts(card))}[/dim]")
    if card.description:
        out.print(plain(card.description))
    if card.skills:
        out.print()
        out.print(_skills(card))
    out.print()
    out.print(_instances(found) if found.instances else "No instance is live. Start one.")


def _facts(card: AgentCard) -> str:
    """What a card says beside name and description, in a line."""
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
    rows = table("SKILL", "IDEMPOTENT", "WHAT IT DOES", "EXAMPLES", whole=("SKILL", "IDEMPOTENT"))
    for skill in card.skills:
        twice = "yes" if skill.idempotent else "no"
        rows.add_row(plain(skill.id), twice, plain(skill.description), plain(" · ".join(skill.examples)))
    return rows


def _instances(found: Agent) -> Table:
    columns = ("INSTANCE", "ADDRESS", "READINESS", "IN FLIGHT", "FAILED LATELY", "SINCE")
    rows = table(*columns, whole=columns)
    for one in found.instances:
        load = str(one.load.in_flight), str(one.load.recent_failures)
        rows.add_row(
            short(one.instance_id), plain(one.address), coloured(readiness_of(one)), *load, clock(one.registered_at)
        )
    return rows


def _table(found: list[Agent], account: str) -> Table:
    columns = ("AGENT", "INSTANCES", "ADDRESS", "VERSION", "SKILLS", "DESCRIPTION")
    rows = table(*columns, whole=columns[:4])
    for one in found:
        counts = Counter(readiness_of(instance) for instance in one.instances)
        states = ", ".join(coloured(state, f"{count} {state}") for state, count in counts.items())
        address = one.instances[0].address if one.instances else ""
        more = f" +{len(one.instances) - 1}" if len(one.instances) > 1 else ""
        name = one.card.name if one.card.account_id == account else f"{one.card.account_id}/{one.card.name}"
        rows.add_row(
            plain(name),
            states or "[red]none[/red]",
            plain(address) + more,
            plain(one.card.version),
            plain(", ".join(skill.id for skill in one.card.skills)),
            plain(one.card.description),
        )
    return rows


def readiness_of(instance: Instance) -> str:
    """An instance's readiness in a word."""
    name = word(Readiness, instance.readiness, "READINESS_")
    return "ready" if name == "unspecified" else name


def as_dict(message: Agent) -> dict[str, Any]:
    """An agent for programs, field names as in the contract."""
    return to_dict(message)
