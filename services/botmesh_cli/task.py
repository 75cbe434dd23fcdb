"""`botmesh tasks` and `botmesh task`: durable work that outlasts a call."""

from collections.abc import Callable, Sequence
from typing import Any

import click

import botmesh
from botmesh.errors import BotmeshError
from botmesh.v1.agent_service_pb2 import CancelOutcome, CancelReceipt
from botmesh.v1.task_pb2 import TaskEvent
from botmesh.v1.task_state_pb2 import TaskState
from botmesh_cli.delegate import ANY_WITH, echo, line, said, seconds, skill_of, variables
from botmesh_cli.main import EXIT_FAILED
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import (
    clock,
    console,
    milliseconds,
    plain,
    print_json,
    printable,
    short,
    shortened,
    table,
    to_dict,
    word,
)

_STATES = [name.removeprefix("TASK_STATE_").lower() for name in TaskState.keys()[1:]]


@click.command()
@click.option("--agent", default="", metavar="NAME", help="List only tasks for this agent.")
@click.option("--from", "from_agent", default="", metavar="NAME", help="List only tasks that this agent submitted.")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(_STATES), help="List only tasks in this state; repeatable."
)
@click.option("--limit", "page_size", type=click.IntRange(1, 500), default=50, show_default=True, help="Tasks to list.")
@common
def tasks(with_: Common, **only: Any) -> int:
    """List tasks, those updated last first."""
    return run(_tasks(with_, only))


async def _tasks(with_: Common, only: dict[str, Any]) -> None:
    async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
        statuses = await mesh.tasks(**only)
    if with_.as_json:
        print_json([_as_dict(status) for status in statuses])
    elif not statuses:
        console().print("No tasks. Submit one: `botmesh task submit AGENT TEXT`.")
    else:
        rows = table("TASK", "STATE", "AGENT", "ASKED BY", "RAN", "NOTE", unbroken=("TASK", "STATE"))
        for status in statuses:
            submitter = plain(status.proto.from_agent or "-")
            ran = milliseconds(status.run_time) if status.run_time else "-"
            agent, note = plain(status.agent), plain(_note(status))
            rows.add_row(plain(status.task_id), status.state, agent, submitter, ran, note)
        console().print(rows)


@click.group()
def task() -> None:
    """Submit tasks, which outlast a call, and show, wait for, cancel or resume them."""


@task.command()
@click.argument("agent")
@click.argument("text", required=False)
@click.option("--run-timeout", metavar="SECONDS", help="Time that the task may run: 90, 10m, 2h.  [default: 1h]")
@click.option("--queue-timeout", metavar="SECONDS", help="Time that it may wait in the queue.  [default: 24h]")
@click.option("--at-most-once", is_flag=True, help="Let it fail instead of a second attempt if its instance is lost.")
@click.option("--context", multiple=True, metavar="NAME=VALUE", help="Variable for the agent; may be repeated.")
@click.option("--context-json", metavar="JSON", help="Variables as a JSON object.")
@click.option("--task-id", default="", metavar="ID", help="Id of the task; submitted again, it is the same task.")
@click.option("--wait", is_flag=True, help="Wait until it has ended, and print the reply.")
@common
def submit(
    with_: Common,
    agent: str,
    text: str | None,
    run_timeout: str | None,
    queue_timeout: str | None,
    context: tuple[str, ...],
    context_json: str | None,
    wait: bool,
    **options: Any,
) -> int:
    """Submit a task for AGENT, and print the task's id.

    In place of AGENT, skill:refunds lets the mesh choose an agent with the skill "refunds".

    If TEXT is "-", or is missing while standard input is not a terminal, the text is read from standard input.
    """
    asked = {
        "run_timeout": seconds(run_timeout),
        "queue_timeout": seconds(queue_timeout),
        "at_most_once": options["at_most_once"],
        "context": variables(context, context_json),
        "message_id": options["task_id"],
        "skill": skill_of(agent, ""),
    }

    words = said(text)

    async def work() -> int:
        async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
            handle = await mesh.submit("" if agent.startswith(ANY_WITH) else agent, words, **asked)
            if wait:
                return _end(with_, await handle.wait())
            if with_.as_json:
                print_json(_as_dict(await handle.get()))
            else:
                click.echo(printable(handle.task_id))
        return 0

    return run(work())


@task.command()
@click.argument("task_id")
@common
def show(with_: Common, task_id: str) -> int:
    """Show the state of a task."""

    async def work() -> None:
        async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
            status = await mesh.task(task_id).get()
        if with_.as_json:
            print_json(_as_dict(status))
        else:
            _print(status)

    return run(work())


@task.command()
@click.argument("task_id")
@click.option("--timeout", metavar="SECONDS", help="Time to wait: 30, 2m.  [default: until it has ended]")
@common
def wait(with_: Common, task_id: str, timeout: str | None) -> int:
    """Wait until a task has ended, and print the reply.

    Exit code 4: it failed, was cancelled or rejected, asks for input, or has not ended in time.
    """

    async def work() -> int:
        async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
            return _end(with_, await mesh.task(task_id).wait(seconds(timeout)))

    return run(work())


@task.command()
@click.argument("task_id")
@click.option("--after", type=click.IntRange(0), default=0, metavar="N", help="Print only events after number N.")
@common
def watch(with_: Common, task_id: str, after: int) -> int:
    """Print the events of a task, as they come, until it has ended."""

    async def work() -> None:
        async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
            async for event in mesh.task(task_id).watch(after):
                if with_.as_json:
                    print_json(to_dict(event))
                else:
                    at = clock(event.time, "%H:%M:%S")
                    console().print(f"{event.sequence:>3}  {at}  {plain(_words(event))}")

    return run(work())


@task.command()
@click.argument("task_id")
@click.option("--reason", default="", metavar="TEXT", help="Reason for the agent and the log.")
@common
def cancel(with_: Common, task_id: str, reason: str) -> int:
    """Cancel a task, and print a receipt from each agent that worked on it."""

    async def work() -> None:
        async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
            receipts = await mesh.task(task_id).cancel(reason)
        if with_.as_json:
            print_json([to_dict(receipt) for receipt in receipts])
        elif not receipts:
            console().print("Cancelled; no agent had it yet.")
        else:
            console().print(_receipts(receipts))

    return run(work())


@task.command()
@click.argument("task_id")
@click.argument("text", required=False)
@click.option("--context", multiple=True, metavar="NAME=VALUE", help="Variable for the agent; may be repeated.")
@click.option("--context-json", metavar="JSON", help="Variables as a JSON object.")
@common
def resume(with_: Common, task_id: str, text: str | None, context: tuple[str, ...], context_json: str | None) -> int:
    """Give a task the input that its agent asked for: TEXT, variables or both."""
    given = variables(context, context_json)
    words = said(text) if text is not None or not given else None

    async def work() -> None:
        async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
            status = await mesh.task(task_id).resume(words, context=given or None)
        if with_.as_json:
            print_json(_as_dict(status))
        else:
            console().print(f"{plain(status.task_id)} goes on: {plain(status.state)}")

    return run(work())


def _end(with_: Common, status: botmesh.TaskStatus) -> int:
    """Print the reply of a task or why there is none, and return the exit code."""
    if with_.as_json:
        print_json(_as_dict(status))
        return 0 if status.state == "completed" else EXIT_FAILED
    if status.state == "completed" and status.reply is not None:
        for part in status.reply.parts:
            echo(line(part))
        console(stderr=True).print(plain(f"{status.agent} · {milliseconds(status.run_time)}"), style="dim")
        return 0
    try:
        status.raise_if_failed()
    except BotmeshError as error:
        if status.state != "rejected":
            raise
        console(stderr=True).print(f"[red]rejected[/red]: {plain(_note(status) or error.text)}")
        return EXIT_FAILED
    console(stderr=True).print(f"[yellow]{status.state.replace('_', ' ')}[/yellow]: {plain(_note(status))}")
    if status.state.endswith("required"):
        console(stderr=True).print(f"  answer: botmesh task resume {plain(status.task_id)} TEXT", style="dim")
    return EXIT_FAILED


def _print(status: botmesh.TaskStatus) -> None:
    view = status.proto
    out = console()
    out.print(f"{plain(status.task_id)}  [bold]{plain(status.state)}[/bold]  {plain(_note(status))}".rstrip())
    asked = f", asked by {plain(view.from_agent)}" if view.from_agent else ""
    out.print(f"for {plain(status.agent)}{asked}, submitted {clock(view.submitted_at, '%Y-%m-%d %H:%M:%S')}")
    begun = {0: "not begun", 1: "begun once"}.get(view.attempts, f"begun {view.attempts} times")
    at = f" at instance {short(view.instance_id)}" if view.instance_id else ""
    out.print(f"{begun}{at}, ran {milliseconds(status.run_time)} of {view.run_timeout.seconds} s")
    if status.cancel_receipts:
        out.print(_receipts(status.cancel_receipts))
    if status.reply is not None:
        for part in status.reply.parts:
            echo(line(part))


def _note(status: botmesh.TaskStatus) -> str:
    """The task's place in the queue, progress, question or error in one line; empty if there is none."""
    if status.queue_position:
        why = f": {status.text}" if status.text else ""
        return f"waits for {status.agent}, number {status.queue_position}{why}"
    if status.state == "working" and status.progress:
        share = "" if status.fraction is None else f" ({status.fraction:.0%})"
        return f"{status.progress}{share}"
    if status.state.endswith("required") or status.state == "rejected":
        return status.reply.text if status.reply is not None else status.text
    return f"{status.reason.lower().replace('_', ' ')}: {status.text}" if status.reason else ""


def _receipts(receipts: Sequence[CancelReceipt]) -> Any:
    rows = table("AGENT", "INSTANCE", "OUTCOME")
    for receipt in receipts:
        outcome = word(CancelOutcome, receipt.outcome, "CANCEL_OUTCOME_")
        rows.add_row(plain(receipt.agent), short(receipt.instance_id), outcome)
    return rows


def _words(event: TaskEvent) -> str:
    """An event in one line."""
    kind: Any = event.WhichOneof("event")
    if kind is None:  # a newer version wrote the event, or it is damaged
        return "an event that cannot be read here"
    it = getattr(event, kind)
    words: dict[str, Callable[[], str]] = {
        "submitted": lambda: f"submitted for {it.agent}",
        "started": lambda: f"begun at instance {shortened(it.instance_id)} (attempt {it.attempt})",
        "progressed": lambda: it.text + (f" ({it.fraction:.0%})" if it.HasField("fraction") else ""),
        "requeued": lambda: f"waits again: {it.text}",
        "interrupted": lambda: f"asks: {' '.join(part.text for part in it.reply.message.payload)}",
        "resumed": lambda: "goes on",
        "cancel_requested": lambda: f"is to end: {it.reason}" if it.reason else "is to end",
        "ended": lambda: _state_in_words(it.state) + (f": {it.text}" if it.text else ""),
        "late_reply": lambda: "an answer came too late and is kept apart",
        "receipt_delivered": lambda: f"{it.agent} " + (f"could not be told: {it.reason}" if it.reason else "was told"),
    }
    tell = words.get(kind)
    return str(kind).replace("_", " ") if tell is None else tell()


def _state_in_words(state: TaskState) -> str:
    return word(TaskState, state, "TASK_STATE_")


def _as_dict(status: botmesh.TaskStatus) -> dict[str, Any]:
    facts = to_dict(status.proto)
    facts["state"] = status.state
    return facts
