"""`botmesh delegate AGENT TEXT`: delegate to an agent and print its reply."""

import json
import sys
import time
from collections import Counter
from typing import Any, NoReturn

import click

import botmesh
from botmesh.parts import from_value
from botmesh.setting import parse_seconds
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import as_json, console, milliseconds, plain, print_json, printable, to_dict

ANY_WITH = "skill:"
"""Prefix of a skill given in place of an agent; an agent's name cannot hold a colon."""


@click.command()
@click.argument("agent")
@click.argument("text", required=False)
@click.option("--timeout", metavar="SECONDS", help="Time until the deadline: 30, 500ms, 2m.  [default: 30]")
@click.option("--context", multiple=True, metavar="NAME=VALUE", help="Variable for the agent; may be repeated.")
@click.option("--context-json", metavar="JSON", help="Variables as a JSON object.")
@click.option("--skill", default="", metavar="ID", help="Skill of the agent to use.")
@click.option("--conversation", default="", metavar="ID", help="Conversation that the delegation belongs to.")
@click.option("--message-id", default="", metavar="ID", help="Id of the message; sent again, it gets the same reply.")
@click.option("--max-hops", type=click.IntRange(0, 64), metavar="N", help="Hops that the chain may have.")
@click.option("--stream", is_flag=True, help="Print the reply piece by piece as it comes.")
@common
def delegate(
    with_: Common,
    agent: str,
    text: str | None,
    timeout: str | None,
    context: tuple[str, ...],
    context_json: str | None,
    stream: bool,
    **options: Any,
) -> int:
    """Ask AGENT to do what TEXT says, and print its reply.

    In place of AGENT, skill:refunds lets the mesh choose an agent with the skill "refunds".

    If TEXT is "-", or is missing while standard input is not a terminal, the text is read from standard input.
    """
    asked = {
        "timeout": seconds(timeout),
        "context": variables(context, context_json),
        "skill": skill_of(agent, options["skill"]),
        "conversation_id": options["conversation"],
        "message_id": options["message_id"],
        "max_hops": options["max_hops"],
    }
    if agent.startswith(ANY_WITH) and stream:
        raise click.UsageError("A stream needs an agent by name: `botmesh find` names them.")
    target = "" if agent.startswith(ANY_WITH) else agent
    return run(_delegate(with_, target, said(text), asked, streamed=stream))


def skill_of(agent: str, given: str) -> str:
    """The skill that is given in place of an agent, or else by --skill."""
    return agent.removeprefix(ANY_WITH) if agent.startswith(ANY_WITH) else given


def said(text: str | None) -> str:
    """The text given on the command line, or else read from standard input."""
    if text is not None and text != "-":
        return text
    if text is None and sys.stdin.isatty():
        raise click.UsageError('Missing TEXT: say it at the end, or "-" to type it and end with Ctrl-D.')
    try:
        return sys.stdin.buffer.read().decode().rstrip("\n")
    except UnicodeDecodeError:
        raise click.UsageError("Standard input is no UTF-8 text.") from None


async def _delegate(with_: Common, agent: str, text: str, asked: dict[str, Any], *, streamed: bool) -> None:
    async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
        began = time.monotonic()
        if not streamed:
            reply = await mesh.delegate(agent, text, **asked)
        else:
            async with mesh.stream(agent, text, **asked) as stream:
                async for event in stream:
                    _print_event(event, as_json=with_.as_json)
            reply = stream.reply
        took = time.monotonic() - began
    if with_.as_json:
        print_json(_as_dict(reply, took))
        return
    if not streamed:
        _print_parts(reply)
    else:
        click.echo()
    trace = f" · trace {reply.trace_id}" if reply.trace_id else ""
    console(stderr=True).print(plain(f"{reply.agent} · {milliseconds(took)}{_cost(reply)}{trace}"), style="dim")


def _cost(reply: botmesh.Reply) -> str:
    """The cost of the whole chain by currency, as part of a line."""
    sums: Counter[str] = Counter()
    for usage in reply.total_usage:
        sums[usage.currency] += usage.cost_micros
    return "".join(f" · {micros / 1e6:g} {currency}" for currency, micros in sums.items() if micros)


def _print_event(event: botmesh.Event, *, as_json: bool) -> None:
    if as_json:
        print_json({"text": event.text, "progress": event.progress, "fraction": event.fraction, "reset": event.reset})
    elif event.text:
        echo(event.text, nl=False)
    elif event.part is not None:
        echo(line(event.part))
    elif event.reset:
        console(stderr=True).print(f"\nstarts again: {plain(event.reset)}", style="yellow")
    elif event.progress:
        share = "" if event.fraction is None else f" ({event.fraction:.0%})"
        console(stderr=True).print(f"… {plain(event.progress)}{share}", style="dim")


def _print_parts(reply: botmesh.Reply) -> None:
    for part in reply.parts:
        echo(line(part))


def echo(words: str, *, nl: bool = True) -> None:
    """Print text of a bot, with control characters made visible; --json prints it unchanged."""
    click.echo(printable(words), nl=nl)


def line(part: botmesh.Part) -> str:
    """A part of a message as text for people: its text, JSON, URL or a description of the file."""
    kind = part.WhichOneof("content")
    if kind == "text":
        return part.text
    if kind == "data":
        return as_json(from_value(part.data), indent=2)
    if kind == "url":
        return part.url
    return f"[{part.filename or 'a file'}: {len(part.raw)} bytes of {part.media_type or 'application/octet-stream'}]"


def _as_dict(reply: botmesh.Reply, took: float) -> dict[str, Any]:
    return {
        "text": reply.text,
        "parts": [to_dict(part) for part in reply.parts],
        "agent": reply.agent,
        "instance": reply.instance,
        "confidence": reply.confidence,
        "usage": [to_dict(usage) for usage in reply.total_usage],
        "seconds": round(took, 6),
        "correlation_id": reply.correlation_id,
        "trace_id": reply.trace_id,
    }


def seconds(text: str | None) -> float | None:
    """The seconds that an option such as --timeout gives; None if the option is not given."""
    if text is None:
        return None
    try:
        return parse_seconds(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time: use 30, 500ms or 2m", param_hint="--timeout") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number there")


def variables(pairs: tuple[str, ...], document: str | None, option: str = "--context") -> dict[str, Any]:
    """The values of an option NAME=VALUE and of the option beside it that takes JSON; those of the former win."""
    try:
        values = json.loads(document, parse_constant=_no_constant) if document else {}
    except ValueError as error:
        raise click.BadParameter(f"no JSON: {error}", param_hint=f"{option}-json") from None
    if not isinstance(values, dict):
        raise click.BadParameter('must be an object, {"name": "value"}', param_hint=f"{option}-json")
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{pair!r} must be NAME=VALUE", param_hint=option)
        values[name] = value
    return values
