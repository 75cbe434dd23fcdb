import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import DelegateRequest, GetCardRequest
from botmesh.v1.message_pb2 import Message


async def test_an_unknown_agent_is_refused_with_the_nearest_names(make_agent):
    async with testing.mesh(make_agent("billing-bot"), make_agent("hr-bot")) as mesh:
        with pytest.raises(errors.UnknownAgent) as caught:
            await mesh.delegate("biling-bot")
    assert caught.value.metadata["nearest"] == "billing-bot"
    assert "Did you mean billing-bot?" in caught.value.text


async def test_an_agent_without_an_instance_is_unavailable(make_agent):
    async with testing.mesh(make_agent("a")) as mesh:
        card = make_agent("b", account="default").card
        mesh.directory.put(card)
        with pytest.raises(errors.NoLiveInstance):
            await mesh.delegate("b")


async def test_a_call_meant_for_another_instance_is_not_started(make_agent, raw):
    agent = make_agent("b")
    async with testing.mesh(agent):
        client = raw(agent.address)
        for to in ("b/otherinstance", "c", f"c/{agent.instance_id}"):
            error = await client.refusal(client.stub.Delegate(DelegateRequest(), metadata=(("botmesh-to", to),)))
            assert isinstance(error, errors.WrongInstance)
            assert not error.started
            assert error.metadata["actual"] == f"b/{agent.instance_id}"
        for to in ("b", f"b/{agent.instance_id}"):
            await client.stub.Delegate(DelegateRequest(), metadata=(("botmesh-to", to),))


async def test_a_message_for_another_agent_is_not_started(make_agent, raw):
    agent = make_agent("b")
    async with testing.mesh(agent):
        client = raw(agent.address)
        error = await client.refusal(client.stub.Delegate(DelegateRequest(message=Message(to_agent="c"))))
    assert isinstance(error, errors.WrongInstance)


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("correlation_id", "botmesh-correlation"),
        ("conversation_id", "botmesh-conversation"),
        ("account_id", "botmesh-account"),
        ("from_agent", "botmesh-path"),
        ("to_agent", "botmesh-to"),
    ],
)
async def test_message_and_metadata_that_differ_are_refused(make_agent, raw, field, key):
    agent = make_agent("b")
    async with testing.mesh(agent):
        client = raw(agent.address)
        request = DelegateRequest(message=Message(**{field: "one"}))
        error = await client.refusal(client.stub.Delegate(request, metadata=((key, "two"),)))
    assert isinstance(error, errors.MetadataMismatch)
    assert error.metadata["field"] == field


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("botmesh-correlation", "a b"),
        ("botmesh-correlation", "x" * 65),
        ("botmesh-conversation", "a/b"),
        ("botmesh-account", "a b"),
        ("botmesh-path", "Upper"),
        ("botmesh-path", "a,,b"),
        ("botmesh-path", ",".join(["a"] * 65)),
        ("botmesh-to", "b/"),
        ("botmesh-to", "-b"),
    ],
)
async def test_malformed_metadata_is_refused(make_agent, raw, key, value):
    agent = make_agent("b")
    async with testing.mesh(agent):
        client = raw(agent.address)
        error = await client.refusal(client.stub.Delegate(DelegateRequest(), metadata=((key, value),)))
    assert isinstance(error, errors.InvalidField)
    assert error.metadata["field"] == key


async def test_a_key_that_stands_twice_is_refused(make_agent, raw):
    agent = make_agent("b")
    async with testing.mesh(agent):
        client = raw(agent.address)
        twice = (("botmesh-path", "a"), ("botmesh-path", "c"))
        error = await client.refusal(client.stub.Delegate(DelegateRequest(), metadata=twice))
    assert isinstance(error, errors.InvalidField)


async def test_another_accounts_agent_is_unknown_unless_it_is_shared(make_agent, raw):
    for shared in (False, True):
        agent = make_agent("b", account="acme", shared=shared)
        async with testing.mesh(agent) as mesh:
            client = raw(agent.address)
            call = client.stub.Delegate(DelegateRequest(), metadata=(("botmesh-account", "default"),))
            if shared:
                assert (await call).reply.message.account_id == "default"
                assert (await mesh.delegate("acme/b", "hi")).text == "HI"
            else:
                assert isinstance(await client.refusal(call), errors.UnknownAgent)
                with pytest.raises(errors.UnknownAgent):
                    await mesh.delegate("acme/b")


async def test_a_draining_agent_takes_nothing_new_and_finishes_what_runs(make_agent, raw):
    agent = make_agent("b")
    async with testing.mesh(agent):
        client = raw(agent.address)
        request = DelegateRequest(message=Message(message_id="m1"))
        await client.stub.Delegate(request)
        agent._running.endpoint.draining = True
        await client.stub.Delegate(request)  # known work can be attached to
        error = await client.refusal(client.stub.Delegate(DelegateRequest()))
        assert (await client.stub.GetCard(GetCardRequest())).instance_id == agent.instance_id
    assert isinstance(error, errors.Draining)
    assert not error.started


async def test_delegations_can_be_switched_off_for_an_agent(raw, make_agent):
    agent = make_agent("b", limits={"enabled": False})
    async with testing.mesh(agent) as mesh:
        client = raw(agent.address)
        error = await client.refusal(client.stub.Delegate(DelegateRequest()))
        with pytest.raises(errors.Disabled):
            await mesh.delegate("b")
    assert isinstance(error, errors.Disabled)
    assert error.metadata["scope"] == "agent"


async def test_delegations_that_are_switched_off_never_leave_the_caller(make_agent):
    asking = botmesh.Agent("asking", settings=load(environ={}, flags={"enabled": "false"}))
    assert asking.settings.narrowing.enabled is False
    async with testing.mesh(make_agent("b"), settings=load(environ={}, flags={"enabled": "no"})) as mesh:
        with pytest.raises(errors.Disabled) as caught:
            await mesh.delegate("b")
    assert not caught.value.from_peer
