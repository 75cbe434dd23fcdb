"""Target: the callee is registered and live, and is the agent and the instance that the caller means."""

from dataclasses import replace

from botmesh.chain import Chain
from botmesh.errors import Draining, MetadataMismatch, UnknownAgent, WrongInstance
from botmesh.names import check_agent, check_id, new_id
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy
from botmesh.v1.message_pb2 import Message

_NOTHING = Message()


class Target(Policy):
    """Reads the chain, and refuses calls that are meant for another agent or instance."""

    def caller(self, call: Call) -> None:
        """Refuse unknown agents, and agents without a live instance."""
        if call.endpoint.targets is not None:
            call.endpoint.targets.find(call.chain.account_id or call.endpoint.account, call.info.target)

    def callee(self, call: Call) -> None:
        """Refuse calls for other agents or instances, and new work while this instance drains."""
        end = call.endpoint
        chain = Chain.from_metadata(call.info.metadata)
        call.chain = chain = _completed(chain, call.info.message or _NOTHING, end.account)
        _check_addressee(call)
        if chain.account_id != end.account and not end.shared:
            raise UnknownAgent(f"account {chain.account_id} sees no agent {end.agent}: its card is not shared")
        if end.draining and not _is_known(call):
            raise Draining(f"{end.agent} is draining: ask another instance")


def _is_known(call: Call) -> bool:
    """Whether this instance has work of the call's message id."""
    message = call.info.message
    return message is not None and bool(message.message_id) and call.endpoint.works.find(call.work_key) is not None


def _check_addressee(call: Call) -> None:
    end, chain = call.endpoint, call.chain
    agent, _, instance = chain.to.partition("/")
    named = call.info.message.to_agent.rpartition("/")[2] if call.info.message is not None else ""
    if agent and named and agent != named:
        raise MetadataMismatch(
            f"botmesh-to names {agent} and the message {named}",
            field="to_agent",
            message=named,
            metadata=agent,
        )
    if (agent or named or end.agent) != end.agent or (instance or end.instance) != end.instance:
        expected = chain.to or named
        raise WrongInstance(
            f"this is {end.agent}/{end.instance}, not {expected}: look the agent up again",
            expected=expected,
            actual=f"{end.agent}/{end.instance}",
        )


def _completed(chain: Chain, message: Message, account: str) -> Chain:
    """Return the chain with the ids that only the message has. Message and metadata must not differ."""
    if message.message_id:
        check_id("message_id", message.message_id)
    from_agent = message.from_agent
    if from_agent:
        check_agent("from_agent", from_agent)
    if chain.path and from_agent and chain.path[-1].rpartition("/")[2] != from_agent:
        raise _mismatch("from_agent", from_agent, chain.path[-1])
    correlation_id = _same("correlation_id", message.correlation_id, chain.correlation_id) or new_id()
    conversation_id = _same("conversation_id", message.conversation_id, chain.conversation_id)
    account_id = _same("account_id", message.account_id, chain.account_id) or account
    if (correlation_id, conversation_id, account_id) == (chain.correlation_id, chain.conversation_id, chain.account_id):
        return chain  # the usual case: the caller's SDK has put all ids into the metadata
    return replace(chain, correlation_id=correlation_id, conversation_id=conversation_id, account_id=account_id)


def _same(field: str, in_message: str, in_metadata: str) -> str:
    if not in_message:
        return in_metadata
    if in_metadata == in_message:
        return in_metadata  # checked when the chain was read
    check_id(field, in_message)
    if in_metadata:
        raise _mismatch(field, in_message, in_metadata)
    return in_message


def _mismatch(field: str, in_message: str, in_metadata: str) -> MetadataMismatch:
    return MetadataMismatch(
        f"the message says {field} {in_message!r} and the metadata {in_metadata!r}: send one of them",
        field=field,
        message=in_message,
        metadata=in_metadata,
    )
