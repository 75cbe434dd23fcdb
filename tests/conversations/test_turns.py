import asyncio

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.contact_pb2 import ContactKey
from botmesh_conversations.service import ConversationService
from botmesh_service.contact_texts import UNANSWERED
from tests.conversations.conftest import bot
from tests.waiting import until


async def test_the_primary_answers_and_history_is_kept(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception")):
        first = await desk.post("hello")
        second = await desk.post("again")
        assert first.id == second.id
        assert first.entries == [("reception", "reception: hello")]
        assert first.end == second.end == api.POST_END_ANSWERED
        view = await desk.view(first.id)
        assert (view.owner.agent, view.epoch, view.contact_id, view.channel) == ("reception", 1, "anna", "web")
        assert await desk.history(first.id) == [
            ("anna", "hello"),
            ("reception", "reception: hello"),
            ("anna", "again"),
            ("reception", "reception: again"),
        ]


async def test_a_bot_that_only_takes_delegations_answers_turns_too(make_desk):
    plain = botmesh.Agent("plain")

    @plain.on_delegate
    async def answer(text: str):
        return text.upper()

    async with make_desk(primary="plain") as desk, desk.bots(plain):
        assert (await desk.post("hello")).entries == [("plain", "HELLO")]


async def test_pieces_are_shown_and_not_kept(make_desk):
    agent = botmesh.Agent("reception")

    @agent.on_turn
    async def turn(conversation):
        yield "one "
        yield "two"

    async with make_desk(primary="reception") as desk, desk.bots(agent):
        answer = await desk.post("count")
        assert answer.pieces == ["one ", "two"]
        assert answer.entries == [("reception", "one two")]


async def test_a_turn_brings_history_context_and_where_to_transfer(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        first = await desk.post("hello", context={"customer": "17"})
        await desk.post("and now?")
        seen = agent.seen[1]
        assert seen.text == "and now?"
        assert seen.context == {"customer": "17"}
        assert (seen.contact_id, seen.channel, seen.conversation_id) == ("anna", "web", first.id)
        assert [entry.author for entry in seen.history] == ["anna", "reception", "anna"]
        assert seen.path == ()
        assert seen.turn.service_address == desk.address


async def test_a_repeated_message_is_the_same_message(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        first = await desk.post("hello", message_id="m1")
        again = await desk.post("hello", message_id="m1")
        assert not first.accepted.repeated_message
        assert again.accepted.repeated_message
        assert again.accepted.sequence == first.accepted.sequence
        assert again.entries == first.entries
        assert again.end == api.POST_END_ANSWERED
        assert len(agent.seen) == 1


async def test_messages_of_one_conversation_are_handled_in_order(make_desk):
    async def slow(conversation):
        await asyncio.sleep(0.05)
        return conversation.text

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", slow)):
        first = await desk.post("0")
        await asyncio.gather(*(desk.post(str(n), conversation_id=first.id, message_id=f"m{n}") for n in range(1, 6)))
        said = await desk.history(first.id)
        assert [text for author, text in said if author == "anna"] == ["0", "1", "2", "3", "4", "5"]
        view = await desk.view(first.id)
        assert view.unanswered == 0
        assert view.turn_id == ""


async def test_different_conversations_run_in_parallel(make_desk):
    both = asyncio.Barrier(2)

    async def meets(conversation):
        await asyncio.wait_for(both.wait(), 3)
        return "met"

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", meets)):
        answers = await asyncio.gather(desk.post("a", contact="a"), desk.post("b", contact="b"))
        assert [answer.entries[0][1] for answer in answers] == ["met", "met"]


async def test_without_a_primary_a_person_is_waited_for(make_desk):
    async with make_desk() as desk:
        answer = await desk.post("hello")
        assert answer.end == api.POST_END_NOBODY_ON_DUTY
        assert (await desk.view(answer.id)).owner.WhichOneof("owner") == "desk"


async def test_a_turn_that_fails_is_not_tried_again_and_falls_to_the_desk(make_desk, caplog):
    async def crashes(conversation):
        raise ValueError("secret")

    agent = bot("reception", crashes)
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        answer = await desk.post("hello")
        assert len(agent.seen) == 1
        assert answer.end == api.POST_END_NOBODY_ON_DUTY
        assert answer.owners == ["desk"]
        assert answer.entries == [("mesh", UNANSWERED)]
        assert "secret" not in str(answer.responses)
        view = await desk.view(answer.id)
        assert (view.epoch, view.unanswered) == (2, 1)


async def test_a_turn_that_fails_falls_to_the_primary_first(make_desk):
    async def crashes(conversation):
        raise botmesh.AgentFailed("no")

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), bot("billing", crashes)):
        first = await desk.post("hello")
        await desk.transfer(first.id, "billing")
        answer = await desk.post("pay")
        assert answer.owners == ["reception"]
        assert answer.entries[-1] == ("reception", "reception: pay")
        assert answer.end == api.POST_END_ANSWERED


async def test_not_mine_goes_to_the_primary_and_from_there_to_the_desk(make_desk):
    async def refuses(conversation):
        return botmesh.NOT_MINE

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), bot("billing", refuses)):
        first = await desk.post("hello")
        await desk.transfer(first.id, "billing")
        answer = await desk.post("weather?")
        assert answer.entries == [("reception", "reception: weather?")]
    async with make_desk(primary="lazy") as desk, desk.bots(bot("lazy", refuses)):
        assert (await desk.post("hello", contact="ben")).end == api.POST_END_NOBODY_ON_DUTY


async def test_a_paused_conversation_answers_the_newest_message_once_when_it_is_resumed(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        first = await desk.post("hello")
        await desk.conversations.SetStatus(
            api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_PAUSED)
        )
        waiting = [await desk.post(text) for text in ("one", "two")]
        assert {answer.end for answer in waiting} == {api.POST_END_PAUSED}
        assert len(agent.seen) == 1
        await desk.conversations.SetStatus(
            api.SetStatusRequest(contact=ContactKey(contact_id="anna"), status=pb.CONVERSATION_STATUS_ACTIVE)
        )
        async with asyncio.timeout(5):
            while (await desk.view(first.id)).unanswered:
                await asyncio.sleep(0.02)
        assert len(agent.seen) == 2


async def test_a_pause_with_an_end_ends_by_itself(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        first = await desk.post("hello")
        request = api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_PAUSED)
        request.until.GetCurrentTime()
        request.until.seconds += 1
        await desk.conversations.SetStatus(request)
        assert (await desk.post("one")).end == api.POST_END_PAUSED
        async with asyncio.timeout(5):
            while (await desk.view(first.id)).unanswered:
                await asyncio.sleep(0.02)
        assert (await desk.view(first.id)).status == pb.CONVERSATION_STATUS_ACTIVE


async def test_a_stopped_conversation_is_silent(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        first = await desk.post("hello")
        await desk.conversations.SetStatus(
            api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_STOPPED)
        )
        assert (await desk.post("hello?")).end == api.POST_END_STOPPED
        await asyncio.sleep(0.1)
        assert len(agent.seen) == 1


async def test_a_person_claims_answers_and_hands_back(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception")):
        first = await desk.post("hello")
        await desk.transfer(first.id, "desk", reason="angry")
        assert (await desk.post("a person please")).end == api.POST_END_NOBODY_ON_DUTY
        await desk.conversations.Claim(api.ClaimRequest(conversation_id=first.id, person="eva"))
        await desk.conversations.Claim(api.ClaimRequest(conversation_id=first.id, person="eva"))
        with pytest.raises(errors.NotClaimed):
            await desk.conversations.Claim(api.ClaimRequest(conversation_id=first.id, person="max"))
        assert (await desk.post("still there?")).end == api.POST_END_WITH_PERSON
        say = {"conversation_id": first.id, "payload": [botmesh.text("I am here")], "message_id": "p1"}
        with pytest.raises(errors.NotClaimed):
            await desk.conversations.Reply(api.ReplyRequest(person="max", **say))
        for _ in range(2):
            await desk.conversations.Reply(api.ReplyRequest(person="eva", **say))
        note = api.ReplyRequest(conversation_id=first.id, person="eva", payload=[botmesh.text("rude")], note=True)
        await desk.conversations.Reply(note)
        back = await desk.conversations.HandBack(api.HandBackRequest(conversation_id=first.id, person="eva"))
        assert back.conversation.owner.agent == "reception"
        said = await desk.history(first.id)
        assert said.count(("eva", "I am here")) == 1
        assert ("eva", "rude") not in said


async def test_listing_filters_and_pages(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception")):
        answers = [await desk.post("hello", contact=f"c{n}", channel="web" if n % 2 else "mail") for n in range(5)]
        await desk.conversations.SetTags(api.SetTagsRequest(conversation_id=answers[1].id, add=["vip", "new"]))
        await desk.transfer(answers[2].id, "desk")

        async def listed(**fields):
            found = await desk.conversations.ListConversations(api.ListConversationsRequest(**fields))
            return [one.contact_id for one in found.conversations], found.next_page_token

        assert (await listed())[0] == ["c2", "c1", "c4", "c3", "c0"]
        assert (await listed(channel="mail"))[0] == ["c2", "c4", "c0"]
        assert (await listed(tag="vip"))[0] == ["c1"]
        assert (await listed(owner="desk"))[0] == ["c2"]
        assert (await listed(contact_id="c3"))[0] == ["c3"]
        first, token = await listed(page_size=2)
        second, token = await listed(page_size=2, page_token=token)
        third, last = await listed(page_size=2, page_token=token)
        assert first + second + third == ["c2", "c1", "c4", "c3", "c0"]
        assert last == ""


async def test_a_watch_tells_everything_from_a_position_on(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception")):
        first = await desk.post("hello")
        kinds = []

        async def watch(**fields):
            async for response in desk.conversations.WatchConversations(api.WatchConversationsRequest(**fields)):
                kinds.append(response.event.WhichOneof("event"))
                if len(kinds) == 7:
                    return

        watching = asyncio.create_task(watch(conversation_id=first.id))
        await asyncio.sleep(0.2)
        assert kinds == ["opened", "message_posted", "turn_started", "turn_finished"]
        await desk.post("other", contact="ben")
        await desk.post("again")
        await asyncio.wait_for(watching, 5)
        assert kinds[4:] == ["message_posted", "turn_started", "turn_finished"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"payload": []}, "payload"),
        ({"contact_id": "a b"}, "contact_id"),
        ({"contact_id": ""}, "contact_id"),
        ({"message_id": "ü"}, "message_id"),
        ({"channel": "x\ny"}, "channel"),
    ],
)
async def test_bad_input_is_refused_with_its_field(make_desk, fields, field):
    async with make_desk() as desk:
        request = {"contact_id": "anna", "payload": [botmesh.text("hi")]} | fields
        with pytest.raises(errors.InvalidField) as caught:
            async for _ in desk.conversations.Post(api.PostRequest(**request)):
                pass
        assert caught.value.metadata["field"] == field


async def test_what_does_not_exist_is_not_found(make_desk):
    async with make_desk() as desk:
        with pytest.raises(errors.UnknownConversation):
            await desk.view("nothing")


async def test_messages_in_quick_succession_are_one_turn(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception", gather="0.4") as desk, desk.bots(agent):
        first = asyncio.create_task(desk.post("my router", message_id="m1"))
        await asyncio.sleep(0.2)
        second = asyncio.create_task(desk.post("is broken", message_id="m2"))
        answers = await asyncio.gather(first, second)
        assert [seen.text for seen in agent.seen] == ["my router\nis broken"]
        assert {answer.end for answer in answers} == {api.POST_END_ANSWERED}


async def test_after_its_last_reply_a_bot_is_paused(make_desk):
    async with make_desk(primary="reception", max_replies="2") as desk, desk.bots(bot("reception")):
        answers = [await desk.post(text) for text in ("one", "two", "three")]
        assert [len(answer.entries) for answer in answers] == [1, 1, 0]
        assert answers[2].end == api.POST_END_PAUSED


async def test_a_person_who_answers_for_a_bot_pauses_it(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        first = await desk.post("hello")
        said = api.ReplyRequest(conversation_id=first.id, person="eva", payload=[botmesh.text("let me")])
        await desk.conversations.Reply(said)
        assert (await desk.view(first.id)).status == pb.CONVERSATION_STATUS_PAUSED
        assert (await desk.post("thanks")).end == api.POST_END_PAUSED
        assert len(agent.seen) == 1
        note = api.ReplyRequest(conversation_id=first.id, person="eva", payload=[botmesh.text("n")], note=True)
        await desk.conversations.Reply(note)


async def test_nobody_writes_in_somebody_elses_conversation(make_desk):
    async with make_desk() as desk:
        first = await desk.post("hello")
        with pytest.raises(errors.InvalidField) as caught:
            await desk.post("me too", contact="ben", conversation_id=first.id)
        assert caught.value.metadata["field"] == "contact_id"


async def test_what_is_too_large_is_refused_before_it_is_taken_in(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception")):
        first = await desk.post("hello")
        with pytest.raises(errors.MessageTooLarge):
            await desk.post("x" * 600_000)
        with pytest.raises(errors.MessageTooLarge):
            await desk.post("y", context={"big": "x" * 70_000})
        assert len(await desk.history(first.id)) == 2


async def test_many_large_messages_still_make_a_turn(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        first = await desk.post("hello")
        paused = api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_PAUSED)
        await desk.conversations.SetStatus(paused)
        for number in range(5):
            await desk.post(f"{number}" + "x" * 300_000)
        active = api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_ACTIVE)
        await desk.conversations.SetStatus(active)
        async with asyncio.timeout(5):
            while (await desk.view(first.id)).unanswered:
                await asyncio.sleep(0.02)
        assert agent.seen[1].text.startswith("4x")


async def test_a_watcher_that_does_not_read_is_dropped_and_disturbs_nobody(make_desk, monkeypatch):
    monkeypatch.setattr(ConversationService, "max_queued", 3)
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception")):
        watch = desk.conversations.WatchConversations(api.WatchConversationsRequest(only_new=True))
        seen = []

        async def read_slowly():
            async for response in watch:
                seen.append(response.event.position)
                await asyncio.sleep(0.2)

        reading = asyncio.create_task(read_slowly())
        await asyncio.sleep(0.2)
        (watcher,) = desk.all.watchers
        watcher.tell("", [pb.ConversationEvent(position="1")] * 4, 8)  # as if it had fallen behind
        for number in range(4):
            await desk.post(f"m{number}")
        with pytest.raises(errors.WatcherTooSlow):
            await asyncio.wait_for(reading, 10)


async def test_a_turn_brings_the_newest_messages_and_the_others_can_be_read(make_desk):
    seen = []

    async def listens(conversation):
        seen.append((len(conversation.history), conversation.turn.history_truncated))
        if conversation.text == "all?":
            return str(len(await conversation.read_history()))
        if conversation.text == "last?":
            return (await conversation.read_history(limit=1))[0].payload[0].text
        return "ok"

    async with make_desk(primary="a", turn_history="4") as desk, desk.bots(bot("a", listens)):
        for number in range(4):
            await desk.post(f"message {number}")
        assert (await desk.post("all?")).entries == [("a", "9")]
        assert (await desk.post("last?")).entries == [("a", "last?")]
    assert seen[0] == (1, False)
    assert seen[3:] == [(4, True)] * 3


async def test_a_bot_hands_back_after_more_messages_than_a_turn_brings(make_desk):
    async def billing(conversation):
        if conversation.text == "back":
            await conversation.hand_back()
            return None
        return "billing"

    bots = bot("reception"), bot("billing", billing)
    async with make_desk(primary="reception", turn_history="2") as desk, desk.bots(*bots):
        first = await desk.post("hello")
        await desk.transfer(first.id, "billing")
        for _ in range(3):
            await desk.post("more")
        await desk.post("back")
        await until(lambda: owner_is(desk, first.id, "reception"))


async def owner_is(desk, conversation_id, agent):
    return (await desk.view(conversation_id)).owner.agent == agent
