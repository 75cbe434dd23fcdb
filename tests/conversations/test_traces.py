from botmesh_conversations.event_stream import decode
from tests.conversations.conftest import bot


async def test_a_transfer_is_one_trace_from_the_turn_that_asked_to_the_new_owners_turn(make_desk, recorded):
    async def passes_on(conversation):
        await conversation.transfer("billing", reason="money")

    reception, billing = bot("reception", passes_on), bot("billing")
    async with make_desk(primary="reception") as desk, desk.bots(reception, billing):
        recorded.watch(desk.all.telemetry, reception._running.endpoint.telemetry, billing._running.endpoint.telemetry)
        answer = await desk.post("I was charged twice")
        records = await desk.all.log.read(answer.id)
        events = [decode(record) for record in records]
    spans = {span.name: span for span in recorded.spans}
    assert {"turn reception", "transfer billing", "turn billing"} <= set(spans)
    assert len({span.context.trace_id for span in spans.values()}) == 1
    transfer = spans["transfer billing"]
    assert transfer.attributes["botmesh.conversation_id"] == answer.id
    assert transfer.attributes["botmesh.from"] == "reception"
    assert transfer.attributes["botmesh.owner"] == "billing"
    assert spans["turn billing"].parent.span_id == transfer.context.span_id
    servers = [s for s in recorded.spans if s.name == "botmesh.v1.AgentService/DelegateStream"]
    assert transfer.parent.span_id in {span.context.span_id for span in servers}
    offers = [s for s in recorded.spans if s.name == "botmesh.v1.AgentService/Transfer"]
    assert len(offers) == 1
    trace = format(transfer.context.trace_id, "032x")
    assert {event.trace_id for event in events if event.HasField("owner_changed")} == {trace}
    assert {event.trace_id for event in events if event.HasField("message_posted")} == {""}
    assert all(span.status.is_ok for span in recorded.spans)


async def test_a_transfer_that_fails_is_marked(make_desk, recorded):
    billing = bot("billing")

    @billing.on_transfer
    async def declines(task, offer):
        return "closed"

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), billing):
        recorded.watch(desk.all.telemetry)
        first = await desk.post("hello")
        await desk.transfer(first.id, "billing")
    (span,) = [span for span in recorded.spans if span.name == "transfer billing"]
    assert span.attributes["botmesh.reason"] == "DECLINED"
    assert not span.status.is_ok
