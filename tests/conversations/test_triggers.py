"""Triggers: reading their files, and the four patterns that stand in docs/triggers, on a real mesh."""

import asyncio
import shutil
from pathlib import Path

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from botmesh_conversations.triggers.file import TriggerFiles, read_triggers
from tests.conversations.conftest import bot
from tests.waiting import until

PATTERNS = Path(__file__).parents[2] / "docs" / "triggers"


@pytest.fixture
def with_triggers(tmp_path, make_desk):
    """A desk whose default account has these triggers."""
    folder = tmp_path / "triggers"
    folder.mkdir()

    def make(source, **settings):
        if isinstance(source, Path):
            shutil.copy(source, folder / f"default{source.suffix}")
        else:
            (folder / "default.yaml").write_text(source)
        return make_desk(triggers=str(folder), **settings)

    make.folder = folder
    return make


async def owner(desk, conversation_id):
    view = await desk.view(conversation_id)
    return view.owner.agent or "desk"


async def settled(desk, conversation_id, name):
    """Until a conversation has this owner and nothing is under way."""

    async def is_so():
        view = await desk.view(conversation_id)
        has = view.owner.agent or "desk"
        return has == name and not view.HasField("transfer") and not view.turn_id

    await until(is_so)


async def fired(desk, conversation_id):
    events = await events_of(desk, conversation_id)
    return [event.trigger_fired.trigger for event in events if event.HasField("trigger_fired")]


async def events_of(desk, conversation_id):
    last = (await desk.view(conversation_id)).sequence
    events = []
    async for response in desk.conversations.WatchConversations(
        api.WatchConversationsRequest(conversation_id=conversation_id)
    ):
        events.append(response.event)
        if response.event.sequence >= last:
            break
    return events


async def set_fields(desk, conversation_id, **fields):
    request = api.SetFieldsRequest(conversation_id=conversation_id)
    request.values.update(fields)
    await desk.conversations.SetFields(request)


# Files


def test_every_pattern_can_be_read():
    names = {path.stem: [trigger.name for trigger in read_triggers(path)] for path in sorted(PATTERNS.iterdir())}
    assert set(names) == {"hub_and_spoke", "language_router", "campaign_cascade", "funnel_progression"}
    assert names["funnel_progression"] == ["qualified", "booked", "lost"]


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("triggers:\n  - name: a b\n    when: {tag: x}\n    then: {add_tag: y}\n", [(2, "name: this must be 1 to 64")]),
        ("triggers:\n  - name: a\n    when: {tag: x, form: y}\n    then: {add_tag: y}\n", [(3, "when: say one of")]),
        (
            "triggers:\n  - name: a\n    when: {tag: x}\n    then: {assign: A_b}\n",
            [(4, "then.assign.to: an agent must")],
        ),
        (
            "triggers:\n  - name: a\n    wehn: {tag: x}\n    then: {add_tag: y}\n",
            [(2, "when: this is missing"), (3, "wehn: there is no such key")],
        ),
        (
            "triggers:\n  - name: a\n    when: {silence: soon}\n    then: {add_tag: y}\n",
            [(3, "when.silence: must be sec")],
        ),
        ("triggers:\n  - name: a\n    when: {keyword: []}\n    then: {add_tag: y}\n", [(3, "when.keyword: ")]),
        ("triggers:\n  - name: a\n    when: {value: x}\n    then: {add_tag: y}\n", [(3, "when: say one of")]),
        (
            "triggers:\n  - name: a\n    when: {tag: x}\n    then:\n      - add_tag: y\n        pause: 1s\n",
            [(5, "then: say one")],
        ),
        ("triggers:\n  - name: a\n    when: {tag: x}\n    then: []\n", [(4, "then: ")]),
        ("triggers:\n  - only words\n", [(2, "the file: there must be keys")]),
        ("just words\n", [(1, "the file: there must be keys")]),
    ],
)
def test_each_mistake_is_told_with_its_line(tmp_path, text, mistakes):
    path = tmp_path / "default.yaml"
    path.write_text(text)
    with pytest.raises(errors.InvalidField) as refused:
        read_triggers(path)
    told = refused.value.text.splitlines()
    assert len(told) == len(mistakes)
    for line, (number, said) in zip(told, mistakes, strict=True):
        assert line.startswith(f"{path}:{number}: {said}")


def test_toml_mistakes_have_lines_too(tmp_path):
    path = tmp_path / "default.toml"
    path.write_text(
        '[[triggers]]\nname = "a"\nwhen = {tag = "x"}\nthen = [{add_tag = "y"}]\n\n[[triggers]]\nname = "b"\n'
    )
    path.write_text(path.read_text() + 'when = {silence = "often"}\nthen = [{add_tag = "y"}]\n')
    with pytest.raises(errors.InvalidField, match=r"default.toml:8: when.silence: must be seconds"):
        read_triggers(path)


@pytest.mark.parametrize(
    ("name", "text"), [("a.yaml", "triggers: [\n"), ("a.toml", "triggers = [[\n"), ("a.yaml", "\x00")]
)
def test_what_is_no_yaml_or_toml_names_the_file(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(errors.InvalidField, match=name):
        read_triggers(tmp_path / name)


def test_two_triggers_of_one_name_are_refused(tmp_path):
    one = "  - {name: a, when: {tag: x}, then: {add_tag: y}}\n"
    (tmp_path / "a.yaml").write_text("triggers:\n" + one + one)
    with pytest.raises(errors.InvalidField, match="a stands twice"):
        read_triggers(tmp_path / "a.yaml")


def test_an_account_has_one_file(tmp_path):
    (tmp_path / "a.yaml").write_text("triggers: []\n")
    (tmp_path / "a.toml").write_text("triggers = []\n")
    with pytest.raises(errors.InvalidField, match="a has two files"):
        TriggerFiles(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(errors.InvalidField, match="triggers names no folder"):
        TriggerFiles(tmp_path / "none")


# Patterns


async def test_hub_and_spoke(with_triggers):
    async def finishes(conversation):
        if "thanks" in conversation.text:
            assert await conversation.fire("done") == ("back-to-the-hub",)
            return None
        return f"billing: {conversation.text}"

    hub, billing, tech = bot("reception-bot"), bot("billing-bot", finishes), bot("tech-support-bot")

    @hub.on_intent("anything-else")
    async def anything_else(conversation):
        return f"anything else, after {conversation.transferred_from}?"

    async with with_triggers(PATTERNS / "hub_and_spoke.yaml", primary="reception-bot") as desk:
        async with desk.bots(hub, billing, tech):
            first = await desk.post("My INVOICE is wrong")
            assert first.entries == [
                ("mesh", "Billing will help you with that."),
                ("billing-bot", "billing: My INVOICE is wrong"),
            ]
            await desk.post("thanks")
            await settled(desk, first.id, "reception-bot")
            assert ("reception-bot", "anything else, after billing-bot?") in await desk.history(first.id)
            assert (await desk.post("invoices are fine, wifix too")).entries[0][
                0
            ] == "reception-bot"  # whole words only
            await desk.post("the wifi is slow")
            await settled(desk, first.id, "tech-support-bot")
        async with desk.bots(bot("reception-bot")):
            answer = await desk.post("still slow")
            assert answer.end == api.POST_END_NOBODY_ON_DUTY
            assert (await fired(desk, first.id))[-1] == "nobody-at-the-spoke"


async def test_language_router(with_triggers):
    bots = bot("reception-bot"), bot("german-bot"), bot("french-bot")
    async with with_triggers(PATTERNS / "language_router.yaml", primary="reception-bot") as desk, desk.bots(*bots):
        first = await desk.post("hello")
        await set_fields(desk, first.id, language="es")
        assert await owner(desk, first.id) == "reception-bot"
        await set_fields(desk, first.id, language="fr")
        await settled(desk, first.id, "french-bot")
        await set_fields(desk, first.id, language="fr")
        assert await fired(desk, first.id) == ["french"]  # the same value is no update
        await desk.post("Sprechen Sie Deutsch?")
        await settled(desk, first.id, "german-bot")
        assert bots[1].seen[0].context == {"language": "de"}
        assert bots[1].seen[0].fields == {"language": "fr"}
        assert bots[1].seen[0].tags == ("language-asked",)
        await desk.transfer(first.id, "reception-bot")
        await settled(desk, first.id, "reception-bot")
        await desk.post("auf deutsch bitte")
        assert await owner(desk, first.id) == "reception-bot"  # asked once already


async def test_campaign_cascade(with_triggers):
    text = (PATTERNS / "campaign_cascade.yaml").read_text()
    quick = text.replace("silence: 1h", "silence: 300ms").replace("silence: 24h", "silence: 600ms")
    campaign, reminder = bot("campaign-bot"), bot("reminder-bot")

    @campaign.on_intent("welcome")
    async def welcome(conversation):
        return f"welcome, {conversation.fields['name']}"

    @reminder.on_intent("reminder")
    async def remind(conversation):
        return "still interested?"

    async with with_triggers(quick, primary="reception") as desk, desk.bots(bot("reception"), campaign, reminder):
        first = await desk.post("hello")
        form = api.SubmitFormRequest(conversation_id=first.id, form="spring-offer", submission_id="s1")
        form.values.update({"name": "Anna"})
        for _ in range(2):
            await desk.conversations.SubmitForm(form)

        async def is_over():
            return (await desk.view(first.id)).status == pb.CONVERSATION_STATUS_STOPPED

        await until(is_over)
        assert await fired(desk, first.id) == ["signed-up", "remind", "reminder", "give-up"]
        said = [text for author, text in await desk.history(first.id) if author != "anna"]
        assert said == ["reception: hello", "welcome, Anna", "A short reminder:", "still interested?"]
        assert list((await desk.view(first.id)).tags) == ["cold", "reminded", "spring-offer"]


async def test_funnel_progression(with_triggers):
    bots = bot("lead-bot"), bot("demo-bot"), bot("onboarding-bot")
    async with with_triggers(PATTERNS / "funnel_progression.toml", primary="lead-bot") as desk, desk.bots(*bots):
        first = await desk.post("I am curious")
        await set_fields(desk, first.id, stage="qualified")
        await settled(desk, first.id, "demo-bot")
        assert ("mesh", "Let me show you how it works.") in await desk.history(first.id)
        await desk.conversations.FireAction(api.FireActionRequest(conversation_id=first.id, action="demo-booked"))

        await settled(desk, first.id, "onboarding-bot")
        assert (await desk.post("what now?")).end == api.POST_END_SUGGESTED
        view = await desk.view(first.id)
        assert (view.owner.agent, list(view.tags), view.context["plan"]) == ("onboarding-bot", ["booked"], "trial")
        await set_fields(desk, first.id, stage="lost")
        view = await desk.view(first.id)
        assert view.status == pb.CONVERSATION_STATUS_PAUSED
        assert view.HasField("paused_until")


# What else a trigger is held to

ASSIGN = "triggers:\n  - {name: t, when: {tag: vip}, then: {assign: %s}}\n"


async def test_a_trigger_fires_once_for_an_event_and_in_the_same_batch(with_triggers):
    async with (
        with_triggers(ASSIGN % "vip-bot", primary="reception") as desk,
        desk.bots(bot("reception"), bot("vip-bot")),
    ):
        first = await desk.post("hello")
        for _ in range(3):
            await desk.conversations.SetTags(api.SetTagsRequest(conversation_id=first.id, add=["vip"]))
        await settled(desk, first.id, "vip-bot")
        events = await events_of(desk, first.id)
        kinds = [event.WhichOneof("event") for event in events]
        at = kinds.index("tags_changed")
        assert kinds[at : at + 3] == ["tags_changed", "trigger_fired", "transfer_requested"]
        assert len({event.time.ToNanoseconds() for event in events[at : at + 3]}) == 1
        assert kinds.count("trigger_fired") == 1
        assert events[at + 1].trigger_fired.cause_sequence == events[at].sequence


@pytest.mark.parametrize(("target", "refusal"), [("hidden-bot", "TARGET_INTERNAL"), ("reception", None)])
async def test_an_assignment_that_cannot_be_is_noted_and_harms_nothing(with_triggers, target, refusal):
    hidden = bot("hidden-bot", exposure="internal")
    async with with_triggers(ASSIGN % target, primary="reception") as desk, desk.bots(bot("reception"), hidden):
        first = await desk.post("hello")
        await desk.conversations.SetTags(api.SetTagsRequest(conversation_id=first.id, add=["vip"]))
        noted = [e.trigger_fired.refusal for e in await events_of(desk, first.id) if e.HasField("trigger_fired")]
        assert [one.partition(":")[0] for one in noted] == ([refusal] if refusal else [])
        assert (await desk.post("still there?")).entries == [("reception", "reception: still there?")]


async def test_an_unknown_target_falls_back_as_a_transfer_does(with_triggers):
    text = ASSIGN % "{to: nobody-bot, fallback: desk}"
    async with with_triggers(text, primary="reception") as desk, desk.bots(bot("reception")):
        first = await desk.post("hello")
        await desk.conversations.SetTags(api.SetTagsRequest(conversation_id=first.id, add=["vip"]))
        await settled(desk, first.id, "desk")


async def test_a_trigger_wakes_a_stopped_conversation(with_triggers):
    async with (
        with_triggers(ASSIGN % "vip-bot", primary="reception") as desk,
        desk.bots(bot("reception"), bot("vip-bot")),
    ):
        first = await desk.post("hello")
        await desk.conversations.SetStatus(
            api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_STOPPED)
        )
        await desk.conversations.SetTags(api.SetTagsRequest(conversation_id=first.id, add=["vip"]))
        await settled(desk, first.id, "vip-bot")
        assert (await desk.view(first.id)).status == pb.CONVERSATION_STATUS_ACTIVE


async def test_ping_pong_is_refused_to_triggers_too(with_triggers):
    text = """
triggers:
  - {name: there, when: {action: go}, only: {owner: reception}, then: {assign: billing}}
  - {name: back, when: {action: go}, only: {owner: billing}, then: {assign: reception}}
"""
    async with with_triggers(text, primary="reception") as desk, desk.bots(bot("reception"), bot("billing")):
        first = await desk.post("hello")
        for number in range(6):
            await desk.conversations.FireAction(api.FireActionRequest(conversation_id=first.id, action="go"))
            await settled(desk, first.id, ["billing", "reception"][number % 2])
        await desk.conversations.FireAction(api.FireActionRequest(conversation_id=first.id, action="go"))
        assert await owner(desk, first.id) == "reception"
        refused = [e.trigger_fired.refusal for e in await events_of(desk, first.id) if e.trigger_fired.refusal]
        assert [one.partition(":")[0] for one in refused] == ["PING_PONG"]


async def test_two_triggers_of_one_event_the_first_assignment_wins(with_triggers):
    text = """
triggers:
  - {name: one, when: {keyword: help}, then: [{add_tag: asked}, {assign: billing}]}
  - {name: two, when: {keyword: help}, then: {assign: {to: tech}}}
  - {name: three, when: {tag: asked}, then: {add_tag: noted}}
"""
    async with (
        with_triggers(text, primary="reception") as desk,
        desk.bots(bot("reception"), bot("billing"), bot("tech")),
    ):
        first = await desk.post("help me")
        assert first.entries == [("billing", "billing: help me")]
        assert await fired(desk, first.id) == ["one", "two", "three"]
        assert list((await desk.view(first.id)).tags) == ["asked", "noted"]


async def test_silence_is_noticed_once_and_anew_after_the_next_message(with_triggers):
    text = "triggers:\n  - {name: nudge, when: {silence: 200ms}, then: {add_tag: quiet}}\n"
    async with with_triggers(text, primary="reception") as desk, desk.bots(bot("reception")):
        first = await desk.post("hello")

        async def noticed(times):
            events = await events_of(desk, first.id)
            return sum(event.HasField("silence_noticed") for event in events) == times

        await until(lambda: noticed(1))
        await asyncio.sleep(0.5)
        assert await noticed(1)
        await desk.post("again")
        await until(lambda: noticed(2))
        assert await fired(desk, first.id) == ["nudge"]  # the tag was there the second time


async def test_a_changed_file_is_taken_in_and_a_wrong_one_changes_nothing(with_triggers, caplog):
    async with with_triggers(ASSIGN % "vip-bot", primary="reception") as desk:
        path = with_triggers.folder / "default.yaml"

        async def names():
            found = await desk.conversations.GetAccount(api.GetAccountRequest())
            return [trigger.name for trigger in found.triggers]

        assert await names() == ["t"]
        path.write_text("triggers:\n  - {name: t, when: {tga: vip}, then: {assign: vip-bot}}\n")
        await until(lambda: "the triggers stay as they are" in caplog.text)
        assert f"{path}:2: when.tga: there is no such key here" in caplog.text
        assert await names() == ["t"]
        path.write_text("triggers:\n  - {name: other, when: {tag: vip}, then: {assign: vip-bot}}\n")

        async def is_new():
            return await names() == ["other"]

        await until(is_new)


async def test_fields_forms_and_actions_are_checked(with_triggers):
    async with with_triggers("triggers: []\n", primary="reception") as desk, desk.bots(bot("reception")):
        first = await desk.post("hello")
        for call in (
            desk.conversations.FireAction(api.FireActionRequest(conversation_id=first.id, action="no id")),
            desk.conversations.FireAction(
                api.FireActionRequest(conversation_id=first.id, action="a", agent="No Agent")
            ),
            desk.conversations.SubmitForm(api.SubmitFormRequest(conversation_id=first.id)),
        ):
            with pytest.raises(errors.InvalidField):
                await call
        with pytest.raises(errors.MessageTooLarge):
            await set_fields(desk, first.id, note="x" * 70_000)
        with pytest.raises(errors.UnknownConversation):
            await set_fields(desk, "none", note="x")
        await set_fields(desk, first.id, plan="gold", city="Bern")
        await set_fields(desk, first.id, city=None)
        assert dict((await desk.view(first.id)).fields) == {"plan": "gold"}


async def test_what_a_bot_does_to_its_conversation(with_triggers):
    async def works(conversation):
        await conversation.tag("seen", "new")
        await conversation.tag(remove=["new"])
        await conversation.set_fields(plan="gold")
        await conversation.fire("looked", page=3)
        await conversation.record_outcome(resolved=True, satisfaction=4)
        return "done"

    async with with_triggers("triggers: []\n", primary="reception") as desk, desk.bots(bot("reception", works)):
        first = await desk.post("hello")
        view = await desk.view(first.id)
        assert (list(view.tags), dict(view.fields), dict(view.context)) == (["seen"], {"plan": "gold"}, {"page": 3})
        assert (view.outcome.resolved, view.outcome.satisfaction, view.outcome.HasField("booked")) == (True, 4, False)


async def test_nobody_ready_is_said_once_for_a_message(with_triggers):
    text = "triggers:\n  - {name: away, when: {no_owner_ready: true}, then: {add_tag: away}}\n"
    async with with_triggers(text, primary="reception", turn_timeout="1", owner_patience="0.3") as desk:
        answer = await desk.post("hello")
        assert answer.owners == ["desk"]
        events = await events_of(desk, answer.id)
        assert sum(event.HasField("owner_away") for event in events) == 1
        assert list((await desk.view(answer.id)).tags) == ["away"]


def test_a_desk_is_a_target_of_triggers(tmp_path):
    (tmp_path / "a.yaml").write_text(ASSIGN % "{to: desk, handoff: One moment}")
    (trigger,) = read_triggers(tmp_path / "a.yaml")
    assert trigger.then[0].to == botmesh.DESK
    assert Owner(desk="") != Owner(agent="desk")
