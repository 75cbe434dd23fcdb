"""`botmesh messages`: the messages between agents that the journal has."""

import click

from botmesh.parts import text_of
from botmesh.v1.journal_service_pb2 import JournalEntry, ListMessagesRequest
from botmesh.v1.message_pb2 import MessageType
from botmesh_cli.connection import TIMEOUT, journal
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import clock, console, plain, print_json, short, table, to_dict, word

_EMPTY = "No messages. Bots log theirs where persist_messages is on (config.csv: a2a-persist-messages,true)."


@click.command()
@click.option("--chain", default="", metavar="ID", help="List only messages of the chain with this correlation id.")
@click.option("--conversation", default="", metavar="ID", help="List only those of this conversation.")
@click.option("--agent", default="", metavar="NAME", help="List only those that this agent sent or received.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="Messages to list.")
@common
def messages(with_: Common, chain: str, conversation: str, agent: str, limit: int) -> int:
    """List the newest messages between agents, the newest last.

    The journal has them if the agents run with the setting persist_messages.
    """
    request = ListMessagesRequest(
        account_id=with_.settings.account,
        correlation_id=chain,
        conversation_id=conversation,
        agent=agent,
        page_size=limit,
    )
    return run(_messages(with_, request))


async def _messages(with_: Common, request: ListMessagesRequest) -> None:
    async with journal(with_.settings) as stub:
        entries = list((await stub.ListMessages(request, timeout=TIMEOUT)).entries)[::-1]
    if with_.as_json:
        print_json([to_dict(entry) for entry in entries])
    elif not entries:
        console().print(_EMPTY)
    else:
        rows = table("TIME", "FROM", "TO", "TYPE", "CHAIN", "TEXT")
        for entry in entries:
            rows.add_row(*_row(entry))
        console().print(rows)


def _row(entry: JournalEntry) -> tuple[str, ...]:
    message = entry.message
    kind = word(MessageType, message.message_type, "MESSAGE_TYPE_")
    text = text_of(message.payload)
    if entry.reason:
        text = f"{entry.reason.lower().replace('_', ' ')}: {text}"
    cost = entry.usage.cost_micros
    return (
        clock(entry.time, "%H:%M:%S.%f"),
        plain(message.from_agent or "-"),
        plain(message.to_agent or "-"),
        kind,
        short(message.correlation_id),
        plain(text[:200]) + (f" ({cost / 1e6:g} {plain(entry.usage.currency)})" if cost else ""),
    )
