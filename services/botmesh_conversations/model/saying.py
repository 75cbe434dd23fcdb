"""Whether a payload says anything: an empty answer is no message."""

from collections.abc import Iterable, Sequence

from botmesh.v1.part_pb2 import Part


def says_something(payload: Iterable[Part]) -> bool:
    """Whether a payload has a part with metadata, or with content other than blank text."""
    return any(
        part.HasField("metadata") or part.WhichOneof("content") not in (None, "text") or part.text.strip()
        for part in payload
    )


def said(payload: Sequence[Part]) -> Sequence[Part]:
    """A payload as it is, or nothing where it says nothing."""
    return payload if says_something(payload) else ()
