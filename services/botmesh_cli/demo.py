"""`botmesh demo`: starts a mesh and a team of bots as processes, sends them messages, and stops all of them."""

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
"""The account's primary agent, which gets the first message."""
MESSAGES = (
    "My wifi drops every evening, what can I do?",
    "The internet was down for two days. Do I get a refund?",
    "Can you recommend a restaurant nearby?",
    "I was charged twice",
    "Which plan do I have?",
    "How many days of leave does Priya have left?",
    "This is unacceptable, I want to talk to a person!",
)
"""Messages that show, in order: a delegation; a delegation of two hops; a question that no agent knows; a transfer to
billing; a further answer of billing; a turn that billing hands back, delegated to hr; a transfer to the human desk."""

_START_SECONDS = 30.0
_POLL_SECONDS = 0.05
_SHOWN = 500
"""Characters of a message that are printed."""

_EXIT_UNANSWERED = 1
_EXIT_INTERRUPTED = 130
_EXIT_TERMINATED = 143


@click.command()
@click.option("--customer", default="17", show_default=True, help="Id of the customer: 17, 23, 31, 42, 58 or 64.")
def demo(customer: str) -> int:
    """Start a mesh and four bots, each a process, and send them your messages.

    Type messages, or give them on standard input, one a line; without any, built-in messages are sent. They form one
    conversation: some messages lead to a delegation, others to a transfer to another bot or to the human desk. Prints
    each answer, each change of owner and a tree of the calls. Exit codes: 0 every message was answered or is with a
    person, 1 some were not, or the team did not start.
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
    """Start the processes, send the messages, and stop the processes even after a failure."""
    with processes(logs) as started:
        tally = asyncio.run(_feed_until_terminated(out, started, customer))
    out.print(f"{tally}. All {len(started)} processes are stopped.")
    return 0 if tally.is_complete else _EXIT_UNANSWERED


async def _feed_until_terminated(out: Console, started: Processes, customer: str) -> Tally:
    """Send the messages; SIGTERM cancels that."""
    task = asyncio.create_task(_feed(out, started, customer))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


async def _feed(out: Console, started: Processes, customer: str) -> Tally:
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
    """Start `botmesh up`, and return the addresses that it prints once it is ready."""
    words = "up", "--bind", "127.0.0.1:0", "--json"
    output = started.start("mesh", "botmesh_cli", "", *words, BOTMESH_PRIMARY=FIRST)
    async for _ in _tries(started, "the mesh does not come up"):
        line, newline, _rest = output.read_text(encoding="utf-8").partition("\n")
        if newline:
            ready: dict[str, str] = json.loads(line)
            return ready
    raise AssertionError("_tries ends with a return here or with an error")


async def _until_listed(mesh: Mesh, started: Processes) -> None:
    async for _ in _tries(started, "not all bots are listed"):
        if set(TEAM) <= {agent.card.name for agent in mesh.agents() if agent.instances}:
            return


async def _tries(started: Processes, what: str) -> AsyncIterator[None]:
    """Yield every 50 ms, so that the caller checks a condition.

    Raises:
        ProcessFailedError: 30 s have passed, or a process has ended.
    """
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        yield
        started.check()
        await asyncio.sleep(_POLL_SECONDS)
    raise ProcessFailedError(f"After {_START_SECONDS:.0f} s {what}.\n{started.tails()}")


def _roster(mesh: Mesh, registry: str, started: Processes) -> Table:
    """A table of the processes with their addresses."""
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
    """The messages typed at a terminal or given on standard input; the built-in ones if there are none."""
    is_typed = sys.stdin is not None and sys.stdin.isatty()
    if is_typed:
        out.print(f'\nYour messages go to {FIRST} first: try "{MESSAGES[1]}", "{MESSAGES[3]}" or "{MESSAGES[-1]}"')
        out.print("An empty line, quit or Ctrl-D ends.")
    lines = typed_lines()
    count = 0
    while True:
        if is_typed:
            out.print("\n[bold]>[/bold] ", end="")
        line = await lines.get()
        if line is None or (is_typed and line.strip().lower() in ("", "quit", "exit")):
            break
        if line.strip():
            count += 1
            if not is_typed:
                _announce(out, count, line.strip())
            yield line.strip()
    if not count and not is_typed:
        out.print("\nNo messages on standard input: here are some.")
        for number, text in enumerate(MESSAGES, 1):
            _announce(out, number, text)
            yield text


def _announce(out: Console, number: int, text: str) -> None:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ... ({len(text)} characters)"
    out.print(Text.assemble("\n", (f"Message {number}: {printable(shown)}", "bold")))


def _columns() -> int:
    return shutil.get_terminal_size((100, 24)).columns
