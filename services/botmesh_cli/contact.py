"""`botmesh contact`: show, change, link and merge a contact, and open a conversation with it."""

import time
from typing import Any

import click
from google.protobuf.struct_pb2 import Struct

from botmesh.names import did_you_mean
from botmesh.setting import parse_seconds
from botmesh.v1 import contact_service_pb2 as api
from botmesh.v1.contact_pb2 import ContactKey
from botmesh.v1.contact_service_pb2_grpc import ContactServiceStub
from botmesh.v1.conversation_pb2 import CONVERSATION_STATUS_PAUSED, Address, Owner
from botmesh.v1.conversation_service_pb2 import OpenConversationRequest
from botmesh.v1.transfer_pb2 import CONVERSATION_MODE_AUTOPILOT, CONVERSATION_MODE_SUGGESTIVE
from botmesh_cli.connection import TIMEOUT
from botmesh_cli.connection import conversations as conversation_service
from botmesh_cli.contact_key import contact_service, is_known, key_of, near
from botmesh_cli.contacts import print_contact
from botmesh_cli.conversations import STATUSES
from botmesh_cli.delegate import variables
from botmesh_cli.event_words import owner_in_words
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, plain, print_json, to_dict

_MODES = {"autopilot": CONVERSATION_MODE_AUTOPILOT, "suggestive": CONVERSATION_MODE_SUGGESTIVE}


@click.group()
def contact() -> None:
    """See and change one contact, on all its channels.

    KEY is the contact's id, anna, or one of its addresses as CHANNEL:TEXT, whatsapp:+4917012345.
    """


@contact.command()
@click.argument("key")
@common
def show(with_: Common, key: str) -> int:
    """Print what is known of a contact."""
    named = key_of(with_, key)

    async def work() -> None:
        async with contact_service(with_, named) as stub:
            found = (await stub.GetContact(api.GetContactRequest(contact=named), timeout=TIMEOUT)).contact
        print_contact(with_, found)

    return run(work())


@contact.command("set")
@click.argument("key")
@click.option("--status", type=click.Choice(list(STATUSES)), help="Answer all its conversations, or none of them.")
@click.option(
    "--for", "pause", metavar="DURATION", help="How long the pause lasts: 90 (seconds), 30m, 2h.  [default: no end]"
)
@click.option("--reason", default="", help="The reason, for the event log.")
@click.option("--mode", type=click.Choice(list(_MODES)), help="Send replies at once, or after approval.")
@click.option("--language", metavar="TAG", help='Set the language, a BCP 47 tag (de-AT); "" for none.')
@click.option("--assign", metavar="AGENT", help="Give its open and new conversations to AGENT.")
@click.option("--no-assign", is_flag=True, help="Give new conversations to the primary.")
@click.option("--tag", "add", multiple=True, metavar="TEXT", help="Add a tag; repeatable.")
@click.option("--untag", "remove", multiple=True, metavar="TEXT", help="Remove a tag; repeatable.")
@click.option(
    "--field", "fields", multiple=True, metavar="NAME=VALUE", help="Set a field; NAME= removes it; repeatable."
)
@click.option("--field-json", metavar="JSON", help="Set fields from a JSON object; null removes one.")
@common
def change(with_: Common, key: str, **options: Any) -> int:
    """Change a contact, and make it known if it is not. What is not named stays as it is."""
    named = key_of(with_, key)
    request = _update(named, **options)
    if request == api.UpdateContactRequest(contact=named, reason=request.reason):
        raise click.UsageError("Say what is to change: --status, --tag, --field; --help lists all.")

    async def work() -> None:
        async with contact_service(with_, named) as stub:
            hint = await _hint_if_new(stub, named, key)
            changed = (await stub.UpdateContact(request, timeout=TIMEOUT)).contact
        _tell(with_, hint)
        print_contact(with_, changed)

    return run(work())


@contact.command()
@click.argument("key")
@click.argument("channel")
@click.argument("text")
@common
def link(with_: Common, key: str, channel: str, text: str) -> int:
    """Give a contact the address TEXT on CHANNEL: contact link anna whatsapp +4917012345."""
    named = key_of(with_, key)
    request = api.LinkAddressRequest(contact=named, address=Address(channel=channel, text=text))

    async def work() -> None:
        async with contact_service(with_, named) as stub:
            hint = await _hint_if_new(stub, named, key)
            linked = (await stub.LinkAddress(request, timeout=TIMEOUT)).contact
        _tell(with_, hint)
        print_contact(with_, linked)

    return run(work())


@contact.command()
@click.argument("key")
@click.argument("channel")
@click.argument("text")
@common
def unlink(with_: Common, key: str, channel: str, text: str) -> int:
    """Take the address TEXT on CHANNEL from a contact."""
    named = key_of(with_, key)
    address = Address(channel=channel, text=text)

    async def work() -> None:
        async with contact_service(with_, named) as stub:
            before = (await stub.GetContact(api.GetContactRequest(contact=named), timeout=TIMEOUT)).contact
            request = api.UnlinkAddressRequest(contact=named, address=address)
            after = (await stub.UnlinkAddress(request, timeout=TIMEOUT)).contact
        if len(before.addresses) == len(after.addresses):
            _tell(with_, f"{before.contact_id} did not have the address {channel}:{text}.")
        print_contact(with_, after)

    return run(work())


@contact.command()
@click.argument("key")
@click.argument("other")
@common
def merge(with_: Common, key: str, other: str) -> int:
    """Make the contact OTHER part of the contact KEY, which remains. It cannot be undone."""
    named, merged = key_of(with_, key), key_of(with_, other)

    async def work() -> None:
        async with contact_service(with_, named, merged) as stub:
            request = api.MergeContactsRequest(contact=named, merged=merged)
            print_contact(with_, (await stub.MergeContacts(request, timeout=TIMEOUT)).contact)

    return run(work())


@contact.command("open")
@click.argument("key")
@click.option("--channel", default="", help="The channel.  [default: the address's, else web]")
@click.option(
    "--agent", default="", metavar="AGENT", help="The owner.  [default: the assigned agent, else the primary]"
)
@click.option("--desk", is_flag=True, help="Put the conversation into the desk's queue.")
@click.option("--intent", default="", metavar="ID", help="The dialog that the agent opens.")
@click.option("--reason", default="", help="The reason, for the agent and the event log.")
@click.option("--context", multiple=True, metavar="NAME=VALUE", help="Set a variable of the conversation; repeatable.")
@common
def begin(with_: Common, key: str, agent: str, desk: bool, context: tuple[str, ...], **options: str) -> int:
    """Open a conversation with a contact, in which its owner speaks first."""
    if agent and desk:
        raise click.UsageError("Either --agent or --desk: a conversation has one owner.")
    named = key_of(with_, key)
    request = OpenConversationRequest(
        contact=named,
        channel=options["channel"],
        owner=Owner(agent=agent) if agent else Owner(desk="") if desk else None,
        intent_id=options["intent"],
        reason=options["reason"],
        context=variables(context, None),
    )

    async def work() -> None:
        async with contact_service(with_, named) as stub:
            hint = await _hint_if_new(stub, named, key)
        async with conversation_service(with_.settings) as conversations:
            view = (await conversations.OpenConversation(request, timeout=TIMEOUT)).conversation
        _tell(with_, hint)
        if with_.as_json:
            print_json(to_dict(view))
        else:
            where = f"{plain(view.contact_id)} on {plain(view.channel)}"
            out = console()
            out.print(f"{owner_in_words(view.owner)} has {plain(view.conversation_id)} with {where}")

    return run(work())


def _update(
    named: ContactKey,
    *,
    status: str | None,
    pause: str | None,
    reason: str,
    mode: str | None,
    language: str | None,
    assign: str | None,
    no_assign: bool,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    fields: tuple[str, ...],
    field_json: str | None,
) -> api.UpdateContactRequest:
    """The request that the options of `contact set` ask for."""
    if assign is not None and no_assign:
        raise click.UsageError("Either --assign or --no-assign.")
    if reason and not (status or assign or no_assign):
        raise click.UsageError("--reason goes with --status or --assign.")
    request = api.UpdateContactRequest(
        contact=named,
        status=STATUSES[status] if status else None,
        reason=reason,
        mode=_MODES[mode] if mode else None,
        language=language,
        assigned_agent="" if no_assign else assign,
        add_tags=add,
        remove_tags=remove,
        fields=_fields(fields, field_json),
    )
    if pause is not None:
        if request.status != CONVERSATION_STATUS_PAUSED:
            raise click.UsageError("--for goes with --status paused: only a pause has an end.")
        request.paused_until.FromNanoseconds(time.time_ns() + int(_duration(pause) * 1e9))
    if not request.fields.fields:
        request.ClearField("fields")
    return request


def _duration(text: str) -> float:
    try:
        seconds = parse_seconds(text)
    except ValueError:
        seconds = 0.0
    if not seconds:
        raise click.BadParameter(f"{text!r} is no duration: use 90, 30m or 2h", param_hint="--for")
    return seconds


def _fields(pairs: tuple[str, ...], document: str | None) -> Struct:
    """The fields of --field and --field-json, null for those that are to be removed."""
    values = variables(pairs, document, "--field")
    removed = {name for name, value in dict(pair.split("=", 1) for pair in pairs).items() if not value}
    fields = Struct()
    fields.update({name: None if name in removed else value for name, value in values.items()})
    return fields


async def _hint_if_new(stub: ContactServiceStub, key: ContactKey, named: str) -> str:
    """What to say of a contact that is not known yet, for its name may be a mistake; empty if it is known."""
    if await is_known(stub, key):
        return ""
    form = "address" if key.WhichOneof("key") == "address" else "id"
    return f"No contact had the {form} {named} until now.{did_you_mean(await near(stub, key))}"


def _tell(with_: Common, hint: str) -> None:
    """Say something to a person beside the output."""
    if hint and not with_.as_json:
        console(stderr=True).print(plain(hint), style="yellow")
