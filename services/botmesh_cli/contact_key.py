"""How a contact is named on the command line: by its id, or by an address."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import grpc

from botmesh.errors import BotmeshError, InvalidField, UnknownContact
from botmesh.names import check_id, did_you_mean, nearest
from botmesh.v1 import contact_service_pb2 as api
from botmesh.v1.contact_pb2 import ContactKey
from botmesh.v1.contact_service_pb2_grpc import ContactServiceStub
from botmesh.v1.conversation_pb2 import Address
from botmesh_cli.connection import TIMEOUT, contacts
from botmesh_cli.options import Common

_COMPARED = 500
"""Contacts that a name which is not known is compared with: those that changed last."""


def key_of(with_: Common, named: str) -> ContactKey:
    """What KEY names: CHANNEL:TEXT is an address, anything without a colon a contact's id.

    Raises:
        InvalidField: it is neither; the text says which of the two was understood.
    """
    account = with_.settings.account
    channel, colon, text = named.partition(":")
    if not colon:
        try:
            return ContactKey(account_id=account, contact_id=check_id("contact_id", named))
        except InvalidField as error:
            hint = f"{error.text}; it has no colon, so it was read as a contact's id. An address is CHANNEL:TEXT"
            raise InvalidField(hint, **error.metadata) from None
    if not channel or not text:
        hint = f"{named!r} was read as an address, which is CHANNEL:TEXT, whatsapp:+4917012345: both are needed"
        raise InvalidField(hint, field="contact", value=named[:80])
    return ContactKey(account_id=account, address=Address(channel=channel, text=text))


def form_of(key: ContactKey) -> str:
    """Which form of KEY was understood, as words for an error."""
    if key.WhichOneof("key") == "address":
        return f"The key was read as the address {key.address.text!r} on the channel {key.address.channel!r}."
    return f"{key.contact_id!r} was read as a contact's id; an address is CHANNEL:TEXT."


@asynccontextmanager
async def contact_service(with_: Common, *keys: ContactKey) -> AsyncIterator[ContactServiceStub]:
    """ContactService; an error of it that is about one of `keys` says how the key was read, and which come near."""
    async with contacts(with_.settings) as stub:
        try:
            yield stub
        except UnknownContact as error:
            unknown = [key for key in keys if not await is_known(stub, key)]
            hints = [form_of(key) + did_you_mean(await near(stub, key)) for key in unknown]
            raise _with_hints(error, hints) from None


def _with_hints(error: BotmeshError, hints: list[str]) -> BotmeshError:
    if not hints:
        return error
    told = type(error)(f"{error.text}. {' '.join(hints)}", **error.metadata)
    told.trace_id, told.started, told.from_peer = error.trace_id, error.started, error.from_peer
    return told


async def is_known(stub: ContactServiceStub, key: ContactKey) -> bool:
    """Whether there is such a contact."""
    try:
        await stub.GetContact(api.GetContactRequest(contact=key), timeout=TIMEOUT)
    except UnknownContact:
        return False
    return True


async def near(stub: ContactServiceStub, key: ContactKey) -> list[str]:
    """The keys of known contacts that come closest to one that is not known, best first."""
    request = api.ListContactsRequest(account_id=key.account_id, page_size=_COMPARED)
    try:
        found = (await stub.ListContacts(request, timeout=TIMEOUT)).contacts
    except (BotmeshError, grpc.RpcError):
        return []  # it is a hint alone
    addresses = [address for contact in found for address in contact.addresses]
    if key.WhichOneof("key") == "address":
        wanted = key.address
        there = [address.text for address in addresses if address.channel == wanted.channel]
        close = [f"{wanted.channel}:{text}" for text in nearest(wanted.text, there)]
        return close or _addresses_of(wanted.text, addresses)
    return _addresses_of(key.contact_id, addresses) or nearest(key.contact_id, (one.contact_id for one in found))


def _addresses_of(text: str, addresses: Iterable[Address]) -> list[str]:
    """The addresses with this text, on any channel, as keys."""
    return [f"{address.channel}:{address.text}" for address in addresses if address.text == text]
