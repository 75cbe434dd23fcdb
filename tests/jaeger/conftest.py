"""The real Jaeger, built by `make tools` from its Go module, on ports of loopback that were free."""

import asyncio
import json
import os
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.waiting import until

BINARY = Path(sys.executable).parent / "jaeger"
PORTS = {
    "collector.otlp.grpc.host-port": "otlp",
    "collector.otlp.http.host-port": "otlp-http",
    "collector.grpc-server.host-port": "collector",
    "collector.http-server.host-port": "collector-http",
    "query.http-server.host-port": "query",
    "query.grpc-server.host-port": "query-grpc",
    "admin.http.host-port": "admin",
}


class Jaeger:
    """A running Jaeger, and what it knows."""

    def __init__(self, addresses):
        self.otlp = f"http://{addresses['otlp']}"
        self._query = f"http://{addresses['query']}"

    async def get(self, path):
        """The data of an answer of the query API; None: there is none."""
        return await asyncio.to_thread(self._get, path)

    def _get(self, path):
        try:
            with urllib.request.urlopen(self._query + path, timeout=5) as answer:  # noqa: S310 - our own
                return json.load(answer)["data"]
        except (urllib.error.HTTPError, urllib.error.URLError, ConnectionError):
            return None

    async def trace(self, trace_id, spans):
        """The spans of a trace as soon as there are so many, each with its service and tags as plain values."""
        found = []

        async def is_whole():
            traces = await self.get(f"/api/traces/{trace_id}")
            found[:] = _flat(traces[0]) if traces else []
            return len(found) >= spans

        try:
            await until(is_whole, 20)
        except TimeoutError:
            names = [(span["service"], span["operationName"]) for span in found]
            raise AssertionError(f"{len(found)} spans of {spans}: {names}") from None
        return found


def _flat(trace):
    services = {name: one["serviceName"] for name, one in trace["processes"].items()}
    return [
        {
            "service": services[span["processID"]],
            "parent": next((one["spanID"] for one in span["references"] if one["refType"] == "CHILD_OF"), ""),
            "tags": {tag["key"]: tag["value"] for tag in span["tags"]},
            **{key: span[key] for key in ("operationName", "spanID", "traceID")},
        }
        for span in trace["spans"]
    ]


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


@pytest.fixture
async def jaeger(tmp_path):
    if not BINARY.exists():
        if os.environ.get("CI"):
            pytest.fail("jaeger is missing: make test builds it where Go is installed")
        pytest.skip("jaeger needs Go to be built")
    addresses = {name: f"127.0.0.1:{port}" for name, port in zip(PORTS.values(), _free_ports(len(PORTS)), strict=True)}
    flags = [f"--{flag}={addresses[name]}" for flag, name in PORTS.items()]
    with (tmp_path / "jaeger.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            str(BINARY), "--collector.otlp.enabled=true", *flags, stdout=log, stderr=log, cwd=tmp_path
        )
    try:
        running = Jaeger(addresses)
        await until(lambda: _started(running, process), 20)
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _started(running, process):
    assert process.returncode is None, "jaeger has ended"
    try:
        return await asyncio.to_thread(_answers, running)
    except OSError:
        return False


def _answers(running):
    with urllib.request.urlopen(running._query + "/api/services", timeout=2):  # noqa: S310 - our own
        return True
