"""The facts about the mesh that the registry sends to every instance and every watcher."""

from dataclasses import dataclass, field

from botmesh.limits import Limits
from botmesh.v1 import limits_pb2


@dataclass(slots=True)
class MeshInfo:
    """The mesh's limits and trace endpoint as they are now."""

    limits: limits_pb2.Limits = field(default_factory=lambda: Limits().to_proto())
    """The mesh's limits, which are the ceiling of every agent's own."""
    version: int = 1
    """Version of the limits; each change increases it."""
    trace_endpoint: str = ""
    """OTLP endpoint, "IP:PORT", for traces; empty: none."""
