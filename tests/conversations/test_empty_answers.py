"""An empty answer is no message, from whomever: nothing stands in the history, and nothing is shown or suggested."""

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.transfer_pb2 import CONVERSATION_MODE_SUGGESTIVE
from tests.conversations.conftest import bot

BLANK = pytest.mark.parametrize("blank", ["", " \n\t "], ids=["empty", "blank"])


def answering(text):
    async def answer(conversation):
        return text

    return answer


@BLANK
async def test_of_a_bot(make_desk, blank):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", answering(blank))):
        answer = await desk.post("hello")
        assert (answer.entries, answer.end) == ([], api.POST_END_ANSWERED)
        assert await desk.history(answer.id) == [("anna", "hello")]
        await desk.conversations.SetMode(
            api.SetModeRequest(conversation_id=answer.id, mode=CONVERSATION_MODE_SUGGESTIVE)
        )
        assert (await desk.post("again")).end == api.POST_END_ANSWERED
        assert not (await desk.view(answer.id)).HasField("suggestion")


@BLANK
async def test_of_a_member(make_desk, blank):
    helper = botmesh.Agent("helper")

    @helper.on_delegate
    async def answer(text: str):
        return blank

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), helper):
        first = await desk.post("hello")
        member = pb.Member(agent="helper", always=True)
        await desk.conversations.AddMember(api.AddMemberRequest(conversation_id=first.id, member=member))
        assert (await desk.post("again")).entries == [("reception", "reception: again")]
        assert "helper" not in [author for author, _ in await desk.history(first.id)]


@BLANK
async def test_of_a_handoff(make_desk, blank):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), bot("billing")):
        first = await desk.post("hello")
        await desk.transfer(first.id, "billing", handoff_message=[botmesh.text(blank)])
        assert [author for author, _ in await desk.history(first.id)] == ["anna", "reception"]


@BLANK
async def test_of_a_person_or_an_agent_of_its_own_accord_is_refused(make_desk, blank):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception")):
        first = await desk.post("hello")
        await desk.conversations.SetMode(
            api.SetModeRequest(conversation_id=first.id, mode=CONVERSATION_MODE_SUGGESTIVE)
        )
        assert (await desk.post("suggest")).end == api.POST_END_SUGGESTED
        turn = (await desk.view(first.id)).turn_id
        said = {"conversation_id": first.id, "payload": [botmesh.text(blank)]}
        for call, request in (
            (desk.conversations.Reply, api.ReplyRequest(person="eva", **said)),
            (desk.conversations.Say, api.SayRequest(agent="reception", **said)),
            (desk.conversations.Approve, api.ApproveRequest(person="eva", turn_id=turn, **said)),
        ):
            with pytest.raises(errors.InvalidField) as refused:
                await call(request)
            assert refused.value.metadata["field"] == "payload"
        with pytest.raises(errors.InvalidField):
            await desk.post(blank)
        assert len(await desk.history(first.id)) == 3
