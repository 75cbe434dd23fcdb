"""`botmesh find`, `consult`, `broadcast` and `delegate skill:ID`, against processes."""

import asyncio
import json

import pytest
from tests.mesh.processes import Process, _kill

BOT = """
import asyncio, sys, botmesh
name, confidence = sys.argv[1], float(sys.argv[2])
refunds = botmesh.Skill("refunds", "Pays money back", examples=["money back"])
agent = botmesh.Agent(name, tags=["experts"], skills=[refunds])

@agent.on_delegate
async def answer(text: str) -> botmesh.Reply:
    return botmesh.Reply(f"{name} says {text}", confidence=confidence)

@agent.on_notify
async def hear(text: str) -> None:
    print("heard", text, flush=True)

agent.run()
"""


@pytest.fixture
async def experts(up, tmp_path):
    _, cli = up
    (tmp_path / "bot.py").write_text(BOT)
    bots = await asyncio.gather(
        *(
            Process(name).start(str(tmp_path / "bot.py"), name, confidence, BOTMESH_REGISTRY=cli.registry)
            for name, confidence in (("sure-bot", "0.9"), ("unsure-bot", "0.3"))
        )
    )
    yield cli
    for bot in bots:
        await _kill(bot)


async def test_a_collaboration_shows_what_each_makes_of_it(experts):
    out, err = await experts("collaborate", "write", "--tag", "experts")
    said = [line.split(maxsplit=2) for line in out.splitlines()[1:]]
    assert [line[0] for line in said] == ["sure-bot", "unsure-bot"]
    assert said[1][2] == "unsure-bot says write"
    assert err.startswith("2 sure, 0 unsure, 0 failed")
    assert "nobody is meant" in (await experts("collaborate", "write", code=2))[1]


async def test_find_names_who_fits_and_how_surely(experts):
    out, _ = await experts("find", "I want my money back")
    found = [line.split()[:2] for line in out.splitlines()[1:]]
    assert sorted(found) == [["sure-bot", "refunds"], ["unsure-bot", "refunds"]]  # alike, so in any order
    out, _ = await experts("find", "the meaning of life", "--json")
    assert json.loads(out) == []
    out, _ = await experts("find", "the meaning of life")
    assert "--min-confidence 0" in out


async def test_consult_ranks_and_tells_apart(experts):
    out, err = await experts("consult", "hm", "--skill", "refunds", "--agent", "no-bot")
    lines = [line.split()[:2] for line in out.splitlines()]
    assert lines == [["AGENT", "CONFIDENCE"], ["sure-bot", "0.90"], ["unsure-bot", "0.30"], ["no-bot", "failed:"]]
    assert "1 sure, 1 unsure, 1 failed" in err
    out, _ = await experts("consult", "hm", "--tag", "experts", "--json")
    assert [one["text"] for one in json.loads(out)["answers"]] == ["sure-bot says hm"]
    await experts("consult", "hm", "--agent", "unsure-bot", code=4)


async def test_broadcast_gives_a_receipt_for_each(experts):
    out, _ = await experts("broadcast", "lunch", "--everybody")
    assert [line.split() for line in out.splitlines()[1:]] == [["sure-bot", "taken"], ["unsure-bot", "taken"]]
    out, _ = await experts("broadcast", "lunch", "--agent", "sure-bot", "--agent", "no-bot", "--json", code=4)
    assert {one["agent"]: one["reason"] for one in json.loads(out)} == {"sure-bot": "", "no-bot": "UNKNOWN_AGENT"}


async def test_delegate_takes_a_skill_in_place_of_a_name(experts):
    out, err = await experts("delegate", "skill:refunds", "hm")
    assert out.strip() in ("sure-bot says hm", "unsure-bot says hm")
    assert out.split()[0] in err
    _, err = await experts("delegate", "skill:refund", "hm", code=3)
    assert "Did you mean refunds?" in err


async def test_wrong_usage_says_what_to_do(bare):
    for words, text in (
        (("consult", "hm", "--first", "--quorum", "2"), "say one of them"),
        (("consult", "hm", "--min-confidence", "2"), "--min-confidence"),
        (("delegate", "skill:x", "hm", "--stream"), "A stream needs an agent by name"),
    ):
        _, err = await bare(*words, code=2)
        assert text in err
