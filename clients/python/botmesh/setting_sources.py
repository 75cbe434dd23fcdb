"""Reads the text of settings from the file, the environment, a bot's config.csv and flags."""

import csv
import os
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from botmesh.errors import InvalidField
from botmesh.names import did_you_mean, nearest
from botmesh.setting import PREFIX

FILE_VARIABLE = "BOTMESH_CONFIG"
"""The environment variable that names the settings file."""
KIT_VARIABLE = "BOTMESH_KIT_NAME"
"""The environment variable in which the conformance kit names the agent under test. It is not a setting."""
DEFAULT_FILE = "botmesh.toml"
CSV_FILE = "config.csv"

FileName: TypeAlias = str | os.PathLike[str]
Entries: TypeAlias = Iterator[tuple[str, str, str]]
"""Triples of a setting's name, its text and the source of the text, as messages show it."""


@dataclass(frozen=True, slots=True)
class SettingSources:
    """The places from which settings are read, in the order of precedence: later entries win."""

    file: FileName | None
    """A TOML file. None: the file that BOTMESH_CONFIG names, else ./botmesh.toml if `defaults` allows it."""
    csv: FileName | None
    """A bot's `name,value` rows. None: ./config.csv if `defaults` allows it."""
    environ: Mapping[str, str]
    flags: Mapping[str, str]
    """Texts by the names of settings, as given on a command line."""
    defaults: bool
    """Whether files in the working directory are read although nobody names them."""
    names: Collection[str]
    """All names that a file, the environment or a flag may hold."""
    aliases: Mapping[str, str]
    """The names of settings by their names in config.csv."""

    def read(self) -> Entries:
        """Yield all entries in the order of precedence, so that a later one replaces an earlier one of its name.

        Raises:
            InvalidField: a name is unknown, or a file cannot be read.
        """
        file = self.file or self.environ.get(FILE_VARIABLE) or None
        if file is not None or (self.defaults and Path(DEFAULT_FILE).is_file()):
            yield from self._from_file(Path(file or DEFAULT_FILE))
        yield from self._from_environment()
        if self.csv is not None or (self.defaults and Path(CSV_FILE).is_file()):
            yield from self._from_csv(Path(self.csv or CSV_FILE), strict=self.csv is not None)
        for name, text in self.flags.items():
            yield self._known(name, "flag"), text, f"flag --{name.replace('_', '-')}"

    def _from_file(self, path: Path) -> Entries:
        source = f"file {path}"
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise InvalidField(f"cannot read {path}: {error.strerror}", field="config", value=path) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidField(f"{path} is not TOML: {error}", field="config", value=path) from None
        for name, value in content.items():
            yield self._known(name, source), str(value), source

    def _from_environment(self) -> Entries:
        by_variable = {PREFIX + name.upper(): name for name in self.names}
        for variable in sorted(self.environ):
            if not variable.startswith(PREFIX) or variable in (FILE_VARIABLE, KIT_VARIABLE):
                continue
            if variable not in by_variable:
                close = [PREFIX + name.upper() for name in nearest(variable.removeprefix(PREFIX).lower(), self.names)]
                raise InvalidField(f"{variable} is no setting.{did_you_mean(close)}", field=variable)
            yield by_variable[variable], self.environ[variable], f"environment {variable}"

    def _from_csv(self, path: Path, *, strict: bool) -> Entries:
        """Read a bot's config.csv.

        A file that nobody named (not `strict`) may hold rows of other programs: only its a2a-* rows are settings.
        """
        source = f"config.csv {path}"
        try:
            with path.open(encoding="utf-8-sig", newline="") as opened:  # spreadsheets write a byte order mark
                rows = [(row[0].strip(), row[1].strip()) for row in csv.reader(opened) if len(row) > 1]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise InvalidField(f"cannot read {path}: {error}", field="config.csv", value=path) from None
        for name, value in rows:
            if name in self.aliases:
                yield self.aliases[name], value, source
            elif name.startswith("a2a-") or (strict and (name, value) != ("name", "value")):
                close = nearest(name, self.aliases)
                raise InvalidField(f"{path}: {name} is no setting.{did_you_mean(close)}", field=name)

    def _known(self, given: str, source: str) -> str:
        name = given.replace("-", "_")
        if name not in self.names:
            message = f"{source}: {given} is no setting.{did_you_mean(nearest(name, self.names))}"
            raise InvalidField(message, field=given)
        return name
