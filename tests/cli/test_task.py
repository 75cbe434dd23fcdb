"""`botmesh task` and `botmesh tasks`, against processes."""

import asyncio
import json

import pytest
from tests.mesh.processes import Process, _kill

BOT = """
import asyncio, botmesh
agent = botmesh.Agent("digger", skills=[botmesh.Skill("dig")])

@agent.on_delegate
async def dig(task: botmesh.Task):
    if task.text == "nothing":
        yield botmesh.Reply("not worth it", state="rejected")
    elif task.text == "where":
        yield botmesh.Reply("Which garden?", state="input_required")
    elif task.text == "broken":
        raise botmesh.AgentFailed("the shovel broke")
    else:
        yield botmesh.progress("digging", 0.5)
        await asyncio.sleep(float(task.context.get("seconds", 0)))
        yield botmesh.Reply(f"dug {task.text}")

agent.run()
"""


@pytest.fixture
async def digger(up, tmp_path):
    _, cli = up
    (tmp_path / "bot.py").write_text(BOT)
    bot = await Process("digger").start(str(tmp_path / "bot.py"), BOTMESH_REGISTRY=cli.registry)
    yield cli
    await _kill(bot)


async def test_a_task_is_submitted_waited_for_and_listed(digger):
    task_id = (await digger("task", "submit", "digger", "a hole"))[0].strip()
    out, err = await digger("task", "wait", task_id)
    assert out == "dug a hole\n"
    assert err.startswith("digger · ")
    assert (await digger("task", "submit", "skill:dig", "more", "--wait"))[0] == "dug more\n"
    out, _ = await digger("tasks", "--state", "completed")
    assert out.splitlines()[0].split() == ["TASK", "STATE", "AGENT", "ASKED", "BY", "RAN", "NOTE"]
    assert task_id in out
    out, _ = await digger("task", "show", task_id)
    assert "completed" in out
    assert out.endswith("dug a hole\n")
    facts = json.loads((await digger("task", "show", task_id, "--json"))[0])
    assert (facts["state"], facts["reply"]["message"]["payload"][0]["text"]) == ("completed", "dug a hole")


async def test_watching_tells_each_step_to_the_end(digger):
    task_id = (await digger("task", "submit", "digger", "a hole", "--context", "seconds=0.5"))[0].strip()
    out, _ = await digger("task", "watch", task_id)
    said = [line.split(maxsplit=2)[2] for line in out.splitlines()]
    assert said[0] == "submitted for digger"
    assert said[1].startswith("begun at instance")
    assert said[2:] == ["digging (50%)", "completed"]
    out, _ = await digger("task", "watch", task_id, "--after", "3", "--json")
    assert json.loads(out)["ended"]["state"] == "TASK_STATE_COMPLETED"


async def test_cancelling_prints_a_receipt_for_each_hop(digger):
    task_id = (await digger("task", "submit", "digger", "a hole", "--context", "seconds=60"))[0].strip()
    async with asyncio.timeout(10):
        while "working" not in (await digger("task", "show", task_id))[0]:
            pass
    out, _ = await digger("task", "cancel", task_id, "--reason", "rain")
    assert out.splitlines()[1].split()[0::2] == ["digger", "stopped"]
    _, err = await digger("task", "wait", task_id, code=4)
    assert "rain" in err
    out, _ = await digger("task", "cancel", task_id, "--json")
    assert json.loads(out)[0]["outcome"] == "CANCEL_OUTCOME_STOPPED"


async def test_a_task_that_asks_is_answered(digger):
    _, err = await digger("task", "submit", "digger", "where", "--wait", "--task-id", "t1", code=4)
    assert "input required: Which garden?" in err
    assert "botmesh task resume t1 TEXT" in err
    assert (await digger("task", "resume", "t1", "mine"))[0] == "t1 goes on: submitted\n"
    assert (await digger("task", "wait", "t1"))[0] == "dug mine\n"
    _, err = await digger("task", "resume", "t1", "mine", code=3)
    assert err.startswith("task not waiting")


async def test_what_goes_wrong_is_said(digger):
    assert "rejected: not worth it" in (await digger("task", "submit", "digger", "nothing", "--wait", code=4))[1]
    assert "the shovel broke" in (await digger("task", "submit", "digger", "broken", "--wait", code=4))[1]
    assert "unknown task" in (await digger("task", "show", "t9", code=3))[1]
    assert "Did you mean digger" in (await digger("task", "submit", "diger", "x", code=3))[1]
    assert "is no time" in (await digger("task", "submit", "digger", "x", "--run-timeout", "soon", code=2))[1]
    assert "No tasks" in (await digger("tasks", "--agent", "nobody"))[0]


async def test_tasks_on_their_own_are_found_by_their_address(digger, tmp_path):
    alone = await Process("tasks").start(
        "-m", "botmesh_tasks", "--bind", "127.0.0.1:0", BOTMESH_REGISTRY=digger.registry
    )
    try:
        address = alone.ready.split()[-1]
        assert alone.ready == f"tasks ready at {address}"
        there = {"BOTMESH_TASKS": address}
        assert (await digger("task", "submit", "digger", "there", "--wait", env=there))[0] == "dug there\n"
        assert "No tasks" in (await digger("tasks"))[0]
        assert "digger" in (await digger("tasks", env=there))[0]
    finally:
        await _kill(alone)
