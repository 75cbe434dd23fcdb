"""Fields: refuses messages with values that could not be stored, printed or read again (botmesh/fields.py)."""

from google.protobuf.message import Message

from botmesh.fields import check_fields
from botmesh.policies.call import Call
from botmesh.policies.methods import AGENT, MethodClass
from botmesh.policies.pipeline import Policy


class Fields(Policy):
    """Checks timestamps, durations, numbers, enums, lengths and nesting of whole messages."""

    applies_to = frozenset(MethodClass)

    def caller(self, call: Call) -> None:
        """Check the request before it is sent."""
        if call.info.request is not None:
            check_fields(call.info.request, size=call.info.request_size)

    def callee(self, call: Call) -> None:
        """Check the request before any other policy reads it."""
        if call.info.unreadable is not None:
            raise call.info.unreadable
        if call.info.request is not None:
            check_fields(call.info.request, size=call.info.request_size)

    def read(self, call: Call, message: Message) -> None:
        """Check each request of a stream, and the responses of agents. Responses of the mesh's services are trusted."""
        if not call.info.at_caller or call.info.method.startswith(AGENT):
            check_fields(message, size=message.ByteSize())
