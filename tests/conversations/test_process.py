"""`python -m botmesh_conversations`: beside a registry of another process."""

import asyncio
import sys

import botmesh
from botmesh.settings import load
from tests.cli.conftest import Cli
from tests.mesh.processes import Process, _kill


async def test_it_runs_alone_beside_a_registry(tmp_path):
    registry = await Process("registry").start("-m", "botmesh_registry", "--bind", "127.0.0.1:0")
    where = registry.ready.split()[-1]
    service = Process("conversations")
    agent = botmesh.Agent("front-bot", settings=load(environ={}, flags={"registry": where}))

    @agent.on_turn
    async def turn(conversation):
        await conversation.tag("seen")
        return f"Hello {conversation.contact_id}"

    try:
        command = "-m", "botmesh_conversations", "--bind", "127.0.0.1:0", "--registry", where, "--primary", "front-bot"
        await service.start(*command)
        assert service.ready.startswith("conversations ready at 127.0.0.1:")
        await agent.start()
        await asyncio.wait_for(agent.listed(), 15)
        cli = Cli(where, tmp_path)
        elsewhere = {"BOTMESH_CONVERSATIONS": service.ready.split()[-1]}
        out, _ = await cli("chat", "--contact", "anna", stdin="hi\n", env=elsewhere)
        assert "front-bot  Hello anna" in out
        assert "seen" in (await cli("conversations", env=elsewhere))[0]
        _, errors = await cli("conversations", code=3)
        assert "BOTMESH_CONVERSATIONS" in errors
        assert await service.stop() == 0
        assert "Traceback" not in service.log()
    finally:
        await agent.stop(drain=False)
        await _kill(service)
        await _kill(registry)


async def run(*words):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = await asyncio.wait_for(process.communicate(), 20)
    assert b"Traceback" not in errors
    return process.returncode, out.decode(), errors.decode()


async def test_wrong_triggers_keep_it_from_starting_and_say_where(tmp_path):
    (tmp_path / "default.yaml").write_text("triggers:\n  - {name: a, when: {tga: x}, then: {add_tag: y}}\n")
    words = "--bind", "127.0.0.1:0", "--data-dir", str(tmp_path / "data"), "--triggers", str(tmp_path)
    code, out, errors = await run("botmesh_conversations", *words)
    assert (code, out) == (1, "")
    assert "default.yaml:2: when.tga: there is no such key here" in errors


async def test_a_folder_that_another_service_has_is_refused(tmp_path):
    service = Process("conversations")
    words = "-m", "botmesh_conversations", "--bind", "127.0.0.1:0", "--data-dir", str(tmp_path)
    try:
        await service.start(*words)
        code, _, errors = await run(*words[1:])
        assert code == 1
        assert "another process keeps its events" in errors
    finally:
        await _kill(service)
