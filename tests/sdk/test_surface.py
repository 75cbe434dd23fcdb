"""What the package promises about itself."""

import ast
import subprocess
import sys
from pathlib import Path

import botmesh

ROOT = Path(__file__).parents[2]
SDK = ROOT / "clients/python/botmesh"


def test_all_names_every_public_thing_and_nothing_else():
    public = {name for name in vars(botmesh) if not name.startswith("_")}
    modules = {path.stem for path in SDK.glob("*.py")} | {path.name for path in SDK.iterdir() if path.is_dir()}
    assert public - modules == set(botmesh.__all__) - modules
    for name in set(botmesh.__all__) - {"Part", "Usage"}:  # generated: documented in the protos
        assert getattr(botmesh, name).__doc__, name


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_dependencies_run_one_way():
    for path in SDK.rglob("*.py"):
        own = {name.split(".")[0] for name in imports_of(path)}
        services = {name for name in own if name.startswith("botmesh_")}
        assert not services, f"{path} imports {services}"
        if path.parent.name == "v1":
            above = {
                name for name in imports_of(path) if name.startswith("botmesh") and not name.startswith("botmesh.v1")
            }
            assert not above, f"{path} imports {above}"


def test_only_the_adapter_knows_grpc_aios_interceptor_classes():
    for path in [*SDK.rglob("*.py"), *(ROOT / "services").rglob("*.py")]:
        subclasses = any(
            isinstance(node, ast.ClassDef) and any("Interceptor" in ast.unparse(base) for base in node.bases)
            for node in ast.walk(ast.parse(path.read_text()))
        )
        assert not subclasses or path == SDK / "transport/adapter.py", path


def test_importing_the_sdk_leaves_heavy_things_alone():
    heavy = ("rich", "click", "opentelemetry.exporter")
    code = f"import sys, botmesh; print([name for name in sys.modules if name.startswith({heavy})])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
