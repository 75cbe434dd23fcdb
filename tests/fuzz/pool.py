"""What exists in the mesh that is fuzzed: ids that its answers have named."""

from collections import defaultdict, deque
from typing import Any

from google.protobuf.message import Message

from botmesh.names import DEFAULT_ACCOUNT

CALM = "calm"
"""The account of those who behave: what is theirs is never taken up here."""
KEPT = 64
"""Of each kind; the newest."""
_MOST_VISITED = 400
"""Messages of one answer that are looked at."""
_NAMES = frozenset(
    {
        "conversation_id", "contact_id", "agent", "name", "task_id", "turn_id", "transfer_id", "lease_token", "token",
        "next_page_token", "person", "epoch", "message_id", "sequence", "position", "instance_id", "trace_id",
        "correlation_id", "address", "incarnation", "skill_id",
    }
)  # fmt: skip
_SAME = {"token": "lease_token", "next_page_token": "page_token", "name": "agent"}
"""Fields that mean the same under another name."""

Entity = dict[str, Any]
"""Fields that belong together, by name."""


class Pool:
    """Ids by the names of the fields that bear them, and entities whose ids belong together."""

    def __init__(self) -> None:
        self.values: dict[str, deque[Any]] = defaultdict(lambda: deque(maxlen=KEPT))
        self.entities: dict[str, deque[Entity]] = defaultdict(lambda: deque(maxlen=KEPT))
        self.private: set[str] = set()
        """Ids that are never taken up."""

    def add(self, name: str, value: Any) -> None:
        if value and value not in self.private and CALM not in str(value) and value not in self.values[name]:
            self.values[name].append(value)

    def add_entity(self, kind: str, entity: Entity) -> None:
        known = self.entities[kind]
        key = next(iter(entity))  # what it is known by comes first
        for one in known:
            if one[key] == entity[key]:
                one.update(entity)
                return
        known.append(entity)

    def take_in(self, message: Message, request: Message | None = None) -> None:
        """All that an answer names."""
        visited = 0
        waiting = [message]
        while waiting and visited < _MOST_VISITED:
            visited += 1
            one = waiting.pop()
            if getattr(one, "account_id", "") == CALM or getattr(one, "conversation_id", "") in self.private:
                continue
            self._entity(one, request)
            for field, value in one.ListFields():
                if field.message_type is not None:
                    if field.message_type.full_name.startswith("botmesh.v1."):
                        is_map = field.message_type.GetOptions().map_entry
                        waiting.extend(() if is_map else (list(value)[:20] if field.is_repeated else [value]))
                elif field.name in _NAMES and not field.is_repeated:
                    self.add(_SAME.get(field.name, field.name), value)

    def _entity(self, message: Any, request: Any) -> None:
        kind = message.DESCRIPTOR.name
        if kind == "Conversation":
            waits = message.suggestion.turn_id
            self.add_entity(
                "conversation",
                {
                    "conversation_id": message.conversation_id,
                    "account_id": message.account_id or DEFAULT_ACCOUNT,
                    "contact_id": message.contact_id,
                    "channel": message.channel,
                    "epoch": message.epoch,
                    "turn_id": waits or message.turn_id,
                    "person": message.owner.desk or "eva",
                    "transfer_id": message.transfer.transfer_id,
                },
            )
            if waits:
                self.add_entity("suggestion", {"turn_id": waits, "conversation_id": message.conversation_id})
        elif kind == "PostAccepted":
            entity = {"conversation_id": message.conversation_id, "message_id": message.message_id}
            self.add_entity("conversation", entity)
        elif kind == "Task":
            entity = {"task_id": message.task_id, "account_id": message.account_id, "agent": message.agent}
            self.add_entity("task", entity)
        elif kind == "RegisterResponse" and request is not None:
            entity = {"instance_id": request.instance_id, "lease_token": message.lease.token}
            self.add_entity("lease", entity)
