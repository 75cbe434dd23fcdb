"""Contacts: one person on every channel, whose status, tags and fields hold in all conversations."""

import asyncio
import tarfile
import time
from pathlib import Path

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import contact_service_pb2 as contacts_api
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.contact_pb2 import ContactKey
from botmesh.v1.contact_service_pb2_grpc import ContactServiceStub
from botmesh.v1.conversation_pb2 import Address, Owner
from botmesh.v1.transfer_pb2 import CONVERSATION_MODE_SUGGESTIVE
from tests.conversations.conftest import bot
from tests.waiting import until

ACTIVE, PAUSED, STOPPED = (
    pb.CONVERSATION_STATUS_ACTIVE,
    pb.CONVERSATION_STATUS_PAUSED,
    pb.CONVERSATION_STATUS_STOPPED,
)


def key(contact="anna"):
    return ContactKey(contact_id=contact)


def at(channel, text):
    return ContactKey(address=Address(channel=channel, text=text))


async def contact_of(desk, named=None):
    stub = await desk.stub(ContactServiceStub)
    return (await stub.GetContact(contacts_api.GetContactRequest(contact=named or key()))).contact


async def update(desk, named=None, **fields):
    stub = await desk.stub(ContactServiceStub)
    request = contacts_api.UpdateContactRequest(contact=named or key(), **fields)
    return (await stub.UpdateContact(request)).contact


async def set_status(desk, status, named=None, **fields):
    request = api.SetStatusRequest(contact=named or key(), status=status, **fields)
    return await desk.conversations.SetStatus(request)


async def close(desk, conversation_id, **by):
    request = api.CloseConversationRequest(conversation_id=conversation_id, **(by or {"person": "eva"}))
    return (await desk.conversations.CloseConversation(request)).conversation


async def test_who_is_stopped_on_one_channel_is_answered_on_none(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        await desk.post("hello", channel="web")
        await desk.post("hello", channel="whatsapp")
        stopped = await set_status(desk, STOPPED, reason="opted out")
        assert stopped.contact.status == STOPPED
        assert [view.status for view in stopped.conversations] == [STOPPED, STOPPED]
        for channel in ("web", "whatsapp", "sms"):
            assert (await desk.post("anybody?", channel=channel)).end == api.POST_END_STOPPED
        await set_status(desk, ACTIVE)
        assert (await desk.post("and now?", channel="sms")).end == api.POST_END_ANSWERED


async def test_a_status_of_an_unknown_contact_makes_it_known(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        with pytest.raises(errors.UnknownContact):
            await contact_of(desk, key("dora"))
        await set_status(desk, STOPPED, key("dora"))
        assert (await contact_of(desk, key("dora"))).status == STOPPED
        assert (await desk.post("hello", contact="dora")).end == api.POST_END_STOPPED


async def test_a_conversation_has_a_status_of_its_own_until_the_contacts_changes(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        web = await desk.post("hello", channel="web")
        await desk.post("hello", channel="sms")
        request = api.SetStatusRequest(conversation_id=web.id, status=PAUSED)
        assert (await desk.conversations.SetStatus(request)).conversations[0].own_status
        assert (await desk.post("web", channel="web")).end == api.POST_END_PAUSED
        assert (await desk.post("sms", channel="sms")).end == api.POST_END_ANSWERED
        await set_status(desk, ACTIVE)
        view = await desk.view(web.id)
        assert (view.status, view.own_status) == (ACTIVE, False)


@pytest.mark.parametrize(
    ("status", "seconds", "error"),
    [(STOPPED, 60, errors.InvalidField), (PAUSED, -60, errors.InvalidField), (ACTIVE, 60, errors.InvalidField)],
)
async def test_an_end_that_cannot_be_is_refused(make_desk, status, seconds, error):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        first = await desk.post("hello")
        for named in ({"contact": key()}, {"conversation_id": first.id}):
            request = api.SetStatusRequest(status=status, **named)
            request.until.FromSeconds(int(time.time()) + seconds)
            with pytest.raises(error) as caught:
                await desk.conversations.SetStatus(request)
            assert caught.value.metadata["field"] == "until"


async def test_a_pause_of_what_is_stopped_is_refused(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        first = await desk.post("hello")
        await set_status(desk, STOPPED)
        with pytest.raises(errors.ConversationStopped):
            await set_status(desk, PAUSED)
        with pytest.raises(errors.ConversationStopped):
            await desk.conversations.SetStatus(api.SetStatusRequest(conversation_id=first.id, status=PAUSED))


async def test_a_pause_ends_for_the_contact_and_its_conversations(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        first = await desk.post("hello")
        request = api.SetStatusRequest(contact=key(), status=PAUSED)
        request.until.FromNanoseconds(time.time_ns() + 700_000_000)
        await desk.conversations.SetStatus(request)
        assert (await desk.post("wait")).end == api.POST_END_PAUSED
        assert (await contact_of(desk)).status == PAUSED
        await until(lambda: _answered(desk, first.id, "front: wait"))
        assert (await contact_of(desk)).status == ACTIVE


async def _answered(desk, conversation_id, text):
    return ("front", text) in await desk.history(conversation_id)


async def test_an_address_finds_its_contact_on_every_spelling(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        first = await desk.post("hello", contact="", channel="whatsapp", address="+4917012345")
        again = await desk.post("again", contact="", channel="whatsapp", address="+4917012345")
        assert again.id == first.id
        contact = await contact_of(desk, at("whatsapp", "+4917012345"))
        assert contact.contact_id == first.accepted.contact_id
        decomposed = "u\u0308@example.com"
        mail = await desk.post("hello", contact="", channel="mail", address=decomposed)
        assert (await desk.post("more", contact="", channel="mail", address="\u00fc@example.com")).id == mail.id


async def test_two_first_messages_at_once_open_one_conversation(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        answers = await asyncio.gather(
            *(desk.post(f"m{number}", contact="", channel="sms", address="+1") for number in range(8))
        )
        assert len({answer.id for answer in answers}) == 1
        assert len({answer.accepted.contact_id for answer in answers}) == 1


async def test_an_address_is_linked_once(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        stub = await desk.stub(ContactServiceStub)
        address = Address(channel="whatsapp", text="+49170")
        linked = await stub.LinkAddress(contacts_api.LinkAddressRequest(contact=key(), address=address))
        assert [one.text for one in linked.contact.addresses] == ["+49170"]
        with pytest.raises(errors.AddressTaken) as caught:
            await stub.LinkAddress(contacts_api.LinkAddressRequest(contact=key("bert"), address=address))
        assert caught.value.metadata["contact_id"] == "anna"
        with pytest.raises(errors.AddressTaken):
            await desk.post("hello", contact="bert", channel="whatsapp", address="+49170")
        await stub.UnlinkAddress(contacts_api.UnlinkAddressRequest(contact=key(), address=address))
        await stub.LinkAddress(contacts_api.LinkAddressRequest(contact=key("bert"), address=address))
        assert (await contact_of(desk, at("whatsapp", "+49170"))).contact_id == "bert"


@pytest.mark.parametrize("text", ["", "a\nb", "x" * 257, "\x00"])
async def test_a_bad_address_is_refused(make_desk, text):
    async with make_desk() as desk:
        stub = await desk.stub(ContactServiceStub)
        with pytest.raises(errors.InvalidField) as caught:
            await stub.LinkAddress(
                contacts_api.LinkAddressRequest(contact=key(), address=Address(channel="web", text=text))
            )
        assert caught.value.metadata["field"] == "address.text"


async def test_tags_and_fields_hold_on_every_channel_and_later(make_desk):
    front = bot("front")
    async with make_desk(primary="front") as desk, desk.bots(front):
        web = await desk.post("hello", channel="web")
        sms = await desk.post("hello", channel="sms")
        await desk.conversations.SetTags(api.SetTagsRequest(conversation_id=web.id, add=["VIP Kunde"]))
        await update(desk, fields={"city": "Bonn"}, language="de-AT")
        for conversation in (web, sms, await desk.post("hello", channel="mail")):
            view = await desk.view(conversation.id)
            assert (list(view.tags), dict(view.fields), view.language) == (["VIP Kunde"], {"city": "Bonn"}, "de-AT")
        assert list(front.seen[-1].tags) == ["VIP Kunde"]


async def test_a_contact_without_a_conversation_takes_in_all(make_desk):
    front = bot("front")
    async with make_desk(primary="front") as desk, desk.bots(front, bot("sales")):
        await desk.conversations.SetTags(api.SetTagsRequest(contact=key(), add=["lead"]))
        form = api.SubmitFormRequest(contact=key(), form="signup", values={"plan": "gold"}, submission_id="s1")
        await desk.conversations.SubmitForm(form)
        await desk.conversations.SubmitForm(form)
        fired = api.FireActionRequest(contact=key(), action="bought", values={"order": 7})
        await desk.conversations.FireAction(fired)
        contact = await update(desk, assigned_agent="sales")
        assert (list(contact.tags), dict(contact.fields), contact.assigned_agent) == (
            ["lead"],
            {"plan": "gold"},
            "sales",
        )
        assert (await desk.post("hello")).entries == [("sales", "sales: hello")]


async def test_an_assigned_agent_gets_the_open_conversations(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front"), bot("sales")):
        first = await desk.post("hello")
        await update(desk, assigned_agent="sales", reason="a lead")

        async def moved():
            return (await desk.view(first.id)).owner == Owner(agent="sales")

        await until(moved)
        assert (await desk.post("more")).entries == [("sales", "sales: more")]


async def test_a_mode_of_a_contact_holds_in_the_next_conversation(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        await update(desk, mode=CONVERSATION_MODE_SUGGESTIVE)
        assert (await desk.post("hello")).end == api.POST_END_SUGGESTED


async def test_a_closed_conversation_is_followed_by_one_that_knows_it(make_desk):
    front = bot("front")
    async with make_desk(primary="front") as desk, desk.bots(front):
        first = await desk.post("hello", message_id="m1")
        closed = await close(desk, first.id)
        assert closed.HasField("closed_at")
        assert closed.close_cause == pb.CLOSE_CAUSE_PERSON
        assert (await close(desk, first.id)).closed_at == closed.closed_at
        second = await desk.post("back again", message_id="m2")
        assert second.id != first.id
        assert (await desk.view(second.id)).previous_conversation_id == first.id
        repeated = await desk.post("hello", message_id="m1")
        assert (repeated.id, repeated.accepted.repeated_message) == (first.id, True)
        assert repeated.entries == [("front", "front: hello")]
        named = await desk.post("in the old one", conversation_id=first.id)
        assert (named.id, named.accepted.closed_conversation_id) == (second.id, first.id)
        entries = []
        request = api.GetHistoryRequest(conversation_id=second.id, include_previous=True)
        async for chunk in desk.conversations.GetHistory(request):
            entries += ["".join(part.text for part in entry.payload) for entry in chunk.entries]
        assert entries[:3] == ["hello", "front: hello", "back again"]
        statistics = await desk.conversations.GetStatistics(api.GetStatisticsRequest())
        assert (statistics.conversations, statistics.closed) == (2, 1)


async def test_what_cannot_be_done_to_a_closed_conversation_is_refused(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front"), bot("sales")):
        first = await desk.post("hello")
        await close(desk, first.id)
        with pytest.raises(errors.ConversationClosed):
            await desk.transfer(first.id, "sales")
        said = [botmesh.text("late")]
        for refused in (
            desk.conversations.SetStatus(api.SetStatusRequest(conversation_id=first.id, status=PAUSED)),
            desk.conversations.Claim(api.ClaimRequest(conversation_id=first.id, person="eva")),
            desk.conversations.Reply(api.ReplyRequest(conversation_id=first.id, person="eva", payload=said)),
            desk.conversations.Say(api.SayRequest(conversation_id=first.id, agent="front", payload=said)),
        ):
            with pytest.raises(errors.ConversationClosed):
                await refused
        note = api.ReplyRequest(conversation_id=first.id, person="eva", payload=said, note=True)
        await desk.conversations.Reply(note)


async def test_an_outcome_in_a_turn_ends_the_conversation_with_that_turn(make_desk):
    async def solve(conversation):
        request = api.RecordOutcomeRequest(
            conversation_id=conversation.conversation_id, outcome=pb.Outcome(resolved=True)
        )
        await desk.conversations.RecordOutcome(request)
        return "solved"

    async with make_desk(primary="front") as desk, desk.bots(bot("front", solve)):
        first = await desk.post("help")
        assert first.entries == [("front", "solved")]
        view = await desk.view(first.id)
        assert view.close_cause == pb.CLOSE_CAUSE_OUTCOME
        rated = api.RecordOutcomeRequest(conversation_id=first.id, outcome=pb.Outcome(satisfaction=5))
        assert (await desk.conversations.RecordOutcome(rated)).conversation.outcome.satisfaction == 5
        assert (await desk.post("thanks")).id != first.id


async def test_an_idle_conversation_ends(make_desk):
    async with make_desk(primary="front", idle_timeout="0.5") as desk, desk.bots(bot("front")):
        first = await desk.post("hello")

        async def is_closed():
            return (await desk.view(first.id)).close_cause == pb.CLOSE_CAUSE_IDLE

        async def is_noted():
            return not (await contact_of(desk)).conversations

        await until(is_closed)
        await until(is_noted)
        assert (await desk.post("hello again")).id != first.id


async def test_a_bot_speaks_first_in_a_conversation_that_is_opened(make_desk):
    async def greet(conversation):
        return f"welcome: {conversation.text}"

    sales = bot("sales", greet)
    async with make_desk(primary="front") as desk, desk.bots(bot("front"), sales):
        request = api.OpenConversationRequest(
            contact=at("whatsapp", "+49"), owner=Owner(agent="sales"), intent_id="spring", conversation_id="c1"
        )
        opened = (await desk.conversations.OpenConversation(request)).conversation
        assert opened.channel == "whatsapp"
        await until(lambda: _said(desk, "c1", [("sales", "welcome: ")]))
        assert (await desk.conversations.OpenConversation(request)).conversation.conversation_id == "c1"
        assert len(sales.seen) == 1
        request.conversation_id = ""
        with pytest.raises(errors.ConversationOpen) as caught:
            await desk.conversations.OpenConversation(request)
        assert caught.value.metadata["conversation_id"] == "c1"
        reply = await desk.post("thank you", contact="", channel="whatsapp", address="+49")
        assert (reply.id, reply.entries) == ("c1", [("sales", "welcome: thank you")])


async def _said(desk, conversation_id, history):
    return await desk.history(conversation_id) == history


async def test_nobody_opens_a_conversation_with_a_contact_that_is_stopped(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        await set_status(desk, STOPPED)
        with pytest.raises(errors.ConversationStopped):
            await desk.conversations.OpenConversation(api.OpenConversationRequest(contact=key()))


async def test_merging_two_contacts_makes_them_one(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        web = await desk.post("hello", contact="anna", channel="web")
        phone = await desk.post("hello", contact="", channel="whatsapp", address="+49")
        other = phone.accepted.contact_id
        await update(desk, key(), add_tags=["web"], fields={"city": "Bonn"})
        await update(desk, key(other), add_tags=["phone"], fields={"city": "Berlin", "age": 41}, language="de")
        await set_status(desk, STOPPED, key(other))
        stub = await desk.stub(ContactServiceStub)
        request = contacts_api.MergeContactsRequest(contact=key(), merged=key(other))
        contact = (await stub.MergeContacts(request)).contact
        assert contact.status == STOPPED
        assert list(contact.tags) == ["phone", "web"]
        assert dict(contact.fields) == {"city": "Bonn", "age": 41}
        assert contact.language == "de"
        assert {one.conversation_id for one in contact.conversations} == {web.id, phone.id}
        assert (await desk.view(phone.id)).contact_id == "anna"
        assert (await desk.view(phone.id)).status == STOPPED
        assert (await desk.view(web.id)).status == STOPPED
        assert (await contact_of(desk, key(other))).contact_id == "anna"
        assert (await stub.MergeContacts(request)).contact.contact_id == "anna"
        listed = await stub.ListContacts(contacts_api.ListContactsRequest())
        assert [one.contact_id for one in listed.contacts] == ["anna"]
        await set_status(desk, ACTIVE)
        again = await desk.post("still me", contact=other, channel="whatsapp", address="+49")
        assert (again.id, again.accepted.contact_id) == (phone.id, "anna")


async def test_contacts_that_are_merged_into_each_other_at_once_become_one(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        stub = await desk.stub(ContactServiceStub)
        names = ["a", "b", "c", "d"]
        for name in names:
            await update(desk, key(name), add_tags=[name])
        writing = [
            asyncio.create_task(desk.post(f"m{number}", contact=names[number % 4], message_id=f"m{number}"))
            for number in range(16)
        ]
        merging = [
            stub.MergeContacts(contacts_api.MergeContactsRequest(contact=key(one), merged=key(other)))
            for one in names
            for other in names
            if one != other
        ]
        for failed in await asyncio.gather(*merging, return_exceptions=True):
            assert not isinstance(failed, Exception) or isinstance(failed, errors.InvalidField)
        answers = await asyncio.gather(*writing)
        contacts = [await contact_of(desk, key(name)) for name in names]
        assert len({contact.contact_id for contact in contacts}) == 1
        assert list(contacts[0].tags) == names
        known = {one.conversation_id for one in contacts[0].conversations}
        assert {answer.id for answer in answers} <= known
        for number in range(16):
            again = await desk.post("other", contact=names[number % 4], message_id=f"m{number}")
            assert again.id in known
            assert again.accepted.repeated_message


async def test_nobody_posts_into_an_alert(make_desk):
    async with make_desk() as desk:
        request = api.AskForPersonRequest(agent="front", reason="look", request_id="a1")
        await desk.conversations.AskForPerson(request)
        with pytest.raises(errors.InvalidField):
            await desk.post("hello", conversation_id="a1")
        with pytest.raises(errors.InvalidField):
            await desk.conversations.SetTags(api.SetTagsRequest(conversation_id="a1", add=["x"]))


async def test_lists_of_contacts_are_filtered_and_paged(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        stub = await desk.stub(ContactServiceStub)
        for number in range(5):
            await update(desk, key(f"c{number}"), add_tags=["even" if number % 2 == 0 else "odd"])
        await set_status(desk, STOPPED, key("c4"))
        tagged = await stub.ListContacts(contacts_api.ListContactsRequest(tag="even"))
        assert [one.contact_id for one in tagged.contacts] == ["c4", "c2", "c0"]
        stopped = await stub.ListContacts(contacts_api.ListContactsRequest(status=STOPPED))
        assert [one.contact_id for one in stopped.contacts] == ["c4"]
        seen, token = [], ""
        while True:
            page = await stub.ListContacts(contacts_api.ListContactsRequest(page_size=2, page_token=token))
            seen += [one.contact_id for one in page.contacts]
            token = page.next_page_token
            if not token:
                break
        assert seen == ["c4", "c3", "c2", "c1", "c0"]


async def test_an_alert_waits_in_the_desks_queue(make_desk):
    async with make_desk(primary="front") as desk, desk.bots(bot("front")):
        request = api.AskForPersonRequest(
            agent="front", reason="the printer is on fire", payload=[botmesh.text("room 4")], request_id="a1"
        )
        asked = await desk.conversations.AskForPerson(request)
        assert (asked.desk, asked.queue_position) == (api.DESK_OUTCOME_NOBODY_ON_DUTY, 1)
        assert asked.conversation.alert_from == "front"
        assert asked.conversation.desk_reason == "the printer is on fire"
        assert (await desk.conversations.AskForPerson(request)).conversation.conversation_id == "a1"
        claimed = await desk.conversations.Claim(api.ClaimRequest(conversation_id="a1", person="eva"))
        assert claimed.conversation.owner == Owner(desk="eva")
        await close(desk, "a1", person="eva")
        statistics = await desk.conversations.GetStatistics(api.GetStatisticsRequest())
        assert (statistics.conversations, statistics.alerts, statistics.closed) == (0, 1, 0)


async def test_a_folder_that_is_older_than_contacts_goes_on(make_desk, tmp_path):
    with tarfile.open(Path(__file__).parent / "data" / "before_contacts.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    tmp_path.chmod(0o700)
    async with make_desk(primary="front", idle_timeout="0") as desk, desk.bots(bot("front"), bot("billing")):

        async def adopted():
            return len((await contact_of(desk)).conversations) == 2

        await until(adopted)
        anna = await contact_of(desk)
        assert list(anna.tags) == ["german", "vip"]
        assert anna.fields["age"] == 41
        for known in anna.conversations:
            view = await desk.view(known.conversation_id)
            assert (list(view.tags), view.fields["age"]) == (["german", "vip"], 41)
        assert (await contact_of(desk, key("bert"))).status == STOPPED
        assert (await desk.post("on another channel", contact="bert", channel="sms")).end == api.POST_END_STOPPED
        repeated = await desk.post("hello", channel="web", message_id="m1")
        assert repeated.accepted.repeated_message
        assert (await desk.post("next", channel="web")).id == repeated.id
        scope = api.ContextScope(namespace=api.CONTEXT_NAMESPACE_CONTACT, contact_id="anna")
        variables = await desk.conversations.GetContext(api.GetContextRequest(scope=scope))
        assert dict(variables.values) == {"plan": "gold"}
    async with make_desk(primary="front", idle_timeout="0") as desk:
        assert len((await contact_of(desk)).conversations) == 2
