"""The real grpcurl against a bot of each language: reflection, a delegation, a refusal with all that it says."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from tests.languages import LANGUAGES, scripted
from tests.mesh.processes import team

from botmesh_conformance.processes import AgentProcess
from botmesh_conformance.registrar import Registrar

GRPCURL = Path(sys.executable).parent / "grpcurl"


async def grpcurl(*words):
    process = await asyncio.create_subprocess_exec(
        str(GRPCURL), "-plaintext", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    return process.returncode, out.decode()


@pytest.mark.timeout(200)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_bot_can_be_debugged_with_grpcurl(language):
    if not GRPCURL.exists():
        if os.environ.get("CI"):
            pytest.fail("grpcurl is missing: make test builds it where Go is installed")
        pytest.skip("grpcurl needs Go to be built")
    command = scripted(language)
    async with team() as mesh:
        bot = AgentProcess(command)
        registrar = Registrar(mesh.address)
        try:
            await bot.start({"BOTMESH_REGISTRY": mesh.address, "BOTMESH_KIT_NAME": "debugged-bot"})
            address = await asyncio.wait_for(registrar.address_of("debugged-bot"), 30)
            await _check(address)
        finally:
            await registrar.close()
            await bot.stop()


async def _check(address):
    _, services = await grpcurl(address, "list")
    assert {"botmesh.v1.AgentService", "grpc.health.v1.Health"} <= set(services.split())
    _, described = await grpcurl(address, "describe", "botmesh.v1.AgentService")
    assert "rpc Delegate ( .botmesh.v1.DelegateRequest )" in described
    _, described = await grpcurl(address, "describe", "botmesh.v1.Message")
    assert "string correlation_id" in described
    _, health = await grpcurl(address, "grpc.health.v1.Health/Check")
    assert json.loads(health)["status"] == "SERVING"
    message = json.dumps({"message": {"payload": [{"text": "hi"}]}})
    _, reply = await grpcurl("-d", message, address, "botmesh.v1.AgentService/Delegate")
    assert json.loads(reply)["reply"]["message"]["payload"] == [{"text": "hi"}]
    path = "botmesh-path: a,b,c,d,e,f"
    code, refused = await grpcurl("-H", path, "-d", message, address, "botmesh.v1.AgentService/Delegate")
    assert code != 0
    for fact in ("FailedPrecondition", "google.rpc.ErrorInfo", '"reason": "HOP_LIMIT"', '"limit": "5"'):
        assert fact in refused
