"""What both ends of a delegation report, and budgets that are kept to."""

import asyncio

import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.journal_service_pb2 import GetCostsRequest, JournalEntry, ListMessagesRequest
from botmesh.v1.journal_service_pb2_grpc import JournalServiceStub
from botmesh.v1.message_pb2 import Message, MessageType
from tests.in_process import InProcessMesh
from tests.waiting import until


def costly(name, micros=600_000, **options):
    agent = botmesh.Agent(name, **options)

    @agent.on_delegate
    async def answer(task: botmesh.Task) -> botmesh.Reply:
        if task.text == "fail":
            raise botmesh.AgentFailed("no money")
        usage = botmesh.Usage(model="m-1", input_tokens=10, output_tokens=5, cost_micros=micros, currency="EUR")
        return botmesh.Reply(f"{name} says {task.text}", usage=usage)

    return agent


def asking(name, targets):
    agent = botmesh.Agent(name)

    @agent.on_delegate
    async def ask(task: botmesh.Task) -> str:
        return " ".join([(await task.delegate(target, task.text)).text for target in targets])

    return agent


async def start(mesh, agent, **settings):
    agent.settings = load(environ={}, flags={"registry": mesh.address} | settings)
    await agent.start()
    await asyncio.wait_for(agent.listed(), 10)
    mesh.stack.push_async_callback(agent.stop, drain=False)


async def test_messages_are_logged_once_where_it_is_switched_on(tmp_path):
    async with InProcessMesh(tmp_path) as mesh, mesh.connect() as client:
        stub = await mesh.stub(JournalServiceStub)
        await start(mesh, asking("front", ["back"]), persist_messages="true")
        await start(mesh, costly("back"), persist_messages="true")
        reply = await client.delegate("front", "hello")

        async def logged():
            request = ListMessagesRequest(correlation_id=reply.correlation_id)
            return list((await stub.ListMessages(request)).entries)

        await until(lambda: enough(logged, 4))
        seen = [
            (
                one.message.from_agent,
                one.message.to_agent,
                MessageType.Name(one.message.message_type).removeprefix("MESSAGE_TYPE_"),
                one.message.payload[0].text,
            )
            for one in await logged()
        ]
        assert sorted(seen) == [
            ("", "front", "DELEGATE", "hello"),
            ("back", "front", "RESPONSE", "back says hello"),
            ("front", "", "RESPONSE", "back says hello"),
            ("front", "back", "DELEGATE", "hello"),
        ]
        assert {one.trace_id for one in await logged()} == {reply.trace_id}


async def enough(find, count):
    return len(await find()) >= count


async def test_nothing_is_logged_where_it_is_off_and_costs_are_summed_all_the_same(tmp_path):
    async with InProcessMesh(tmp_path) as mesh, mesh.connect() as client:
        stub = await mesh.stub(JournalServiceStub)
        await start(mesh, asking("front", ["back", "back"]))
        await start(mesh, costly("back"))
        await client.delegate("front", "hello", conversation_id="talk")

        async def sums(scope):
            found = (await stub.GetCosts(GetCostsRequest(scope=scope))).totals
            return [(one.id, one.cost_micros, one.answers) for one in found]

        await until(lambda: settled(sums))
        assert await sums("COST_SCOPE_AGENT") == [("back", 1_200_000, 2)]
        assert await sums("COST_SCOPE_CONVERSATION") == [("talk", 1_200_000, 2)]
        assert (await stub.ListMessages(ListMessagesRequest())).entries == []


async def settled(sums):
    return await sums("COST_SCOPE_AGENT") == [("back", 1_200_000, 2)]


async def test_a_failure_is_logged_with_its_reason(tmp_path):
    async with InProcessMesh(tmp_path) as mesh, mesh.connect() as client:
        stub = await mesh.stub(JournalServiceStub)
        await start(mesh, costly("back"), persist_messages="true")
        with pytest.raises(botmesh.AgentFailed):
            await client.delegate("back", "fail")

        async def logged():
            return list((await stub.ListMessages(ListMessagesRequest(agent="back"))).entries)

        await until(lambda: enough(logged, 2))
        error, asked = await logged()
        assert (error.reason, error.message.payload[0].text) == ("AGENT_FAILED", "no money")
        assert error.message.in_reply_to == asked.message.message_id


async def test_once_a_chain_has_cost_its_budget_further_delegations_are_refused():
    front = asking("front", ["one", "two", "three"])
    front.settings = load(environ={}, flags={"chain_budget": "1000000"})
    async with testing.mesh(front, costly("one"), costly("two"), costly("three")) as client:
        with pytest.raises(errors.BudgetSpent, match=r"the chain has cost 1\.2 EUR and may cost 1") as caught:
            await client.delegate("front", "hello")
        error = caught.value
        assert not error.started or error.agent == "front"
        assert error.metadata == {"scope": "chain", "spent": "1200000", "limit": "1000000", "currency": "EUR"}
        assert error.status.name == "FAILED_PRECONDITION"


async def test_an_agent_may_have_a_smaller_budget_and_another_chain_is_free():
    async with testing.mesh(
        costly("one"), settings=load(environ={}, flags={"conversation_budget": "500000"})
    ) as client:
        await client.delegate("one", "hello", conversation_id="talk")
        with pytest.raises(errors.BudgetSpent, match="the conversation") as caught:
            await client.delegate("one", "again", conversation_id="talk")
        assert not caught.value.started
        await client.delegate("one", "hello", conversation_id="another")
        await client.delegate("one", "hello")


async def test_the_days_budget_of_an_account_holds_for_everybody_that_was_told(tmp_path):
    async with InProcessMesh(tmp_path, daily_budget="1000000") as mesh, mesh.connect() as one, mesh.connect() as two:
        await start(mesh, costly("back"))
        await one.delegate("back", "hello")
        await two.delegate("back", "hello")
        await until(lambda: one._participant.endpoint.journal._sums and max_of(one) >= 600_000)
        with pytest.raises(errors.BudgetSpent, match="the account"):
            await one.delegate("back", "again")  # refused by back, which has seen both
        with pytest.raises(errors.BudgetSpent):
            await two.delegate("back", "again")


def max_of(client):
    return max(micros for sums in client._participant.endpoint.journal._sums.values() for micros in sums.values())


async def test_a_contact_is_answered_when_the_budget_is_spent(tmp_path):
    from botmesh.v1 import conversation_service_pb2 as api  # noqa: PLC0415
    from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub  # noqa: PLC0415

    owner = botmesh.Agent("owner")

    @owner.on_turn
    async def turn(conversation: botmesh.Conversation) -> str:
        try:
            return (await conversation.delegate("back", conversation.text)).text
        except errors.BudgetSpent:
            return "no more money"

    async with InProcessMesh(tmp_path, primary="owner", conversation_budget="1000000") as mesh:
        stub = await mesh.stub(ConversationServiceStub)
        await start(mesh, owner)
        await start(mesh, costly("back"))
        said = []
        for text in ("one", "two", "three"):
            post = api.PostRequest(contact_id="anna", payload=[botmesh.text(text)])
            said += [response.entry.payload[0].text async for response in stub.Post(post) if response.HasField("entry")]
        assert said == ["back says one", "back says two", "no more money"]


async def test_a_journal_that_is_away_costs_nothing(tmp_path):
    async with InProcessMesh(tmp_path) as mesh, mesh.connect() as client:
        back = costly("back")
        await start(mesh, back, persist_messages="true", journal="127.0.0.1:1")
        for number in range(20):
            await client.delegate("back", str(number))
        assert back._running.endpoint.journal.lost == 0
        assert len(back._running.endpoint.journal._waiting) <= 40


async def test_a_report_that_is_refused_holds_up_no_other(tmp_path):
    async with InProcessMesh(tmp_path) as mesh, mesh.connect() as client:
        stub = await mesh.stub(JournalServiceStub)
        agent = costly("back", micros=7)
        await start(mesh, agent, persist_messages="true")
        journal = agent._running.endpoint.journal
        bad = JournalEntry(message=Message(account_id="default", message_id="no id at all!"), logged=True)
        journal._report(bad)
        for number in range(3):
            await client.delegate("back", str(number))

        async def reported():
            found = (await stub.ListMessages(ListMessagesRequest())).entries
            return sum(entry.message.from_agent == "back" for entry in found) == 3

        await until(reported)
        assert journal.lost == 1


async def test_a_message_too_large_for_the_log_is_counted_all_the_same(tmp_path):
    async with InProcessMesh(tmp_path) as mesh, mesh.connect() as client:
        stub = await mesh.stub(JournalServiceStub)
        await start(mesh, costly("back", micros=7), persist_messages="true")
        await client.delegate("back", "x" * 900_000)

        async def counted():
            return (await stub.GetCosts(GetCostsRequest())).totals

        await until(counted)
        entries = (await stub.ListMessages(ListMessagesRequest())).entries
        assert any("too large for the message log" in entry.message.payload[0].text for entry in entries)
