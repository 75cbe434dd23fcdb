"""What a mesh shows of what it keeps: read before it ends and after it starts again, to be compared."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1 import problem_service_pb2 as problems_pb
from botmesh.v1 import task_service_pb2 as task_api
from tests.attacks.up import Up
from tests.fuzz.driver import Acknowledged


@dataclass
class Shown:
    """Lists, events and counts."""

    conversations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tasks: set[tuple[str, str]] = field(default_factory=set)
    positions: int = 0
    """Events that a watch from the beginning gives."""
    posted: dict[tuple[str, str], int] = field(default_factory=dict)
    """Messages by conversation and id, as the watch shows them: their sequences."""
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Conversations and messages of each account."""
    unreadable: list[str] = field(default_factory=list)


async def shown(mesh: Up, accounts: tuple[str, ...]) -> Shown:
    """All that the mesh shows now."""
    made = Shown()
    token = ""
    while True:
        page = await mesh.conversations.ListConversations(
            api.ListConversationsRequest(page_size=20, page_token=token), timeout=20
        )
        for one in page.conversations:
            assert one.conversation_id not in made.conversations, "a list shows a conversation twice"
            made.conversations[one.conversation_id] = (one.account_id, one.contact_id, one.channel)
        token = page.next_page_token
        if not token:
            break
    for account in accounts:
        token = ""
        while True:
            request = task_api.ListTasksRequest(account_id=account, page_size=20, page_token=token)
            tasks = await mesh.tasks.ListTasks(request, timeout=20)
            made.tasks |= {(one.account_id, one.task_id) for one in tasks.tasks}
            token = tasks.next_page_token
            if not token:
                break
        counts = await mesh.conversations.GetStatistics(api.GetStatisticsRequest(account_id=account), timeout=30)
        made.counts[account] = counts.conversations, counts.messages
    await _watch(mesh, made)
    made.unreadable = [
        f"{one.component} {one.subject}: {one.text}"
        for one in await mesh.problems()
        if one.kind == problems_pb.PROBLEM_KIND_UNREADABLE
    ]
    return made


async def _watch(mesh: Up, made: Shown) -> None:
    """Everything from the beginning up to a mark that is set now."""
    mark = f"mark-{len(made.conversations)}-{id(made)}"
    request = api.PostRequest(account_id="marks", contact_id="mark", message_id=mark, payload=[{"text": "mark"}])
    async for response in mesh.conversations.Post(request, timeout=20):
        if response.HasField("accepted"):
            break
    watch = mesh.conversations.WatchConversations(api.WatchConversationsRequest(), timeout=120)
    last = 0
    try:
        async for response in watch:
            event = response.event
            assert int(event.position) > last, "a watch goes back"
            last = int(event.position)
            made.positions += 1
            if event.HasField("message_posted"):
                key = event.conversation_id, event.message_posted.message_id
                made.posted[key] = event.sequence
                if event.message_posted.message_id == mark:
                    break
    finally:
        watch.cancel()


async def doctor(mesh: Up, folder: Path) -> list[str]:
    """What `botmesh doctor` says of it that cannot be read."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "botmesh_cli", "doctor", "--json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "BOTMESH_REGISTRY": mesh.address, "BOTMESH_DATA_DIR": str(folder)},
    )
    out, err = await process.communicate()
    assert out, err.decode()
    said = [f"{one['what']}: {one['text']}" for one in json.loads(out)["findings"] if one["level"] == "problem"]
    return [one for one in said if "cannot be" in one or "damaged" in one]


async def histories(mesh: Up, acknowledged: Acknowledged, most: int = 400) -> list[str]:
    """What is missing of what was acknowledged."""
    wanted: dict[str, set[int]] = {}
    for (conversation, _), sequence in acknowledged.messages.items():
        wanted.setdefault(conversation, set()).add(sequence)
    missing: list[str] = []
    for conversation, sequences in list(wanted.items())[-most:]:
        found: set[int] = set()
        request: Any = api.GetHistoryRequest(conversation_id=conversation)
        try:
            async for chunk in mesh.conversations.GetHistory(request, timeout=30):
                found |= {entry.sequence for entry in chunk.entries}
        except grpc.aio.AioRpcError as error:
            missing.append(f"{conversation}: {error.code().name} {error.details()}")
            continue
        if sequences - found:
            missing.append(f"{conversation}: {sorted(sequences - found)}")
    for account, task in list(acknowledged.tasks)[-most:]:
        try:
            await mesh.tasks.GetTask(task_api.GetTaskRequest(task_id=task, account_id=account), timeout=10)
        except grpc.aio.AioRpcError as error:
            missing.append(f"task {task}: {error.code().name} {error.details()}")
    return missing
