"""`botmesh contacts`: the contacts of an account, and how a contact is shown."""

from collections.abc import Sequence

import click
from rich.table import Table

from botmesh.v1 import contact_service_pb2 as api
from botmesh.v1.contact_pb2 import Contact
from botmesh_cli.connection import TIMEOUT
from botmesh_cli.connection import contacts as service
from botmesh_cli.conversations import STATUSES
from botmesh_cli.event_words import address_in_words, mode_word, status_word, values_in_words
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import clock, console, plain, print_json, table, to_dict

_EMPTY = "No contacts. One becomes known with its first message (`botmesh chat`), or by `botmesh contact set`."


@click.command()
@click.option("--status", type=click.Choice(list(STATUSES)), help="List only contacts with this status.")
@click.option("--tag", default="", metavar="TEXT", help="List only those with this tag.")
@click.option("--assigned", default="", metavar="AGENT", help="List only those that are assigned to AGENT.")
@click.option("--channel", default="", metavar="NAME", help="List only those with an address on this channel.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="Contacts to list.")
@common
def contacts(with_: Common, status: str | None, tag: str, assigned: str, channel: str, limit: int) -> int:
    """List contacts, those changed last first."""
    request = api.ListContactsRequest(
        account_id=with_.settings.account,
        status=STATUSES[status] if status else None,
        tag=tag,
        assigned_agent=assigned,
        channel=channel,
        page_size=limit,
    )

    async def work() -> None:
        async with service(with_.settings) as stub:
            found = (await stub.ListContacts(request, timeout=TIMEOUT)).contacts
        if with_.as_json:
            print_json([to_dict(contact) for contact in found])
        else:
            nothing = "No contact fits." if status or tag or assigned or channel else _EMPTY
            console().print(_table(found) if found else nothing)

    return run(work())


def _table(found: Sequence[Contact]) -> Table:
    rows = table(
        "CONTACT", "ADDRESSES", "STATUS", "TAGS", "ASSIGNED", "OPEN", "CHANGED", unbroken=("STATUS", "CHANGED")
    )
    for contact in found:
        rows.add_row(
            plain(contact.contact_id),
            ", ".join(address_in_words(address) for address in contact.addresses) or "-",
            status_of_contact(contact),
            plain(", ".join(contact.tags)),
            plain(contact.assigned_agent) or "-",
            plain(", ".join(conversation.channel for conversation in contact.conversations)) or "-",
            clock(contact.updated_at),
        )
    return rows


def status_of_contact(contact: Contact) -> str:
    """A contact's status in a word, and until when; may be printed as it is."""
    until = f" until {clock(contact.paused_until)}" if contact.HasField("paused_until") else ""
    return status_word(contact.status) + until


def print_contact(with_: Common, contact: Contact) -> None:
    """Print all that is known of a contact, for people or for programs."""
    if with_.as_json:
        print_json(to_dict(contact))
        return
    out = console()
    out.print(f"[bold]{plain(contact.contact_id)}[/bold]  {status_of_contact(contact)}")
    for name, said in _lines(contact):
        if said:
            out.print(f"{name:<13} {said}")
    for conversation in contact.conversations:
        out.print(f"{'open':<13} {plain(conversation.conversation_id)} on {plain(conversation.channel)}")


def _lines(contact: Contact) -> list[tuple[str, str]]:
    return [
        ("addresses", ", ".join(address_in_words(address) for address in contact.addresses)),
        ("mode", mode_word(contact.mode) if contact.mode else ""),
        ("language", plain(contact.language)),
        ("assigned to", plain(contact.assigned_agent)),
        ("tags", plain(", ".join(contact.tags))),
        ("fields", values_in_words(contact.fields)),
        ("merged", plain(", ".join(contact.merged_ids))),
        ("known since", clock(contact.created_at)),
        ("changed", clock(contact.updated_at)),
    ]
