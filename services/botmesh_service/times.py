"""Converts the contract's Timestamps to numbers and back."""

from google.protobuf.timestamp_pb2 import Timestamp


def seconds_of(at: Timestamp) -> float:
    """A Timestamp as seconds since the epoch; 0.0 if it is not set.

    Raises:
        ValueError: it is outside of the years 1 to 9999.
    """
    return at.ToNanoseconds() / 1e9


def nanoseconds_of(at: Timestamp) -> int:
    """A Timestamp as nanoseconds since the epoch; unlike its own method for any value that a peer may send."""
    return at.seconds * 1_000_000_000 + at.nanos


def timestamp_of(at: float) -> Timestamp:
    """Seconds since the epoch as a Timestamp.

    Raises:
        ValueError: they are outside of the years 1 to 9999.
    """
    return timestamp_of_nanoseconds(int(at * 1e9))


def timestamp_of_nanoseconds(nanoseconds: int) -> Timestamp:
    """Nanoseconds since the epoch as a Timestamp.

    Raises:
        ValueError: they are outside of the years 1 to 9999.
    """
    timestamp = Timestamp()
    timestamp.FromNanoseconds(nanoseconds)
    return timestamp
