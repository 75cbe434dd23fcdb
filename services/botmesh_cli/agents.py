"""`botmesh agents` and `botmesh agent NAME`: who is there."""

import asyncio
from collections import Counter
from typing import Any

import click
from google.protobuf.json_format import MessageToDict
from rich.live import Live
from rich.table import Table

import botmesh
from botmesh.interceptors import End
from botmesh.registry import RegistryClient
from botmesh.telemetry import Telemetry
from botmesh.v1.agent_pb2 import Agent
from botmesh.v1.instance_pb2 import Instance, Readiness
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import coloured, console, print_json, table

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
        console().print(_table(found))
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
        with Live(_table(mesh.agents()), console=console(), auto_refresh=False) as live:
            while True:
                found = mesh.agents()
                live.update(_table(found) if found else _EMPTY, refresh=True)
                await _next(changed)


async def _next(changed: asyncio.Event) -> None:
    await changed.wait()
    changed.clear()


async def _show(with_: Common, name: str) -> None:
    settings = with_.settings
    registry = RegistryClient(settings.registry, End(Telemetry("botmesh-cli"), account=settings.account))
    try:
        found = await registry.get_agent(settings.account, name)
    finally:
        await registry.close()
    if with_.as_json:
        print_json(as_dict(found))
        return
    out, card = console(), found.card
    out.print(f"[bold]{card.name}[/bold] {card.version}  [dim]account {card.account_id}[/dim]")
    if card.description:
        out.print(card.description, markup=False)
    if card.skills:
        skills = table("SKILL", "WHAT IT DOES", "EXAMPLES", "TWICE IS HARMLESS")
        for skill in card.skills:
            twice = "yes" if skill.idempotent else "no"
            skills.add_row(skill.id, skill.description, " · ".join(skill.examples), twice)
        out.print()
        out.print(skills)
    instances = table("INSTANCE", "ADDRESS", "READINESS", "IN FLIGHT", "FAILED LATELY", "SINCE")
    for one in found.instances:
        since = one.registered_at.ToDatetime().strftime("%Y-%m-%d %H:%M:%S")
        load = str(one.load.in_flight), str(one.load.recent_failures)
        instances.add_row(one.instance_id, one.address, coloured(readiness_of(one)), *load, since)
    out.print()
    out.print(instances if found.instances else "No instance is live. Start one.")


def _table(found: list[Agent]) -> Table:
    rows = table("AGENT", "INSTANCES", "ADDRESS", "VERSION", "SKILLS", "DESCRIPTION")
    for one in found:
        counts = Counter(readiness_of(instance) for instance in one.instances)
        states = ", ".join(coloured(state, f"{count} {state}") for state, count in counts.items())
        address = one.instances[0].address if one.instances else ""
        more = f" +{len(one.instances) - 1}" if len(one.instances) > 1 else ""
        skills = ", ".join(skill.id for skill in one.card.skills)
        name = one.card.name if one.card.account_id == "default" else f"{one.card.account_id}/{one.card.name}"
        rows.add_row(name, states or "[red]none[/red]", address + more, one.card.version, skills, one.card.description)
    return rows


def readiness_of(instance: Instance) -> str:
    """An instance's readiness in a word."""
    name = Readiness.Name(instance.readiness).removeprefix("READINESS_").lower()
    return "ready" if name == "unspecified" else name


def as_dict(message: Agent) -> dict[str, Any]:
    """An agent for programs, field names as in the contract."""
    return MessageToDict(message, preserving_proto_field_name=True)
