"""`botmesh conformance`: runs the cases of the conformance kit against an agent in any language."""

import asyncio
import sys
from pathlib import Path

import click

from botmesh_cli.options import Common, checked_address, common, run
from botmesh_cli.output import console, escaped, print_json, printable
from botmesh_conformance.case import Case, read_cases
from botmesh_conformance.processes import AgentDiedError
from botmesh_conformance.report import as_json, as_junit, write_text
from botmesh_conformance.runner import Outcome, Runner
from botmesh_conformance.steps import MismatchError

EXIT_FAILED = 1


@click.command()
@click.option("--command", metavar="COMMAND", help="Command that starts the agent under test; all cases run.")
@click.option(
    "--agent",
    metavar="IP:PORT",
    callback=checked_address,
    help="Address of a running agent to test; cases that start or kill an agent are left out.",
)
@click.option("--links", "over_links", is_flag=True, help="Call the agent over links (docs/links.md).")
@click.option(
    "--case", "patterns", metavar="ID", multiple=True, help="Run only cases that match, 'hops/*'; may be repeated."
)
@click.option("--list", "only_list", is_flag=True, help="List the cases and run none.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    show_default=True,
    help="Format of the report.",
)
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write the report to FILE.")
@common
def conformance(
    with_: Common,
    command: str | None,
    agent: str | None,
    over_links: bool,
    patterns: tuple[str, ...],
    only_list: bool,
    form: str,
    output: str | None,
) -> int:
    """Run the conformance kit against an agent.

    The agent under test is a scripted bot, see docs/conformance.md:
    `--command "python -m botmesh_conformance.scripted"`.
    The agent of --agent is looked up in the registry of --registry. If it is not listed there, cases that need a
    registry are left out. Exit codes: 0 all passed, 1 some failed, 2 wrong usage.
    """
    cases = read_cases(patterns)
    if not cases:
        raise click.UsageError(f"No case fits {' or '.join(patterns)}: `botmesh conformance --list` names all.")
    if output and not Path(output).absolute().parent.is_dir():
        raise click.UsageError(f"There is no folder {Path(output).absolute().parent}: make it, or write elsewhere.")
    form = "json" if with_.as_json else form
    if only_list:
        _list(cases, as_data=form == "json")
        return 0
    if bool(command) == bool(agent):
        raise click.UsageError("Say what to test: either --command COMMAND or --agent IP:PORT.")
    registry = with_.settings.registry
    runner = Runner(command=command or "", agent=agent or "", registry=registry, over_links=over_links)
    return run(_conform(runner, cases, form, output))


def _list(cases: list[Case], *, as_data: bool) -> None:
    if as_data:
        print_json([{"id": case.id, "title": case.title, "needs": list(case.needs)} for case in cases])
        return
    for case in cases:
        click.echo(f"{case.id:<44}{case.title}")
    click.echo(f"\n{len(cases)} cases")


async def _conform(runner: Runner, cases: list[Case], form: str, output: str | None) -> int:
    done = 0

    def show_progress(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        if sys.stderr.isatty():
            click.echo(f"\r{done}/{len(cases)} {outcome.case.id:<44}", err=True, nl=done == len(cases))

    try:
        outcomes = await runner.run(cases, show_progress)
    except (MismatchError, AgentDiedError) as error:
        click.echo(printable(f"There is no agent to test: {error}"), err=True)
        return EXIT_FAILED
    if output:
        await asyncio.to_thread(Path(output).write_text, _report(outcomes, form), encoding="utf-8")
    elif form == "text":
        write_text(outcomes, console())
    else:
        report = _report(outcomes, form)
        click.echo(escaped(report) if form == "json" else printable(report))
    return EXIT_FAILED if any(outcome.verdict == "failed" for outcome in outcomes) else 0


def _report(outcomes: list[Outcome], form: str) -> str:
    if form == "json":
        return as_json(outcomes)
    if form == "junit":
        return as_junit(outcomes)
    out = console()
    with out.capture() as captured:
        write_text(outcomes, out)
    return captured.get()
