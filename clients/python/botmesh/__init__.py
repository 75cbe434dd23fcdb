"""Botmesh: bots that delegate tasks and transfer conversations to each other.

A bot:            Agent, Skill, Task, Reply           agent.py, skill.py, task.py, reply.py
A conversation:   Conversation, DESK, NOT_MINE        conversation.py, transfer.py
A client:         connect, Mesh, ReplyStream          client.py, reply_stream.py
Delegations:      the methods of Task and Mesh        delegator.py, group_delegator.py
Several agents:   Consultation, Opinion, Receipt      team.py
Durable tasks:    TaskHandle, TaskStatus              task_handle.py
Content:          text, data, raw, url, progress      parts.py, reply.py
Errors:           botmesh.errors, the tree            errors.py
Tests:            botmesh.testing                     testing.py

Below these modules, calling/ makes calls and serving/ serves them, both through the policies in policies/.
"""

from botmesh import errors
from botmesh.agent import Agent
from botmesh.client import Mesh, connect
from botmesh.conversation import NOT_MINE, Conversation
from botmesh.delegator import Match
from botmesh.errors import AgentFailed, BotmeshError
from botmesh.limits import Limits
from botmesh.parts import data, raw, text, url
from botmesh.reply import Event, Reply, progress
from botmesh.reply_stream import ReplyStream
from botmesh.skill import Skill
from botmesh.task import Task
from botmesh.task_handle import TaskHandle, TaskStatus
from botmesh.team import Consultation, Opinion, Receipt
from botmesh.transfer import DESK
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
