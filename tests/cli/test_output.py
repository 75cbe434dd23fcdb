import json
import logging
import math
import sys

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console

from botmesh.v1.agent_pb2 import Agent
from botmesh.v1.conversation_pb2 import ConversationEvent, ConversationStatus, StatusChanged
from botmesh.v1.instance_pb2 import Readiness
from botmesh_cli import output


def drawn(renderable, width):
    console = Console(width=width, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def test_lines_of_a_table_end_where_their_words_end():
    rows = output.table("A", "B")
    rows.add_row("x", "a long one")
    rows.add_row("y", "")
    assert drawn(rows, 80) == "A  B\nx  a long one\ny\n"


def test_an_unbroken_column_is_not_broken_while_another_can_be():
    rows = output.table("ADDRESS", "DESCRIPTION", unbroken=("ADDRESS",))
    rows.add_row("127.0.0.1:43211", "says it louder than all others")
    assert "127.0.0.1:43211" in drawn(rows, 32)


def test_without_a_terminal_no_line_is_wrapped(capsys):
    rows = output.table("A", "B")
    rows.add_row("x", "word " * 400)
    output.console().print(rows)
    output.console().print("word " * 400)
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("[bold]loud[/] [/nothing] [1]", "[bold]loud[/] [/nothing] [1]"),
        ("[link=http://x]y[/link] :heart:", "[link=http://x]y[/link] :heart:"),
        ("one\ntwo\tthree", "one two three"),
        ("\x1b[31mred\x1b[0m \x9b2J\x07bell\r", r"\x1b[31mred\x1b[0m \x9b2J\x07bell\r"),
        ("abc\u202edef\u2066\u200e\u200f\u061c", r"abc\u202edef\u2066\u200e\u200f\u061c"),
        ("a\u2028b\u2029c\x85d", r"a\u2028b\u2029c\x85d"),
        ("z\u200bw\ufeff\u2060\xad", r"z\u200bw\ufeff\u2060\xad"),
        ("shelf\u200cful 👩\u200d💻", "shelf\u200cful 👩\u200d💻"),  # joiners belong to words and pictures
        ("tag\U000e0041\U000e007f", r"tag\U000e0041\U000e007f"),
        ("alone \ud83d", r"alone \ud83d"),
        ("Grüße, 日本, שלום 👍🏽 ❤️", "Grüße, 日本, שלום 👍🏽 ❤️"),
        ("an end \\", r"an end \x5c"),
        ("an end [red", r"an end \x5bred"),
    ],
)
def test_what_others_wrote_is_shown_as_written_and_steers_nothing(said, shown):
    assert drawn(output.plain(said), 80) == shown + "\n"


def test_lines_of_an_answer_are_kept():
    assert output.printable("one\n\ttwo\r\x1b]0;title\x07") == "one\n\ttwo\\r\\x1b]0;title\\x07"
    assert drawn(output.lines("one  two\n [b]three[/b]\x1b"), 80) == "one  two\n   [b]three[/b]\\x1b\n"


def test_only_ids_that_a_machine_made_are_shortened():
    assert output.short("3f" * 16) == "3f" * 6
    assert output.short("billing-blue-europe-1") == "billing-blue-europe-1"


def test_two_texts_of_others_make_no_markup_together():
    shown = drawn(f"[dim]{output.plain('[red')} on {output.plain('x]')} {output.plain('y' + chr(92) * 3)}[/dim] z", 80)
    assert shown == "\\x5bred on x] y\\x5c\\x5c\\x5c z\n"


def test_what_a_command_forgets_to_make_visible_is_made_visible_by_the_console(capsys):
    output.console().print("a\x1b[2Jb\u202ec", markup=False)
    assert capsys.readouterr().out == "a\\x1b[2Jb\\u202ec\n"
    rows = output.table("A\x9b")
    rows.add_row("\u2066")
    output.console().print(rows)
    assert all(one.isprintable() for one in capsys.readouterr().out.replace("\n", ""))


def test_json_says_the_same_and_is_harmless_to_show(capsys):
    said = {"text": "\x1b[2J\x7f\x9b\u202e\U000e0041 é [x]\ud83d", "share": math.nan, "list": [math.inf, -math.inf]}
    output.print_json(said)
    shown = capsys.readouterr().out
    assert all(one.isprintable() for one in shown.rstrip("\n"))
    assert "é" in shown
    assert json.loads(shown) == {"text": said["text"], "share": "NaN", "list": ["Infinity", "-Infinity"]}


def test_a_message_as_usual_is_what_protobuf_makes_of_it():
    agent = Agent()
    agent.instances.add(address="127.0.0.1:1", readiness=77).registered_at.FromSeconds(5)
    assert output.to_dict(agent) == MessageToDict(agent, preserving_proto_field_name=True)
    assert output.to_dict(agent)["instances"][0]["readiness"] == 77


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Value(number_value=math.nan), {"unreadable": "nan"}),
        (Value(number_value=-math.inf), {"unreadable": "-inf"}),
        (Value(), None),
        (Timestamp(seconds=1 << 50), {"unreadable": f"seconds: {1 << 50}"}),
        (Timestamp(seconds=1, nanos=-5), {"unreadable": "seconds: 1, nanos: -5"}),
        (Duration(seconds=1 << 60, nanos=1), {"unreadable": f"seconds: {1 << 60}, nanos: 1"}),
    ],
)
def test_what_json_cannot_say_is_said_to_be_unreadable(value, said):
    assert output.to_dict(value) == said


def test_the_rest_of_a_message_is_there_beside_what_cannot_be_said():
    event = ConversationEvent(conversation_id="c1", sequence=1 << 60, time=Timestamp(seconds=1 << 50))
    event.fields_changed.values.update({"good": [1, {"deep": "x"}]})
    event.fields_changed.values.fields["bad"].list_value.values.add(number_value=math.inf)
    event.fields_changed.values.fields["none"].CopyFrom(Value())
    made = output.to_dict(event)
    assert made.pop("time") == {"unreadable": f"seconds: {1 << 50}"}
    values = {"good": [1, {"deep": "x"}], "bad": [{"unreadable": "inf"}], "none": None}
    assert made == {"conversation_id": "c1", "sequence": str(1 << 60), "fields_changed": {"values": values}}
    json.loads(output.as_json(made))


def test_deep_nesting_ends_somewhere():
    struct = Struct()
    inner = struct.fields["a"]
    for _ in range(sys.getrecursionlimit()):
        inner = inner.list_value.values.add()
    assert "more than 100 levels" in json.dumps(output.to_dict(struct))


def test_unknown_numbers_of_an_enum_are_numbers():
    assert output.word(Readiness, 1, "READINESS_") == "ready"
    assert output.word(Readiness, 4711, "READINESS_") == "4711"
    assert output.to_dict(ConversationEvent(status_changed=StatusChanged(status=99)))["status_changed"]["status"] == 99
    assert output.word(ConversationStatus, -3) == "-3"


@pytest.mark.parametrize("seconds", [1 << 62, -(1 << 62), 253402300800, -62135596801])
def test_a_time_out_of_all_calendars_is_a_number(seconds):
    assert output.clock(Timestamp(seconds=seconds)).startswith(str(seconds))


def test_a_message_of_a_log_is_one_harmless_line():
    record = logging.LogRecord("botmesh", logging.ERROR, "", 0, "bad %s", ("a\nERROR forged \x1b[2J\u202e",), None)
    assert output.VisibleFormatter("%(message)s").format(record) == r"bad a\nERROR forged \x1b[2J\u202e"
