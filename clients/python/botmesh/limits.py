"""The policies' limits and their defaults, once.

The mesh's limits are the ceiling: environment, agent and call narrow them, nothing widens them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from google.protobuf.duration_pb2 import Duration

from botmesh.errors import InvalidField
from botmesh.names import did_you_mean, nearest
from botmesh.v1 import limits_pb2

TRANSPORT_BYTES = 4 * 1024 * 1024
"""What the transport takes, so that a message over the limit can be refused with its size and reason."""

NO_BUDGET = 2**53 - 1
"""More than anything costs, and what every language can count exactly."""

ANSWER_MARGIN = 0.05
"""The share of its time that a parent keeps to answer in when it asks a child ..."""
ANSWER_MARGIN_MOST = 0.25
"""... and the most of it, in seconds."""

DEADLINE_TOLERANCE = 0.01, 1.0
"""gRPC rounds deadlines on the wire: a callee takes one this share and these seconds over the limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the policies allow. Times in seconds, sizes in bytes."""

    enabled: bool = True
    """Whether delegations are allowed at all."""
    default_timeout: float = 30.0
    """A call without a deadline gets this one: long enough for a model's answer, short enough to notice."""
    max_timeout: float = 300.0
    """Past this, use a task that outlasts the call."""
    stream_idle_timeout: float = 60.0
    """A stream that is silent for longer is taken for dead."""
    max_hops: int = 5
    """A chain that goes deeper is lost."""
    allow_revisits: bool = False
    """Whether an agent that stands in the path may be asked again."""
    max_message_bytes: int = 1024 * 1024
    """Of one serialized message, either way."""
    max_delegations: int = 10
    """Open at once per conversation at one instance, outgoing and incoming counted apart."""
    max_retries: int = 3
    """Further attempts after one failed to reach its target."""
    chain_budget: int = NO_BUDGET
    """What a chain may cost before further delegations are refused: millionths of a unit of any one currency."""
    conversation_budget: int = NO_BUDGET
    """The same for a conversation."""
    daily_budget: int = NO_BUDGET
    """The same for an account on a day (UTC)."""
    max_reply_bytes: int = 8 * 1024 * 1024
    """Of a streamed reply as a whole: an answer that never ends must fill nobody's memory."""

    @property
    def has_no_budget(self) -> bool:
        """Whether anything may cost anything."""
        return self.chain_budget == self.conversation_budget == self.daily_budget == NO_BUDGET

    def narrow(self, other: "Limits | limits_pb2.Limits | None") -> "Limits":
        """These limits where `other` is wider or silent, the other's where it is narrower."""
        if other is None:
            return self
        given = other.to_proto() if isinstance(other, Limits) else other
        changes = {
            field.name: min(getattr(self, field.name), _plain(getattr(given, field.name)))
            for field in fields(self)
            if given.HasField(field.name)
        }
        return replace(self, **changes) if changes else self

    @classmethod
    def from_proto(cls, given: limits_pb2.Limits) -> "Limits":
        """The mesh's limits as it announces them; the built-in value where it is silent."""
        known = {field.name for field in fields(cls) if given.HasField(field.name)}
        return cls(**{name: _plain(getattr(given, name)) for name in known})  # type: ignore[arg-type]

    def to_proto(self) -> limits_pb2.Limits:
        """As the contract's message, every field set."""
        return limits_pb2.Limits(
            enabled=self.enabled,
            default_timeout=duration(self.default_timeout),
            max_timeout=duration(self.max_timeout),
            stream_idle_timeout=duration(self.stream_idle_timeout),
            max_hops=self.max_hops,
            allow_revisits=self.allow_revisits,
            max_message_bytes=self.max_message_bytes,
            max_delegations=self.max_delegations,
            max_retries=self.max_retries,
            chain_budget=self.chain_budget,
            conversation_budget=self.conversation_budget,
            daily_budget=self.daily_budget,
            max_reply_bytes=self.max_reply_bytes,
        )


def partial(values: Mapping[str, float]) -> limits_pb2.Limits:
    """Limits that say only what `values` names (field names of Limits), to narrow others with.

    Raises:
        InvalidField: there is no such limit, or its value cannot be.
    """
    known = {field.name for field in fields(Limits)}
    given = limits_pb2.Limits()
    for name, value in values.items():
        if name not in known:
            raise InvalidField(f"there is no limit {name!r}.{did_you_mean(nearest(name, known))}", field=name)
        try:
            if name.endswith("timeout"):
                getattr(given, name).CopyFrom(duration(value))
            else:
                setattr(given, name, value)
        except (TypeError, ValueError):
            raise InvalidField(f"limit {name} cannot be {value!r}", field=name, value=value) from None
    return given


def duration(seconds: float) -> Duration:
    """Seconds as the contract's Duration."""
    result = Duration()
    result.FromMicroseconds(round(seconds * 1_000_000))
    return result


def seconds(value: Duration) -> float:
    """The contract's Duration as seconds."""
    return value.ToMicroseconds() / 1_000_000


def _plain(value: object) -> float:
    return seconds(value) if isinstance(value, Duration) else value  # type: ignore[return-value]
