"""The table of the services' packages says what each may import."""

import ast
import re

from tests.docs.pages import ROOT, pages, table_under

SERVICES = ROOT / "services"


def imports(package):
    found = set()
    for path in (SERVICES / package).rglob("*.py"):
        if "templates" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            found |= {name.partition(".")[0] for name in names}
    return {name for name in found if name.startswith("botmesh_")} - {package}


def test_the_table_names_every_package_and_each_imports_only_what_it_may():
    rows = table_under(pages()["docs/architecture.md"], "### The services")
    allowed = {row[0].strip("`"): set(re.findall(r"botmesh_\w+", row[2])) for row in rows}
    packages = {path.parent.name for path in SERVICES.glob("botmesh_*/__init__.py")}
    packages |= {path.name for path in SERVICES.glob("botmesh_*") if any(path.rglob("*.py"))}
    assert set(allowed) == packages
    for package in packages:
        assert imports(package) <= allowed[package], package
