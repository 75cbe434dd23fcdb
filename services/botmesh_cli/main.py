"""The group of commands, their exit codes, and the printing of errors."""

import importlib
import io
import logging
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, TextIO

import click

from botmesh.errors import (
    AddressNotAllowed,
    BotmeshError,
    InvalidField,
    MessageTooLarge,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from botmesh.names import did_you_mean, nearest
from botmesh_cli.output import VisibleFormatter, printable, tell_error, tell_program

COMMANDS = {
    "up": "up",
    "agents": "agents",
    "agent": "agents",
    "delegate": "delegate",
    "find": "team",
    "consult": "team",
    "collaborate": "team",
    "broadcast": "team",
    "tasks": "task",
    "task": "task",
    "trace": "trace",
    "chat": "chat",
    "conversations": "conversations",
    "conversation": "conversations",
    "contacts": "contacts",
    "contact": "contact",
    "desk": "desk",
    "stats": "stats",
    "messages": "messages",
    "member": "member",
    "account": "account",
    "triggers": "account",
    "log": "log",
    "config": "config",
    "doctor": "doctor",
    "version": "version",
    "demo": "demo",
    "new": "new",
    "conformance": "conformance",
}
"""Each command and its module, which is imported when the command is used, so that `botmesh version` is fast."""

EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_FAILED = 4
EXIT_INTERRUPTED = 130
EXIT_NO_READER = 141
"""The exit code that a shell shows for a program that SIGPIPE ended."""


class ReaderGoneError(Exception):
    """The reader of the output has closed it. Not an OSError, because click handles those in its own way."""


class Commands(click.Group):
    """The commands, each imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"botmesh_cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Parse the arguments as click does; --help prints here, so a closed output shows here too."""
        try:
            return super().make_context(*args, **options)
        except BrokenPipeError:
            raise ReaderGoneError from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that the arguments name."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderGoneError from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name, or an error that suggests the nearest name."""
        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            ctx.fail(f"There is no command {name!r}.{did_you_mean(nearest(name, COMMANDS))}")
        return super().resolve_command(ctx, args)


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 2 wrong usage, 3 refused (nothing was begun), 4 failed, 130 interrupted, 141 unread.",
)
@click.version_option(package_name="botmesh", message="botmesh %(version)s")
def botmesh() -> None:
    """Run a mesh of bots, and use it.

    Start with `botmesh up`, then start bots, then try `botmesh agents` and `botmesh delegate AGENT TEXT`.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command and exit with its code. Ctrl-C and a closed output end it without a traceback."""
    words = sys.argv[1:] if arguments is None else arguments
    _prepare_streams()
    try:
        code = _main(words)
        sys.stdout.flush()  # here, because an error at the interpreter's exit cannot be caught
    except (BrokenPipeError, ReaderGoneError):
        _silence()
        code = EXIT_NO_READER
    except KeyboardInterrupt:
        _silence()
        code = EXIT_INTERRUPTED
    sys.exit(code)


def _main(words: list[str]) -> int:
    as_json = "--json" in words
    try:
        _check_text(words)
        return _code(botmesh.main(words, prog_name="botmesh", standalone_mode=False))
    except click.ClickException as error:
        if as_json:
            tell_program("USAGE", "INVALID_ARGUMENT", error.format_message())
        else:
            message = io.StringIO()
            error.show(message)
            click.echo(printable(message.getvalue()), err=True, nl=False)
        return error.exit_code
    except BotmeshError as error:
        tell_error(error, as_json=as_json)
        return exit_code(error)
    except BrokenPipeError:
        raise
    except OSError as error:  # a full disk, a folder without permission: a traceback would not help
        if as_json:
            tell_program("FAILED", "UNKNOWN", str(error))
        else:
            click.echo(printable(f"failed: {error}"), err=True)
        return EXIT_FAILED
    except click.exceptions.Abort:
        return EXIT_INTERRUPTED


def _prepare_streams() -> None:
    """Replace closed standard streams, and make characters visible that cannot be encoded or control a terminal."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - lives as long as the process
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or _unread()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(VisibleFormatter("%(message)s"))
    sys.excepthook = _tell_traceback


def _tell_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(printable("".join(traceback.format_exception(kind, error, trace))))


def _unread() -> TextIO:
    """A pipe without a reader, in place of a closed standard output."""
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w", encoding="utf-8")


def _silence() -> None:
    """Send the rest of the buffers to the null device, so that the interpreter's exit does not fail on them."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and _is_broken(stream):
            os.dup2(nowhere, stream.fileno())


def _is_broken(stream: io.TextIOWrapper) -> bool:
    try:
        stream.flush()
    except OSError:
        return True
    return False


def _check_text(words: list[str]) -> None:
    """Refuse arguments that are not UTF-8, because no message can hold them."""
    for word in words:
        if not word.isprintable() and any("\ud800" <= character <= "\udfff" for character in word):
            raise click.UsageError(f"{ascii(word)[:80]} is no UTF-8 text.")


def exit_code(error: BotmeshError) -> int:
    """The exit code of an error: 2 wrong usage, 3 if no work was begun, 4 if work was or may have been begun."""
    if isinstance(error, InvalidField) and not error.from_peer:
        return EXIT_USAGE
    refused = isinstance(error, Refused | NotFound | AddressNotAllowed | MessageTooLarge) or (
        isinstance(error, Unavailable) and not isinstance(error, OutcomeUnknown)
    )
    return EXIT_REFUSED if refused and not error.started else EXIT_FAILED


def _code(result: Any) -> int:
    return result if isinstance(result, int) else 0
