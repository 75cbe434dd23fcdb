"""The group of commands, exit codes, and how errors are told."""

import importlib
import sys
from typing import Any, NoReturn

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
from botmesh_cli.output import tell_error, tell_program

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
    "desk": "desk",
    "stats": "stats",
    "messages": "messages",
    "member": "member",
    "account": "account",
    "triggers": "account",
    "config": "config",
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
    epilog="Exit codes: 0 done, 2 wrong usage, 3 refused (nothing was begun), 4 failed, 130 interrupted.",
)
@click.version_option(package_name="botmesh", message="botmesh %(version)s")
def botmesh() -> None:
    """Run and ask a mesh of bots.

    Start with `botmesh up`, then start bots, then `botmesh agents` and `botmesh delegate AGENT TEXT`.
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in words
    try:
        _check_text(words)
        code = botmesh.main(words, prog_name="botmesh", standalone_mode=False)
    except click.ClickException as error:
        if as_json:
            tell_program("USAGE", "INVALID_ARGUMENT", error.format_message())
        else:
            error.show()
        sys.exit(error.exit_code)
    except BotmeshError as error:
        tell_error(error, as_json=as_json)
        sys.exit(exit_code(error))
    except OSError as error:  # the disk is full, a folder is not ours: nothing that a traceback would explain
        if as_json:
            tell_program("FAILED", "UNKNOWN", str(error))
        else:
            click.echo(f"failed: {error}", err=True)
        sys.exit(EXIT_FAILED)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(_code(code))


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
