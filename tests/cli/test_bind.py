"""A mesh that others than this machine can reach says so."""

import json
import signal
import socket

import pytest
from tests.mesh.processes import Process, _kill

from botmesh_cli.up import is_loopback

LOUD = "nobody is authenticated, and anyone who reaches the port can read and write everything"


@pytest.mark.parametrize(
    "address", ["127.0.0.1:7600", "127.8.9.10:1", "[::1]:7600", "[::ffff:127.0.0.1]:7600", "[0:0:0:0:0:0:0:1]:1"]
)
def test_loopback_is_loopback(address):
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0:7600", "[::]:7600", "192.168.1.5:7600", "10.0.0.1:1", "[fe80::1%eth0]:1", "[::ffff:10.0.0.1]:1", "x:1"],
)
def test_everything_else_is_not(address):
    assert not is_loopback(address)


def own_address():
    """This host's own address, where it has one besides loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return None
        return f"{probe.getsockname()[0]}:0"


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("bind", ["0.0.0.0:0", "[::]:0", own_address()])
async def test_a_mesh_that_others_can_reach_says_so_in_one_loud_line(bind, as_json):
    if bind is None or (bind.startswith("[") and not socket.has_ipv6):
        pytest.skip("this host has no such address")
    process = await Process("up").start(
        "-m", "botmesh_cli", "up", "--bind", bind, *(["--json"] if as_json else []), BOTMESH_LOG_LEVEL="info"
    )
    try:
        if as_json:
            json.loads(process.ready)
        else:
            assert process.ready.startswith("WHAT")
        told = [line for line in process.log().splitlines() if LOUD in line]
        assert [line.startswith("WARNING: listening on ") for line in told] == [False, True]
        assert " WARNING botmesh " in told[0]
        assert await process.stop(signal.SIGTERM) == 0
    finally:
        await _kill(process)


async def test_a_mesh_on_loopback_says_nothing_of_that(up):
    process, _ = up
    assert LOUD not in process.log()
