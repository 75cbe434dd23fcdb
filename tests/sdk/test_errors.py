import asyncio
import re
from pathlib import Path

import grpc
import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.status import from_rpc_error, to_trailers
from botmesh.v1.error_reason_pb2 import ErrorReason

PROTO = Path(__file__).parents[2] / "protos/botmesh/v1/error_reason.proto"


def rpc_error(error):
    return grpc.aio.AioRpcError(
        error.status, grpc.aio.Metadata(), grpc.aio.Metadata(*to_trailers(error)), details=error.text
    )


def test_every_reason_of_the_contract_has_a_class_and_every_class_a_reason():
    reasons = {name.removeprefix("ERROR_REASON_") for name in dict(ErrorReason.items())} - {"UNSPECIFIED"}
    assert set(errors.BY_REASON) == reasons


def test_codes_are_those_that_the_contract_documents():
    pairs = re.findall(r"// ([A-Z_]+): .*(?:\n\s*//.*)*\n\s*ERROR_REASON_(\w+)", PROTO.read_text())
    documented = {reason: code for code, reason in pairs}
    assert {reason: kind.code.name for reason, kind in errors.BY_REASON.items()} == documented


def test_the_tree_in_the_docstring_names_every_class():
    named = set(re.findall(r"[├└]── (\w+)", errors.__doc__)) | {"BotmeshError"}
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.BotmeshError)
    }
    assert named == classes


@pytest.mark.parametrize("kind", errors.BY_REASON.values(), ids=lambda kind: kind.__name__)
def test_each_error_crosses_the_wire_as_itself(kind):
    error = kind("a sentence — with ü", limit=3, size="4")
    error.agent, error.instance, error.hop, error.path = "b", "i1", 2, ("a", "x")
    error.trace_id = "f" * 32
    back = from_rpc_error(rpc_error(error))
    assert type(back) is kind
    assert back.from_peer
    for name in ("text", "metadata", "agent", "instance", "hop", "path", "started", "trace_id", "status"):
        assert getattr(back, name) == getattr(error, name), name


def test_an_error_never_outgrows_its_metadata():
    error = errors.AgentFailed("ü" * 100_000, **{f"key{i}": "x" * 10_000 for i in range(100)})
    error.path = ("a" * 63,) * 64
    assert sum(len(key) + len(value) for key, value in to_trailers(error)) < 14_000


def test_a_status_of_a_stranger_is_a_peer_error():
    stranger = grpc.aio.AioRpcError(grpc.StatusCode.DATA_LOSS, grpc.aio.Metadata(), grpc.aio.Metadata(), details="gone")
    error = from_rpc_error(stranger)
    assert isinstance(error, errors.PeerError)
    assert (error.status, error.text) == (grpc.StatusCode.DATA_LOSS, "gone")


def test_garbage_in_the_details_is_no_crash():
    metadata = grpc.aio.Metadata(("grpc-status-details-bin", b"\xff\xff"))
    stranger = grpc.aio.AioRpcError(grpc.StatusCode.INTERNAL, grpc.aio.Metadata(), metadata, details="x")
    assert isinstance(from_rpc_error(stranger), errors.PeerError)


def chain_of(*functions):
    """Agents a, b, c ... of which each asks the next one, and the last one runs the last function."""
    agents = []
    for name, function in zip("abcdef", functions, strict=False):
        agent = botmesh.Agent(name, settings=load(environ={}))
        agent.on_delegate(function)
        agents.append(agent)
    return agents


async def asks_b(task):
    return await task.delegate("b")


async def asks_c(task):
    return await task.delegate("c")


async def test_an_error_keeps_its_class_and_says_who_raised_it_up_the_chain():
    async def fails(task):
        raise botmesh.AgentFailed("No invoice 17: check the number", invoice=17)

    async with testing.mesh(*chain_of(asks_b, asks_c, fails)) as mesh:
        with pytest.raises(botmesh.AgentFailed) as caught:
            await mesh.delegate("a")
    error = caught.value
    assert (error.text, error.metadata) == ("No invoice 17: check the number", {"invoice": "17"})
    assert (error.agent, error.hop, error.path, error.started) == ("c", 2, ("a", "b"), True)
    assert len(error.trace_id) == 32


async def test_a_bots_own_exception_keeps_its_text(caplog):
    async def crashes(task):
        raise KeyError("secret")

    async with testing.mesh(*chain_of(asks_b, crashes)) as mesh:
        with pytest.raises(errors.AgentError) as caught:
            await mesh.delegate("a")
    assert "secret" not in str(caught.value)
    assert caught.value.status is grpc.StatusCode.INTERNAL
    assert "secret" in caplog.text
    assert caught.value.trace_id in caplog.text


async def test_a_bots_own_timeout_is_not_the_deadline():
    async def times_out(task):
        async with asyncio.timeout(0.01):
            await asyncio.sleep(1)

    async with testing.mesh(*chain_of(times_out)) as mesh:
        with pytest.raises(errors.AgentError):
            await mesh.delegate("a")


async def test_a_bot_can_catch_what_its_callee_raised():
    async def fails(task):
        raise botmesh.AgentFailed("no")

    async def recovers(task):
        try:
            await task.delegate("b")
        except botmesh.AgentFailed as error:
            return f"{error.agent} said {error.text}"

    async with testing.mesh(*chain_of(recovers, fails)) as mesh:
        assert (await mesh.delegate("a")).text == "b said no"


async def test_what_a_bot_cannot_say_is_its_own_error(caplog):
    async def says_bytes(task):
        return b"bytes"

    async with testing.mesh(*chain_of(says_bytes)) as mesh:
        with pytest.raises(errors.AgentError):
            await mesh.delegate("a")
    assert "botmesh.raw" in caplog.text


async def test_an_agent_without_a_function_says_so():
    async with testing.mesh(botmesh.Agent("a", settings=load(environ={}))) as mesh:
        with pytest.raises(errors.NotSupported):
            await mesh.delegate("a")


def test_a_call_that_grpc_broke_off_is_unavailable_and_one_that_somebody_cancelled_is_cancelled():
    def error(details):
        nothing = grpc.aio.Metadata()
        return from_rpc_error(grpc.aio.AioRpcError(grpc.StatusCode.CANCELLED, nothing, nothing, details))

    for details in ("", "CANCELLED"):
        assert error(details).status is grpc.StatusCode.UNAVAILABLE
        assert error(details).reason == "UNSPECIFIED"
        assert error(details).started
    assert isinstance(error("stop it"), errors.Cancelled)
