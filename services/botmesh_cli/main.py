"""The group of commands, exit codes, and how errors are told."""

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
"""Each command and the module that holds it; read when it is asked for, so that `botmesh version` is quick."""

EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_FAILED = 4
EXIT_INTERRUPTED = 130
EXIT_NO_READER = 141
"""As the shell says it of a program that SIGPIPE ended."""


class ReaderGoneError(Exception):
    """Whoever read the output is gone. Not an OSError: click would end the process its own way."""


class Commands(click.Group):
    """The commands, imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """One command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"botmesh_cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """As click does it; --help is printed here."""
        try:
            return super().make_context(*args, **options)
        except BrokenPipeError:
            raise ReaderGoneError from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that is meant."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderGoneError from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant, or an error that names the nearest."""
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
    """Run and ask a mesh of bots.

    Start with `botmesh up`, then start bots, then `botmesh agents` and `botmesh delegate AGENT TEXT`.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code. Neither Ctrl-C nor a reader that vanishes leaves a traceback."""
    words = sys.argv[1:] if arguments is None else arguments
    _prepare_streams()
    try:
        code = _main(words)
        sys.stdout.flush()  # here: at the end of the interpreter nobody could catch what goes wrong
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
            told = io.StringIO()
            error.show(told)
            click.echo(printable(told.getvalue()), err=True, nl=False)
        return error.exit_code
    except BotmeshError as error:
        tell_error(error, as_json=as_json)
        return exit_code(error)
    except BrokenPipeError:
        raise
    except OSError as error:  # the disk is full, a folder is not ours: nothing that a traceback would explain
        if as_json:
            tell_program("FAILED", "UNKNOWN", str(error))
        else:
            click.echo(printable(f"failed: {error}"), err=True)
        return EXIT_FAILED
    except click.exceptions.Abort:
        return EXIT_INTERRUPTED


def _prepare_streams() -> None:
    """Have all three standard streams, and none that fails for a character. Logs are as harmless as other output."""
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
    """In place of a closed standard output: a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w", encoding="utf-8")


def _silence() -> None:
    """Have nothing more printed: what is left in the buffers could not be."""
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
    """Whatever arrives as no UTF-8 can be sent nowhere."""
    for word in words:
        if not word.isprintable() and any("\ud800" <= one <= "\udfff" for one in word):
            raise click.UsageError(f"{ascii(word)[:80]} is no UTF-8 text.")


def exit_code(error: BotmeshError) -> int:
    """3 where nothing was begun, 4 where something was, or may have been."""
    if isinstance(error, InvalidField) and not error.from_peer:
        return EXIT_USAGE
    refused = isinstance(error, Refused | NotFound | AddressNotAllowed | MessageTooLarge) or (
        isinstance(error, Unavailable) and not isinstance(error, OutcomeUnknown)
    )
    return EXIT_REFUSED if refused and not error.started else EXIT_FAILED


def _code(result: Any) -> int:
    return result if isinstance(result, int) else 0
