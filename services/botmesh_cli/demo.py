"""`botmesh demo`: a mesh and a team of bots as separate processes, fed with messages; then all are stopped."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

import botmesh
from botmesh import BotmeshError, Mesh
from botmesh.settings import load
from botmesh_cli.demo_talk import Talk, Tally
from botmesh_cli.output import console, plain, printable
from botmesh_cli.processes import Processes, ProcessFailedError, processes
from botmesh_cli.typed import typed_lines

TEAM = {
    "reception-bot": "botmesh_bots.reception",
    "billing-bot": "botmesh_bots.billing",
    "tech-support-bot": "botmesh_bots.tech_support",
    "hr-bot": "botmesh_bots.hr",
}
FIRST = "reception-bot"
"""The account's primary: who gets the first message."""
MESSAGES = (
    "My wifi drops every evening, what can I do?",
    "The internet was down for two days. Do I get a refund?",
    "Can you recommend a restaurant nearby?",
    "I was charged twice",
    "Which plan do I have?",
    "How many days of leave does Priya have left?",
    "This is unacceptable, I want to talk to a person!",
)
"""Delegated to one and to two; known to nobody; transferred to billing, and answered there; handed back by billing
and delegated; transferred to the human desk."""

_START_SECONDS = 30.0
_POLL_SECONDS = 0.05
_SHOWN = 500
"""How much of a message is printed, in characters."""

_EXIT_UNANSWERED = 1
_EXIT_INTERRUPTED = 130
_EXIT_TERMINATED = 143


@click.command()
@click.option("--customer", default="17", show_default=True, help="Who asks: 17, 23, 31, 42, 58 or 64.")
def demo(customer: str) -> int:
    """Run a team of bots on your messages, each bot a process.

    Type messages, or give them on standard input, a line each; without any, a few built-in ones are sent. They are
    one conversation: some questions are delegated, some move it to another bot, or to the human desk. Prints each
    answer, who has the conversation, and who asked whom. Exit codes: 0 all answered or with a person, 1 not all or
    the team did not start.
    """
    out = console() if sys.stdout.isatty() else console(width=_columns())
    logs = Path(tempfile.mkdtemp(prefix="botmesh-demo-"))
    code = _EXIT_UNANSWERED
    try:
        code = _run(out, logs, customer)
    except (ProcessFailedError, BotmeshError) as error:
        out.print("[red]The demo failed.[/red]", Text(printable(str(error))), soft_wrap=True)
    except KeyboardInterrupt:
        out.print("\nInterrupted. All that was started is stopped.")
        code = _EXIT_INTERRUPTED
    except asyncio.CancelledError:
        code = _EXIT_TERMINATED
    if code == _EXIT_UNANSWERED:
        out.print(f"Logs of all processes: {logs}", soft_wrap=True)
    else:
        shutil.rmtree(logs, ignore_errors=True)
    return code


def _run(out: Console, logs: Path, customer: str) -> int:
    """Start, feed, stop, in a frame that stops what was started whatever happens inside."""
    with processes(logs) as started:
        tally = asyncio.run(_feed(out, started, customer))
    out.print(f"{tally}. All {len(started)} processes are stopped.")
    return 0 if tally.is_complete else _EXIT_UNANSWERED


async def _feed(out: Console, started: Processes, customer: str) -> Tally:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - asyncio.run makes one
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    out.print(f"Starting the mesh and {len(TEAM)} bots, each a process of its own ...")
    ready = await _start_mesh(started)
    for name, module in TEAM.items():
        started.start(name, module, ready["registry"])
    async with botmesh.connect(settings=load(flags={"registry": ready["registry"]}), name="you") as mesh:
        await _until_listed(mesh, started)
        out.print(_roster(mesh, ready["registry"], started))
        async with Talk(out, ready["registry"], ready["traces"], customer) as talk:
            async for text in _messages(out):
                await talk.say(text)
                started.check()
        out.print()
    return talk.tally


async def _start_mesh(started: Processes) -> dict[str, str]:
    """Start `botmesh up` and wait for the line in which it says where it is."""
    words = "up", "--bind", "127.0.0.1:0", "--json"
    said = started.start("mesh", "botmesh_cli", "", *words, BOTMESH_PRIMARY=FIRST)
    async for _ in _tries(started, "the mesh does not come up"):
        line, newline, _rest = said.read_text(encoding="utf-8").partition("\n")
        if newline:
            ready: dict[str, str] = json.loads(line)
            return ready
    raise AssertionError("unreachable")


async def _until_listed(mesh: Mesh, started: Processes) -> None:
    async for _ in _tries(started, "not all bots are listed"):
        if set(TEAM) <= {agent.card.name for agent in mesh.agents() if agent.instances}:
            return


async def _tries(started: Processes, what: str) -> AsyncIterator[None]:
    """A try every now and then, until time is over or a process has ended."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        yield
        started.check()
        await asyncio.sleep(_POLL_SECONDS)
    raise ProcessFailedError(f"After {_START_SECONDS:.0f} s {what}.\n{started.tails()}")


def _roster(mesh: Mesh, registry: str, started: Processes) -> Table:
    """Who is there."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("WHO", "PID", "WHERE", "WHAT FOR"):
        table.add_column(column)
    table.add_row("mesh", str(started.pids["mesh"]), registry, "Registry, conversations, and the traces of all chains")
    listed = {agent.card.name: agent for agent in mesh.agents()}
    for name in TEAM:
        agent = listed[name]
        where = plain(agent.instances[0].address)
        table.add_row(name, str(started.pids[name]), where, plain(agent.card.description))
    return table


async def _messages(out: Console) -> AsyncIterator[str]:
    """What a person types, what stands on standard input, or the built-in messages."""
    typed = sys.stdin is not None and sys.stdin.isatty()
    if typed:
        out.print(f'\nYour messages go to {FIRST} first: try "{MESSAGES[1]}", "{MESSAGES[3]}" or "{MESSAGES[-1]}"')
        out.print("An empty line, quit or Ctrl-D ends.")
    lines = typed_lines()
    count = 0
    while True:
        if typed:
            out.print("\n[bold]>[/bold] ", end="")
        line = await lines.get()
        if line is None or (typed and line.strip().lower() in ("", "quit", "exit")):
            break
        if line.strip():
            count += 1
            if not typed:
                _announce(out, count, line.strip())
            yield line.strip()
    if not count and not typed:
        out.print("\nNo messages on standard input: here are some.")
        for number, text in enumerate(MESSAGES, 1):
            _announce(out, number, text)
            yield text


def _announce(out: Console, number: int, text: str) -> None:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ... ({len(text)} characters)"
    out.print(Text.assemble("\n", (f"Message {number}: {printable(shown)}", "bold")))


def _columns() -> int:
    return shutil.get_terminal_size((100, 24)).columns
