"""What is large, many, endless or broken costs the one who sent it, and nobody else."""

import asyncio
import sqlite3
import time

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import agent_service_pb2 as agent_api
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import PostResponse
from botmesh_conversations import alarm_clock
from botmesh_conversations.accounts import MAX_PEOPLE
from botmesh_conversations.aggregate import Listener
from botmesh_conversations.model import contact_rules, rules
from botmesh_conversations.model.keywords import said_of
from botmesh_conversations.model.sizes import MAX_REPLY
from botmesh_conversations.model.state import State
from botmesh_conversations.projection import Projection
from botmesh_service.problems import Problems
from tests.conversations.conftest import bot
from tests.waiting import until

KIB = "x" * 1024


async def test_a_reply_that_is_too_large_to_be_shown_again_fails_its_turn_once(make_desk):
    async def floods(conversation):
        return "x" * (MAX_REPLY + 1)

    flooder = bot("flooder", floods)
    async with make_desk(primary="flooder") as desk, desk.bots(flooder):
        answer = await desk.post("hello")
        assert answer.entries[0][0] == "mesh"
        view = await desk.view(answer.id)
        assert view.owner.WhichOneof("owner") == "desk"
        await asyncio.sleep(0.5)
        assert len(flooder.seen) == 1
        finished = [
            record
            for record in await desk.all.log.read(answer.id)
            if ConversationEvent.FromString(record.payload).HasField("turn_finished")
        ]
        reason = ConversationEvent.FromString(finished[-1].payload).turn_finished.reason
        assert (len(finished), reason) == (1, "MESSAGE_TOO_LARGE")


async def test_a_reply_that_streams_without_end_ends_its_turn(make_desk):
    agent = botmesh.Agent("endless")
    agent.yielded = 0

    @agent.on_delegate
    async def turn(task):
        while True:
            agent.yielded += 1
            yield KIB
            await asyncio.sleep(0)

    async with make_desk(primary="endless") as desk, desk.bots(agent):
        request = api.PostRequest(contact_id="anna", payload=[botmesh.text("go")])
        kinds = [response.WhichOneof("event") async for response in desk.conversations.Post(request, timeout=30)]
        assert kinds[-1] == "end"
        yielded = agent.yielded
        await asyncio.sleep(0.3)
        assert agent.yielded == yielded < 4 * MAX_REPLY // 1024


async def test_an_event_of_a_stream_that_nobody_knows_is_passed_over(make_desk, monkeypatch):
    agent = bot("newer")

    async with make_desk(primary="newer") as desk, desk.bots(agent):
        original = botmesh.serving.agent_service.AgentServicer.DelegateStream

        async def with_something_new(self, request, context):
            yield agent_api.DelegateStreamResponse(sequence=1)
            async for event in original(self, request, context):
                event.sequence += 1
                yield event

        monkeypatch.setattr(botmesh.serving.agent_service.AgentServicer, "DelegateStream", with_something_new)
        answer = await asyncio.wait_for(desk.post("hello"), 10)
        assert answer.entries == [("newer", "newer: hello")]
        assert len(agent.seen) == 1


def test_a_listener_that_is_slow_misses_pieces_and_no_events():
    listener = Listener(max_bytes=100)
    piece = PostResponse(partial=agent_api.PartialReply(part=botmesh.text("x" * 40)))
    for _ in range(10):
        listener.tell(piece, 50)
    event = ConversationEvent(sequence=7)
    listener.tell(event, 10)
    listener.tell(piece, 50)
    taken = []
    while (what := listener.take()) is not None:
        taken.append(what)
    assert taken == [piece, piece, event]


def test_a_listener_that_never_reads_is_given_up():
    listener = Listener(max_bytes=100)
    for _ in range(30):
        listener.tell(ConversationEvent(sequence=7), 10)
    with pytest.raises(errors.WatcherTooSlow):
        listener.take()


async def test_watchers_are_bounded_in_bytes(make_desk, monkeypatch):
    async with make_desk() as desk:
        watch = desk.conversations.WatchConversations(api.WatchConversationsRequest(only_new=True))
        reading = asyncio.ensure_future(watch.read())
        await until(lambda: desk.all.watchers)
        (watcher,) = desk.all.watchers
        watcher.max_bytes = 1000
        watcher.tell("", [ConversationEvent(position="1")], 2000)
        await desk.post("hello")
        with pytest.raises(errors.WatcherTooSlow):
            await reading
            while True:
                await asyncio.wait_for(watch.read(), 5)


async def test_a_watcher_of_one_conversation_is_not_dropped_for_what_others_say(make_desk):
    async with make_desk() as desk:
        one = await desk.post("hello")
        watch = desk.conversations.WatchConversations(
            api.WatchConversationsRequest(conversation_id=one.id, only_new=True)
        )
        reading = asyncio.ensure_future(watch.read())
        await until(lambda: desk.all.watchers)
        (watcher,) = desk.all.watchers
        watcher.max_events = 2
        for number in range(5):
            await desk.post("hello", contact=f"other-{number}")
        await desk.post("me again")
        assert (await asyncio.wait_for(reading, 5)).event.conversation_id == one.id


async def test_tags_people_and_channels_are_bounded(make_desk):
    async with make_desk() as desk:
        one = await desk.post("hello")
        add = [f"tag-{number}" for number in range(contact_rules.MAX_TAGS)]
        await desk.conversations.SetTags(api.SetTagsRequest(conversation_id=one.id, add=add))
        with pytest.raises(errors.QuotaExceeded) as caught:
            await desk.conversations.SetTags(api.SetTagsRequest(conversation_id=one.id, add=["one-more"]))
        assert caught.value.metadata["limit"] == str(contact_rules.MAX_TAGS)
        swap = api.SetTagsRequest(conversation_id=one.id, add=["one-more"], remove=["tag-0"])
        await desk.conversations.SetTags(swap)
        account = await desk.all.accounts.of("default")
        account.state.people.update({f"p{number}": False for number in range(MAX_PEOPLE)})
        with pytest.raises(errors.QuotaExceeded):
            await desk.conversations.SetDuty(api.SetDutyRequest(person="one-more", on_duty=True))
        with pytest.raises(errors.InvalidField):
            channels = [f"c{number}" for number in range(65)]
            await desk.conversations.SetPrimary(api.SetPrimaryRequest(agent="", channels=channels))


async def test_what_people_say_and_move_is_bounded(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), bot("billing")):
        one = await desk.post("hello")
        large = [botmesh.text("x" * 600_000)]
        stub = desk.conversations
        for call in (
            stub.Reply(api.ReplyRequest(conversation_id=one.id, person="eva", payload=large)),
            stub.Say(api.SayRequest(conversation_id=one.id, agent="reception", payload=large)),
            stub.TransferConversation(
                api.TransferConversationRequest(
                    conversation_id=one.id, target=Owner(agent="billing"), user_message=large
                )
            ),
        ):
            with pytest.raises(errors.MessageTooLarge) as caught:
                await call
            assert not caught.value.started
        with pytest.raises(errors.InvalidField):
            await stub.Reply(api.ReplyRequest(conversation_id=one.id, person="e v a", payload=[botmesh.text("x")]))
        with pytest.raises(errors.InvalidField):
            await stub.TransferConversation(
                api.TransferConversationRequest(conversation_id=one.id, target=Owner(agent="no agent at all"))
            )
        assert (await desk.view(one.id)).owner.agent == "reception"


async def test_a_list_of_large_conversations_comes_in_pages_that_fit(make_desk):
    async with make_desk() as desk:
        ids = []
        for number in range(20):
            answer = await desk.post("hello", contact=f"c{number}")
            ids.append(answer.id)
            values = {"long": "x" * 60_000}
            await desk.conversations.SetFields(api.SetFieldsRequest(conversation_id=answer.id, values=values))
        found, token = [], ""
        while True:
            request = api.ListConversationsRequest(page_size=500, page_token=token)
            page = await desk.conversations.ListConversations(request)
            assert page.ByteSize() < 1024 * 1024
            found += [view.conversation_id for view in page.conversations]
            token = page.next_page_token
            if not token:
                break
    assert sorted(found) == sorted(ids)


@pytest.mark.parametrize("token", ["x", "-1:a", "99999999999999999999:a", "٣:a", "1" * 30, "²"])
async def test_a_page_token_of_somebody_s_own_is_refused(make_desk, token):
    async with make_desk() as desk:
        with pytest.raises(errors.InvalidField) as caught:
            await desk.conversations.ListConversations(api.ListConversationsRequest(page_token=token))
        assert caught.value.metadata["field"] == "page_token"


async def test_a_projection_that_cannot_be_written_loses_no_row(make_desk):
    async with make_desk() as desk:
        before = await desk.post("before", contact="before")
        projection = desk.all.projection
        projection.commit()
        (pages,) = projection._db.execute("PRAGMA page_count").fetchone()
        projection._db.execute(f"PRAGMA max_page_count = {pages:d}")  # the disk is full, as far as SQLite knows
        large = {"x": KIB * 4}
        ids = [(await desk.post("hello", contact=f"c{number}", context=large)).id for number in range(19)]
        with pytest.raises(errors.LogUnavailable):
            await desk.conversations.ListConversations(api.ListConversationsRequest())
        await until(lambda: desk.all.problems.newest(5))
        projection._db.execute("PRAGMA max_page_count = 1000000")
        page = await desk.conversations.ListConversations(api.ListConversationsRequest(page_size=500))
        assert {view.conversation_id for view in page.conversations} == {before.id, *ids}
        await until(lambda: all(problem.over for problem in desk.all.problems.newest(5)))
        assert (await desk.post("still here", contact="c0")).id == ids[0]


def test_what_a_commit_could_not_write_is_written_with_the_next(tmp_path):
    projection = Projection(tmp_path / "projection.sqlite")
    states = []
    for number in range(40):
        state = State()
        state.view.conversation_id, state.view.contact_id = f"c{number}", f"c{number}"
        state.view.context.update({"x": KIB * 4})
        states.append(state)
    projection.put(states[0], [], 1, None)
    projection.commit()
    (pages,) = projection._db.execute("PRAGMA page_count").fetchone()
    projection._db.execute(f"PRAGMA max_page_count = {pages:d}")
    for position, state in enumerate(states[1:], start=2):
        projection.put(state, [], position, None)
        with pytest.raises(errors.LogUnavailable) if position > 20 else pytest.MonkeyPatch.context():
            if position > 20:
                projection.commit()
    projection._db.execute("PRAGMA max_page_count = 1000000")
    projection.commit()
    assert projection.position == 40
    projection.close()
    with sqlite3.connect(tmp_path / "projection.sqlite") as db:
        assert db.execute("SELECT count(*) FROM conversation").fetchone() == (40,)


def test_a_state_that_makes_no_row_is_left_out_and_told():
    told = []
    projection = Projection(on_unreadable=lambda subject, text: told.append((subject, text)))
    good, bad = State(), State()
    good.view.conversation_id, bad.view.conversation_id = "good", "bad"
    bad.view.updated_at.seconds = 2**62
    projection.put(bad, [], 1, None)
    projection.put(good, [], 2, None)
    projection.commit()
    assert [view.conversation_id for view in projection.page(api.ListConversationsRequest(), 10).views] == ["good"]
    assert told[0][0] == "bad"


def test_a_row_that_cannot_be_read_is_left_out_and_told():
    told = []
    projection = Projection(on_unreadable=lambda subject, text: told.append(subject))
    for name in ("a", "b"):
        state = State()
        state.view.conversation_id = name
        projection.put(state, [], 1, None)
    projection.commit()
    projection._db.execute("UPDATE conversation SET view = x'ffff' WHERE id = 'a'")
    assert [view.conversation_id for view in projection.page(api.ListConversationsRequest(), 10).views] == ["b"]
    assert told == ["a"]


async def test_an_alarm_that_cannot_ring_keeps_no_other_waiting(make_desk, monkeypatch):
    async with make_desk() as desk:
        bad, good = await desk.post("hello", contact="bad"), await desk.post("hello", contact="good")
        ring = type(desk.all.alarms).ring

        def rings(self, state, account, now):
            if state.view.contact_id == "bad":
                raise OverflowError("no such time")
            return ring(self, state, account, now)

        monkeypatch.setattr(type(desk.all.alarms), "ring", rings)
        for one in (bad, good):
            request = api.SetStatusRequest(conversation_id=one.id, status=pb.CONVERSATION_STATUS_PAUSED)
            request.until.FromNanoseconds(time.time_ns() + 200_000_000)
            await desk.conversations.SetStatus(request)
        await until(lambda: desk.all._cache.held[good.id].state.view.status == pb.CONVERSATION_STATUS_ACTIVE)
        await until(lambda: desk.all.problems.newest(1))
        assert desk.all.problems.newest(1)[0].subject == bad.id
        monkeypatch.undo()
        await until(lambda: desk.all._cache.held[bad.id].state.view.status == pb.CONVERSATION_STATUS_ACTIVE, 10)


async def test_a_wall_clock_that_jumps_is_noticed(make_desk, monkeypatch):
    monkeypatch.setattr(alarm_clock, "LOOK_SECONDS", 0.2)
    async with make_desk() as desk:
        one = await desk.post("hello")
        request = api.SetStatusRequest(conversation_id=one.id, status=pb.CONVERSATION_STATUS_PAUSED)
        request.until.FromNanoseconds(time.time_ns() + 3600 * 10**9)
        await desk.conversations.SetStatus(request)
        await asyncio.sleep(0.3)
        real = time.time
        monkeypatch.setattr(alarm_clock.time, "time", lambda: real() + 7200)
        await until(lambda: desk.all._cache.held[one.id].state.view.status == pb.CONVERSATION_STATUS_ACTIVE)


async def test_a_background_task_that_fails_is_told_and_goes_on(make_desk, monkeypatch):
    async with make_desk() as desk:
        projection = desk.all.projection
        failures = iter([OverflowError("too large"), RuntimeError("odd")])
        next_due = projection.next_due

        def fails():
            error = next(failures, None)
            if error is not None:
                raise error
            return next_due()

        monkeypatch.setattr(type(projection), "next_due", lambda _: fails())
        one = await desk.post("hello")
        request = api.SetStatusRequest(conversation_id=one.id, status=pb.CONVERSATION_STATUS_PAUSED)
        request.until.FromNanoseconds(time.time_ns() + 300_000_000)
        await desk.conversations.SetStatus(request)
        await until(lambda: desk.all._cache.held[one.id].state.view.status == pb.CONVERSATION_STATUS_ACTIVE, 10)
        failed = [problem for problem in desk.all.problems.newest(5) if problem.subject == "alarms"]
        assert [(problem.count, "odd" in problem.text) for problem in failed] == [(2, True)]


async def test_sixteen_members_with_keywords_do_not_stop_the_mesh(make_desk):
    keywords = [f"word{number} and more" for number in range(64)]
    async with make_desk(primary="owner") as desk, desk.bots(bot("owner"), bot("helper")):
        one = await desk.post("hello")
        live = desk.all._cache.held[one.id]
        for number in range(16):
            member = pb.Member(agent=f"m{number}", keywords=keywords, schedules=["0 9 * * MON"] * 8)
            await live.write(lambda _, member=member: [ConversationEvent(member_added=pb.MemberAdded(member=member))])
        began = time.perf_counter()
        wanted = [rules.Events for member in live.state.view.members if said_of(member.keywords, "word and " * 30_000)]
        assert not wanted
        assert time.perf_counter() - began < 1.0  # it was four seconds
        answer = await asyncio.wait_for(desk.post("word and " * 30_000), 20)
        assert answer.entries


def test_keywords_are_whole_words_in_any_case():
    assert said_of(["refund"], "I want a REFUND!") == "refund"
    assert said_of(["refund"], "refunds") == ""
    assert said_of(["credit  card"], "my Credit Card is lost") == "credit  card"
    assert said_of(["c++"], "I love C++") == "c++"
    assert said_of(["straße"], "in der STRASSE") == "straße"
    assert said_of(["a b"], "ab") == ""
    assert said_of([], "x") == said_of(["x"], "") == ""


async def test_a_member_is_asked_what_the_contact_said(make_desk):
    asked = []
    helper = botmesh.Agent("helper")

    @helper.on_delegate
    async def helps(task):
        asked.append(task.text)
        return "noted"

    async with make_desk(primary="owner") as desk, desk.bots(bot("owner"), helper):
        one = await desk.post("hello")
        member = pb.Member(agent="helper", always=True)
        await desk.conversations.AddMember(api.AddMemberRequest(conversation_id=one.id, member=member))
        await desk.post("first thing")
        large = "y" * 400_000  # more than is kept of recent history in memory
        await desk.post(large)
        await until(lambda: len(asked) == 2)
    assert asked == ["first thing", large]


async def test_accounts_that_nobody_uses_are_forgotten(make_desk, monkeypatch):
    monkeypatch.setattr("botmesh_conversations.accounts.KEPT", 10)
    async with make_desk() as desk:
        for number in range(50):
            await desk.conversations.GetAccount(api.GetAccountRequest(account_id=f"account-{number}"))
        assert len(desk.all.accounts._cache.recent) == 10
        one = await desk.all.accounts.of("account-49")
        for number in range(50):
            await desk.conversations.GetAccount(api.GetAccountRequest(account_id=f"other-{number}"))
        assert await desk.all.accounts.of("account-49") is one


def test_problems_are_counted_and_bounded():
    problems = Problems()
    for number in range(2000):
        problems.unreadable("log", f"s{number}", "x" * 5000)
    for _ in range(3):
        problems.unreadable("log", "again", "it is broken")
    newest = problems.newest(2)
    assert (newest[0].subject, newest[0].count, len(newest[1].text)) == ("again", 3, 1024)
    assert problems.known == 1000


async def test_lists_that_are_damaged_while_they_are_in_use_come_back_from_the_log(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception")):
        ids = [(await desk.post("hello", contact=f"c{number}")).id for number in range(30)]
        await desk.conversations.SetTags(api.SetTagsRequest(conversation_id=ids[3], add=["vip"]))
        projection = desk.all.projection
        projection.commit()
        projection._rebuild(sqlite3.DatabaseError("database disk image is malformed"))
        assert projection.is_rebuilding
        await until(lambda: not projection.is_rebuilding)
        page = await desk.conversations.ListConversations(api.ListConversationsRequest(page_size=500))
        assert {view.conversation_id for view in page.conversations} == set(ids)
        tagged = await desk.conversations.ListConversations(api.ListConversationsRequest(tag="vip"))
        assert [view.conversation_id for view in tagged.conversations] == [ids[3]]
        again = await desk.post("hello", contact="c0", message_id="m1", conversation_id=ids[0])
        assert (await desk.post("hello", contact="c0", message_id="m1")).accepted.repeated_message
        assert again.id == ids[0]


async def test_what_is_written_goes_on_after_events_that_cannot_be_found(make_desk, monkeypatch):
    async with make_desk() as desk:
        one = await desk.post("hello")
        await desk.post("second")
        live = desk.all._cache.held[one.id]
        live.sequence -= 1  # as after a start at which the last event could not be found
        read = type(desk.all.log).read

        async def finds_no_last(self, stream, from_sequence=1, limit=1000):
            found = await read(self, stream, from_sequence, limit)
            return [record for record in found if record.sequence != live.sequence + 1]

        monkeypatch.setattr(type(desk.all.log), "read", finds_no_last)
        assert (await asyncio.wait_for(desk.post("third"), 10)).id == one.id
        assert any("cannot be found" in problem.text for problem in desk.all.problems.newest(5))
