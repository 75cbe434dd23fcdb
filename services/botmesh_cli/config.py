"""`botmesh config`: effective settings and where each comes from."""

from typing import Any

import click

from botmesh.errors import InvalidField
from botmesh.limits import NO_BUDGET
from botmesh.names import did_you_mean, nearest
from botmesh.setting import NONE, Setting, parse_bytes, parse_seconds
from botmesh_cli.options import Common, common
from botmesh_cli.output import console, plain, print_json, table
from botmesh_service.settings import SETTINGS

_BYTES = {"GiB": 1 << 30, "MiB": 1 << 20, "KiB": 1 << 10}


@click.command()
@click.argument("name", required=False)
@common
def config(with_: Common, name: str | None) -> None:
    """Print all settings with their values and where those come from; with NAME, one value and nothing else."""
    names = [name.replace("-", "_")] if name else list(SETTINGS)
    if name and names[0] not in SETTINGS:
        raise InvalidField(f"{name} is no setting.{did_you_mean(nearest(names[0], SETTINGS))}", field=name)
    settings = with_.settings
    if with_.as_json:
        print_json({one: {"value": settings.value(one), "source": settings.sources[one]} for one in names})
    elif name:
        click.echo(_bare(settings.value(names[0])))
    else:
        rows = table("SETTING", "VALUE", "FROM", "WHAT IT IS", whole=("SETTING", "VALUE"))
        for one in names:
            source = settings.sources[one]
            style = "dim" if source == "built-in" else "bold"
            value = plain(with_unit(SETTINGS[one], settings.value(one)))
            rows.add_row(one, f"[{style}]{value}[/{style}]", plain(source), f"[dim]{plain(SETTINGS[one].doc)}[/dim]")
        console().print(rows)
        how = "Set one in botmesh.toml (max_hops = 3) or in the environment (BOTMESH_MAX_HOPS=3)."
        console(stderr=True).print(how, style="dim")


def with_unit(setting: Setting, value: Any) -> str:
    """A value for people, as it may be written in a settings file."""
    if setting.parse is parse_seconds:
        return f"{value:g}s"
    if value == NO_BUDGET:
        return NONE
    if setting.parse is parse_bytes:
        unit = next((name for name, size in _BYTES.items() if value and value % size == 0), None)
        return f"{value // _BYTES[unit]}{unit}" if unit else str(value)
    return _bare(value)


def _bare(value: Any) -> str:
    """A value for programs: seconds and bytes as numbers, switches as in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
