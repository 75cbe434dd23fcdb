"""Message size: refuses messages over the limit, before they are sent and before they are parsed."""

from google.protobuf.message import Message

from botmesh.errors import MessageTooLarge
from botmesh.policies.call import Call
from botmesh.policies.methods import MethodClass
from botmesh.policies.pipeline import Policy
from botmesh.v1.agent_service_pb2 import DelegateStreamResponse
from botmesh.work.work import check_reply_size


class Size(Policy):
    """Limits the serialized bytes of each message, and of a streamed reply as a whole.

    At the callee the work itself counts the bytes of a streamed reply. The transport takes larger messages than the
    limit allows, so that the refusal is a typed error.
    """

    applies_to = frozenset({MethodClass.WORK, MethodClass.CONTROL})

    def caller(self, call: Call) -> None:
        """Check the request of a call with one request."""
        self.sending(call, call.info.request_size)

    def callee(self, call: Call) -> None:
        """Check the request of a call with one request, as it arrived."""
        self.received(call, call.info.request_size)

    def sending(self, call: Call, size: int) -> None:
        """Check a message at its sender."""
        if size > call.limits.max_message_bytes:
            raise _too_large(size, call.limits.max_message_bytes, "request" if call.info.at_caller else "response")

    def received(self, call: Call, size: int) -> None:
        """Check a message at its receiver, because the sender may have another limit."""
        if size > call.limits.max_message_bytes:
            raise _too_large(size, call.limits.max_message_bytes, "response" if call.info.at_caller else "request")

    def read(self, call: Call, message: Message) -> None:
        """Check the size of a streamed reply so far, so that an endless reply cannot fill the caller's memory."""
        if call.info.at_caller and isinstance(message, DelegateStreamResponse) and not message.HasField("progress"):
            call.reply_bytes = check_reply_size(call.reply_bytes + message.ByteSize(), call.limits.max_reply_bytes)


def _too_large(size: int, limit: int, direction: str) -> MessageTooLarge:
    error = MessageTooLarge(
        f"the {direction} is {size} bytes and the limit {limit}: send less, a URL, or a stream of parts",
        size=size,
        limit=limit,
        direction=direction,
    )
    error.started = direction == "response"
    return error
