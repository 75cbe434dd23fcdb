"""The patterns of docs/patterns.md run as they stand, and do what the page says."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs/patterns"


async def run(name, *words, folder):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(FOLDER / f"{name}.py"),
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={key: value for key, value in os.environ.items() if not key.startswith("BOTMESH_")},
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()
    assert b"Traceback" not in err, err.decode()
    return out.decode().splitlines()


async def test_expert_consultation(tmp_path):
    lines = await run("expert_consultation", folder=tmp_path)
    assert [line.split(":")[0] for line in lines[:3]] == ["0.8  legal-bot", "0.8  security-bot", "0.0  design-bot"]
    assert lines[3] == "2 are sure enough; ask further at legal-bot"
    assert (await run("expert_consultation", "Which font?", folder=tmp_path))[-1].endswith("ask further at nobody")


async def test_research_chain(tmp_path):
    assert await run("research_chain", folder=tmp_path) == [
        "Tea grows: 3.0 times in a year. (writer-bot → analyst-bot)"
    ]
    assert await run("research_chain", "milk", folder=tmp_path) == [
        "no report: nothing is known of milk (said by research-bot, after writer-bot → analyst-bot)"
    ]


async def test_tiered_support(tmp_path):
    lines = await run("tiered_support", folder=tmp_path)
    said = [line for line in lines if not line.startswith("contact:")]
    assert said == [
        "tier-one-bot: We are open from nine to five.",
        "tier-two-bot: I have sent your last invoice again.",
        "mesh: Somebody of our team takes over.",
        "now with: mia, tier 2",
    ]


async def test_employee_onboarding(tmp_path):
    assert await run("employee_onboarding", "Grace", folder=tmp_path) == [
        "technology-bot asks: A laptop or a desktop?",
        "facilities-bot (completed): Grace sits at desk 42",
        "payroll-bot (completed): Grace is paid on the 25th",
        "technology-bot (completed): a laptop for Grace is on its way",
    ]


async def test_incident_response(tmp_path):
    lines = await run("incident_response", folder=tmp_path)
    assert lines[0].startswith("2 were told; database-bot: the primary does not answer; mender-bot:")
    assert lines[1:] == [
        f"{bot} is told: {what}"
        for bot in ("database-bot", "network-bot")
        for what in ("incident: checkout is down", "mended: the database was failed over")
    ]


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_each_pattern_is_on_the_page(name):
    assert f"patterns/{name}.py" in (FOLDER.parent / "patterns.md").read_text()
