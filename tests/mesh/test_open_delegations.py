"""Ten delegations of a conversation over all instances, with processes of their own."""

import asyncio
from contextlib import asynccontextmanager

import botmesh
from botmesh.parts import from_value
from tests.mesh.processes import team

LEASE = 1.5
"""Seconds; a heartbeat comes every third of it."""
HEARTBEATS = 1.2
"""Seconds in which every instance has sent its heartbeat after the others had sent theirs."""


def group(to, count, **context):
    return {"to": to, "count": count, "context": context}


@asynccontextmanager
async def two_openers():
    """Two bots that open delegations, and a worker for each, so that no worker is asked more than ten times."""
    async with team(lease=LEASE) as made:
        for kind, name in (("opener", "front"), ("opener", "back"), ("worker", "front-work"), ("worker", "back-work")):
            await made.bot(kind, name)
        async with botmesh.connect(registry=made.address) as mesh:
            yield mesh


def ended(reply):
    return from_value(reply.parts[0].data)["ended"]


def count(outcomes):
    return outcomes.count("done")


async def test_two_bots_along_a_path_hold_ten_together(journal):
    async with two_openers() as mesh:
        below = [group("back-work", 10, seconds=1.5)]
        groups = [group("front-work", 5, seconds=2.5), group("back", 1, open=below)]
        reply = await mesh.delegate("front", "go", context={"open": groups}, conversation_id="v1", timeout=20)
        own, [asked] = ended(reply)
        assert count(own) == 5
        [below_outcomes] = asked["ended"]
        assert count(below_outcomes) == 4, "five are open at front's worker and one is the call itself"
        refused = [one for one in below_outcomes if one != "done"]
        assert {(one["limit"], one["direction"]) for one in refused} == {("10", "outgoing")}
        assert refused[0]["refused"] == (
            "4 outgoing delegations are open here and 6 elsewhere in this conversation, the limit is 10: "
            "wait for one to end"
        )
        assert len(journal.entries("back-work", "started")) == 4


async def test_two_bots_side_by_side_hold_ten_together_within_a_heartbeat(journal):
    async with two_openers() as mesh:

        async def opens(bot, number, seconds):
            groups = [group(f"{bot}-work", number, seconds=seconds)]
            reply = await mesh.delegate(bot, "go", context={"open": groups}, conversation_id="v1", timeout=20)
            return ended(reply)[0]

        first = asyncio.create_task(opens("front", 5, 5.0))
        await asyncio.sleep(HEARTBEATS)
        second = asyncio.create_task(opens("back", 10, 3.5))
        await asyncio.sleep(HEARTBEATS)
        third = await opens("front", 3, 0)
        assert count(third) == 0, "back has five open, which front was told"
        assert count(await first) == 5
        assert count(await second) == 5
        await asyncio.sleep(HEARTBEATS)
        assert count(await opens("front", 10, 0.1)) == 10, "those that have ended count no more"


async def test_the_delegations_of_a_killed_bot_count_no_more(journal):
    async with team(lease=LEASE) as made:
        front = await made.bot("opener", "front")
        for kind, name in (("opener", "back"), ("worker", "front-work"), ("worker", "back-work")):
            await made.bot(kind, name)
        async with botmesh.connect(registry=made.address) as mesh:
            context = {"open": [group("front-work", 8, seconds=20)]}
            lost = asyncio.create_task(mesh.delegate("front", "go", context=context, conversation_id="v1", timeout=20))
            await asyncio.sleep(HEARTBEATS)
            context = {"open": [group("back-work", 10, seconds=0.1)]}
            reply = await mesh.delegate("back", "go", context=context, conversation_id="v1", timeout=20)
            assert count(ended(reply)[0]) == 2
            front.send(9)
            await asyncio.wait([lost])
            assert isinstance(lost.exception(), botmesh.BotmeshError)
            await asyncio.sleep(LEASE + HEARTBEATS)
            reply = await mesh.delegate("back", "go", context=context, conversation_id="v1", timeout=20)
            assert count(ended(reply)[0]) == 10
