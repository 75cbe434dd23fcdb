"""`botmesh config`: effective settings and where each comes from."""

import click

from botmesh.errors import InvalidField
from botmesh.names import did_you_mean, nearest
from botmesh.settings import SETTINGS
from botmesh_cli.options import Common, common
from botmesh_cli.output import console, print_json, table


@click.command()
@click.argument("name", required=False)
@common
def config(with_: Common, name: str | None) -> None:
    """Print all settings, or one: its value, where that comes from, and how to set it."""
    names = [name.replace("-", "_")] if name else list(SETTINGS)
    if name and names[0] not in SETTINGS:
        raise InvalidField(f"{name} is no setting.{did_you_mean(nearest(names[0], SETTINGS))}", field=name)
    settings = with_.settings
    if with_.as_json:
        print_json({one: {"value": settings.value(one), "source": settings.sources[one]} for one in names})
    elif name:
        click.echo(settings.value(names[0]))
    else:
        rows = table("SETTING", "VALUE", "FROM", "ENVIRONMENT", "WHAT IT IS")
        for one in names:
            setting = SETTINGS[one]
            source = settings.sources[one]
            style = "dim" if source == "built-in" else "bold"
            value = str(settings.value(one))
            rows.add_row(one, f"[{style}]{value}[/{style}]", source, setting.variable, f"[dim]{setting.doc}[/dim]")
        console().print(rows)
