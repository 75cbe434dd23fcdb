"""The full names of the mesh's methods, and their classes, which decide which policies a method has."""

from enum import Enum


class MethodClass(Enum):
    """The class of a method."""

    WORK = "work"
    """Methods that carry work: they have all policies."""
    CONTROL = "control"
    """Other unary methods: they have a deadline and a limit of message size."""
    WATCH = "watch"
    """Other streams: they may last and have no deadline."""


AGENT = "/botmesh.v1.AgentService/"
LINK = AGENT + "Link"
LINKED = ("Delegate", "DelegateStream", "Transfer", "Notify", "Cancel", "GetCard", "GetStats")
"""The methods of AgentService that a link carries."""
REGISTRY = "/botmesh.v1.RegistryService/"
_WORK = {AGENT + name for name in ("Delegate", "DelegateStream", "Transfer", "Notify")}
_WATCH = {REGISTRY + "WatchAgents", REGISTRY + "Heartbeat"}
_WATCH_SERVICES = ("/grpc.health.", "/grpc.reflection.")


def class_of(method: str, *, streams: bool) -> MethodClass:
    """Return the class of a method by its full name, or by whether it streams if the name is unknown."""
    if method in _WORK:
        return MethodClass.WORK
    if method in _WATCH or streams or method.startswith(_WATCH_SERVICES):
        return MethodClass.WATCH
    return MethodClass.CONTROL
