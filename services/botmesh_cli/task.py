"""`botmesh tasks` and `botmesh task`: work that outlasts a call."""

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
@click.option("--agent", default="", metavar="NAME", help="Only those that this agent is to do.")
@click.option("--from", "from_agent", default="", metavar="NAME", help="Only those that this agent asked for.")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only those; may be repeated.")
@click.option("--limit", "page_size", type=click.IntRange(1, 500), default=50, show_default=True, help="How many.")
@common
def tasks(with_: Common, **only: Any) -> int:
    """List tasks, the one in which something happened last first."""
    return run(_tasks(with_, only))


async def _tasks(with_: Common, only: dict[str, Any]) -> None:
    async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
        found = await mesh.tasks(**only)
    if with_.as_json:
        print_json([_as_dict(status) for status in found])
    elif not found:
        console().print("No tasks. Submit one: `botmesh task submit AGENT TEXT`.")
    else:
        rows = table("TASK", "STATE", "AGENT", "ASKED BY", "RAN", "NOTE", whole=("TASK", "STATE"))
        for one in found:
            asked = plain(one.proto.from_agent or "-")
            ran = milliseconds(one.run_time) if one.run_time else "-"
            rows.add_row(plain(one.task_id), one.state, plain(one.agent), asked, ran, plain(_note(one)))
        console().print(rows)


@click.group()
def task() -> None:
    """Have work done that outlasts a call, and see how it stands."""


@task.command()
@click.argument("agent")
@click.argument("text", required=False)
@click.option("--run-timeout", metavar="SECONDS", help="How long it may run: 90, 10m, 2h.  [default: 1h]")
@click.option("--queue-timeout", metavar="SECONDS", help="How long it may wait at a time.  [default: 24h]")
@click.option("--at-most-once", is_flag=True, help="Fail rather than begin again where the work was lost half-way.")
@click.option("--context", multiple=True, metavar="NAME=VALUE", help="A variable for the agent; may be repeated.")
@click.option("--context-json", metavar="JSON", help="Variables as a JSON object.")
@click.option("--task-id", default="", metavar="ID", help="The same id again is the same task.")
@click.option("--wait", is_flag=True, help="Wait for its end and print the answer.")
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
    """Give AGENT a task, and print the task's id. For whoever has a skill: skill:refunds.

    Where TEXT is "-", or is missing and standard input is no terminal, standard input is read.
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
    """Show how a task stands; the work is not disturbed."""

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
@click.option("--timeout", metavar="SECONDS", help="How long to wait.  [default: until it has ended]")
@common
def wait(with_: Common, task_id: str, timeout: str | None) -> int:
    """Wait for a task's end and print the answer.

    Exit code 4: it failed, was given up, asks for input, or has not ended in time.
    """

    async def work() -> int:
        async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
            return _end(with_, await mesh.task(task_id).wait(seconds(timeout)))

    return run(work())


@task.command()
@click.argument("task_id")
@click.option("--after", type=click.IntRange(0), default=0, metavar="N", help="Only what happened after event N.")
@common
def watch(with_: Common, task_id: str, after: int) -> int:
    """Follow what happens to a task, to its end."""

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
@click.option("--reason", default="", help="Why, for the agent and the log.")
@common
def cancel(with_: Common, task_id: str, reason: str) -> int:
    """End a task, and say what became of each hop below it."""

    async def work() -> None:
        async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
            receipts = await mesh.task(task_id).cancel(reason)
        if with_.as_json:
            print_json([to_dict(one) for one in receipts])
        elif not receipts:
            console().print("Cancelled; no agent had it yet.")
        else:
            console().print(_receipts(receipts))

    return run(work())


@task.command()
@click.argument("task_id")
@click.argument("text", required=False)
@click.option("--context", multiple=True, metavar="NAME=VALUE", help="A variable for the agent; may be repeated.")
@click.option("--context-json", metavar="JSON", help="Variables as a JSON object.")
@common
def resume(with_: Common, task_id: str, text: str | None, context: tuple[str, ...], context_json: str | None) -> int:
    """Give a task what its agent asked for."""
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
    """Print the answer, or why there is none; the exit code."""
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
    """What is worth saying in a line."""
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
    for one in receipts:
        outcome = word(CancelOutcome, one.outcome, "CANCEL_OUTCOME_")
        rows.add_row(plain(one.agent), short(one.instance_id), outcome)
    return rows


def _words(event: TaskEvent) -> str:
    """An event in a line."""
    kind: Any = event.WhichOneof("event")
    if kind is None:  # a newer version wrote it, or it is damaged
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
