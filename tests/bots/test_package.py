import subprocess
import sys
from importlib import import_module, resources

from botmesh_bots import TEAM


def test_each_bot_declares_what_it_can_do() -> None:
    for module in TEAM:
        card = import_module(f"botmesh_bots.{module}").agent.card
        assert card.description
        assert list(card.languages) == ["en"]
        assert card.skills
        assert all(skill.description and skill.idempotent for skill in card.skills)


def test_the_package_lists_its_bots() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "botmesh_bots"], capture_output=True, text=True, check=True, timeout=60
    )
    for line in ("billing-bot: Answers", "    open-invoices", "run it: python -m botmesh_bots.tech_support"):
        assert line in said.stdout


def test_the_data_is_in_the_package() -> None:
    data = resources.files("botmesh_bots").joinpath("data")
    assert {one.name for one in data.iterdir()} == {"invoices.sql", "knowledge.md", "staff.toml"}
