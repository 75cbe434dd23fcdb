"""Message size: nothing over the limit is sent, and nothing over the limit is read."""

from google.protobuf.message import Message

from botmesh.errors import MessageTooLarge
from botmesh.policies.call import Call
from botmesh.policies.methods import MethodClass
from botmesh.policies.pipeline import Policy
from botmesh.v1.agent_service_pb2 import DelegateStreamResponse
from botmesh.work.work import check_reply_size


class Size(Policy):
    """Serialized bytes of each message, and of a streamed reply as a whole (at the callee the work counts).

    The transport takes more than one message may have, so that the refusal can be typed.
    """

    applies_to = frozenset({MethodClass.WORK, MethodClass.CONTROL})

    def caller(self, call: Call) -> None:
        """A request that is known before the call starts."""
        self.sending(call, call.info.request_size)

    def callee(self, call: Call) -> None:
        """The same, as it arrived."""
        self.received(call, call.info.request_size)

    def sending(self, call: Call, size: int) -> None:
        """The sender checks first."""
        if size > call.limits.max_message_bytes:
            raise _too_large(size, call.limits.max_message_bytes, "request" if call.info.at_caller else "response")

    def received(self, call: Call, size: int) -> None:
        """The receiver checks what a careless sender sent."""
        if size > call.limits.max_message_bytes:
            raise _too_large(size, call.limits.max_message_bytes, "response" if call.info.at_caller else "request")

    def read(self, call: Call, message: Message) -> None:
        """A stream that never ends fills no caller's memory."""
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
