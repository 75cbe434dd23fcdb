"""Options that every command takes, and the settings that they make."""

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
    """What every command knows."""

    settings: ServiceSettings
    as_json: bool
    reload: Callable[[], ServiceSettings]
    """Reads the settings anew."""


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options --registry, --account, --config and --json, and their outcome as first argument."""

    @click.option("--registry", metavar="IP:PORT", help="Where the registry is.  [default: 127.0.0.1:7600]")
    @click.option("--account", metavar="ID", help="The tenant.  [default: default]")
    @click.option("--config", metavar="FILE", help="A settings file.  [default: ./botmesh.toml if there is one]")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
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
    """Check what was given as an address (a click callback)."""
    try:
        return None if given is None else parse_address(given)
    except ValueError:
        raise click.BadParameter(f"{given!r} is no IP and port: use 127.0.0.1:7600") from None


def run(work: Coroutine[Any, Any, int | None]) -> int:
    """Run a command's coroutine; its exit code."""
    return asyncio.run(work) or 0
