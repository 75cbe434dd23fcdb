import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import DelegateRequest


def asks(name, follower, **options):
    agent = botmesh.Agent(name, settings=load(environ={}), **options)

    @agent.on_delegate
    async def answer(task):
        if len(task.path) > 2:
            return "far enough"
        return (await task.delegate(follower)).text

    return agent


async def test_an_agent_cannot_ask_itself():
    async with testing.mesh(asks("a", "a")) as mesh:
        with pytest.raises(errors.LoopDetected) as caught:
            await mesh.delegate("a")
    assert caught.value.path == ("a",)


async def test_a_loop_of_two_is_refused_at_the_caller():
    async with testing.mesh(asks("a", "b"), asks("b", "a")) as mesh:
        with pytest.raises(errors.LoopDetected) as caught:
            await mesh.delegate("a")
    assert (caught.value.agent, caught.value.path) == ("b", ("a", "b"))


async def test_a_loop_of_three_is_refused_at_the_caller():
    async with testing.mesh(asks("a", "b"), asks("b", "c"), asks("c", "a")) as mesh:
        with pytest.raises(errors.LoopDetected) as caught:
            await mesh.delegate("a")
    assert (caught.value.agent, caught.value.path) == ("c", ("a", "b", "c"))


async def test_an_agent_that_stands_in_the_path_refuses(raw, make_agent):
    agent = make_agent("b")
    async with testing.mesh(agent):
        stub = raw(agent.address)
        error = await stub.refusal(stub.stub.Delegate(DelegateRequest(), metadata=(("botmesh-path", "a,b"),)))
    assert isinstance(error, errors.LoopDetected)


async def test_two_branches_may_use_the_same_agent():
    left, right, leaf = (botmesh.Agent(name, settings=load(environ={})) for name in ("left", "right", "leaf"))
    top = botmesh.Agent("top", settings=load(environ={}))

    @top.on_delegate
    async def both(task):
        return [(await task.delegate(name)).text for name in ("left", "right")]

    for agent in (left, right):

        @agent.on_delegate
        async def pass_on(task):
            return (await task.delegate("leaf")).text

    @leaf.on_delegate
    async def answer(task):
        return ",".join(task.path)

    async with testing.mesh(left, right, leaf, top) as mesh:
        reply = await mesh.delegate("top")
    assert [part.text for part in reply.parts] == ["top,left", "top,right"]


async def test_an_agent_of_the_same_name_in_another_account_is_another(raw, make_agent):
    agent = make_agent("b")
    async with testing.mesh(agent):
        stub = raw(agent.address)
        response = await stub.stub.Delegate(DelegateRequest(), metadata=(("botmesh-path", "a,other/b"),))
    assert response.reply.message.from_agent == "b"
