"""The one table of a task's event kinds has a row for each kind of the contract, and no other."""

from botmesh.v1.task_pb2 import TaskEvent
from botmesh_tasks.fold import EVENT_KINDS


def test_each_kind_of_event_has_a_row():
    kinds = [field.name for field in TaskEvent.DESCRIPTOR.oneofs_by_name["event"].fields]
    assert sorted(EVENT_KINDS) == sorted(kinds)
