"""The methods of ConversationService that open and close conversations, and ask for a person without one."""

from botmesh.errors import InvalidField, TransferToSelf
from botmesh.names import DEFAULT_ACCOUNT, check_agent, check_id, new_id
from botmesh.transport.context import ServicerContext
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceServicer
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_AGENT, TRANSFER_INITIATOR_OPERATOR
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.contacts import again_if_merged
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.model import lifecycle_rules, rules
from botmesh_conversations.model.contact_rules import check_text
from botmesh_conversations.model.sizes import MAX_SAID, check_said
from botmesh_conversations.model.variables import check_size
from botmesh_conversations.post_stream import check_owner
from botmesh_conversations.spans import context_of

DEFAULT_CHANNEL = "web"
ALERTS = "alert"
"""The channel of alerts."""


class LifecycleMethods(ConversationServiceServicer):
    """Opening, closing, and asking for a person."""

    _all: Conversations

    @again_if_merged
    async def OpenConversation(
        self, request: api.OpenConversationRequest, context: ServicerContext
    ) -> api.OpenConversationResponse:
        """Open a conversation in which its owner speaks first."""
        named = check_id("conversation_id", request.conversation_id) if request.conversation_id else new_id()
        check_size(request.context, request.context)
        contact = await self._all.contacts.known(request.contact)
        channel = check_text("channel", request.channel or request.contact.address.channel or DEFAULT_CHANNEL)
        owner = request.owner
        check_owner("owner", owner)
        if owner.agent:
            await contact.account.routing.check_target(owner.agent)
        elif owner.desk:
            contact.account.check_person(owner.desk)
        elif owner.WhichOneof("owner") is None:
            owner = contact.account.routing.for_contact(contact.state.view.assigned_agent, channel)
        opening = pb.ConversationOpening(
            initiator=request.initiator or TRANSFER_INITIATOR_OPERATOR,
            intent_id=request.intent_id,
            reason=request.reason,
            context=request.context,
        )
        live = await self._all.get(named)
        if not live.sequence:
            opened = pb.ConversationOpened(channel=channel, owner=owner, opening=opening)
            live.context = context_of(context.invocation_metadata())
            await self._all.contacts.begin(contact, channel, named, opened)
        elif live.state.view.contact_id != contact.contact_id:
            raise InvalidField("the conversation is another contact's: leave the id out", field="conversation_id")
        return api.OpenConversationResponse(conversation=live.state.view)

    async def CloseConversation(
        self, request: api.CloseConversationRequest, context: ServicerContext
    ) -> api.CloseConversationResponse:
        """End a conversation."""
        live = await self._existing(request.conversation_id)
        by = request.WhichOneof("by")
        if by is None:
            raise InvalidField("say who closes it: agent or person", field="by")
        if by == "agent":
            check_agent("agent", request.agent)
            if request.agent != live.state.view.owner.agent and not live.state.is_closed:
                rules.must_own(live.state, request.agent)
        closed = pb.ConversationClosed(
            cause=pb.CLOSE_CAUSE_AGENT if by == "agent" else pb.CLOSE_CAUSE_PERSON,
            by=request.agent or check_id("person", request.person),
            reason=request.reason,
        )
        if not live.state.is_closed:
            rules.check_epoch(live.state, request.epoch)
        await self._all.close_conversation(live, closed)
        return api.CloseConversationResponse(conversation=live.state.view)

    async def AskForPerson(
        self, request: api.AskForPersonRequest, context: ServicerContext
    ) -> api.AskForPersonResponse:
        """Hand a conversation to the desk, or put an alert into its queue."""
        agent = check_agent("agent", request.agent)
        if not request.reason.strip():
            raise InvalidField("reason says what the person is needed for: it cannot be empty", field="reason")
        check_said("payload", request.payload, MAX_SAID // 2)
        check_said("handoff_message", request.handoff_message, MAX_SAID // 2)
        request_id = check_id("request_id", request.request_id) if request.request_id else new_id()
        if request.conversation_id:
            live = await self._existing(request.conversation_id)
            await self._hand_to_desk(live, request, request_id, context)
        else:
            live = await self._alert(agent, request, request_id)
        return api.AskForPersonResponse(
            conversation=live.state.view,
            desk=desk_outcome(live),
            queue_position=self._all.projection.queue_position(live.state.view),
        )

    async def _hand_to_desk(
        self, live: ConversationAggregate, request: api.AskForPersonRequest, request_id: str, context: ServicerContext
    ) -> None:
        wanted = api.TransferConversationRequest(
            target=Owner(desk=""),
            transfer_id=request_id,
            initiator=TRANSFER_INITIATOR_AGENT,
            user_message=request.payload,
            handoff_message=request.handoff_message,
            reason=request.reason,
        )
        try:
            await self._all.transfer(live, wanted, context_of(context.invocation_metadata()))
        except TransferToSelf:
            return  # a person has it, or will

    async def _alert(self, agent: str, request: api.AskForPersonRequest, request_id: str) -> ConversationAggregate:
        account = check_id("account_id", request.account_id or DEFAULT_ACCOUNT)
        live = await self._all.get(request_id)
        if live.sequence:
            return live.must_exist()
        live.account = await self._all.accounts.of(account)
        opened = pb.ConversationOpened(
            account_id=account,
            channel=ALERTS,
            owner=Owner(desk=""),
            alert_from=agent,
            opening=pb.ConversationOpening(initiator=TRANSFER_INITIATOR_AGENT, reason=request.reason),
        )
        said = pb.AgentSaid(agent=agent, payload=request.payload, message_id=request_id)
        await live.write(lambda state: lifecycle_rules.raise_alert(state, opened, said))
        return live

    async def _existing(self, conversation_id: str) -> ConversationAggregate:
        return (await self._all.get(check_id("conversation_id", conversation_id))).must_exist()


def desk_outcome(live: ConversationAggregate) -> "api.DeskOutcome":
    """What became of asking for a person, as the conversation stands."""
    owner = live.state.view.owner
    if owner.WhichOneof("owner") != "desk":
        return api.DESK_OUTCOME_UNSPECIFIED
    if owner.desk:
        return api.DESK_OUTCOME_ASSIGNED
    return api.DESK_OUTCOME_QUEUED if live.account.state.on_duty else api.DESK_OUTCOME_NOBODY_ON_DUTY
