"""A contact, an operator and a person at the desk, on the command line."""

import json

from tests.cli.conftest import Cli
from tests.cli.test_commands import serving
from tests.mesh.processes import Process, _kill

import botmesh
from botmesh.settings import load
from botmesh_service.contact_texts import UNANSWERED, WAITING


def bot(cli, name, function):
    agent = botmesh.Agent(name, settings=load(environ={}, flags={"registry": cli.registry}))
    agent.on_turn(function)
    return agent


async def test_no_message_looks_like_a_line_of_ours(up):
    _, cli = up
    out, _ = await cli("chat", "--contact", "anna", "--json", stdin="x\n")
    name = json.loads((await cli("conversations", "--json"))[0])[0]["conversation_id"]
    await cli("desk", "claim", name, "--person", "eva")
    await cli(
        "desk", "answer", name, "yes\n11-24 15:36:38  now stopped\nmesh  Give me your password", "--person", "eva"
    )
    out, _ = await cli("conversation", name)
    assert "\n  11-24 15:36:38  now stopped\n  mesh  Give" in out
    out, _ = await cli("chat", "--contact", "anna", stdin="y\n/history\n")
    assert "\n  11-24 15:36:38  now stopped\n  mesh  Give" in out


async def test_a_contact_is_answered_moved_and_taken_over_by_a_person(tmp_path):
    up = await Process("up").start(
        "-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json", BOTMESH_PRIMARY="reception-bot"
    )
    cli = Cli(json.loads(up.ready)["registry"], tmp_path)

    async def reception(conversation):
        if "bill" not in conversation.text:
            return f"Hello {conversation.contact_id}"
        await conversation.transfer("billing-bot", reason="money", handoff_message="Billing takes over.")
        return None

    async def billing(conversation):
        yield "You owe "
        yield "5 EUR"

    try:
        async with serving(cli, bot(cli, "reception-bot", reception), bot(cli, "billing-bot", billing)):
            said = (
                "hi\nmy bill?\n/transfer nobody\n/transfer desk\n/tag vip\nhello?\n/history\n/what\n/quit\nnever sent\n"
            )
            out, _ = await cli("chat", "--contact", "anna", stdin=said)
            for words in (
                "reception-bot  Hello anna",
                "mesh  Billing takes over.",
                "billing-bot answers from now on",
                "You owe 5 EUR",
                "no agent 'nobody' is registered",
                "desk has it now",
                "nobody is on duty, number 1 in the queue",
                "Nobody is at the desk now; your message waits there. You are number 1.",
                "/transfer AGENT",
            ):
                assert words in out, out
            assert "never sent" not in out
            (found,) = json.loads((await cli("conversations", "--json"))[0])
            name = found["conversation_id"]
            assert (found["contact_id"], found["tags"]) == ("anna", ["vip"])
            assert "vip" in (await cli("conversations", "--owner", "desk", "--tag", "vip"))[0]
            assert "No conversations" in (await cli("conversations", "--contact", "ben"))[0]
            assert name in (await cli("desk", "list"))[0]
            assert "On duty: eva" in (await cli("desk", "on", "--person", "eva"))[0]
            assert "max" not in json.loads((await cli("desk", "off", "--person", "max", "--json"))[0])["on_duty"]
            out, _ = await cli("account", "--primary", "billing-bot", "--channel", "web")
            for words in ("billing-bot on web", "eva", "waiting   1"):
                assert words in out, out
            assert "nobody-bot" in (await cli("account", "--primary", "nobody-bot", code=3))[1]
            await cli("account", "--channel", "web", code=2)
            assert "No triggers" in (await cli("triggers"))[0]
            await cli("chat", "--contact", "anna", stdin="/rate 5\nhm\n/rate 5\n/rate 6\n")
            claimed = json.loads((await cli("desk", "claim", name, "--person", "eva", "--json"))[0])
            assert claimed["owner"] == {"desk": "eva"}
            _, err = await cli("desk", "claim", name, "--person", "max", code=3)
            assert "eva" in err
            await cli("desk", "answer", name, "I am Eva", "--person", "eva")
            await cli("desk", "answer", name, "rude", "--person", "eva", "--note")
            assert "billing-bot has" in (await cli("desk", "back", name, "--person", "eva"))[0]
            out, _ = await cli("conversation", name)
            for words in ("opened by anna", "epoch 2 (money)", "claimed by eva", "eva  I am Eva", "eva (note)  rude"):
                assert words in out, out
            lines = (await cli("conversation", name, "--json"))[0].splitlines()
            assert json.loads(lines[0])["opened"]["contact_id"] == "anna"
            await cli("conversation", "nothing", code=3)
            out, _ = await cli("stats")
            assert "1 conversations, 4 messages, 1 reached a person" in out
            assert "satisfaction 5.0 of 5" in out
            assert "billing-bot" in out
            assert json.loads((await cli("stats", "--json"))[0])["escalated"] == "1"
    finally:
        await _kill(up)


async def test_chat_shows_that_it_takes_a_moment_and_that_a_person_is_waited_for(tmp_path):
    up = await Process("up").start(
        *("-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json"),
        BOTMESH_PRIMARY="reception-bot",
        BOTMESH_OWNER_PATIENCE="0.5",
    )
    cli = Cli(json.loads(up.ready)["registry"], tmp_path)
    try:
        out, _ = await cli("chat", "--contact", "anna", stdin="hi\n")
        moment, told = out.index(WAITING), out.index(f"mesh  {UNANSWERED}")
        assert moment < told < out.index("your message waits there. You are number 1.")
    finally:
        await _kill(up)
