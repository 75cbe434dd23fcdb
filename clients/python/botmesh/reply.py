"""Replies, the events of a streamed reply, and sums of usages."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from botmesh.errors import MessageTooLarge
from botmesh.fields import MAX_AMOUNT
from botmesh.parts import Content, from_struct, text_of, to_parts
from botmesh.v1 import agent_service_pb2, message_pb2
from botmesh.v1.part_pb2 import Part
from botmesh.v1.task_state_pb2 import TaskState
from botmesh.v1.usage_pb2 import Usage

State = Literal["completed", "input_required", "auth_required", "rejected"]
_STATES: dict[TaskState, State] = {
    TaskState.TASK_STATE_INPUT_REQUIRED: "input_required",
    TaskState.TASK_STATE_AUTH_REQUIRED: "auth_required",
    TaskState.TASK_STATE_REJECTED: "rejected",
}
_CODES: dict[State, TaskState] = {
    "completed": TaskState.TASK_STATE_UNSPECIFIED,
    **{state: code for code, state in _STATES.items()},
}


class Reply:
    """The answer to a delegation. A bot returns one, and its caller gets one.

    Attributes:
        parts: the content of the answer.
        context: variables for the caller, by name.
        confidence: how sure the callee is, 0 to 1; None: not given.
        usage: the usage of the callee itself; None: not given.
        state: "completed", or the reason why not: "input_required", "auth_required", "rejected".
        chain_usage: the usage below the callee, summed by agent, model and currency.
        agent, instance: the agent and the instance that answered.
        message_id, correlation_id: the ids of the answer and of its chain.
        trace_id: the chain's trace, 32 hex digits; empty if nothing is traced.
        proto: the whole reply as it came (botmesh.v1 Reply); None: this process made the reply.
    """

    __slots__ = (
        "agent",
        "chain_usage",
        "confidence",
        "context",
        "correlation_id",
        "instance",
        "message_id",
        "parts",
        "proto",
        "state",
        "trace_id",
        "usage",
    )

    def __init__(
        self,
        content: Content = None,
        *,
        confidence: float | None = None,
        usage: Usage | None = None,
        context: dict[str, Any] | None = None,
        state: State = "completed",
    ) -> None:
        """Make an answer with `content`: text, a dict, parts, or several of them.

        A `state` other than "completed" says that the task is not done: the bot needs input or authentication, or it
        rejects the task.

        Raises:
            ValueError: confidence is not within 0 to 1.
        """
        if confidence is not None and not 0 <= confidence <= 1:
            raise ValueError(f"confidence must be 0 to 1 but is {confidence}")
        self.parts = to_parts(content)
        self.confidence = confidence
        self.usage = usage
        self.context = context or {}
        self.state: State = state
        self.chain_usage: list[Usage] = []
        self.proto: message_pb2.Reply | None = None
        self.agent = self.instance = self.message_id = self.correlation_id = self.trace_id = ""

    @property
    def text(self) -> str:
        """The texts of the text parts, joined by line breaks."""
        return text_of(self.parts)

    @property
    def total_usage(self) -> list[Usage]:
        """The usage of the callee and of all agents below it, summed by agent, model and currency."""
        return add_up([*([self.usage] if self.usage is not None else []), *self.chain_usage])

    @property
    def task_state(self) -> TaskState:
        """The state as the contract's enum; UNSPECIFIED for "completed"."""
        return _CODES[self.state]

    def __repr__(self) -> str:
        """Show the text and the agent."""
        return f"Reply({self.text!r}, agent={self.agent!r})"

    @classmethod
    def from_proto(cls, reply: message_pb2.Reply, trace_id: str = "") -> "Reply":
        """Return a Reply of the contract's message."""
        result = cls()
        result.proto = reply
        result.parts = list(reply.message.payload)
        result.confidence = reply.confidence if reply.HasField("confidence") else None
        result.usage = reply.usage if reply.HasField("usage") else None
        result.chain_usage = list(reply.chain_usage)
        if reply.message.HasField("context"):
            result.context = from_struct(reply.message.context)
        result.state = _STATES.get(reply.task_state, "completed")
        result.agent = reply.message.from_agent
        result.instance = reply.instance_id
        result.message_id = reply.message.message_id
        result.correlation_id = reply.message.correlation_id
        result.trace_id = trace_id
        return result


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a streamed reply. All parts in order make the whole reply; a reset voids the parts before it."""

    part: Part | None = None
    """A piece of the reply."""
    append: bool = False
    """Whether the piece's text continues the text of the piece before it."""
    progress: str = ""
    """A text for people about the progress of the work; it is no part of the reply."""
    fraction: float | None = None
    """The share of the work that is done, 0 to 1; None: not given."""
    reset: str = ""
    """Why the work runs again; empty: it does not. A reset voids all pieces before it."""

    @property
    def text(self) -> str:
        """The piece's text; empty for anything else."""
        return self.part.text if self.part is not None else ""


@dataclass(slots=True)
class Pieces:
    """Puts the pieces of a streamed reply together."""

    max_bytes: int = 0
    """The most bytes of all parts together; 0: the source of the pieces limits them."""
    parts: list[Part] = field(default_factory=list)
    _bytes: int = 0

    def add(self, part: Part, *, append: bool) -> None:
        """Add a piece. With `append` its text continues the last text part.

        Raises:
            MessageTooLarge: the pieces together are larger than `max_bytes`.
        """
        self._bytes += part.ByteSize()
        if 0 < self.max_bytes < self._bytes:
            raise MessageTooLarge(
                f"the reply is over {self.max_bytes} bytes as a whole: send less, or a URL",
                size=self._bytes,
                limit=self.max_bytes,
                direction="reply",
            )
        last = self.parts[-1] if self.parts else None
        if append and last is not None and last.WhichOneof("content") == "text":
            last.text += part.text
        else:
            self.parts.append(Part.FromString(part.SerializeToString()))

    def take(self, event: agent_service_pb2.DelegateStreamResponse) -> None:
        """Apply an event: add the piece of a partial reply, or void all pieces at a reset. Other events change nothing.

        Raises:
            MessageTooLarge: as for `add`.
        """
        kind = event.WhichOneof("event")
        if kind == "partial":
            self.add(event.partial.part, append=event.partial.append)
        elif kind == "reset":
            self.reset()

    def reset(self) -> None:
        """Void all pieces."""
        self.parts.clear()
        self._bytes = 0

    def whole(self, reply: message_pb2.Reply) -> message_pb2.Reply:
        """Return `reply` with the pieces before its own parts."""
        if not self.parts:
            return reply
        result = message_pb2.Reply()
        result.CopyFrom(reply)
        del result.message.payload[:]
        result.message.payload.extend([*self.parts, *reply.message.payload])
        return result


def progress(text: str, fraction: float | None = None) -> agent_service_pb2.Progress:
    """Return progress for a bot to yield: a text for people, and the share that is done, 0 to 1.

    Progress also keeps a stream from ending by the limit `stream_idle_timeout`.
    """
    return agent_service_pb2.Progress(text=text, fraction=fraction)


def add_up(usages: Iterable[Usage]) -> list[Usage]:
    """Sum usages by agent, model and currency. A sum is at most the largest amount of a usage (fields.py)."""
    sums: dict[tuple[str, str, str], Usage] = {}
    for usage in usages:
        key = usage.agent, usage.model, usage.currency
        total = sums.setdefault(key, Usage(agent=usage.agent, model=usage.model, currency=usage.currency))
        total.input_tokens = min(total.input_tokens + usage.input_tokens, MAX_AMOUNT)
        total.output_tokens = min(total.output_tokens + usage.output_tokens, MAX_AMOUNT)
        total.cost_micros = min(total.cost_micros + usage.cost_micros, MAX_AMOUNT)
    return list(sums.values())
