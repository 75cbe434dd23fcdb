"""The methods of ConversationService that people at the desk and members of a conversation use."""

from collections.abc import Callable
from typing import Any

from botmesh.names import check_agent, check_id, new_id
from botmesh.transport.context import ServicerContext
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Conversation, Owner
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceServicer
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_OPERATOR
from botmesh_conversations import members
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.model import rules
from botmesh_conversations.model.sizes import MAX_REPLY, check_something_said
from botmesh_conversations.model.state import State


class DeskMethods(ConversationServiceServicer):
    """Suggestions, claims and replies of people; members and what they say."""

    _all: Conversations

    async def Approve(self, request: api.ApproveRequest, context: ServicerContext) -> api.ApproveResponse:
        """A suggested reply goes out."""
        if request.payload:
            check_something_said("payload", request.payload, MAX_REPLY)
        person = check_id("person", request.person)
        view = await self._change(
            request.conversation_id, lambda state: rules.approve(state, request.turn_id, person, request.payload)
        )
        return api.ApproveResponse(conversation=view)

    async def Reject(self, request: api.RejectRequest, context: ServicerContext) -> api.RejectResponse:
        """A suggested reply does not go out."""
        person = check_id("person", request.person)
        view = await self._change(
            request.conversation_id, lambda state: rules.drop(state, request.turn_id, person, request.reason)
        )
        return api.RejectResponse(conversation=view)

    async def Claim(self, request: api.ClaimRequest, context: ServicerContext) -> api.ClaimResponse:
        """A person takes it."""
        person = check_id("person", request.person)
        view = await self._change(request.conversation_id, lambda state: rules.claim(state, person))
        account = await self._all.accounts.of(view.account_id)
        await account.set_duty(person, on_duty=True)  # whoever claims is here
        return api.ClaimResponse(conversation=view)

    async def Reply(self, request: api.ReplyRequest, context: ServicerContext) -> api.ReplyResponse:
        """A person answers."""
        check_something_said("payload", request.payload)
        replied = pb.PersonReplied(
            person=check_id("person", request.person),
            payload=request.payload,
            message_id=check_id("message_id", request.message_id) if request.message_id else new_id(),
            note=request.note,
        )
        live = await self._one(request.conversation_id)
        await live.write(lambda state: rules.reply(state, replied))  # a note is taken in after the end, too
        self._all.advance(live)
        return api.ReplyResponse(conversation=live.state.view)

    async def HandBack(self, request: api.HandBackRequest, context: ServicerContext) -> api.HandBackResponse:
        """Back to an agent."""
        live = await self._one(request.conversation_id)
        rules.must_hold(live.state, request.person)
        agents = [owner.agent for owner in reversed(live.state.came_from) if owner.agent]
        agent = request.agent or (agents[0] if agents else live.account.routing.first(live.state.view.channel).agent)
        wanted = api.TransferConversationRequest(
            target=Owner(agent=check_agent("agent", agent)),
            epoch=live.state.view.epoch,
            handoff_message=request.handoff_message,
            reason=f"{request.person} hands back",
            initiator=TRANSFER_INITIATOR_OPERATOR,
        )
        await self._all.transfer(live, wanted)
        return api.HandBackResponse(conversation=live.state.view)

    async def AddMember(self, request: api.AddMemberRequest, context: ServicerContext) -> api.AddMemberResponse:
        """Have an agent asked beside the owner."""
        member = request.member
        member.ClearField("scheduled_since")
        members.check(member)
        live = await self._one(request.conversation_id)
        await live.account.routing.check_known(member.agent)
        view = await self._change(live.id, lambda state: members.add(state, member))
        return api.AddMemberResponse(conversation=view)

    async def RemoveMember(
        self, request: api.RemoveMemberRequest, context: ServicerContext
    ) -> api.RemoveMemberResponse:
        """Have it not asked any more."""
        view = await self._change(request.conversation_id, lambda state: members.remove(state, request.agent))
        return api.RemoveMemberResponse(conversation=view)

    async def Say(self, request: api.SayRequest, context: ServicerContext) -> api.SayResponse:
        """Let an agent say something of its own accord."""
        check_something_said("payload", request.payload)
        message_id = check_id("message_id", request.message_id) if request.message_id else new_id()
        said = pb.AgentSaid(agent=request.agent, payload=request.payload, message_id=message_id)
        live = await self._one(request.conversation_id)
        if not self._all.projection.sequence_of(live.id, message_id):
            await self._change(live.id, lambda state: members.say(state, said))
        return api.SayResponse(conversation=live.state.view)

    async def _one(self, conversation_id: str) -> ConversationAggregate:
        return (await self._all.get(check_id("conversation_id", conversation_id))).must_exist()

    async def _change(self, conversation_id: str, decide: Callable[[State], Any]) -> Conversation:
        live = await self._one(conversation_id)

        def checked(state: State) -> Any:
            rules.must_be_open(state)
            return decide(state)

        await live.write(checked)
        self._all.advance(live)
        return live.state.view
