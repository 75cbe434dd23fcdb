"""`botmesh config`: the effective settings and the source of each."""

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
    """Print all settings with their values and sources. With NAME, print only the value of that setting.

    Durations are in seconds and sizes in bytes where a value is printed without a unit.
    """
    names = [name.replace("-", "_")] if name else list(SETTINGS)
    if name and names[0] not in SETTINGS:
        raise InvalidField(f"{name} is no setting.{did_you_mean(nearest(names[0], SETTINGS))}", field=name)
    settings = with_.settings
    if with_.as_json:
        print_json({each: {"value": settings.value(each), "source": settings.sources[each]} for each in names})
    elif name:
        click.echo(_bare(settings.value(names[0])))
    else:
        rows = table("SETTING", "VALUE", "FROM", "WHAT IT IS", unbroken=("SETTING", "VALUE"))
        for each in names:
            setting, source = SETTINGS[each], settings.sources[each]
            style = "dim" if source == "built-in" else "bold"
            value = plain(with_unit(setting, settings.value(each)))
            rows.add_row(each, f"[{style}]{value}[/{style}]", plain(source), f"[dim]{plain(setting.doc)}[/dim]")
        console().print(rows)
        how = "Set one in botmesh.toml (max_hops = 3) or in the environment (BOTMESH_MAX_HOPS=3)."
        console(stderr=True).print(how, style="dim")


def with_unit(setting: Setting, value: Any) -> str:
    """A value as a settings file may have it: "30s", "4MiB"."""
    if setting.parse is parse_seconds:
        return f"{value:g}s"
    if value == NO_BUDGET:
        return NONE
    if setting.parse is parse_bytes:
        unit = next((name for name, size in _BYTES.items() if value and value % size == 0), None)
        return f"{value // _BYTES[unit]}{unit}" if unit else str(value)
    return _bare(value)


def _bare(value: Any) -> str:
    """A value without unit: durations in seconds, sizes in bytes, switches as true or false."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
