import pytest

from tests.mesh.journal import Journal


@pytest.fixture
def journal(tmp_path, monkeypatch):
    made = Journal(tmp_path / "journal")
    monkeypatch.setenv("JOURNAL", str(made.path))
    return made
