"""Work that outlasts a call, on the same event log as conversations.

fold.py says what a task comes to, rules.py what may happen to it; work.py has one attempt made at one instance;
queues.py says whose turn it is; tasks.py gets done what each task needs next; service.py is the edge.
"""

from botmesh_tasks.component import TasksComponent
from botmesh_tasks.service import SERVICE_NAME

__all__ = ["SERVICE_NAME", "TasksComponent"]
