"""The options common to the commands, and the settings that follow from them."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from botmesh.setting import parse_address
from botmesh_service.settings import ServiceSettings, load

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Common:
    """The values of the common options."""

    settings: ServiceSettings
    as_json: bool
    reload: Callable[[], ServiceSettings]
    """Reads the settings again."""


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --registry, --account, --config and --json to a command, and pass it a `Common` as first argument."""

    @click.option("--registry", metavar="IP:PORT", help="Address of the registry.  [default: 127.0.0.1:7600]")
    @click.option("--account", metavar="ID", help="The account.  [default: default]")
    @click.option("--config", metavar="FILE", help="Settings file.  [default: ./botmesh.toml if there is one]")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
    @functools.wraps(function)
    def command(
        registry: str | None,
        account: str | None,
        config: str | None,
        as_json: bool,
        **rest: Any,
    ) -> Any:
        given = {"registry": registry, "account": account}
        flags = {name: value for name, value in given.items() if value is not None}
        read = functools.partial(load, file=config, flags=flags)
        return function(Common(read(), as_json, read), **rest)

    return command


def checked_address(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    """Check an address, "IP:PORT"; a callback for click options.

    Raises:
        click.BadParameter: it is no IP and port.
    """
    try:
        return None if given is None else parse_address(given)
    except ValueError:
        raise click.BadParameter(f"{given!r} is no IP and port: use 127.0.0.1:7600") from None


def run(work: Coroutine[Any, Any, int | None]) -> int:
    """Run a command's coroutine, and return its exit code; None counts as 0."""
    return asyncio.run(work) or 0
