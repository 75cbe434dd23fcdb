"""TeamService: asking several over plain gRPC, in the chain that a call carries."""

import asyncio

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import conversation_pb2, team_service_pb2
from botmesh.v1 import conversation_service_pb2 as conversations
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.message_pb2 import Message
from botmesh.v1.team_service_pb2 import Recipients
from botmesh.v1.team_service_pb2_grpc import TeamServiceStub
from tests.in_process import InProcessMesh


def expert(name, confidence, *, skills=("advice",), tags=("experts",)):
    agent = botmesh.Agent(name, skills=[botmesh.Skill(one) for one in skills], tags=tags)
    agent.seen, agent.heard = [], asyncio.Queue()

    @agent.on_delegate
    async def answer(task: botmesh.Task) -> botmesh.Reply:
        agent.seen.append(task)
        if confidence is None:
            raise botmesh.AgentFailed("no idea")
        return botmesh.Reply(name, confidence=confidence)

    @agent.on_notify
    async def hear(task: botmesh.Task) -> None:
        await agent.heard.put(task)

    return agent


@pytest.fixture
async def mesh(tmp_path):
    async with InProcessMesh(tmp_path) as made:
        made.team = await made.stub(TeamServiceStub)
        yield made


def words(text, **fields):
    return Message(payload=[botmesh.text(text)], **fields)


async def test_a_consultation_ranks_and_lists_failures_in_the_callers_chain(mesh):
    sure, unsure, failed = expert("sure", 0.9), expert("unsure", 0.2), expert("failed", None)
    async with mesh.bots(sure, unsure, failed):
        request = team_service_pb2.ConsultRequest(message=words("what now?"), recipients=Recipients(tags=["experts"]))
        metadata = (("botmesh-path", "front"), ("botmesh-correlation", "c-1"), ("botmesh-conversation", "talk"))
        found = await mesh.team.Consult(request, metadata=metadata)
        assert [(one.agent, one.reply.confidence) for one in found.answers] == [("sure", 0.9)]
        assert found.answers[0].address == sure.address
        assert [one.agent for one in found.unsure] == ["unsure"]
        assert [(one.agent, one.failure.reason) for one in found.failures] == [("failed", "AGENT_FAILED")]
        task = sure.seen[0]
        assert (task.path, task.from_agent, task.correlation_id) == (("front",), "front", "c-1")
        assert task.conversation_id == found.answers[0].conversation_id != "talk"


async def test_the_first_that_is_sure_enough_ends_it(mesh):
    async with mesh.bots(expert("sure", 0.9), expert("unsure", 0.2)):
        request = team_service_pb2.ConsultRequest(
            message=words("what now?"), recipients=Recipients(agents=["sure", "unsure"]), enough=1, min_confidence=0.1
        )
        found = await mesh.team.Consult(request)
        assert len(found.answers) >= 1


async def test_a_delegation_goes_to_whoever_has_the_skill_and_never_back(mesh):
    async with mesh.bots(expert("refund-bot", 1, skills=["refunds"])):
        request = team_service_pb2.DelegateToSkillRequest(message=words("money back", skill_id="refunds"))
        found = await mesh.team.DelegateToSkill(request)
        assert (found.reply.message.from_agent, found.reply.message.payload[0].text) == ("refund-bot", "refund-bot")
        with pytest.raises(errors.UnknownSkill):
            await mesh.team.DelegateToSkill(request, metadata=(("botmesh-path", "refund-bot"),))
        request.message.to_agent = "refund-bot"
        with pytest.raises(errors.InvalidField, match="leave to_agent empty"):
            await mesh.team.DelegateToSkill(request)


async def test_policies_hold_for_what_the_service_asks(mesh):
    async with mesh.bots(expert("one", 1)):
        request = team_service_pb2.ConsultRequest(message=words("hm"), recipients=Recipients(agents=["one"]))
        metadata = (("botmesh-path", "a,b"), ("botmesh-max-hops", "1"))
        found = await mesh.team.Consult(request, metadata=metadata)
        assert [one.failure.reason for one in found.failures] == ["HOP_LIMIT"]
        assert not found.failures[0].failure.started
        with pytest.raises(errors.InvalidField, match="nobody is meant"):
            await mesh.team.Consult(team_service_pb2.ConsultRequest(message=words("hm")))


async def test_collaborators_know_of_each_other(mesh):
    one, two = expert("one", 0.1), expert("two", 0.8)
    async with mesh.bots(one, two):
        request = team_service_pb2.CollaborateRequest(
            message=words("write"), recipients=Recipients(agents=["one", "two"])
        )
        request.message.context.update({"tone": "kind"})
        found = await mesh.team.Collaborate(request)
        assert [opinion.agent for opinion in found.answers] == ["two", "one"]
        assert one.seen[0].context == {"tone": "kind", "collaborators": ["two"]}


async def test_a_broadcast_reaches_all_bots_of_a_conversation(mesh):
    owner, member, stranger = expert("owner", 1), expert("member", 1), expert("stranger", 1)
    stub = await mesh.stub(ConversationServiceStub)
    async with mesh.bots(owner, member, stranger):
        post = conversations.PostRequest(contact_id="anna", payload=[botmesh.text("hello")])
        (accepted, *_) = [response async for response in stub.Post(post)]
        talk = accepted.accepted.conversation_id
        await stub.TransferConversation(
            conversations.TransferConversationRequest(
                conversation_id=talk, target=conversation_pb2.Owner(agent="owner")
            )
        )
        wanted = conversation_pb2.Member(agent="member", keywords=["rain"])
        await stub.AddMember(conversations.AddMemberRequest(conversation_id=talk, member=wanted))
        request = team_service_pb2.BroadcastRequest(
            message=words("we close"), recipients=Recipients(conversation_id=talk)
        )
        receipts = (await mesh.team.Broadcast(request)).receipts
        assert sorted((one.agent, one.failure.reason) for one in receipts) == [("member", ""), ("owner", "")]
        assert (await asyncio.wait_for(member.heard.get(), 5)).text == "we close"
        assert stranger.heard.empty()
        request.recipients.conversation_id = "nothing"
        with pytest.raises(errors.UnknownConversation):
            await mesh.team.Broadcast(request)
