"""Triggers of contacts: what happens outside of a conversation, and conversations that a trigger begins."""

import pytest

from botmesh import errors
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.contact_pb2 import ContactKey
from botmesh.v1.conversation_pb2 import Owner
from botmesh_conversations.triggers.file import read_triggers
from tests.conversations.conftest import bot
from tests.conversations.test_contacts import contact_of, key
from tests.waiting import until

TRIGGERS = """
triggers:
  - name: campaign
    when: {action: spring-sale}
    then: {begin: {channel: whatsapp, agent: sales, intent: spring, context: {code: S1}}}
  - name: german
    when: {field: language, value: de}
    then: [{assign: german-bot}, {add_tag: speaks German}]
  - name: opted-out
    when: {keyword: stop}
    then: {disable: true}
  - name: vip
    when: {tag: gold}
    then: {add_tag: vip}
"""


@pytest.fixture
def make(tmp_path, make_desk):
    folder = tmp_path / "triggers"
    folder.mkdir()
    (folder / "default.yaml").write_text(TRIGGERS)
    return lambda **settings: make_desk(triggers=str(folder), primary="front", **settings)


def team():
    return bot("front"), bot("sales"), bot("german-bot")


async def test_a_campaign_begins_a_conversation_in_which_the_bot_speaks_first(make):
    front, sales, german = team()
    async with make() as desk, desk.bots(front, sales, german):
        fired = await desk.conversations.FireAction(api.FireActionRequest(contact=key(), action="spring-sale"))
        assert list(fired.fired) == ["campaign"]
        (known,) = (await contact_of(desk)).conversations
        assert known.channel == "whatsapp"

        async def spoke():
            return await desk.history(known.conversation_id) == [("sales", "sales: ")]

        await until(spoke)
        turn = sales.seen[0].turn
        assert (turn.opening.trigger, turn.opening.intent_id) == ("campaign", "spring")
        assert (await desk.view(known.conversation_id)).context["code"] == "S1"
        answer = await desk.post("what is it?", channel="whatsapp")
        assert (answer.id, answer.entries) == (known.conversation_id, [("sales", "sales: what is it?")])


async def test_a_campaign_reaches_another_channel_from_within_a_conversation(make):
    async with make() as desk, desk.bots(*team()):
        web = await desk.post("hello", channel="web")
        request = api.FireActionRequest(conversation_id=web.id, action="spring-sale")
        assert list((await desk.conversations.FireAction(request)).fired) == ["campaign"]
        channels = [one.channel for one in (await contact_of(desk)).conversations]
        assert channels == ["web", "whatsapp"]
        again = await desk.conversations.FireAction(request)  # one is open on the channel: no second one
        assert len((await contact_of(desk)).conversations) == 2
        assert list(again.fired) == ["campaign"]


async def test_a_router_assigns_a_contact_who_has_no_conversation(make):
    async with make() as desk, desk.bots(*team()):
        await desk.conversations.SetFields(api.SetFieldsRequest(contact=key(), values={"language": "de"}))
        contact = await contact_of(desk)
        assert (contact.assigned_agent, list(contact.tags)) == ("german-bot", ["speaks German"])
        assert (await desk.post("Guten Tag")).entries == [("german-bot", "german-bot: Guten Tag")]


async def test_a_trigger_that_fires_in_a_conversation_reaches_the_contact(make):
    async with make() as desk, desk.bots(*team()):
        web = await desk.post("hello", channel="web")
        await desk.post("hello", channel="sms")
        await desk.conversations.SetTags(api.SetTagsRequest(conversation_id=web.id, add=["gold"]))

        async def is_tagged():
            views = [await desk.view(one.conversation_id) for one in (await contact_of(desk)).conversations]
            return all(list(view.tags) == ["gold", "vip"] for view in views) and list(
                (await contact_of(desk)).tags
            ) == ["gold", "vip"]

        await until(is_tagged)


async def test_a_word_that_stops_stops_on_every_channel(make):
    async with make() as desk, desk.bots(*team()):
        await desk.post("hello", channel="sms")
        assert (await desk.post("please stop", channel="web")).end == api.POST_END_STOPPED

        async def is_stopped():
            return (await contact_of(desk)).status == pb.CONVERSATION_STATUS_STOPPED

        await until(is_stopped)
        assert (await desk.post("still there?", channel="sms")).end == api.POST_END_STOPPED
        for channel in ("sms", "web"):
            view = await desk.conversations.ListConversations(api.ListConversationsRequest(channel=channel))
            assert [(one.status, one.own_status) for one in view.conversations] == [(3, False)]


async def test_a_tag_on_a_contact_fires_in_its_newest_conversation_once(make):
    async with make() as desk, desk.bots(*team()):
        await desk.post("hello", channel="web")
        await desk.post("hello", channel="sms")
        await desk.conversations.SetTags(api.SetTagsRequest(contact=key(), add=["gold"]))

        async def is_tagged():
            return list((await contact_of(desk)).tags) == ["gold", "vip"]

        await until(is_tagged)
        fired = []
        async for response in desk.conversations.WatchConversations(api.WatchConversationsRequest(), timeout=5):
            if response.event.HasField("trigger_fired"):
                fired.append(response.event.trigger_fired.trigger)
            if response.event.HasField("contact_told"):
                break
        assert fired == ["vip"]


def test_begin_goes_with_what_happens_to_a_contact(tmp_path):
    path = tmp_path / "default.yaml"
    path.write_text("triggers:\n  - name: a\n    when: {keyword: hello}\n    then: {begin: {channel: sms}}\n")
    with pytest.raises(errors.InvalidField, match="begin goes with"):
        read_triggers(path)


async def test_an_unknown_contact_key_is_refused(make):
    async with make() as desk:
        with pytest.raises(errors.InvalidField):
            await desk.conversations.FireAction(api.FireActionRequest(contact=ContactKey(), action="x"))
        with pytest.raises(errors.InvalidField):
            await desk.conversations.SetTags(api.SetTagsRequest(add=["x"]))
        with pytest.raises(errors.UnknownAgent):
            await desk.conversations.OpenConversation(
                api.OpenConversationRequest(contact=key(), owner=Owner(agent="nobody-here"))
            )
