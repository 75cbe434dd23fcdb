"""The methods of the mesh by their full names, and which policies each class of them has."""

from enum import Enum


class MethodClass(Enum):
    """Which policies a method has."""

    WORK = "work"
    """All of them."""
    CONTROL = "control"
    """Deadline and message size."""
    WATCH = "watch"
    """Keepalive, and no deadline."""


AGENT = "/botmesh.v1.AgentService/"
LINK = AGENT + "Link"
LINKED = ("Delegate", "DelegateStream", "Transfer", "Notify", "Cancel", "GetCard", "GetStats")
"""AgentService's methods that a link carries."""
REGISTRY = "/botmesh.v1.RegistryService/"
_WORK = {AGENT + name for name in ("Delegate", "DelegateStream", "Transfer", "Notify")}
_WATCH = {REGISTRY + "WatchAgents", REGISTRY + "Heartbeat"}
_WATCH_SERVICES = ("/grpc.health.", "/grpc.reflection.")


def class_of(method: str, *, streams: bool) -> MethodClass:
    """The class of a method by its full name; of an unknown one by whether it streams."""
    if method in _WORK:
        return MethodClass.WORK
    if method in _WATCH or streams or method.startswith(_WATCH_SERVICES):
        return MethodClass.WATCH
    return MethodClass.CONTROL
