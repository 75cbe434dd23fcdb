"""Botmesh: bots that delegate tasks and transfer conversations to each other.

A bot:      Agent, Skill, Task, Reply           agent.py, task.py, reply.py
A contact:  Conversation, DESK, NOT_MINE        conversation.py
A client:   connect, Mesh, ReplyStream          client.py, asking.py
Several:    Consultation, Opinion, Receipt      team.py
Long work:  TaskHandle, TaskStatus              task_handle.py
Content:    text, data, raw, url, progress      parts.py, reply.py
Errors:     botmesh.errors, the tree            errors.py
Tests:      botmesh.testing                     testing.py

Below that face: caller.py makes calls and server.py takes them, both through the policies in interceptors/.
"""

from botmesh import errors
from botmesh.agent import Agent, Skill
from botmesh.client import Mesh, connect
from botmesh.conversation import DESK, NOT_MINE, Conversation
from botmesh.delegator import Match
from botmesh.errors import AgentFailed, BotmeshError
from botmesh.limits import Limits
from botmesh.parts import data, raw, text, url
from botmesh.reply import Event, Reply, progress
from botmesh.reply_stream import ReplyStream
from botmesh.task import Task
from botmesh.task_handle import TaskHandle, TaskStatus
from botmesh.team import Consultation, Opinion, Receipt
from botmesh.v1.part_pb2 import Part
from botmesh.v1.usage_pb2 import Usage

__version__ = "0.1.0"

__all__ = [
    "DESK",
    "NOT_MINE",
    "Agent",
    "AgentFailed",
    "BotmeshError",
    "Consultation",
    "Conversation",
    "Event",
    "Limits",
    "Match",
    "Mesh",
    "Opinion",
    "Part",
    "Receipt",
    "Reply",
    "ReplyStream",
    "Skill",
    "Task",
    "TaskHandle",
    "TaskStatus",
    "Usage",
    "connect",
    "data",
    "errors",
    "progress",
    "raw",
    "text",
    "url",
]
