"""`botmesh find`, `consult`, `collaborate` and `broadcast`: find agents by skill, and ask or notify several."""

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
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Find only agents with this tag; may be repeated.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="TAG",
    help="Find only agents that speak this language, en-GB; of several, one is enough.",
)
@click.option("--limit", type=click.IntRange(1, 100), default=5, show_default=True, help="Agents to name.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Lowest confidence of a match.",
)
@common
def find(with_: Common, query: str, **options: Any) -> int:
    """List the agents whose skills match QUERY, the words of a contact, best first."""
    return run(_find(with_, query, options))


async def _find(with_: Common, query: str, options: dict[str, Any]) -> int:
    async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
        matches = await mesh.find(query, **options)
    if with_.as_json:
        print_json([{"agent": m.name, "skill": m.skill_id, "confidence": round(m.confidence, 3)} for m in matches])
    elif not matches:
        click.echo("Nobody fits. With --min-confidence 0 all are named that share a word with it.")
    else:
        rows = [(match.name, match.skill_id, f"{match.confidence:.2f}") for match in matches]
        _print(("AGENT", "SKILL", "CONFIDENCE"), rows)
    return 0


def _several(function: Any) -> Any:
    for option in (
        click.option("--timeout", metavar="SECONDS", help="Deadline of each agent: 30, 500ms, 2m.  [default: 30]"),
        click.option("--skill", default="", metavar="ID", help="Choose all agents that declare this skill."),
        click.option(
            "--tag", "tags", multiple=True, metavar="TAG", help="Choose all agents with these tags; may be repeated."
        ),
        click.option("--agent", "agents", multiple=True, metavar="NAME", help="Choose this agent; may be repeated."),
    ):
        function = option(function)
    return function


@click.command()
@click.argument("text", required=False)
@_several
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Lowest confidence of an answer that counts as sure.",
)
@click.option("--first", is_flag=True, help="End with the first sure answer.")
@click.option("--quorum", type=click.IntRange(1), metavar="N", help="End when N answers are sure.")
@common
def consult(
    with_: Common, text: str | None, timeout: str | None, first: bool, quorum: int | None, **options: Any
) -> int:
    """Ask several agents the same question TEXT at once, and rank their answers by confidence.

    Exit code 4: no answer was sure enough.
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
    """Give several agents the same task TEXT; each is told who the others are.

    Exit code 4: no agent answered.
    """
    return run(_consult(with_, said(text), {**options, "timeout": seconds(timeout)}, together=True))


async def _consult(with_: Common, text: str, options: dict[str, Any], *, together: bool = False) -> int:
    began = time.monotonic()
    async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
        opinions = await (mesh.collaborate if together else mesh.consult)(text, **options)
    took = time.monotonic() - began
    if with_.as_json:
        print_json(
            {
                "answers": [_as_dict(opinion) for opinion in opinions.answers],
                "unsure": [_as_dict(opinion) for opinion in opinions.unsure],
                "failures": [_as_dict(opinion) for opinion in opinions.failures],
            }
        )
    else:
        rows = [_row(opinion) for opinion in (*opinions.answers, *opinions.unsure, *opinions.failures)]
        _print(("AGENT", "CONFIDENCE", "ANSWER"), rows)
        counts = f"{len(opinions.answers)} sure, {len(opinions.unsure)} unsure, {len(opinions.failures)} failed"
        console(stderr=True).print(plain(f"{counts} · {milliseconds(took)}"), style="dim")
    return 0 if opinions.answers else EXIT_NOBODY


def _print(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    printed = table(*columns)
    for row in rows:
        printed.add_row(*map(plain, row))
    console().print(printed)


def _row(opinion: botmesh.Opinion) -> tuple[str, str, str]:
    if opinion.reply is None:
        return opinion.agent, "", f"failed: {opinion.error}"
    unsaid = opinion.reply.confidence is None
    return opinion.agent, "not said" if unsaid else f"{opinion.confidence:.2f}", opinion.reply.text


def _as_dict(opinion: botmesh.Opinion) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "agent": opinion.agent,
        "conversation_id": opinion.conversation_id,
        "address": opinion.address,
    }
    if opinion.reply is not None:
        return facts | {"confidence": opinion.reply.confidence, "text": opinion.reply.text}
    reason = opinion.error.reason if opinion.error is not None else ""
    return facts | {"reason": reason, "error": str(opinion.error)}


@click.command()
@click.argument("text", required=False)
@_several
@click.option("--conversation", default="", metavar="ID", help="Choose the owner and the members of a conversation.")
@click.option("--everybody", is_flag=True, help="Choose all live agents of the account.")
@common
def broadcast(with_: Common, text: str | None, timeout: str | None, **options: Any) -> int:
    """Send the message TEXT to several agents, and print the receipt of each; they send no answer.

    Exit code 4: at least one agent has not taken it.
    """
    return run(_broadcast(with_, said(text), {**options, "timeout": seconds(timeout)}))


async def _broadcast(with_: Common, text: str, options: dict[str, Any]) -> int:
    async with botmesh.connect(settings=with_.settings, name="botmesh-cli") as mesh:
        receipts = await mesh.broadcast(text, **options)
    if with_.as_json:
        print_json(
            [
                {
                    "agent": receipt.agent,
                    "message_id": receipt.message_id,
                    "taken": receipt.error is None,
                    "reason": receipt.error.reason if receipt.error is not None else "",
                }
                for receipt in receipts
            ]
        )
    else:
        outcomes = ["taken" if receipt.error is None else f"not taken: {receipt.error}" for receipt in receipts]
        _print(("AGENT", "RECEIPT"), [(receipt.agent, told) for receipt, told in zip(receipts, outcomes, strict=True)])
    return EXIT_NOBODY if any(receipt.error is not None for receipt in receipts) else 0
