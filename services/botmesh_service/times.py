"""Moments as numbers: a Timestamp of the contract as seconds since the epoch, and back."""

from google.protobuf.timestamp_pb2 import Timestamp


def seconds_of(at: Timestamp) -> float:
    """A moment as seconds since the epoch; 0.0 where it is not set."""
    return at.ToNanoseconds() / 1e9


def timestamp_of(at: float) -> Timestamp:
    """Seconds since the epoch as the contract has them."""
    timestamp = Timestamp()
    timestamp.FromNanoseconds(int(at * 1e9))
    return timestamp
