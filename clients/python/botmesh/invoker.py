"""Composes invocations of agents and makes the calls: what all delegations of a Task and a Mesh share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from botmesh.calling.agent_client import AgentClient
from botmesh.calling.invocation import Invocation
from botmesh.names import check_id, new_id
from botmesh.parts import Content, stamp, to_parts, to_struct
from botmesh.reply import Reply
from botmesh.telemetry.telemetry import trace_id_of
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1.message_pb2 import MESSAGE_TYPE_DELEGATE


class Options(TypedDict, total=False):
    """The options of a delegation beside its agent and its content."""

    timeout: float | None
    """Seconds. The default is the mesh's (30), and never more than what is left of the parent's deadline."""
    context: Mapping[str, Any] | None
    """Variables for the callee: values that JSON can hold, by name."""
    skill: str
    """The id of the callee's skill that is meant."""
    conversation_id: str
    """The id of the conversation; inside a delegation the conversation of that delegation."""
    message_id: str
    """The idempotency key: sending the same one again joins the work or returns its reply."""
    max_hops: int | None
    """The most hops of the whole chain, if fewer than the mesh allows."""


class Invoker(ABC):
    """Composes messages and chains for one client, and calls Delegate and Notify."""

    def __init__(self, client: AgentClient) -> None:
        """Make all calls through `client`."""
        self._client = client

    @abstractmethod
    def _invocation(self, agent: str, timeout: float | None, conversation_id: str) -> Invocation:
        """Return an invocation of `agent` with an empty message, in the chain that it continues or starts."""

    def _spent(self, reply: Reply) -> None:  # noqa: B027 - a client has no reply of its own to add the usage to
        """Record what a reply cost."""

    def _named(self) -> Sequence[str]:
        """The agents that cannot be asked because they stand in the chain already."""
        return ()

    def _open_in_path(self) -> int:
        """The number of open delegations at the agents of the chain's path, without those of this client."""
        return 0

    def _at_once(self) -> int:
        """How many delegations of one conversation this client may have open at a time, as far as the path tells."""
        return max(1, self._client.endpoint.limits.max_delegations - self._open_in_path())

    def _conversations_at(self) -> str:
        """The address of ConversationService, IP and port."""
        return self._client.services.address_of("conversations")

    def _compose(self, agent: str, content: Content, options: Options) -> Invocation:
        invocation = self._invocation(agent, options.get("timeout"), options.get("conversation_id", ""))
        invocation.chain = invocation.chain.narrowed(options.get("max_hops"))
        message, message_id = invocation.message, options.get("message_id", "")
        message.to_agent = agent.rpartition("/")[2]
        message.message_type = MESSAGE_TYPE_DELEGATE
        message.payload.extend(to_parts(content))
        message.correlation_id = invocation.chain.correlation_id
        stamp(message.timestamp)
        message.message_id = check_id("message_id", message_id) if message_id else new_id()
        message.conversation_id = invocation.chain.conversation_id
        message.account_id = invocation.chain.account_id
        message.skill_id = options.get("skill", "")
        variables = to_struct(options.get("context"))
        if variables is not None:
            message.context.CopyFrom(variables)
        return invocation

    async def _invoke(self, invocation: Invocation) -> Reply:
        request = pb.DelegateRequest(message=invocation.message)
        response, call = await self._client.unary("Delegate", invocation, request, pb.DelegateResponse.FromString)
        reply = Reply.from_proto(response.reply, trace_id_of(call.span))
        self._spent(reply)
        return reply

    async def _notify(self, invocation: Invocation) -> None:
        request = pb.NotifyRequest(message=invocation.message)
        await self._client.unary("Notify", invocation, request, pb.NotifyResponse.FromString)
