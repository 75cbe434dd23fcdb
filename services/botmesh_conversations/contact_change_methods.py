"""The methods of ConversationService that change a contact: its status, mode, tags and fields, forms and actions."""

import time
from collections.abc import Callable, Sequence

from botmesh.errors import InvalidField
from botmesh.names import check_agent, check_id, new_id
from botmesh.transport.context import ServicerContext
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.contact_pb2 import ContactKey
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceServicer
from botmesh.v1.transfer_pb2 import CONVERSATION_MODE_UNSPECIFIED
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.contact_aggregate import ContactAggregate
from botmesh_conversations.contacts import again_if_merged, shown
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.model import contact_rules, rules
from botmesh_conversations.model.contact_rules import check_end, check_text
from botmesh_conversations.model.contact_state import ContactState
from botmesh_conversations.spans import context_of

Decision = Callable[[ContactState], Sequence[ConversationEvent]]


class ContactChangeMethods(ConversationServiceServicer):
    """Changes of contacts, named by themselves or by one of their conversations."""

    _all: Conversations

    @again_if_merged
    async def SetStatus(self, request: api.SetStatusRequest, context: ServicerContext) -> api.SetStatusResponse:
        """Pause, stop or activate a contact or one conversation."""
        if request.status == pb.CONVERSATION_STATUS_UNSPECIFIED:
            raise InvalidField("status must be active, paused or stopped", field="status")
        one_of(request.conversation_id, request.HasField("contact"))
        changed = pb.StatusChanged(status=request.status, reason=request.reason)
        if request.HasField("until"):
            check_end(request.status, request.until, time.time())
            changed.until.CopyFrom(request.until)
        if request.conversation_id:
            live = await self._conversation(request.conversation_id)
            await live.write(lambda state: rules.set_status(state, changed))
            self._all.advance(live)
            return api.SetStatusResponse(conversations=[live.state.view])
        contact = await self._all.contacts.known(request.contact)
        again = any(live.state.view.own_status for live in await self._all.contacts.conversations(contact))
        await self._all.contacts.write(
            contact, lambda state: contact_rules.set_status(state, changed, time.time(), again=again)
        )
        views = [live.state.view for live in await self._all.contacts.conversations(contact)]
        return api.SetStatusResponse(conversations=views, contact=shown(contact))

    @again_if_merged
    async def SetMode(self, request: api.SetModeRequest, context: ServicerContext) -> api.SetModeResponse:
        """Autopilot or suggestive, for a contact or one conversation."""
        if request.mode == CONVERSATION_MODE_UNSPECIFIED:
            raise InvalidField("mode must be autopilot or suggestive", field="mode")
        one_of(request.conversation_id, request.HasField("contact"))
        if request.conversation_id:
            live = await self._conversation(request.conversation_id)
            await live.write(lambda state: rules.set_mode(state, request.mode))
            self._all.advance(live)
            return api.SetModeResponse(conversation=live.state.view)
        contact = await self._all.contacts.known(request.contact)
        again = any(live.state.view.own_mode for live in await self._all.contacts.conversations(contact))
        await self._all.contacts.write(contact, lambda state: contact_rules.set_mode(state, request.mode, again=again))
        return api.SetModeResponse(contact=shown(contact))

    async def SetTags(self, request: api.SetTagsRequest, context: ServicerContext) -> api.SetTagsResponse:
        """Add and remove tags of a contact."""
        add = [check_text("tag", tag) for tag in request.add]
        remove = [check_text("tag", tag) for tag in request.remove]
        live, contact, _ = await self._change_contact(
            request.conversation_id,
            request.contact if request.HasField("contact") else None,
            lambda state: contact_rules.set_tags(state, add, remove),
        )
        return api.SetTagsResponse(conversation=_view(live), contact=shown(contact))

    async def SetFields(self, request: api.SetFieldsRequest, context: ServicerContext) -> api.SetFieldsResponse:
        """Update facts about a contact."""
        live, contact, _ = await self._change_contact(
            request.conversation_id,
            request.contact if request.HasField("contact") else None,
            lambda state: contact_rules.set_fields(state, request.values),
        )
        return api.SetFieldsResponse(conversation=_view(live), contact=shown(contact))

    async def SubmitForm(self, request: api.SubmitFormRequest, context: ServicerContext) -> api.SubmitFormResponse:
        """Take in a form of a contact."""
        submission = check_id("submission_id", request.submission_id) if request.submission_id else new_id()
        submitted = pb.FormSubmitted(
            form=check_id("form", request.form), values=request.values, submission_id=submission
        )

        def decide(state: ContactState) -> list[ConversationEvent]:
            if self._all.projection.has_form(state.view.account_id, state.view.contact_id, submission):
                return []
            return contact_rules.submit_form(state, submitted)

        live, contact, _ = await self._change_contact(
            request.conversation_id, request.contact if request.HasField("contact") else None, decide
        )
        return api.SubmitFormResponse(conversation=_view(live), contact=shown(contact))

    async def FireAction(self, request: api.FireActionRequest, context: ServicerContext) -> api.FireActionResponse:
        """Let triggers know that something happened."""
        agent = check_agent("agent", request.agent) if request.agent else ""
        fired = pb.ActionFired(action=check_id("action", request.action), agent=agent, values=request.values)
        if request.conversation_id:
            live = await self._conversation(request.conversation_id)
            live.context = context_of(context.invocation_metadata()) or live.context
        acting, contact, events = await self._change_contact(
            request.conversation_id,
            request.contact if request.HasField("contact") else None,
            lambda state: contact_rules.fire_action(state, fired),
        )
        names = [event.trigger_fired.trigger for event in events if event.HasField("trigger_fired")]
        return api.FireActionResponse(conversation=_view(acting), fired=names, contact=shown(contact))

    @again_if_merged
    async def _change_contact(
        self, conversation_id: str, key: ContactKey | None, decide: Decision
    ) -> tuple[ConversationAggregate | None, ContactAggregate, list[ConversationEvent]]:
        """Change a contact: the conversation that was named, the contact, and all that was written.

        What happens to a contact that is named itself happens in its newest open conversation, if there is one.
        """
        one_of(conversation_id, key is not None)
        live: ConversationAggregate | None = None
        if key is not None:
            contact = await self._all.contacts.known(key)
            conversations = contact.state.view.conversations
            acting = conversations[-1].conversation_id if conversations else ""
        else:
            live = await self._conversation(conversation_id)
            contact = await self._contact_of(live)
            acting = "" if live.state.is_closed else live.id

        def stamped(state: ContactState) -> Sequence[ConversationEvent]:
            events = decide(state)
            for event in events:
                event.acting_conversation_id = acting
            return events

        return live, contact, await self._all.contacts.write(contact, stamped)

    async def _conversation(self, conversation_id: str) -> ConversationAggregate:
        return (await self._all.get(check_id("conversation_id", conversation_id))).must_exist()

    async def _contact_of(self, live: ConversationAggregate) -> ContactAggregate:
        view = live.state.view
        if not view.contact_id:
            raise InvalidField("an alert has no contact: there is nothing to change", field="conversation_id")
        return await self._all.contacts.of(view.account_id, view.contact_id)


def one_of(conversation_id: str, is_contact_named: bool) -> None:
    """Refuse a request that names both a conversation and a contact, or neither.

    Raises:
        InvalidField: `conversation_id`.
    """
    if bool(conversation_id) == is_contact_named:
        raise InvalidField("name either a conversation or a contact", field="conversation_id")


def _view(live: ConversationAggregate | None) -> pb.Conversation | None:
    return None if live is None else live.state.view
