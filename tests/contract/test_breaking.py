"""The check for changes that break who was built against the last release, on a repository with a release."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

VENV = Path(sys.prefix)
HERE = Path(__file__).parents[2]


@pytest.fixture
def released(tmp_path):
    """A repository whose protos are those of a release."""
    (tmp_path / "services/botmesh_conversations").mkdir(parents=True)
    for name in ("protos", "services/botmesh_conversations/model", "buf.yaml", "Makefile"):
        copy = shutil.copytree if (HERE / name).is_dir() else shutil.copy
        copy(HERE / name, tmp_path / name)
    _git(tmp_path, "init", "--quiet")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "A release")
    _git(tmp_path, "tag", "v0.1.0")
    assert _make(tmp_path, "release-contract")[0] == 0
    return tmp_path


def test_protos_that_only_grow_pass(released):
    _edit(released, "uint64 after_sequence = 2;", "uint64 after_sequence = 2;\n  // New.\n  string more = 9;")
    assert _check(released) == (0, "nothing breaks since protos/released.binpb was made\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("uint64 after_sequence = 2;", "uint64 after_sequence = 7;"),
        ("uint64 after_sequence = 2;", "string after_sequence = 2;"),
        (
            "  rpc Cancel(CancelRequest) returns (CancelResponse) {\n    option idempotency_level = IDEMPOTENT;\n  }",
            "",
        ),
    ],
)
def test_a_change_that_breaks_fails(released, old, new):
    _edit(released, old, new)
    code, out = _check(released)
    assert code != 0
    assert "agent_service.proto" in out


def test_before_the_first_release_a_change_is_reported_and_does_not_fail(released):
    _git(released, "tag", "--delete", "v0.1.0")
    _edit(released, "uint64 after_sequence = 2;", "string after_sequence = 2;")
    code, out = _check(released)
    assert code == 0
    assert "after_sequence" in out
    assert out.endswith("the contract changes; there is no release yet that it could break\n")


def test_the_image_of_the_contract_is_kept_in_the_tree():
    """It shows that the comparison works; a release makes it anew."""
    assert (HERE / "protos/released.binpb").stat().st_size > 10_000


def _edit(folder, old, new):
    file = folder / "protos/botmesh/v1/agent_service.proto"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def _git(folder, *words):
    subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True)


def _check(folder):
    return _make(folder, "check-breaking")


def _make(folder, target):
    """Exit code and output of a make target, with the environment that is there."""
    ready = ["touch", "requirements.lock", "pyproject.toml"]
    subprocess.run(ready, cwd=folder, check=True)
    command = ["make", "--no-print-directory", target, f"VENV={VENV}", "-o", f"{VENV}/.ready"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout
