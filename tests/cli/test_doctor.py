"""`botmesh doctor` against real processes."""

import json
import shutil
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from tests.cli.conftest import Cli

from botmesh.v1.problem_service_pb2 import PROBLEM_KIND_STORAGE, PROBLEM_KIND_TASK_FAILED
from botmesh_cli import doctor
from botmesh_service import Problems, ProblemService

PLANTS_UNREADABLE = True


def findings(out):
    found = json.loads(out)["findings"]
    assert all(set(one) == {"level", "what", "text", "todo"} for one in found)
    return {(one["level"], one["text"]) for one in found}


async def test_a_mesh_that_is_well_is_well(up):
    _, cli = up
    out, _ = await cli("doctor")
    assert "reachable and healthy" in out
    assert "tells of no problems" in out
    assert "0 problems" in out
    facts = json.loads((await cli("doctor", "--json"))[0])
    assert facts["problems"] == 0
    assert {one["level"] for one in facts["findings"]} <= {"ok", "warning"}


async def test_nobody_there_is_a_problem_with_what_to_do(bare):
    out, _ = await bare("doctor", env={"BOTMESH_REGISTRY": "127.0.0.1:1"}, code=4)
    assert "nobody answers" in out
    assert "start `botmesh up`" in out
    assert "Traceback" not in out


async def test_each_address_of_the_settings_is_asked(up):
    _, cli = up
    out, _ = await cli("doctor", env={"BOTMESH_TASKS": "127.0.0.1:1"}, code=4)
    lines = out.splitlines()
    assert any(
        line.startswith("ok") and f"registry, conversations, journal at {cli.registry}" in line for line in lines
    )
    assert any(line.startswith("problem") and "tasks at 127.0.0.1:1" in line for line in lines)


@pytest.fixture
async def ill(tmp_path):
    """A server that is no registry, with the problems that are noted."""
    problems, server, checks = Problems(), grpc.aio.server(), health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    ProblemService(problems).add_to(server)
    cli = Cli(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}", tmp_path)
    await checks.set("botmesh.v1.TaskService", health_pb2.HealthCheckResponse.SERVING)
    await server.start()
    yield problems, checks, cli
    await server.stop(None)


async def test_what_a_process_tells_of_itself_is_listed(ill, up):
    problems, _, there = ill
    _, cli = up
    problems.storage("tasks", "tasks.sqlite", "cannot be written: \x1b[2J free some space")
    problems.failed("tasks", "projection", "it raised")
    problems.over("tasks", PROBLEM_KIND_TASK_FAILED, "projection")
    env = {"BOTMESH_TASKS": there.registry}
    out, _ = await cli("doctor", env=env, code=4)
    assert r"cannot be written: \x1b[2J free some space" in out
    found = findings((await cli("doctor", "--json", env=env, code=4))[0])
    assert any(level == "warning" and "is over" in text for level, text in found)
    problems.over("tasks", PROBLEM_KIND_STORAGE, "tasks.sqlite")
    await cli("doctor", env=env)


async def test_another_service_than_the_settings_say_and_one_that_is_ill_are_problems(ill, up):
    _, checks, there = ill
    _, cli = up
    out, _ = await cli("doctor", env={"BOTMESH_JOURNAL": there.registry}, code=4)
    assert f"{there.registry} does not serve it" in out
    assert "BOTMESH_JOURNAL" in out
    await checks.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
    out, _ = await cli("doctor", env={"BOTMESH_TASKS": there.registry}, code=4)
    assert "it is not serving" in out


async def test_a_process_without_a_list_of_problems_tells_of_none():
    server, checks = grpc.aio.server(), health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            (found,) = await doctor._problems(channel, "here")
    finally:
        await server.stop(None)
    assert (found.level, found.text) == ("ok", "tells of no problems (it keeps no list of them)")


async def test_a_data_folder_that_others_can_read_is_a_problem(up, tmp_path):
    _, cli = up
    folder = tmp_path / ".botmesh"
    folder.mkdir(mode=0o755)
    (folder / "events.sqlite").write_bytes(b"")
    (folder / "events.sqlite").chmod(0o644)
    out, _ = await cli("doctor", code=4)
    assert "(0755)" in out
    assert f"chmod -R go= {folder}" in out
    folder.chmod(0o700)
    out, _ = await cli("doctor", code=4)
    assert "events.sqlite (0644)" in out
    (folder / "events.sqlite").chmod(0o600)
    out, _ = await cli("doctor")
    assert "only its owner can read it" in out
    shutil.rmtree(folder)
    assert "not on this machine" in (await cli("doctor"))[0]


async def test_a_damaged_log_is_a_problem_and_a_whole_one_is_not(up):
    process, cli = up
    folder = Path(json.loads(process.ready)["data"])
    await cli("chat", "--contact", "anna", stdin="hello\n")
    await process.stop()
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    env = {"BOTMESH_DATA_DIR": str(folder)}
    out, _ = await cli("doctor", env=env, code=4)  # the mesh has ended
    assert "none is damaged" in out
    (folder / "events.sqlite").write_bytes(b"not a database at all" * 500)
    out, _ = await cli("doctor", env=env, code=4)
    assert "events.sqlite" in out
    assert "damaged" in out
    assert "botmesh log check" in out


def test_few_open_files_are_a_warning(monkeypatch):
    for soft, hard, level, todo in (
        (256, 1 << 20, "warning", "ulimit -n 4096"),
        (256, 1024, "warning", "hard limit"),
        (4096, 4096, "ok", ""),
    ):
        monkeypatch.setattr(doctor.resource, "getrlimit", lambda _, soft=soft, hard=hard: (soft, hard))
        (found,) = doctor._limits()
        assert found.level == level
        assert todo in found.todo
