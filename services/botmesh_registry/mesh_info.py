"""The mesh's terms: what the registry tells every instance and every watcher."""

from dataclasses import dataclass, field

from botmesh.limits import Limits
from botmesh.v1 import limits_pb2


@dataclass(slots=True)
class MeshInfo:
    """What holds for everybody, now."""

    limits: limits_pb2.Limits = field(default_factory=lambda: Limits().to_proto())
    """The ceiling."""
    version: int = 1
    """Grows whenever the limits change."""
    trace_endpoint: str = ""
    """Where to send traces; empty: nowhere."""
