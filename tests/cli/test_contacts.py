"""An operator's day with contacts: who they are, how they stand, whom they are spoken to by, and how it ends."""

import asyncio
import json

import grpc
import pytest
from tests.cli.conftest import Cli
from tests.cli.test_commands import serving
from tests.mesh.processes import Process, _kill
from tests.waiting import until

import botmesh
from botmesh.settings import load
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub

PHONE = "whatsapp:+4917012345"


def echo(cli, name):
    agent = botmesh.Agent(name, settings=load(environ={}, flags={"registry": cli.registry}))

    @agent.on_turn
    async def turn(conversation):
        if conversation.text == "slow":
            await asyncio.Event().wait()
        return f"{name}: {conversation.text}"

    return agent


@pytest.fixture
async def cli(tmp_path):
    """The command line of a mesh with two bots."""
    process = await Process("up").start(
        "-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json", BOTMESH_PRIMARY="front-bot"
    )
    command = Cli(json.loads(process.ready)["registry"], tmp_path)
    try:
        async with serving(command, echo(command, "front-bot"), echo(command, "sales-bot")):
            yield command
    finally:
        await _kill(process)


async def document(cli, *words):
    """What a command prints for programs."""
    return json.loads((await cli(*words, "--json"))[0])


async def opened_with(cli, contact):
    (found,) = await document(cli, "conversations", "--contact", contact, "--open")
    return found["conversation_id"]


async def test_a_contact_is_found_by_its_id_and_by_its_address(cli):
    assert "No contacts" in (await cli("contacts"))[0]
    await cli("chat", "--contact", "anna", stdin="hello\n")
    out, _ = await cli("chat", "--channel", "whatsapp", "--address", "+4917012345", stdin="hello\n")
    assert "front-bot: hello" in out
    out, _ = await cli("contacts")
    assert "anna" in out
    assert PHONE in out
    by_address = await document(cli, "contact", "show", PHONE)
    assert by_address["addresses"] == [{"channel": "whatsapp", "text": "+4917012345"}]
    assert PHONE in (await cli("contact", "show", by_address["contact_id"]))[0]
    assert "anna" not in (await cli("contacts", "--channel", "whatsapp"))[0]
    await cli("contact", "link", "anna", "mail", "anna@example.com")
    assert (await document(cli, "contact", "show", "mail:anna@example.com"))["contact_id"] == "anna"
    _, err = await cli("contact", "link", "anna", "whatsapp", "+4917012345", code=3)
    assert by_address["contact_id"] in err
    _, err = await cli("contact", "unlink", "anna", "mail", "bert@example.com")
    assert "did not have the address" in err
    out, _ = await cli("contact", "unlink", "anna", "mail", "anna@example.com")
    assert "mail" not in out


@pytest.mark.parametrize(
    ("key", "code", "words"),
    [
        ("ana", 3, ["'ana' was read as a contact's id", "Did you mean anna?"]),
        ("whatsapp:+4917012346", 3, ["address '+4917012346' on the channel 'whatsapp'", f"Did you mean {PHONE}?"]),
        ("whatsup:+4917012345", 3, [f"Did you mean {PHONE}?"]),
        ("whatsapp:+43660", 3, ["address '+43660' on the channel 'whatsapp'."]),
        ("+4917012345", 2, ["no colon, so it was read as a contact's id", "CHANNEL:TEXT"]),
        (":+49", 2, ["':+49' was read as an address", "both are needed"]),
        ("", 2, ["read as a contact's id"]),
    ],
)
async def test_an_error_says_how_a_key_was_read_and_which_contact_comes_near(cli, key, code, words):
    if code == 3:  # the others are refused before anybody is asked
        await cli("contact", "set", "anna", "--tag", "x")
        await cli("contact", "set", PHONE, "--tag", "x")
    for command in (["show", key], ["merge", "anna", key]):
        _, err = await cli("contact", *command, code=code)
        for text in words:
            assert text in err
        _, err = await cli("contact", *command, "--json", code=code)
        assert words[0] in json.loads(err)["error"]["text"]


async def test_what_is_set_holds_on_every_channel(cli):
    await cli("chat", "--contact", "anna", stdin="hello\n")
    out, _ = await cli(
        *("contact", "set", "anna", "--tag", "VIP Kunde", "--tag", "lead", "--language", "de-AT"),
        *("--field", "city=Bonn", "--field-json", '{"age": 41}', "--mode", "autopilot"),
    )
    for words in ("VIP Kunde, lead", "de-AT", 'age=41, city="Bonn"', "autopilot", "on web"):
        assert words in out
    changed = await document(cli, "contact", "set", "anna", "--untag", "lead", "--field", "city=", "--language", "")
    assert (changed["tags"], changed["fields"], changed.get("language")) == (["VIP Kunde"], {"age": 41}, None)
    await cli("contact", "set", "anna", "--status", "stopped", "--reason", "opted out")
    out, _ = await cli("chat", "--contact", "anna", "--channel", "sms", stdin="anybody?\n")
    assert "nobody will answer" in out
    assert "opted out" in (await cli("conversation", (await document(cli, "conversations"))[-1]["conversation_id"]))[0]
    assert "conversation stopped" in (await cli("contact", "set", "anna", "--status", "paused", code=3))[1]
    await cli("contact", "set", "anna", "--status", "active")
    assert "paused until" in (await cli("contact", "set", "anna", "--status", "paused", "--for", "2h"))[0]
    assert "anna" in (await cli("contacts", "--status", "paused", "--tag", "VIP Kunde"))[0]
    assert "No contact fits" in (await cli("contacts", "--status", "stopped"))[0]


async def test_an_assigned_agent_gets_the_contacts_conversations(cli):
    await cli("contact", "set", "anna", "--assign", "sales-bot", "--reason", "a lead")
    out, _ = await cli("chat", "--contact", "anna", stdin="hello\n")
    assert "sales-bot: hello" in out
    assert "anna" in (await cli("contacts", "--assigned", "sales-bot"))[0]
    assert "Did you mean sales-bot?" in (await cli("contact", "set", "anna", "--assign", "sale-bot", code=3))[1]
    assert "assigned_agent" not in await document(cli, "contact", "set", "anna", "--no-assign")


async def test_a_contact_that_a_change_makes_known_is_said_to_be_new(cli):
    await cli("contact", "set", "anna", "--tag", "x")
    _, err = await cli("contact", "set", "annna", "--tag", "x")
    assert "No contact had the id annna until now. Did you mean anna?" in err
    _, err = await cli("contact", "set", "annna", "--tag", "y")
    assert err == ""


@pytest.mark.parametrize(
    "words",
    [
        ["set", "anna"],
        ["set", "anna", "--reason", "no change"],
        ["set", "anna", "--status", "stoped"],
        ["set", "anna", "--status", "stopped", "--for", "2h"],
        ["set", "anna", "--status", "paused", "--for", "0"],
        ["set", "anna", "--status", "paused", "--for", "soon"],
        ["set", "anna", "--field", "city"],
        ["set", "anna", "--field-json", "[]"],
        ["set", "anna", "--field-json", "{"],
        ["set", "anna", "--field-json", '{"a": NaN}'],
        ["set", "anna", "--assign", "a", "--no-assign"],
        ["open", "anna", "--agent", "a", "--desk"],
        ["open", "anna", "--context", "name"],
        ["merge", "anna"],
    ],
    ids=" ".join,
)
async def test_wrong_usage_is_refused_before_a_mesh_is_asked(bare, words):
    await bare("contact", *words, "--registry", "127.0.0.1:1", code=2)


async def test_two_contacts_become_one(cli):
    await cli("chat", "--contact", "anna", stdin="hello\n")
    await cli("chat", "--channel", "whatsapp", "--address", "+4917012345", stdin="hello\n")
    other = (await document(cli, "contact", "show", PHONE))["contact_id"]
    await cli("contact", "set", PHONE, "--status", "stopped", "--tag", "phone")
    out, _ = await cli("contact", "merge", "anna", PHONE)
    for words in ("anna  stopped", PHONE, "phone", other, "on web", "on whatsapp"):
        assert words in out
    assert (await document(cli, "contact", "show", other))["contact_id"] == "anna"
    _, err = await cli("contact", "merge", "anna", "bert", code=3)
    assert "'bert' was read as a contact's id" in err


async def test_an_operator_opens_a_conversation_and_its_owner_speaks_first(cli):
    words = ("contact", "open", PHONE, "--agent", "sales-bot", "--intent", "welcome", "--reason", "spring campaign")
    out, err = await cli(*words)
    assert "sales-bot has" in out
    assert f"No contact had the address {PHONE} until now." in err
    contact = (await document(cli, "contact", "show", PHONE))["contact_id"]
    name = await opened_with(cli, contact)

    async def spoken():
        return "sales-bot  sales-bot:" in (await cli("conversation", name))[0]

    await until(spoken, 10)
    out, _ = await cli("conversation", name)
    assert f"opened by operator with {contact}, sales-bot has it, intent welcome (spring campaign)" in out
    _, err = await cli("contact", "open", PHONE, code=3)
    assert name in err
    assert "desk has" in (await cli("contact", "open", "bert", "--channel", "phone", "--desk", "--reason", "call"))[0]
    out, _ = await cli("desk", "list")
    assert "bert" in out
    assert "call" in out


async def test_a_chat_goes_on_when_its_conversation_was_closed_meanwhile(cli):
    chat = await asyncio.create_subprocess_exec(*cli.command("chat", "--contact", "carl"), **cli.streams())
    chat.stdin.write(b"one\n")
    await asyncio.wait_for(chat.stdout.readuntil(b"front-bot: one"), 15)
    first = await opened_with(cli, "carl")
    out, _ = await cli("desk", "close", first, "--person", "eva", "--reason", "solved by phone")
    assert f"front-bot had {first}, closed (person)" in out
    out, err = await asyncio.wait_for(chat.communicate(b"/transfer sales-bot\ntwo\n/history\n"), 20)
    assert (chat.returncode, err) == (0, b"")
    second = await opened_with(cli, "carl")
    for words in ("conversation closed", f"{first} is closed; your message opened {second}", "front-bot: two"):
        assert words in out.decode()
    out, _ = await cli("conversation", first)
    for words in ("front-bot had it in epoch 1, closed (person)", "closed by eva (solved by phone)"):
        assert words in out
    assert f"follows    {first}" in (await cli("conversation", second))[0]
    closed, open_ = (await cli("conversations", "--closed"))[0], (await cli("conversations", "--open"))[0]
    assert (first in closed, second in closed) == (True, False)
    assert (first in open_, second in open_) == (False, True)
    _, err = await cli("desk", "answer", first, "too late", "--person", "eva", code=3)
    assert "conversation closed" in err
    assert "2 conversations" in (await cli("stats"))[0]


async def test_a_message_whose_conversation_is_closed_before_the_answer_says_so(cli):
    chat = await asyncio.create_subprocess_exec(*cli.command("chat", "--contact", "carl"), **cli.streams())
    chat.stdin.write(b"slow\n")

    async def runs():
        found = await document(cli, "conversations", "--contact", "carl")
        return bool(found) and "turn_id" in found[0]

    await until(runs, 15)
    await cli("desk", "close", await opened_with(cli, "carl"), "--person", "eva")
    out, err = await asyncio.wait_for(chat.communicate(b"again\n"), 20)
    assert (chat.returncode, err) == (0, b"")
    for words in ("closed without an answer; your next message opens a new one", "front-bot: again"):
        assert words in out.decode()


async def test_an_alert_waits_at_the_desk_with_its_reason(cli):
    async with grpc.aio.insecure_channel(cli.registry) as channel:
        asked = api.AskForPersonRequest(agent="front-bot", reason="the printer is on fire", request_id="alert-1")
        asked.payload.append(botmesh.text("room 4"))
        await ConversationServiceStub(channel).AskForPerson(asked)
    out, _ = await cli("desk", "list")
    for words in ("alert-1", "alert of front-bot", "the printer is on fire"):
        assert words in out
    out, _ = await cli("conversation", "alert-1")
    for words in ("alert of front-bot", "at desk    the printer is on fire", "front-bot  room 4"):
        assert words in out
    await cli("desk", "claim", "alert-1", "--person", "eva")
    await cli("desk", "close", "alert-1", "--person", "eva")
    assert "Nothing is at the desk" in (await cli("desk", "list"))[0]
    assert "1 alerts" in (await cli("stats"))[0]


async def test_a_conversation_says_which_status_is_its_own(cli):
    await cli("chat", "--contact", "anna", stdin="hello\n")
    name = await opened_with(cli, "anna")
    async with grpc.aio.insecure_channel(cli.registry) as channel:
        request = api.SetStatusRequest(conversation_id=name, status=2)
        await ConversationServiceStub(channel).SetStatus(request)
    assert "paused: its own, until the contact's changes" in (await cli("conversation", name))[0]
    await cli("contact", "set", "anna", "--status", "active")
    assert "its own" not in (await cli("conversation", name))[0]
