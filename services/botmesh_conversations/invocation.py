"""The call of an agent on behalf of a conversation: how every turn, offer and question to a member is addressed."""

from opentelemetry.context import Context

from botmesh.calling.invocation import Invocation
from botmesh.chain import Chain
from botmesh.v1.conversation_pb2 import Conversation
from botmesh.v1.message_pb2 import Message


def invocation(
    view: Conversation, agent: str, message: Message, timeout: float, context: Context | None = None
) -> Invocation:
    """Address `message` to an agent in a chain of its own.

    Args:
        view: the conversation.
        agent: its full name, "ACCOUNT/NAME" or "NAME".
        message: what is asked; its addressee, correlation, conversation and account are filled in.
        timeout: seconds for the whole call.
        context: the span under which it is called; None: the current one.
    """
    chain = Chain.root(view.account_id, view.conversation_id)
    message.to_agent = agent.rpartition("/")[2]
    message.correlation_id = chain.correlation_id
    message.conversation_id = view.conversation_id
    message.account_id = view.account_id
    return Invocation(agent, message, chain, timeout, context=context)
