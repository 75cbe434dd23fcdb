"""A task asks for a person; a turn closes its conversation and knows how it was opened."""

import pytest
from tests.waiting import until

import botmesh
from botmesh import errors
from botmesh.errors import LogUnavailable
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.contact_pb2 import ContactKey
from botmesh.v1.conversation_pb2 import CLOSE_CAUSE_AGENT, Owner
from botmesh_conversations.lifecycle_methods import LifecycleMethods
from botmesh_mesh.local import local


def asking(**arguments):
    """A bot that asks for a person, and says what came of it."""
    agent = botmesh.Agent("front-bot")

    @agent.on_delegate
    async def ask(task):
        handed = await task.hand_to_person("the printer is on fire", **arguments)
        return {"outcome": handed.outcome, "position": handed.queue_position, "id": handed.conversation_id}

    return agent


def data(reply):
    return botmesh.parts.from_value(reply.parts[0].data)


async def alerts(mesh):
    request = api.ListConversationsRequest(channel="alert")
    return (await mesh.conversations.ListConversations(request)).conversations


async def test_a_task_without_a_conversation_raises_an_alert():
    async with local(asking(message="room 4")) as mesh:
        outcome = data(await mesh.client.delegate("front-bot"))
        (alert,) = await alerts(mesh)
        assert outcome == {"outcome": "nobody_on_duty", "position": 1, "id": alert.conversation_id}
        assert (alert.alert_from, alert.desk_reason) == ("front-bot", "the printer is on fire")
        history = mesh.conversations.GetHistory(api.GetHistoryRequest(conversation_id=alert.conversation_id))
        assert [entry.payload[0].text async for chunk in history for entry in chunk.entries] == ["room 4"]


async def test_a_durable_task_raises_an_alert():
    async with local(asking()) as mesh:
        handle = await mesh.client.submit("front-bot", "go")
        outcome = data(await handle.result(10))
        assert [alert.conversation_id for alert in await alerts(mesh)] == [outcome["id"]]


async def test_a_task_in_a_conversation_hands_it_to_the_desk():
    front = asking(handoff_message="One moment, please.")

    @front.on_turn
    async def turn(conversation):
        return "hello"

    async with local(front, primary="front-bot") as mesh:
        posted = mesh.conversations.Post(api.PostRequest(contact_id="anna", payload=[botmesh.text("hi")]))
        conversation = [one async for one in posted if one.HasField("accepted")][-1].accepted.conversation_id
        outcome = data(await mesh.client.delegate("front-bot", conversation_id=conversation))
        assert outcome == {"outcome": "nobody_on_duty", "position": 1, "id": conversation}
        view = await mesh.conversations.GetConversation(api.GetConversationRequest(conversation_id=conversation))
        assert view.conversation.owner == Owner(desk="")
        assert not await alerts(mesh)


async def test_a_turn_hands_its_conversation_to_a_person():
    front = botmesh.Agent("front-bot")
    outcomes = []

    @front.on_turn
    async def turn(conversation):
        outcomes.append(await conversation.hand_to_person("wants a person", "angry", "One moment, please."))

    async with local(front, primary="front-bot") as mesh:
        assert await mesh.say("anna", "a person!") == [("", "One moment, please.")]
        (outcome,) = outcomes
        request = api.GetConversationRequest(conversation_id=outcome.conversation_id)
        view = (await mesh.conversations.GetConversation(request)).conversation
        assert view.owner == Owner(desk="")
        assert (outcome.outcome, view.desk_reason) == ("nobody_on_duty", "wants a person")


async def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_id(monkeypatch):
    ask, ids = LifecycleMethods.AskForPerson, []

    async def losing(self, request, context):
        ids.append(request.request_id)
        response = await ask(self, request, context)
        if len(ids) < 3:
            raise LogUnavailable("the answer is lost")
        return response

    monkeypatch.setattr(LifecycleMethods, "AskForPerson", losing)
    async with local(asking()) as mesh:
        assert data(await mesh.client.delegate("front-bot"))["outcome"] == "nobody_on_duty"
        assert len(ids) == 3
        assert {alert.conversation_id for alert in await alerts(mesh)} == set(ids)


async def test_a_refusal_is_the_typed_error_and_is_not_repeated():
    front, seen = botmesh.Agent("front-bot"), []

    @front.on_delegate
    async def ask(task):
        try:
            await task.hand_to_person(" ")
        except errors.InvalidField as error:
            seen.append(error.metadata["field"])

    async with local(front) as mesh:
        await mesh.client.delegate("front-bot")
    assert seen == ["reason"]


async def test_a_bot_closes_its_conversation_with_its_reply():
    front, seen = botmesh.Agent("front-bot"), []

    @front.on_turn
    async def turn(conversation):
        entries = await conversation.read_history(previous=True)
        texts = [entry.payload[0].text for entry in entries]
        seen.append((conversation.conversation_id, conversation.previous_conversation_id, texts))
        await conversation.close("all is said")
        return "goodbye"

    async with local(front, primary="front-bot") as mesh:
        assert await mesh.say("anna", "that was all") == [("front-bot", "goodbye")]
        request = api.GetConversationRequest(conversation_id=seen[0][0])

        async def closed():
            view = (await mesh.conversations.GetConversation(request)).conversation
            return view.HasField("closed_at") and view.close_cause == CLOSE_CAUSE_AGENT

        await until(closed)
        assert await mesh.say("anna", "one more") == [("front-bot", "goodbye")]
        assert seen[0][1] == ""
        assert seen[1][1] == seen[0][0] != seen[1][0]
        assert seen[0][2] == ["that was all"]
        assert seen[1][2] == ["that was all", "goodbye", "one more"]


@pytest.mark.parametrize("intent", ["renewal", "other"])
async def test_a_bot_speaks_first_and_knows_how_the_conversation_was_opened(intent):
    front, seen = botmesh.Agent("front-bot"), []

    @front.on_turn
    async def turn(conversation):
        seen.append(conversation)
        return "hello" if conversation.opening else "yes?"

    @front.on_intent("renewal")
    async def renewal(conversation):
        seen.append(conversation)
        return "your contract ends"

    async with local(front) as mesh:
        request = api.OpenConversationRequest(
            contact=ContactKey(contact_id="anna"),
            owner=Owner(agent="front-bot"),
            conversation_id="v1",
            intent_id=intent,
            reason="spring campaign",
            context={"plan": "gold"},
        )
        await mesh.conversations.OpenConversation(request)

        async def said():
            history = mesh.conversations.GetHistory(api.GetHistoryRequest(conversation_id="v1"))
            return [entry.payload[0].text async for chunk in history for entry in chunk.entries]

        await until(said)
        assert await said() == ["your contract ends" if intent == "renewal" else "hello"]
        (conversation,) = seen
        opening = conversation.opening
        assert (opening.trigger, opening.intent, opening.reason) == ("", intent, "spring campaign")
        assert opening.context == {"plan": "gold"}
        assert (conversation.intent, conversation.text) == (intent, "")
        assert await mesh.say("anna", "who is it?") == [("front-bot", "yes?")]
        assert seen[-1].opening is None


async def test_a_task_opens_a_conversation_in_which_its_bot_speaks_first():
    agent = botmesh.Agent("front-bot")

    @agent.on_delegate
    async def order(task):
        return await task.open_conversation(address="+4917012345", channel="whatsapp", reason="order 7 is on its way")

    @agent.on_turn
    async def turn(conversation):
        return f"News: {conversation.opening.reason}" if conversation.opening else "thanks"

    async with local(agent) as mesh:
        conversation_id = (await mesh.client.delegate("front-bot")).text

        async def said():
            history = mesh.conversations.GetHistory(api.GetHistoryRequest(conversation_id=conversation_id))
            texts = [entry.payload[0].text async for chunk in history for entry in chunk.entries]
            return texts == ["News: order 7 is on its way"]

        await until(said)
        with pytest.raises(errors.ConversationOpen, match="is open on whatsapp"):
            await mesh.client.delegate("front-bot")


async def test_a_conversation_is_opened_with_a_contact_or_an_address():
    agent = botmesh.Agent("front-bot")

    @agent.on_delegate
    async def order(task):
        with pytest.raises(errors.InvalidField):
            await task.open_conversation()
        with pytest.raises(errors.InvalidField):
            await task.open_conversation("anna", address="x")
        return "refused"

    async with local(agent) as mesh:
        assert (await mesh.client.delegate("front-bot")).text == "refused"
