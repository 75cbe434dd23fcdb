"""All services in one process, with files on disk."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from bench.worker import TEXT, serve_until_told
from botmesh.serving.grpc_server import tune_collector
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.part_pb2 import Part
from botmesh_log.sqlite_log import open_log
from botmesh_mesh import MeshProcess
from botmesh_service.settings import load as settings

_LONG_AGO = 1_700_000_000
"""Seconds since 1970."""


async def fill(folder: Path, agent: str, conversations: int) -> None:
    """Write conversations of one turn directly into the event log, with the events that the service appends."""
    await open_log(folder / "events.sqlite").close()  # makes the tables
    records = chain.from_iterable(_talk(number, agent) for number in range(conversations))
    with closing(sqlite3.connect(folder / "events.sqlite")) as db, db:
        db.executemany("INSERT INTO event (position, stream, sequence, at, payload) VALUES (?, ?, ?, ?, ?)", records)


def _talk(number: int, agent: str) -> Iterator[tuple[int, str, int, float, bytes]]:
    talk, turn = f"{number:032x}", f"{number:031x}t"
    asked = [Part(text=TEXT)]
    events = (
        ConversationEvent(
            opened=pb.ConversationOpened(
                account_id="default", channel="web", contact_id=f"contact-{number}", owner=Owner(agent=agent)
            )
        ),
        ConversationEvent(message_posted=pb.MessagePosted(message_id=f"{number:031x}m", payload=asked)),
        ConversationEvent(turn_started=pb.TurnStarted(turn_id=turn, epoch=1, agent=agent, through_sequence=2)),
        ConversationEvent(
            turn_finished=pb.TurnFinished(turn_id=turn, outcome=pb.TURN_OUTCOME_ANSWERED, payload=asked, agent=agent)
        ),
    )
    for sequence, event in enumerate(events, start=1):
        event.sequence, event.conversation_id = sequence, talk
        event.time.seconds = _LONG_AGO + number // 10
        yield number * len(events) + sequence, talk, sequence, _LONG_AGO + number / 10, event.SerializeToString()


async def server(primary: str, conversations: str = "0") -> None:
    """Serve with `primary` as the primary agent and a log of `conversations` earlier conversations with it."""
    with tempfile.TemporaryDirectory(prefix="botmesh-bench-") as folder:
        await fill(Path(folder), primary, int(conversations))
        chosen = settings(environ={}, flags={"primary": primary})
        whole = MeshProcess(Path(folder), chosen)
        await whole.open()
        tune_collector()
        await serve_until_told(whole.address)
        await whole.close(grace=0)
