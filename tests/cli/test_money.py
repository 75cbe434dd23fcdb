"""`botmesh messages`, `botmesh stats --cost`, `botmesh member`, against processes."""

import json

import pytest
from tests.mesh.processes import Process, _kill
from tests.waiting import until

BOT = """
import botmesh
agent = botmesh.Agent("back")

@agent.on_delegate
async def answer(task: botmesh.Task) -> botmesh.Reply:
    usage = botmesh.Usage(model="m", input_tokens=7, output_tokens=3, cost_micros=250000, currency="EUR")
    return botmesh.Reply(f"you said {task.text}", usage=usage)

agent.run()
"""


@pytest.fixture
async def back(up, tmp_path):
    _, cli = up
    (tmp_path / "bot.py").write_text(BOT)
    (tmp_path / "config.csv").write_text("name,value\na2a-persist-messages,true\n")
    environment = {"BOTMESH_REGISTRY": cli.registry, "BOTMESH_PERSIST_MESSAGES": "true"}
    bot = await Process("back").start(str(tmp_path / "bot.py"), **environment)
    yield cli
    await _kill(bot)


async def test_who_said_what_and_what_it_cost(back):
    assert "No messages" in (await back("messages"))[0]
    assert "Nothing was spent" in (await back("stats", "--cost"))[0]
    chain = json.loads((await back("delegate", "back", "hello", "--json"))[0])["correlation_id"]

    async def logged():
        return len(json.loads((await back("messages", "--json"))[0])) == 2

    await until(logged, 10)
    out, _ = await back("messages", "--chain", chain)
    lines = [line.split() for line in out.splitlines()]
    assert lines[0] == ["TIME", "FROM", "TO", "TYPE", "CHAIN", "TEXT"]
    assert lines[1][1:4] == ["-", "back", "delegate"]
    assert lines[2][1:4] == ["back", "-", "response"]
    assert lines[2][5:] == ["you", "said", "hello", "(0.25", "EUR)"]
    assert "No messages" in (await back("messages", "--agent", "nobody"))[0]
    out, _ = await back("stats", "--cost")
    assert out.splitlines()[1].split() == ["back", "0.25", "EUR", "7", "3", "1"]
    facts = json.loads((await back("stats", "--cost", "--by", "chain", "--json"))[0])
    assert (facts[0]["id"], facts[0]["cost_micros"]) == (chain, "250000")


async def test_members_are_added_listed_and_removed(back):
    await back("chat", "--contact", "anna", stdin="hello\n")
    talk_id = json.loads((await back("conversations", "--json"))[0])[0]["conversation_id"]
    assert "No members" in (await back("member", "list", talk_id))[0]
    out, _ = await back(
        "member", "add", talk_id, "back", "--keyword", "rain", "--cron", "0 9 * * *", "--time-zone", "Europe/Berlin"
    )
    assert out.splitlines()[1] == "back   0         the contact says rain; at 0 9 * * * (Europe/Berlin)"
    out, _ = await back("broadcast", "we close", "--conversation", talk_id, "--json", code=4)
    assert [(one["agent"], one["reason"]) for one in json.loads(out)] == [("back", "NOT_SUPPORTED")]
    assert "Did you mean back" in (await back("member", "add", talk_id, "bac", "--always", code=3))[1]
    assert "say when" in (await back("member", "add", talk_id, "back", code=3))[1]
    assert "No members" in (await back("member", "remove", talk_id, "back"))[0]
