"""ContactService on the wire."""

import time
from collections.abc import Sequence

import grpc

from botmesh.errors import InvalidField
from botmesh.names import check_agent
from botmesh.transport.context import ServicerContext
from botmesh.v1 import contact_service_pb2 as api
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.contact_service_pb2_grpc import ContactServiceServicer, add_ContactServiceServicer_to_server
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_OPERATOR
from botmesh_conversations.contact_rows import effective
from botmesh_conversations.contacts import again_if_merged, shown
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.model import contact_rules
from botmesh_conversations.model.contact_rules import check_address, check_end, check_language, check_text
from botmesh_conversations.model.contact_state import ContactState
from botmesh_service.paging import check_page_size

SERVICE_NAME = "botmesh.v1.ContactService"


class ContactService(ContactServiceServicer):
    """The edge between gRPC and the contacts."""

    def __init__(self, conversations: Conversations) -> None:
        """Answer from these."""
        self._all = conversations

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_ContactServiceServicer_to_server(self, server)

    async def GetContact(self, request: api.GetContactRequest, context: ServicerContext) -> api.GetContactResponse:
        """One contact."""
        return api.GetContactResponse(contact=shown(await self._all.contacts.named(request.contact)))

    async def ListContacts(
        self, request: api.ListContactsRequest, context: ServicerContext
    ) -> api.ListContactsResponse:
        """A page of contacts."""
        now = time.time()
        page = self._all.projection.contact_page(request, now, check_page_size(request.page_size))
        return api.ListContactsResponse(
            contacts=[effective(view, now) for view in page.views], next_page_token=page.next_token
        )

    @again_if_merged
    async def UpdateContact(
        self, request: api.UpdateContactRequest, context: ServicerContext
    ) -> api.UpdateContactResponse:
        """Change a contact in one step."""
        add = [check_text("add_tags", tag) for tag in request.add_tags]
        remove = [check_text("remove_tags", tag) for tag in request.remove_tags]
        check_language(request.language)
        until = request.paused_until if request.HasField("paused_until") else None
        if until is not None and not request.status:
            raise InvalidField("paused_until goes with the status paused", field="paused_until")
        check_end(request.status, until, time.time())
        contact = await self._all.contacts.known(request.contact)
        if request.assigned_agent:
            await contact.account.routing.check_known(check_agent("assigned_agent", request.assigned_agent))
            contact.account.routing.refuse_internal(request.assigned_agent)
        views = [live.state.view for live in await self._all.contacts.conversations(contact)]
        again = any(view.own_status for view in views), any(view.own_mode for view in views)
        changed = pb.StatusChanged(status=request.status, until=until, reason=request.reason)

        def decide(state: ContactState) -> list[ConversationEvent]:
            events = _updates(state, request, changed, add, remove, again)
            conversations = state.view.conversations
            for event in events:
                event.acting_conversation_id = conversations[-1].conversation_id if conversations else ""
            return events

        await self._all.contacts.write(contact, decide)
        return api.UpdateContactResponse(contact=shown(contact))

    @again_if_merged
    async def LinkAddress(self, request: api.LinkAddressRequest, context: ServicerContext) -> api.LinkAddressResponse:
        """Add an address."""
        address = check_address("address", request.address)
        contact = await self._all.contacts.known(request.contact)
        contact = await self._all.contacts.at(contact.account.name, address, contact.contact_id)
        return api.LinkAddressResponse(contact=shown(contact))

    @again_if_merged
    async def UnlinkAddress(
        self, request: api.UnlinkAddressRequest, context: ServicerContext
    ) -> api.UnlinkAddressResponse:
        """Take an address away."""
        address = check_address("address", request.address)
        contact = await self._all.contacts.named(request.contact)
        await self._all.contacts.unlink(contact, address)
        return api.UnlinkAddressResponse(contact=shown(contact))

    async def MergeContacts(
        self, request: api.MergeContactsRequest, context: ServicerContext
    ) -> api.MergeContactsResponse:
        """Make two contacts one."""
        remaining = await self._all.contacts.merge(request.contact, request.merged)
        return api.MergeContactsResponse(contact=shown(remaining))


def _updates(
    state: ContactState,
    request: api.UpdateContactRequest,
    status: pb.StatusChanged,
    add: Sequence[str],
    remove: Sequence[str],
    again: tuple[bool, bool],
) -> list[ConversationEvent]:
    """What an update changes."""
    events: list[ConversationEvent] = []
    if request.status:
        events += contact_rules.set_status(state, status, time.time(), again=again[0])
    if request.mode:
        events += contact_rules.set_mode(state, request.mode, again=again[1])
    if add or remove:
        events += contact_rules.set_tags(state, add, remove)
    if request.fields.fields:
        events += contact_rules.set_fields(state, request.fields)
    if request.HasField("language"):
        events += contact_rules.set_language(state, request.language)
    if request.HasField("assigned_agent"):
        events += contact_rules.assign(state, request.assigned_agent, TRANSFER_INITIATOR_OPERATOR, request.reason)
    return events
