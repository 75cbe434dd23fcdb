"""`botmesh find`, `consult` and `broadcast`: who can help, what several say, and telling several."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import click

import botmesh
from botmesh.team import Stop
from botmesh_cli.delegate import said, seconds
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, milliseconds, plain, print_json, table

EXIT_NOBODY = 4


@click.command()
@click.argument("query")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only agents with this tag; may be repeated.")
@click.option("--language", "languages", multiple=True, metavar="TAG", help="Only agents that speak one of these.")
@click.option("--limit", type=click.IntRange(1, 100), default=5, show_default=True)
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.5, show_default=True)
@common
def find(with_: Common, query: str, **options: Any) -> int:
    """Name the agents whose skills fit what somebody said."""
    return run(_find(with_, query, options))


async def _find(with_: Common, query: str, options: dict[str, Any]) -> int:
    async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
        found = await mesh.find(query, **options)
    if with_.as_json:
        print_json([{"agent": m.name, "skill": m.skill_id, "confidence": round(m.confidence, 3)} for m in found])
    elif not found:
        click.echo("Nobody fits. With --min-confidence 0 all are named that share a word with it.")
    else:
        rows = [(match.name, match.skill_id, f"{match.confidence:.2f}") for match in found]
        _print(("AGENT", "SKILL", "CONFIDENCE"), rows)
    return 0


def _several(function: Any) -> Any:
    for option in (
        click.option("--timeout", metavar="SECONDS", help="How long each has: 30, 500ms, 2m.  [default: 30]"),
        click.option("--skill", default="", metavar="ID", help="All that declare this skill."),
        click.option("--tag", "tags", multiple=True, metavar="TAG", help="All that have these tags; may be repeated."),
        click.option("--agent", "agents", multiple=True, metavar="NAME", help="This one; may be repeated."),
    ):
        function = option(function)
    return function


@click.command()
@click.argument("text", required=False)
@_several
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.5, show_default=True)
@click.option("--first", is_flag=True, help="End with the first answer that is sure enough.")
@click.option("--quorum", type=click.IntRange(1), metavar="N", help="End with so many that are.")
@common
def consult(
    with_: Common, text: str | None, timeout: str | None, first: bool, quorum: int | None, **options: Any
) -> int:
    """Ask several agents at once, and rank their answers.

    Exit code 4: nobody was sure enough.
    """
    if first and quorum:
        raise click.UsageError("--first is --quorum 1: say one of them.")
    stop: Stop = "first" if first else quorum or "all"
    return run(_consult(with_, said(text), {**options, "stop": stop, "timeout": seconds(timeout)}))


@click.command()
@click.argument("text", required=False)
@_several
@common
def collaborate(with_: Common, text: str | None, timeout: str | None, **options: Any) -> int:
    """Give several agents the same task; each is told who the others are.

    Exit code 4: nobody answered.
    """
    return run(_consult(with_, said(text), {**options, "timeout": seconds(timeout)}, together=True))


async def _consult(with_: Common, text: str, options: dict[str, Any], *, together: bool = False) -> int:
    began = time.monotonic()
    async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
        found = await (mesh.collaborate if together else mesh.consult)(text, **options)
    took = time.monotonic() - began
    if with_.as_json:
        print_json(
            {
                kind: [_as_dict(opinion) for opinion in opinions]
                for kind, opinions in (
                    ("answers", found.answers),
                    ("unsure", found.unsure),
                    ("failures", found.failures),
                )
            }
        )
    else:
        rows = [_row(opinion) for opinion in (*found.answers, *found.unsure, *found.failures)]
        _print(("AGENT", "CONFIDENCE", "ANSWER"), rows)
        counts = f"{len(found.answers)} sure, {len(found.unsure)} unsure, {len(found.failures)} failed"
        console(stderr=True).print(plain(f"{counts} · {milliseconds(took)}"), style="dim")
    return 0 if found.answers else EXIT_NOBODY


def _print(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    made = table(*columns)
    for row in rows:
        made.add_row(*map(plain, row))
    console().print(made)


def _row(opinion: botmesh.Opinion) -> tuple[str, str, str]:
    if opinion.reply is None:
        return opinion.agent, "", f"failed: {opinion.error}"
    unsaid = opinion.reply.confidence is None
    return opinion.agent, "not said" if unsaid else f"{opinion.confidence:.2f}", opinion.reply.text


def _as_dict(opinion: botmesh.Opinion) -> dict[str, Any]:
    made: dict[str, Any] = {
        "agent": opinion.agent,
        "conversation_id": opinion.conversation_id,
        "address": opinion.address,
    }
    if opinion.reply is not None:
        return made | {"confidence": opinion.reply.confidence, "text": opinion.reply.text}
    reason = opinion.error.reason if opinion.error is not None else ""
    return made | {"reason": reason, "error": str(opinion.error)}


@click.command()
@click.argument("text", required=False)
@_several
@click.option("--conversation", default="", metavar="ID", help="The owner and the members of this conversation.")
@click.option("--everybody", is_flag=True, help="All live agents of the account.")
@common
def broadcast(with_: Common, text: str | None, timeout: str | None, **options: Any) -> int:
    """Tell several agents something and expect no answer; a receipt comes from each.

    Exit code 4: some have not taken it.
    """
    return run(_broadcast(with_, said(text), {**options, "timeout": seconds(timeout)}))


async def _broadcast(with_: Common, text: str, options: dict[str, Any]) -> int:
    async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
        receipts = await mesh.broadcast(text, **options)
    if with_.as_json:
        print_json(
            [
                {
                    "agent": one.agent,
                    "message_id": one.message_id,
                    "taken": one.error is None,
                    "reason": one.error.reason if one.error is not None else "",
                }
                for one in receipts
            ]
        )
    else:
        rows = [(one.agent, "taken" if one.error is None else f"not taken: {one.error}") for one in receipts]
        _print(("AGENT", "RECEIPT"), rows)
    return EXIT_NOBODY if any(one.error is not None for one in receipts) else 0
