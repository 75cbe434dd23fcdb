"""What anybody could send to end the mesh for everybody: a status until the year 9999, a value nested 49 deep, a card
nested 47 deep. It is refused now; and a folder that has swallowed it before starts again.
"""

import asyncio
import math

import pytest
from google.protobuf.struct_pb2 import Struct, Value

import botmesh
from botmesh.errors import InvalidField
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1 import problem_service_pb2 as problems_pb
from botmesh.v1 import registry_service_pb2 as registry_pb
from botmesh.v1 import task_service_pb2 as task_api
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.instance_pb2 import READINESS_READY
from botmesh.v1.message_pb2 import Message
from botmesh.v1.part_pb2 import Part
from botmesh.v1.task_pb2 import TaskEvent, TaskSubmitted
from botmesh_log.sqlite_log import open_log
from tests.attacks.up import LOOPS, refusal, up
from tests.policies.test_fields import arrays

pytestmark = pytest.mark.slow
PLANTS_UNREADABLE = True
"""What is left behind is not looked at (tests/fuzz/left_over.py)."""
YEAR_9999 = 253_402_300_799


async def post(mesh, text, contact="anna"):
    """The id of the conversation that a message went to, once nothing more comes."""
    request = api.PostRequest(contact_id=contact, payload=[botmesh.text(text)])
    answers = [response async for response in mesh.conversations.Post(request, timeout=20)]
    return answers[0].accepted.conversation_id


async def listed(mesh):
    found = await mesh.conversations.ListConversations(api.ListConversationsRequest(), timeout=10)
    return {view.contact_id for view in found.conversations}


def until(seconds, nanos=0, **fields):
    made = api.SetStatusRequest(status=pb.CONVERSATION_STATUS_PAUSED, **fields)
    made.until.seconds, made.until.nanos = seconds, nanos
    return made


def ttl(conversation, seconds, nanos=0):
    made = api.SetContextRequest(scope=api.ContextScope(conversation_id=conversation), values={"a": 1})
    made.ttl.seconds, made.ttl.nanos = seconds, nanos
    return made


@pytest.mark.parametrize("loop", LOOPS)
async def test_nothing_that_anybody_sends_ends_the_mesh(tmp_path, loop):
    async with up(tmp_path, loop) as mesh:
        one = await post(mesh, "hello")
        stub = mesh.conversations
        deep = [Part(data=arrays(45))]
        hostile = [
            (stub.SetStatus(until(YEAR_9999, conversation_id=one)), "until"),
            (stub.SetStatus(until(1, 10**9, conversation_id=one)), "until"),
            (stub.SetStatus(api.SetStatusRequest(conversation_id=one, status=99)), "status"),
            (stub.SetMode(api.SetModeRequest(conversation_id=one, mode=99)), "mode"),
            (stub.SetContext(ttl(one, 10_000_000_000)), "ttl"),
            (stub.SetContext(ttl(one, 1, 10**9)), "ttl"),
            (stub.Post(api.PostRequest(contact_id="anna", payload=deep)), "payload[0].data"),
            (stub.Reply(api.ReplyRequest(conversation_id=one, person="eva", payload=deep)), "payload[0].data"),
            (
                stub.Reply(api.ReplyRequest(conversation_id=one, person="eva", payload=deep, note=True)),
                "payload[0].data",
            ),
            (stub.Say(api.SayRequest(conversation_id=one, agent="x", payload=deep)), "payload[0].data"),
            (
                stub.TransferConversation(
                    api.TransferConversationRequest(
                        conversation_id=one, target=pb.Owner(agent="x"), context=Struct(fields={"a": arrays(40)})
                    )
                ),
                "context",
            ),
            (
                stub.SetFields(
                    api.SetFieldsRequest(conversation_id=one, values=Struct(fields={"a": Value(number_value=math.nan)}))
                ),
                "values",
            ),
            (stub.RecordOutcome(api.RecordOutcomeRequest(conversation_id=one, outcome={"satisfaction": 9})), None),
            (
                mesh.tasks.SubmitTask(task_api.SubmitTaskRequest(message=Message(to_agent="x", payload=deep))),
                "message.payload[0].data",
            ),
            (mesh.tasks.ListTasks(task_api.ListTasksRequest(states=[99])), "states[0]"),
        ]
        for call, field in hostile:
            error = await refusal(call)
            assert isinstance(error, InvalidField), error
            if field is not None:
                assert error.metadata["field"] == field
        await asyncio.sleep(0.3)
        await post(mesh, "still there?", contact="berta")
        assert await listed(mesh) == {"anna", "berta"}
    async with up(tmp_path, loop) as mesh:
        assert await listed(mesh) == {"anna", "berta"}
        assert await mesh.problems() == []


@pytest.mark.parametrize("loop", LOOPS)
async def test_a_card_that_nobody_could_read_is_refused_and_all_others_are_seen(tmp_path, loop):
    async with up(tmp_path, loop) as mesh:
        card = AgentCard(name="deep")
        card.capabilities.extensions.add(uri="x", params=Struct(fields={"a": arrays(46)}))
        request = registry_pb.RegisterRequest(
            card=card, instance_id="i1", address="127.0.0.1:9", readiness=READINESS_READY, lease_token="t" * 32
        )
        error = await refusal(mesh.registry.Register(request, timeout=5))
        assert isinstance(error, InvalidField)
        assert error.metadata["field"] == "card.capabilities.extensions[0].params"
        agent = botmesh.Agent("fine", settings=botmesh.settings.load(environ={}, flags={"registry": mesh.address}))

        @agent.on_delegate
        async def answer(text: str) -> str:
            return text.upper()

        await agent.start()
        try:
            await asyncio.wait_for(agent.listed(), 10)
            async with botmesh.connect(mesh.address) as client:
                assert (await client.delegate("fine", "hello")).text == "HELLO"
        finally:
            await agent.stop(drain=False)


def opened(contact):
    return ConversationEvent(
        opened=pb.ConversationOpened(account_id="default", channel="web", contact_id=contact, owner=pb.Owner(desk=""))
    )


def posted(text="hello", **fields):
    payload = [Part(text=text)] if "payload" not in fields else fields["payload"]
    return ConversationEvent(message_posted=pb.MessagePosted(message_id="m1", payload=payload))


def paused(seconds, nanos=0):
    event = ConversationEvent(status_changed=pb.StatusChanged(status=pb.CONVERSATION_STATUS_PAUSED))
    event.status_changed.until.seconds, event.status_changed.until.nanos = seconds, nanos
    return event


def kept_for(seconds):
    event = ConversationEvent(context_changed=pb.ContextChanged(values={"a": 1}))
    event.context_changed.expires_at.seconds = seconds
    return event


POISON = {
    "year-9999": [opened("x"), posted(), paused(YEAR_9999)],
    "year-300000": [opened("x"), posted(), paused(9_000_000_000_000)],
    "nanos": [opened("x"), posted(), paused(1_900_000_000, 2_000_000_000)],
    "ttl": [opened("x"), posted(), kept_for(11_000_000_000)],
    "status-99": [opened("x"), posted(), ConversationEvent(status_changed=pb.StatusChanged(status=99))],
    "nested": [opened("x"), posted(payload=[Part(data=arrays(45))])],
    "garbage": [opened("x"), b"\xff\xff\xff", posted()],
    "garbage-first": [b"\xff\xff\xff", posted()],
    "newer": [opened("x"), b"\xba\x3e\x03abc", posted()],
    "empty": [opened("x"), b"", posted()],
}


async def swallow(folder, batch, stream="poisoned"):
    """Append events as they are, as a version did that did not look."""
    log = open_log(folder / "events.sqlite")
    payloads = [one if isinstance(one, bytes) else one.SerializeToString() for one in batch]
    records = await log.read(stream)
    await log.append(stream, len(records), payloads)
    await log.close()


@pytest.mark.parametrize("loop", LOOPS)
async def test_a_folder_that_has_swallowed_poison_starts_and_everybody_else_is_served(tmp_path, loop):
    async with up(tmp_path, loop) as mesh:
        await post(mesh, "before")
    for name, batch in POISON.items():
        await swallow(tmp_path, batch, stream=f"poisoned-{name}")
    await swallow(tmp_path, [b"\xff\xff", TaskEvent(submitted=TaskSubmitted(agent="x"))], stream="task/default/t1")
    await swallow(tmp_path, [b"\xff\xff"], stream="account/default")
    for _ in range(2):  # with the projection as it was, and as this start leaves it
        async with up(tmp_path, loop) as mesh:
            assert "anna" in await listed(mesh)
            await post(mesh, "after", contact="berta")
            for name in POISON:
                request = api.GetConversationRequest(conversation_id=f"poisoned-{name}")
                if name == "garbage-first":
                    assert "doctor" in (await refusal(mesh.conversations.GetConversation(request, timeout=10))).text
                else:
                    await mesh.conversations.GetConversation(request, timeout=10)
            watch = mesh.conversations.WatchConversations(api.WatchConversationsRequest(), timeout=20)
            seen = set()
            async for response in watch:
                seen.add(response.event.conversation_id)
                if len(seen) >= len(POISON) + 2:
                    break
            watch.cancel()
            await mesh.conversations.GetStatistics(api.GetStatisticsRequest(), timeout=10)
            await mesh.tasks.ListTasks(task_api.ListTasksRequest(), timeout=10)
            unreadable = [
                one.subject for one in await mesh.problems() if one.kind == problems_pb.PROBLEM_KIND_UNREADABLE
            ]
            assert "poisoned-garbage" in unreadable
    for name in ("projection.sqlite", "tasks.sqlite"):
        for file in tmp_path.glob(f"{name}*"):
            file.unlink()
    async with up(tmp_path, loop) as mesh:
        assert {"anna", "berta"} <= await listed(mesh)


async def test_a_conversation_goes_on_after_an_event_that_cannot_be_read(tmp_path):
    async with up(tmp_path) as mesh:
        one = await post(mesh, "first")
    log = open_log(tmp_path / "events.sqlite")
    await log.append(one, len(await log.read(one)), [b"\xff\xff\xff"])
    await log.close()
    async with up(tmp_path) as mesh:
        assert await post(mesh, "second") == one
        chunks = [chunk async for chunk in mesh.conversations.GetHistory(api.GetHistoryRequest(conversation_id=one))]
        said = [entry.payload[0].text for chunk in chunks for entry in chunk.entries]
        assert said == ["first", "second"]


async def test_a_contact_goes_on_after_events_that_cannot_be_read(tmp_path):
    async with up(tmp_path) as mesh:
        one = await post(mesh, "first")
    await swallow(tmp_path, [b"\xff\xff", b"", paused(YEAR_9999)], stream="contact/default/anna")
    await swallow(tmp_path, [b"\xff\xff"], stream="contact/default/berta")
    await swallow(tmp_path, [paused(9_000_000_000_000), b"\xba\x3e\x03abc"], stream="contact/default/carl")
    begun = ConversationEvent(conversation_begun=pb.ConversationBegun(conversation_id="lost", channel="web"))
    await swallow(tmp_path, [b"\xff\xff", begun], stream="contact/default/dora")
    await swallow(tmp_path, [b"\xff\xff"], stream="contact/default/a/b")
    for _ in range(2):
        async with up(tmp_path) as mesh:
            assert await post(mesh, "second") == one
            for contact in ("berta", "carl", "dora"):
                await post(mesh, "hello", contact=contact)
            assert {"anna", "berta", "carl", "dora"} <= await listed(mesh)
            request = api.SetStatusRequest(contact={"contact_id": "dora"}, status=pb.CONVERSATION_STATUS_STOPPED)
            await mesh.conversations.SetStatus(request, timeout=10)
            subjects = {problem.subject for problem in await mesh.problems()}
            assert "contact/default/anna" in subjects
    for file in tmp_path.glob("projection.sqlite*"):
        file.unlink()
    async with up(tmp_path) as mesh:
        assert {"anna", "berta", "carl", "dora"} <= await listed(mesh)
