"""`botmesh account` and `botmesh triggers`: an account's primary agent, its desk and its triggers."""

from pathlib import Path

import click

from botmesh.errors import InvalidField
from botmesh.v1 import conversation_service_pb2 as api
from botmesh_cli.connection import TIMEOUT, conversations
from botmesh_cli.main import EXIT_FAILED
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, plain, print_json, printable, table, to_dict


@click.command()
@click.option("--primary", metavar="AGENT", help='Make AGENT the primary agent; "": none, the desk answers.')
@click.option(
    "--channel",
    "channels",
    multiple=True,
    metavar="NAME",
    help="Channel on which the primary agent answers; may be repeated.  [default: all]",
)
@common
def account(with_: Common, primary: str | None, channels: tuple[str, ...]) -> int:
    """Show an account: its primary agent, the people on duty, and how many conversations wait at the desk."""
    if channels and primary is None:
        raise click.UsageError("--channel goes with --primary.")

    async def work() -> None:
        async with conversations(with_.settings) as stub:
            name = with_.settings.account
            if primary is not None:
                request = api.SetPrimaryRequest(account_id=name, agent=primary, channels=channels)
                await stub.SetPrimary(request, timeout=TIMEOUT)
            view = await stub.GetAccount(api.GetAccountRequest(account_id=name), timeout=TIMEOUT)
        if with_.as_json:
            print_json(to_dict(view))
            return
        out = console()
        where = f" on {plain(', '.join(view.channels))}" if view.channels else ""
        out.print(f"primary   {plain(view.primary) + where if view.primary else 'none: the human desk answers'}")
        out.print(f"on duty   {plain(', '.join(view.on_duty)) or 'nobody'}")
        out.print(f"waiting   {view.queued}")
        out.print(f"triggers  {len(view.triggers)}")

    return run(work())


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@common
def triggers(with_: Common, files: tuple[Path, ...]) -> int:
    """List the triggers of the account. With FILES, check these trigger files and name the place of each mistake.

    Exit code 4: a file has a mistake.
    """
    return _check(with_, files) if files else run(_list(with_))


async def _list(with_: Common) -> None:
    async with conversations(with_.settings) as stub:
        request = api.GetAccountRequest(account_id=with_.settings.account)
        summaries = (await stub.GetAccount(request, timeout=TIMEOUT)).triggers
    _print(with_, list(summaries), "No triggers. Name a folder with the setting triggers.")


def _check(with_: Common, files: tuple[Path, ...]) -> int:
    # Imported late, because no other command needs the libraries that check files.
    from botmesh_conversations.triggers.file import read_triggers  # noqa: PLC0415
    from botmesh_conversations.triggers.summary import summary  # noqa: PLC0415

    summaries: list[api.TriggerSummary] = []
    failed = False
    for file in files:
        try:
            summaries += [summary(trigger) for trigger in read_triggers(file)]
        except InvalidField as error:
            failed = True
            click.echo(printable(error.text), err=True)
    if not failed:
        _print(with_, summaries, "No triggers in there.")
    return EXIT_FAILED if failed else 0


def _print(with_: Common, triggers: list[api.TriggerSummary], empty: str) -> None:
    if with_.as_json:
        print_json([to_dict(trigger) for trigger in triggers])
        return
    rows = table("TRIGGER", "WHEN", "THEN")
    for trigger in triggers:
        rows.add_row(plain(trigger.name), plain(trigger.when), plain(trigger.then))
    console().print(rows if triggers else empty)
