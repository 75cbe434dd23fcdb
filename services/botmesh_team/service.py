"""TeamService: offers the SDK's functions that ask several agents as RPCs, within the chain of the call."""

from collections.abc import Iterable, Sequence

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import Struct
from opentelemetry.context import Context

from botmesh.calling.agent_client import AgentClient
from botmesh.calling.invocation import Invocation
from botmesh.chain import Chain
from botmesh.delegator import Delegator
from botmesh.errors import BotmeshError, InvalidField, QuotaExceeded
from botmesh.limits import seconds
from botmesh.names import DEFAULT_ACCOUNT, check_id, new_id
from botmesh.parts import from_struct
from botmesh.policies import current_call
from botmesh.team import MIN_CONFIDENCE, Opinion, Receipt, Stop
from botmesh.telemetry.context import extract
from botmesh.transport.context import ServicerContext
from botmesh.v1 import team_service_pb2 as pb
from botmesh.v1.message_pb2 import Message
from botmesh.v1.team_service_pb2_grpc import TeamServiceServicer, add_TeamServiceServicer_to_server
from botmesh_service.agent_clients import AgentClients

SERVICE_NAME = "botmesh.v1.TeamService"
MAX_RECIPIENTS = 100
"""Agents, or tags, that one call may name."""


class TeamService(TeamServiceServicer):
    """Serves the RPCs of TeamService."""

    def __init__(self, clients: AgentClients, conversations: str) -> None:
        """`clients` call the agents; `conversations` is where ConversationService answers."""
        self._clients = clients
        self._conversations = conversations

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_TeamServiceServicer_to_server(self, server)

    async def DelegateToSkill(
        self, request: pb.DelegateToSkillRequest, context: ServicerContext
    ) -> pb.DelegateToSkillResponse:
        """Delegate to an agent with the skill, and return its reply."""
        message = request.message
        if message.to_agent:
            raise InvalidField("skill_id chooses the agent here: leave to_agent empty", field="to_agent")
        delegator = self._delegator(message, context)
        reply = await delegator.delegate(
            content=message.payload,
            skill=message.skill_id,
            timeout=_timeout(request.timeout),
            context=_variables(message.context),
            message_id=message.message_id,
        )
        return pb.DelegateToSkillResponse(reply=reply.proto)

    async def Consult(self, request: pb.ConsultRequest, context: ServicerContext) -> pb.ConsultResponse:
        """Ask several agents the same question, and return their answers ranked by confidence."""
        sure = request.min_confidence if request.HasField("min_confidence") else MIN_CONFIDENCE
        if not 0 <= sure <= 1:
            raise InvalidField("min_confidence is 0 to 1", field="min_confidence", value=sure)
        stop: Stop = request.enough or "all"
        recipients = self._recipients(request.recipients)
        result = await self._delegator(request.message, context).consult(
            request.message.payload,
            agents=recipients.agents,
            tags=recipients.tags,
            skill=recipients.skill_id,
            min_confidence=sure,
            stop=stop,
            timeout=_timeout(request.timeout),
            context=_variables(request.message.context),
        )
        return pb.ConsultResponse(
            answers=map(_opinion, result.answers),
            unsure=map(_opinion, result.unsure),
            failures=map(_opinion, result.failures),
        )

    async def Collaborate(self, request: pb.CollaborateRequest, context: ServicerContext) -> pb.CollaborateResponse:
        """Give several agents the same task, and return their answers."""
        recipients = self._recipients(request.recipients)
        result = await self._delegator(request.message, context).collaborate(
            request.message.payload,
            agents=recipients.agents,
            tags=recipients.tags,
            skill=recipients.skill_id,
            timeout=_timeout(request.timeout),
            context=_variables(request.message.context),
        )
        return pb.CollaborateResponse(
            answers=map(_opinion, [*result.answers, *result.unsure]), failures=map(_opinion, result.failures)
        )

    async def Broadcast(self, request: pb.BroadcastRequest, context: ServicerContext) -> pb.BroadcastResponse:
        """Notify several agents, and return a receipt from each."""
        recipients = self._recipients(request.recipients)
        receipts = await self._delegator(request.message, context).broadcast(
            request.message.payload,
            agents=recipients.agents,
            tags=recipients.tags,
            skill=recipients.skill_id,
            everybody=recipients.everybody,
            conversation=recipients.conversation_id,
            timeout=_timeout(request.timeout),
            context=_variables(request.message.context),
        )
        return pb.BroadcastResponse(receipts=map(_receipt, receipts))

    def _recipients(self, recipients: pb.Recipients) -> pb.Recipients:
        """The recipients of a call, checked.

        Raises:
            QuotaExceeded: more than 100 agents or tags are named.
        """
        for field in ("agents", "tags"):
            if len(getattr(recipients, field)) > MAX_RECIPIENTS:
                text = f"one call names at most {MAX_RECIPIENTS} {field}: make several"
                raise QuotaExceeded(text, limit=MAX_RECIPIENTS, field=f"recipients.{field}")
        if recipients.conversation_id:
            check_id("recipients.conversation_id", recipients.conversation_id)
        return recipients

    def _delegator(self, message: Message, context: ServicerContext) -> "_OnBehalf":
        metadata = tuple(context.invocation_metadata() or ())
        chain = Chain.from_metadata(metadata)
        account = check_id("account_id", chain.account_id or message.account_id or DEFAULT_ACCOUNT)
        for field in ("correlation_id", "conversation_id", "message_id"):
            if getattr(message, field):
                check_id(field, getattr(message, field))
        chain = Chain(
            path=chain.path,
            max_hops=chain.max_hops,
            correlation_id=chain.correlation_id or message.correlation_id or new_id(),
            conversation_id=chain.conversation_id or message.conversation_id,
            account_id=account,
            open=chain.open,
        )
        trace = extract(metadata)
        return _OnBehalf(self._clients.of(account), chain, trace, self._conversations)


class _OnBehalf(Delegator):
    """Delegates as the last agent of a chain."""

    def __init__(self, client: AgentClient, chain: Chain, trace: Context, conversations: str) -> None:
        super().__init__(client)
        self._chain = chain
        self._trace = trace
        self._conversations = conversations

    def _invocation(self, agent: str, timeout: float | None, conversation_id: str) -> Invocation:
        call = current_call()
        asks = self._chain.path[-1].rpartition("/")[2] if self._chain.path else ""
        return Invocation(agent, Message(from_agent=asks), self._chain, timeout, call.deadline, self._trace)

    def _named(self) -> Sequence[str]:
        return self._chain.path

    def _open_in_path(self) -> int:
        return max(0, self._chain.open_in_path - 1)  # the last agent of the path counts for the call that is made here

    def _conversations_at(self) -> str:
        return self._conversations


def _timeout(given: Duration) -> float | None:
    return seconds(given) or None


def _variables(given: Struct) -> dict[str, object] | None:
    return from_struct(given) or None


def _opinion(opinion: Opinion) -> pb.Opinion:
    return pb.Opinion(
        agent=opinion.agent,
        conversation_id=opinion.conversation_id,
        address=opinion.address,
        reply=None if opinion.reply is None else opinion.reply.proto,
        failure=_failure(opinion.error),
    )


def _receipt(receipt: Receipt) -> pb.BroadcastReceipt:
    return pb.BroadcastReceipt(agent=receipt.agent, message_id=receipt.message_id, failure=_failure(receipt.error))


def _failure(error: BotmeshError | None) -> pb.Failure | None:
    if error is None:
        return None
    facts: Iterable[tuple[str, str]] = error.metadata.items()
    code: int = error.status.value[0]
    return pb.Failure(reason=error.reason, code=code, text=error.text, metadata=dict(facts), started=error.started)
