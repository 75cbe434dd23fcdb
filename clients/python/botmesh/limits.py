"""The policies' limits and their defaults.

The mesh's limits are the ceiling: settings, agents and calls can only narrow them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from google.protobuf.duration_pb2 import Duration

from botmesh.errors import InvalidField
from botmesh.names import did_you_mean, nearest
from botmesh.v1 import limits_pb2

TRANSPORT_BYTES = 4 * 1024 * 1024
"""The most bytes of a message that the transport takes: above the default limit of a message, so that a policy can
refuse a message with its size and the reason."""

NO_BUDGET = 2**53 - 1
"""A budget that is never spent, and an integer that is exact in every language."""

ANSWER_MARGIN = 0.05
"""The share of its remaining time that a parent keeps to answer in when it calls a child."""
ANSWER_MARGIN_MOST = 0.25
"""The most seconds that a parent keeps to answer in."""

DEADLINE_TOLERANCE = 0.01, 1.0
"""The share and the seconds by which a deadline at the callee may exceed the limit, because gRPC rounds deadlines."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the policies. Times are in seconds, sizes in bytes."""

    enabled: bool = True
    """Whether delegations are allowed at all."""
    default_timeout: float = 30.0
    """The deadline of a call without one: long enough for a model's answer, short enough to notice a hang."""
    max_timeout: float = 300.0
    """The longest deadline of a call. Longer work is submitted as a task."""
    stream_idle_timeout: float = 60.0
    """The longest silence of a stream."""
    max_hops: int = 5
    """The most hops of a chain."""
    allow_revisits: bool = False
    """Whether an agent in the chain's path may be asked again."""
    max_message_bytes: int = 1024 * 1024
    """The largest serialized message, in either direction."""
    max_delegations: int = 10
    """The most open delegations of a conversation: exactly at one instance, counted separately for each direction, and
    for outgoing ones over all instances as far as the path and the last heartbeat tell."""
    max_retries: int = 3
    """The most further attempts after one that failed to reach its target."""
    chain_budget: int = NO_BUDGET
    """The cost of a chain at which further delegations are refused, in millionths of a unit of any one currency."""
    conversation_budget: int = NO_BUDGET
    """The same limit for a conversation."""
    daily_budget: int = NO_BUDGET
    """The same limit for an account on a day (UTC)."""
    max_reply_bytes: int = 8 * 1024 * 1024
    """The largest streamed reply as a whole, so that an endless reply cannot fill the memory of its callers."""

    @property
    def has_no_budget(self) -> bool:
        """Whether none of the budgets is limited."""
        return self.chain_budget == self.conversation_budget == self.daily_budget == NO_BUDGET

    def narrow(self, other: "Limits | limits_pb2.Limits | None") -> "Limits":
        """Return the narrower value of each limit. A limit that `other` does not have is kept."""
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
        """Return the limits of the contract's message, with the built-in value for each limit that it lacks."""
        known = {field.name for field in fields(cls) if given.HasField(field.name)}
        return cls(**{name: _plain(getattr(given, name)) for name in known})  # type: ignore[arg-type]

    def to_proto(self) -> limits_pb2.Limits:
        """Return the contract's message, with every field set."""
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
    """Return a message with only the limits in `values` (by field names of Limits), to narrow others with.

    Raises:
        InvalidField: there is no such limit, or its value is not allowed.
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
    """Return `seconds` as the contract's Duration, rounded to microseconds."""
    result = Duration()
    result.FromMicroseconds(round(seconds * 1_000_000))
    return result


def seconds(value: Duration) -> float:
    """Return the seconds of the contract's Duration."""
    return value.ToMicroseconds() / 1_000_000


def _plain(value: object) -> float:
    return seconds(value) if isinstance(value, Duration) else value  # type: ignore[return-value]
