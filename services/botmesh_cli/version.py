"""`botmesh version`: the versions of Botmesh and its main dependencies."""

import platform
from importlib.metadata import version as version_of

import click

from botmesh_cli.output import print_json

_PACKAGES = ("botmesh", "grpcio", "protobuf", "opentelemetry-sdk")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def version(as_json: bool) -> None:
    """Print the versions of Botmesh, its main dependencies and Python."""
    versions = {name: version_of(name) for name in _PACKAGES} | {"python": platform.python_version()}
    if as_json:
        print_json(versions)
    else:
        for name, number in versions.items():
            click.echo(f"{name} {number}")
