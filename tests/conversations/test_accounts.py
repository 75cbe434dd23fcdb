"""Accounts: one primary each, channels, variables with namespaces; what one account has, no other sees."""

import asyncio

import pytest
from google.protobuf.duration_pb2 import Duration

import botmesh
from botmesh import errors
from botmesh.settings import load
from botmesh.v1 import conversation_service_pb2 as api
from tests.conversations.conftest import bot
from tests.waiting import until

CONVERSATION = api.CONTEXT_NAMESPACE_CONVERSATION
CONTACT = api.CONTEXT_NAMESPACE_CONTACT
ACCOUNT = api.CONTEXT_NAMESPACE_ACCOUNT


async def primary(desk, account="default"):
    return (await desk.conversations.GetAccount(api.GetAccountRequest(account_id=account))).primary


async def test_naming_another_primary_moves_the_flag_and_it_is_there_after_a_restart(make_desk):
    bots = bot("reception"), bot("night")
    desk = make_desk(primary="reception")
    async with desk, desk.bots(*bots):
        first = await desk.post("hello")
        assert await primary(desk) == "reception"
        moved = api.SetPrimaryRequest(agent="night")
        assert [(await desk.conversations.SetPrimary(moved)).previous for _ in range(2)] == ["reception", "night"]
        assert await primary(desk) == "night"
        assert (await desk.post("hello", contact="ben")).entries == [("night", "night: hello")]
        assert (await desk.post("still you?")).entries == [("reception", "reception: still you?")]
        assert (await desk.view(first.id)).owner.agent == "reception"
    again = make_desk(primary="reception")
    async with again:
        assert await primary(again) == "night"


async def test_of_many_moves_at_once_each_sees_one_before_it(make_desk):
    names = [f"bot-{number}" for number in range(5)]
    async with make_desk() as desk, desk.bots(*(bot(name) for name in names)):
        moves = [desk.conversations.SetPrimary(api.SetPrimaryRequest(agent=name)) for name in names]
        previous = [response.previous for response in await asyncio.gather(*moves)]
        assert sorted([*previous, await primary(desk)]) == sorted(["", *names])


@pytest.mark.parametrize(
    ("agent", "refusal"),
    [("nobody", errors.UnknownAgent), ("hidden", errors.TargetInternal), ("No Name", errors.InvalidField)],
)
async def test_who_cannot_be_primary(make_desk, agent, refusal):
    async with make_desk(primary="reception") as desk, desk.bots(bot("hidden", exposure="internal")):
        with pytest.raises(refusal):
            await desk.conversations.SetPrimary(api.SetPrimaryRequest(agent=agent))
        assert await primary(desk) == "reception"


async def test_an_internal_agent_owns_nothing_even_as_the_settings_primary(make_desk):
    async with make_desk(primary="hidden") as desk, desk.bots(bot("hidden", exposure="internal")):
        await desk.all.accounts.of("default")
        account = await desk.all.accounts.of("default")
        await account.routing.directory.look_up("default", "hidden", 5)
        assert (await desk.post("hello")).end == api.POST_END_NOBODY_ON_DUTY


async def test_a_primary_answers_on_its_channels_and_the_desk_on_others(make_desk):
    async with make_desk() as desk, desk.bots(bot("reception")):
        await desk.conversations.SetPrimary(api.SetPrimaryRequest(agent="reception", channels=["web", "mail"]))
        assert (await desk.post("hello", channel="mail")).entries == [("reception", "reception: hello")]
        assert (await desk.post("hello", channel="sms")).end == api.POST_END_NOBODY_ON_DUTY
        await desk.conversations.SetPrimary(api.SetPrimaryRequest())
        assert (await desk.post("hello", contact="ben")).end == api.POST_END_NOBODY_ON_DUTY


async def test_accounts_are_apart(make_desk):
    theirs = bot("reception", lambda conversation: _says(conversation, "theirs"))
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception")):
        theirs.settings = load(environ={}, flags={"registry": desk.address, "account": "acme"})
        await theirs.start()
        try:
            await asyncio.wait_for(theirs.listed(), 10)
            assert (await desk.post("hello")).entries == [("reception", "reception: hello")]
            assert (await desk.post("hello", account_id="acme")).end == api.POST_END_NOBODY_ON_DUTY
            await desk.conversations.SetPrimary(api.SetPrimaryRequest(account_id="acme", agent="reception"))
            answer = await desk.post("hello", account_id="acme", contact="ben")
            assert answer.entries == [("reception", "theirs")]
            with pytest.raises(errors.UnknownAgent):
                await desk.conversations.SetPrimary(api.SetPrimaryRequest(account_id="third", agent="reception"))
            listed = await desk.conversations.ListConversations(api.ListConversationsRequest(account_id="acme"))
            assert {one.account_id for one in listed.conversations} == {"acme"}
            assert (
                await desk.conversations.GetStatistics(api.GetStatisticsRequest(account_id="acme"))
            ).conversations == 2
        finally:
            await theirs.stop(drain=False)


async def _says(_, text):
    return text


async def test_a_bots_turn_reads_and_writes_all_three_namespaces(make_desk):
    async def works(conversation):
        await conversation.set_context({"seen": 1}, namespace="contact")
        await conversation.set_context({"rate": 0.5, "list": [1, 2]}, namespace="account")
        await conversation.set_context({"step": 2})
        await conversation.delete_context("rate", namespace="account")
        with pytest.raises(errors.InvalidField):
            await conversation.get_context(namespace="contacts")
        found = [await conversation.get_context(namespace=name) for name in ("conversation", "contact", "account")]
        return "; ".join(str(one) for one in found)

    async def reads(conversation):
        return str(await conversation.get_context("seen", "none", namespace="contact"))

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", works), bot("other", reads)):
        answer = await desk.post("hello")
        assert answer.entries[0][1] == "{'step': 2}; {'seen': 1}; {'list': [1, 2]}"
        await desk.conversations.SetPrimary(api.SetPrimaryRequest(agent="other"))
        assert (await desk.post("hello", channel="mail")).entries == [("other", "{'seen': 1}")]


@pytest.mark.parametrize("namespace", [CONVERSATION, CONTACT, ACCOUNT])
async def test_variables_end_are_bounded_and_outlast_a_restart(make_desk, namespace):
    desk = make_desk(primary="reception")
    async with desk, desk.bots(bot("reception")):
        first = await desk.post("hello")
        scope = api.ContextScope(namespace=namespace, conversation_id=first.id)

        async def put(ttl=None, **values):
            request = api.SetContextRequest(scope=scope, ttl=ttl)
            request.values.update(values)
            await desk.conversations.SetContext(request)

        async def names():
            return set((await desk.conversations.GetContext(api.GetContextRequest(scope=scope))).values.fields)

        await put(kept="x", gone="y")
        await put(short="z", ttl=Duration(nanos=300_000_000))
        found = await desk.conversations.GetContext(api.GetContextRequest(scope=scope))
        assert set(found.values.fields) == {"kept", "gone", "short"}
        assert set(found.expires_at) == {"short"}

        async def has_ended():
            return await names() == {"kept", "gone"}

        await until(has_ended)
        with pytest.raises(errors.MessageTooLarge):
            await put(big="x" * 70_000)
        with pytest.raises(errors.InvalidField):
            await put(short="z", ttl=Duration())
        for _ in range(2):
            await desk.conversations.DeleteContext(api.DeleteContextRequest(scope=scope, names=["gone", "none"]))
        assert await names() == {"kept"}
    again = make_desk(primary="reception")
    async with again:
        assert set((await again.conversations.GetContext(api.GetContextRequest(scope=scope))).values.fields) == {"kept"}


async def test_a_scope_that_names_nothing_is_refused(make_desk):
    async with make_desk() as desk:
        for scope, refusal in (
            (api.ContextScope(), errors.InvalidField),
            (api.ContextScope(namespace=CONTACT), errors.InvalidField),
            (api.ContextScope(namespace=CONVERSATION, conversation_id="none"), errors.UnknownConversation),
        ):
            with pytest.raises(refusal):
                await desk.conversations.GetContext(api.GetContextRequest(scope=scope))


async def test_streams_that_are_no_conversations_are_neither_listed_nor_watched(make_desk):
    async with make_desk() as desk:
        request = api.SetContextRequest(scope=api.ContextScope(namespace=ACCOUNT))
        request.values.update({"a": 1})
        await desk.conversations.SetContext(request)
        await desk.conversations.SetDuty(api.SetDutyRequest(person="eva", on_duty=True))
        first = await desk.post("hello")
        assert first.end == api.POST_END_QUEUED
        listed = (await desk.conversations.ListConversations(api.ListConversationsRequest())).conversations
        assert [one.conversation_id for one in listed] == [first.id]
        watch = desk.conversations.WatchConversations(api.WatchConversationsRequest())
        async for response in watch:
            assert response.event.conversation_id == first.id
            break
        watch.cancel()
        with pytest.raises(errors.InvalidField):
            await desk.view("account/default")


def test_the_sdk_names_its_desk():
    assert botmesh.DESK == "desk"
