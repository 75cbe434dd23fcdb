import pytest
from rich.console import Console

from botmesh_cli import output


def drawn(renderable, width):
    console = Console(width=width, highlight=False)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def test_lines_of_a_table_end_where_their_words_end():
    rows = output.table("A", "B")
    rows.add_row("x", "a long one")
    rows.add_row("y", "")
    assert drawn(rows, 80) == "A  B\nx  a long one\ny\n"


def test_a_whole_column_is_not_broken_while_another_can_be():
    rows = output.table("ADDRESS", "DESCRIPTION", whole=("ADDRESS",))
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
        ("[bold]loud[/] [/nothing", "[bold]loud[/] [/nothing"),
        ("one\ntwo\tthree", "one two three"),
        ("\x1b[31mred\x1b[0m \x9b2J\x07bell", "red 2Jbell"),
    ],
)
def test_what_others_wrote_is_shown_as_written_and_steers_nothing(said, shown):
    assert drawn(output.plain(said), 80) == shown + "\n"


def test_lines_of_an_answer_are_kept():
    assert output.printable("one\n\ttwo\r\x1b]0;title\x07") == "one\n\ttwo]0;title"


def test_only_ids_that_a_machine_made_are_shortened():
    assert output.short("3f" * 16) == "3f" * 6
    assert output.short("billing-blue-europe-1") == "billing-blue-europe-1"
