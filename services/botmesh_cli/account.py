"""`botmesh account` and `botmesh triggers`: who answers first, who is at the desk, what happens by itself."""

from pathlib import Path

import click

from botmesh.errors import InvalidField
from botmesh.v1 import conversation_service_pb2 as api
from botmesh_cli.connection import TIMEOUT, conversations
from botmesh_cli.main import EXIT_FAILED
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, plain, print_json, printable, table, to_dict


@click.command()
@click.option("--primary", metavar="AGENT", help='Make an agent the primary; "" for none.')
@click.option(
    "--channel", "channels", multiple=True, help="A channel that it answers on; may be repeated.  [default: all]"
)
@common
def account(with_: Common, primary: str | None, channels: tuple[str, ...]) -> int:
    """Show an account: its primary agent, its people at the desk, what waits."""
    if channels and primary is None:
        raise click.UsageError("--channel goes with --primary.")

    async def work() -> None:
        async with conversations(with_.settings) as stub:
            name = with_.settings.account
            if primary is not None:
                moved = api.SetPrimaryRequest(account_id=name, agent=primary, channels=channels)
                await stub.SetPrimary(moved, timeout=TIMEOUT)
            found = await stub.GetAccount(api.GetAccountRequest(account_id=name), timeout=TIMEOUT)
        if with_.as_json:
            print_json(to_dict(found))
            return
        out = console()
        where = f" on {plain(', '.join(found.channels))}" if found.channels else ""
        out.print(f"primary   {plain(found.primary) + where if found.primary else 'none: the human desk answers'}")
        out.print(f"on duty   {plain(', '.join(found.on_duty)) or 'nobody'}")
        out.print(f"waiting   {found.queued}")
        out.print(f"triggers  {len(found.triggers)}")

    return run(work())


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@common
def triggers(with_: Common, files: tuple[Path, ...]) -> int:
    """List the triggers of the account; with FILES, check them and say what is wrong and where."""
    return _check(with_, files) if files else run(_list(with_))


async def _list(with_: Common) -> None:
    async with conversations(with_.settings) as stub:
        request = api.GetAccountRequest(account_id=with_.settings.account)
        found = (await stub.GetAccount(request, timeout=TIMEOUT)).triggers
    _print(with_, list(found), "No triggers. Name a folder with the setting triggers.")


def _check(with_: Common, files: tuple[Path, ...]) -> int:
    # Read late: checking files needs libraries that no other command needs.
    from botmesh_conversations.triggers.file import read_triggers  # noqa: PLC0415
    from botmesh_conversations.triggers.summary import summary  # noqa: PLC0415

    good: list[api.TriggerSummary] = []
    wrong = False
    for file in files:
        try:
            good += [summary(trigger) for trigger in read_triggers(file)]
        except InvalidField as error:
            wrong = True
            click.echo(printable(error.text), err=True)
    if not wrong:
        _print(with_, good, "No triggers in there.")
    return EXIT_FAILED if wrong else 0


def _print(with_: Common, found: list[api.TriggerSummary], empty: str) -> None:
    if with_.as_json:
        print_json([to_dict(one) for one in found])
        return
    rows = table("TRIGGER", "WHEN", "THEN")
    for one in found:
        rows.add_row(plain(one.name), plain(one.when), plain(one.then))
    console().print(rows if found else empty)
