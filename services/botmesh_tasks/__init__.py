"""Durable tasks: work that outlasts a call, kept in the same event log as conversations.

service     TaskService: gRPC requests to tasks and back
tasks       runs each task: queue, attempts, cancellation, receipt
queues      the tasks that wait for an agent, and the instances that work
work        one attempt of a task at one instance
receipts    tells the submitting agent of a task's end
rules       decides which events may happen to a task; pure
fold        computes a task's state from its events; pure
aggregate   one task in memory and its stream of events
projection  lists of tasks, in SQLite
projector   keeps these lists up to date from the log
sizes       bounds on requests and replies
component   all of it, wired
"""

from botmesh_tasks.component import TasksComponent
from botmesh_tasks.service import SERVICE_NAME

__all__ = ["SERVICE_NAME", "TasksComponent"]
