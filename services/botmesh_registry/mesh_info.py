"""What the registry tells every instance and every watcher about the mesh."""

from dataclasses import dataclass, field

from botmesh.limits import Limits
from botmesh.v1 import limits_pb2


@dataclass(slots=True)
class MeshInfo:
    """The mesh's limits and trace endpoint as they are now."""

    limits: limits_pb2.Limits = field(default_factory=lambda: Limits().to_proto())
    """The most that any agent may allow itself."""
    version: int = 1
    """Grows whenever the limits change."""
    trace_endpoint: str = ""
    """Where to send traces; empty: nowhere."""
