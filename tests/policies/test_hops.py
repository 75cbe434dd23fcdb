import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import DelegateRequest


def relay(name, follower=None, **options):
    """An agent that asks the next one, or ends the chain."""
    agent = botmesh.Agent(name, settings=load(environ={}), **options)

    @agent.on_delegate
    async def answer(task):
        if follower is None:
            return f"{name} after {len(task.path)} hops"
        return (await task.delegate(follower, task.text)).text

    return agent


async def test_with_three_hops_the_fourth_is_refused_at_the_caller():
    team = [relay("a", "b"), relay("b", "c"), relay("c", "d"), relay("d", "e"), relay("e")]
    async with testing.mesh(*team) as mesh:
        with pytest.raises(errors.HopLimitExceeded) as caught:
            await mesh.delegate("a", "hello", max_hops=3)
    error = caught.value
    assert (error.agent, error.hop, error.path) == ("d", 4, ("a", "b", "c", "d"))
    assert error.metadata["limit"] == "3"
    assert "a → b → c → d → e" in error.text


async def test_with_three_hops_the_third_passes():
    team = [relay("a", "b"), relay("b", "c"), relay("c", "d"), relay("d")]
    async with testing.mesh(*team) as mesh:
        reply = await mesh.delegate("a", "hello", max_hops=3)
    assert reply.text == "d after 3 hops"


async def test_five_hops_is_the_default():
    names = [f"n{i}" for i in range(7)]
    team = [relay(name, follower) for name, follower in zip(names, [*names[1:], None], strict=True)]
    async with testing.mesh(*team) as mesh:
        with pytest.raises(errors.HopLimitExceeded) as caught:
            await mesh.delegate("n0")
        assert caught.value.agent == "n5"
        assert (await mesh.delegate("n1")).text == "n6 after 5 hops"


async def test_an_agent_narrows_the_limit_for_what_is_below_it():
    team = [relay("a", "b", limits={"max_hops": 1}), relay("b", "c"), relay("c")]
    async with testing.mesh(*team) as mesh:
        with pytest.raises(errors.HopLimitExceeded) as caught:
            await mesh.delegate("a")
    assert caught.value.agent == "b"


async def test_a_callee_cannot_widen_the_limit():
    team = [relay("a", "b"), relay("b", "c", limits={"max_hops": 50}), relay("c")]
    async with testing.mesh(*team) as mesh:
        with pytest.raises(errors.HopLimitExceeded):
            await mesh.delegate("a", max_hops=1)


async def test_one_hop_too_many_is_refused_at_the_callee(raw):
    agent = relay("last")
    async with testing.mesh(agent):
        stub = raw(agent.address)
        for hops, refused in ((5, False), (6, True)):
            path = ",".join(f"n{i}" for i in range(hops))
            call = stub.stub.Delegate(DelegateRequest(), metadata=(("botmesh-path", path),))
            if refused:
                error = await stub.refusal(call)
                assert isinstance(error, errors.HopLimitExceeded)
                assert not error.started
            else:
                assert (await call).reply.message.payload


async def test_the_limit_in_the_metadata_counts_at_the_callee(raw):
    agent = relay("last")
    async with testing.mesh(agent):
        stub = raw(agent.address)
        metadata = (("botmesh-path", "x,y"), ("botmesh-max-hops", "1"))
        error = await stub.refusal(stub.stub.Delegate(DelegateRequest(), metadata=metadata))
    assert isinstance(error, errors.HopLimitExceeded)
    assert error.metadata["limit"] == "1"


@pytest.mark.parametrize("value", ["-1", "x", "65", "1.5"])
async def test_a_malformed_limit_is_refused(raw, value):
    agent = relay("last")
    async with testing.mesh(agent):
        stub = raw(agent.address)
        error = await stub.refusal(stub.stub.Delegate(DelegateRequest(), metadata=(("botmesh-max-hops", value),)))
    assert isinstance(error, errors.InvalidField)
    assert error.metadata["field"] == "botmesh-max-hops"
