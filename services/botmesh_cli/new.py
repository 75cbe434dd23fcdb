"""`botmesh new bot`: writes a small project of a bot, in one of four languages, that builds and joins a mesh."""

from collections.abc import Iterator
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from string import Template

import click

from botmesh.errors import InvalidField
from botmesh.names import check_agent

LANGUAGES = ("python", "go", "node", "java")
_PROGRAMS = {"build", "run"}
"""Template files that are made executable."""
_SDK_BUILDS = {"java": "mvn install", "node": "./build"}
"""Commands that build the SDK of a checkout, by language."""


@click.group()
def new() -> None:
    """Write new projects."""


@new.command()
@click.argument("name")
@click.option("--language", type=click.Choice(LANGUAGES), default="python", show_default=True, help="Of the project.")
@click.option("--folder", metavar="PATH", help="Folder to write to.  [default: a new one with the bot's name]")
@click.option(
    "--sdk",
    metavar="PATH",
    type=click.Path(exists=True, file_okay=False),
    help="Checkout of Botmesh whose SDK replaces the published one.",
)
def bot(name: str, language: str, folder: str | None, sdk: str | None) -> int:
    """Write the project of a bot called NAME: its program, its build, and its scripted bot for the conformance kit."""
    try:
        check_agent("NAME", name)
    except InvalidField as error:
        raise click.UsageError(error.text) from None
    target = Path(folder or name)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise click.UsageError(f"There is something in {target} already: name another place with --folder.")
    values = {"name": name, "sdk": _sdk(language, Path(sdk).resolve() if sdk else None)}
    try:
        for path, text in _files(language):
            _write(target / path, Template(text).substitute(values))
        if language == "go" and sdk:
            with (target / "go.mod").open("a", encoding="utf-8") as file:
                file.write(f"\nreplace github.com/botmesh/botmesh/clients/go => {Path(sdk).resolve()}/clients/go\n")
    except OSError as error:
        raise click.UsageError(f"Cannot write to {target}: {error.strerror}.") from None
    click.echo(f"{target} holds {name}. Next: cd {target}, and do what its README.md says.")
    if sdk and language in _SDK_BUILDS:
        build = f"cd {Path(sdk).resolve()}/clients/{language} && {_SDK_BUILDS[language]}"
        click.echo(f"Its SDK has to be built first: ({build})")
    return 0


def _sdk(language: str, checkout: Path | None) -> str:
    """The SDK's version or location as the project's build file names it."""
    version = metadata.version("botmesh")
    if checkout is None or language in ("go", "java"):
        return {"python": f"botmesh~={version}", "go": f"v{version}", "node": f"^{version}", "java": version}[language]
    return f"botmesh @ file://{checkout}" if language == "python" else f"file:{checkout}/clients/node"


def _files(language: str) -> Iterator[tuple[PurePosixPath, str]]:
    folder = resources.files("botmesh_cli").joinpath("templates", language)

    def walk(place: Traversable, at: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
        for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
            if entry.name == "__pycache__":
                continue
            if entry.is_dir():
                yield from walk(entry, at / entry.name)
            else:
                name = ".gitignore" if entry.name == "gitignore" else entry.name
                yield at / name, entry.read_text(encoding="utf-8")

    return walk(folder, PurePosixPath())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if path.name in _PROGRAMS:
        path.chmod(0o755)
