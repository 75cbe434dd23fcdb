"""What `botmesh up` does beside answering: traces go where OTEL_* says, limits change while it runs."""

import asyncio
import json
import signal

from tests.cli.conftest import Cli
from tests.mesh.processes import BOTS, Process, _kill

import botmesh
from botmesh_cli.up import _announced


async def test_traces_go_where_the_standard_variables_say(up, tmp_path, monkeypatch):
    monkeypatch.setenv("JOURNAL", str(tmp_path / "journal"))
    _, here = up
    other = await Process("other").start("-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json")
    there = Cli(json.loads(other.ready)["registry"], tmp_path)
    try:
        bot = await Process("bot").start(
            str(BOTS),
            "worker",
            "worker",
            BOTMESH_REGISTRY=here.registry,
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{there.registry}",
            OTEL_BSP_SCHEDULE_DELAY="100",
            OTEL_SERVICE_NAME="renamed",
            OTEL_METRICS_EXPORTER="none",
        )
        try:
            found = json.loads((await here("delegate", "worker", "x", "--json"))[0])
            await asyncio.sleep(1)
            mine = json.loads((await here("trace", found["trace_id"], "--json"))[0])
            theirs = json.loads((await there("trace", found["trace_id"], "--json"))[0])
        finally:
            await _kill(bot)
    finally:
        await _kill(other)
    assert [span["service"] for span in mine] == ["botmesh-cli"]
    assert [span["service"] for span in theirs] == ["renamed"]


async def test_changed_limits_reach_everybody_without_a_restart(tmp_path, make_agent):
    config = tmp_path / "mesh.toml"
    config.write_text("max_hops = 4\n")
    process = await Process("up").start(
        "-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json", "--config", str(config)
    )
    try:
        registry = json.loads(process.ready)["registry"]
        async with botmesh.connect(registry) as mesh:
            assert mesh._participant.endpoint.limits.max_hops == 4
            config.write_text("max_hops = nonsense\n")
            process.send(signal.SIGHUP)
            config_was = mesh._participant.endpoint.limits
            await asyncio.sleep(0.3)
            assert mesh._participant.endpoint.limits == config_was
            config.write_text("max_hops = 2\nenabled = false\n")
            process.send(signal.SIGHUP)
            async with asyncio.timeout(5):
                while mesh._participant.endpoint.limits.max_hops != 2:
                    await asyncio.sleep(0.02)
            assert mesh._participant.endpoint.limits.enabled is False
        assert "stay as they are" in process.log()
    finally:
        await _kill(process)


async def test_a_protocol_that_is_not_installed_is_one_clear_sentence(up):
    _, cli = up
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    }
    _, err = await cli("agents", env=environment, code=2)
    assert "botmesh[otlp-http]" in err


def test_bots_are_told_only_of_what_they_can_reach_by_plain_grpc(monkeypatch):
    assert _announced("http://127.0.0.1:4317/") == "127.0.0.1:4317"
    assert _announced("127.0.0.1:4317") == "127.0.0.1:4317"
    assert _announced("https://collector.example:4317") == ""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    assert _announced("http://127.0.0.1:4318") == ""
