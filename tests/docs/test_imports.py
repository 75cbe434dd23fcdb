"""The tables of docs/architecture.md say what each folder of the SDK and each package of the services may import."""

import ast
import re

from tests.docs.pages import ROOT, pages, table_under

SDK = ROOT / "clients/python/botmesh"
SERVICES = ROOT / "services"


def modules(folder):
    """The full names that the modules of a folder import."""
    found = set()
    for path in folder.rglob("*.py"):
        if "templates" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def imports(package):
    names = {name.partition(".")[0] for name in modules(SERVICES / package)}
    return {name for name in names if name.startswith("botmesh_")} - {package}


def test_folders_of_the_sdk_import_only_what_stands_below_them():
    rows = table_under(pages()["docs/architecture.md"], "### The SDK")
    order = [row[0].strip("`/") for row in rows if row[0].endswith("/`")]
    assert set(order) == {path.parent.name for path in SDK.glob("*/*.py")}
    for place, folder in enumerate(order):
        names = {name.split(".")[1] for name in modules(SDK / folder) if name.startswith("botmesh.")}
        assert not names & set(order[:place]), folder


def test_the_table_names_every_package_and_each_imports_only_what_it_may():
    rows = table_under(pages()["docs/architecture.md"], "### The services")
    allowed = {row[0].strip("`"): set(re.findall(r"botmesh_\w+", row[2])) for row in rows}
    packages = {path.parent.name for path in SERVICES.glob("botmesh_*/__init__.py")}
    packages |= {path.name for path in SERVICES.glob("botmesh_*") if any(path.rglob("*.py"))}
    assert set(allowed) == packages
    for package in packages:
        assert imports(package) <= allowed[package], package
