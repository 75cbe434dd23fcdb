"""Which failures are tried again, and where. Processes that die under load are in tests/mesh."""

import asyncio

import grpc
import pytest

import botmesh
from botmesh import errors, testing
from botmesh.calling.retry import Budget, is_idempotent
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import DelegateResponse
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_DRAINING, READINESS_READY, Instance


def worker(idempotent, behaviour=None):
    agent = botmesh.Agent(
        "worker", account="default", skills=[botmesh.Skill("do", idempotent=idempotent)], settings=load(environ={})
    )
    agent.runs = 0

    @agent.on_delegate
    async def answer(task):
        agent.runs += 1
        return await behaviour(task) if behaviour else f"run {agent.runs}"

    return agent


def nobody_home(instance_id="gone"):
    """An instance at a port where nobody listens."""
    return Instance(
        instance_id=instance_id, account_id="default", agent="worker", address="127.0.0.1:1", readiness=READINESS_READY
    )


class Breaking:
    """A server that takes calls and cuts the connection, or answers as it is told; not one of ours."""

    def __init__(self):
        self.calls = []
        self.server = grpc.aio.server()
        self.answers = asyncio.Queue()

    async def __aenter__(self):
        async def delegate(request, context):
            self.calls.append(dict(context.invocation_metadata()))
            code = await self.answers.get()
            if code is not None:
                await context.abort(code, "cut")
            return DelegateResponse().SerializeToString()

        handlers = {"Delegate": grpc.unary_unary_rpc_method_handler(delegate)}
        self.server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("botmesh.v1.AgentService", handlers),)
        )
        port = self.server.add_insecure_port("127.0.0.1:0")
        await self.server.start()
        self.instance = nobody_home("breaking")
        self.instance.address = f"127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_):
        await self.server.stop(0)


@pytest.mark.parametrize("idempotent", [True, False])
async def test_an_instance_that_cannot_be_reached_is_passed_over(idempotent):
    agent = worker(idempotent)
    async with testing.mesh(agent) as mesh:
        mesh.directory.put(agent.card, [nobody_home(f"gone{i}") for i in range(3)])
        for _ in range(5):
            await mesh.delegate("worker")
    assert agent.runs == 5


async def test_if_nobody_can_be_reached_the_call_never_started():
    agent = worker(False)
    async with testing.mesh() as mesh:
        mesh.directory.put(agent.card, [nobody_home()])
        with pytest.raises(errors.Unreachable) as caught:
            await mesh.delegate("worker")
    assert not caught.value.started
    assert caught.value.metadata["address"] == "127.0.0.1:1"


async def test_another_process_at_the_same_address_is_not_asked_twice():
    agent = worker(False)
    async with testing.mesh(agent) as mesh:
        stale = nobody_home("old")
        stale.address = agent.address
        mesh.directory.put(agent.card, [stale])
        for _ in range(6):
            assert await mesh.delegate("worker")
    assert agent.runs == 6


async def test_what_is_not_idempotent_never_starts_elsewhere_after_it_may_have_started():
    agent = worker(False)
    async with Breaking() as breaking, testing.mesh() as mesh:
        mesh.directory.put(agent.card, [breaking.instance])
        call = asyncio.create_task(mesh.delegate("worker", message_id="m1"))
        breaking.answers.put_nowait(grpc.StatusCode.UNAVAILABLE)
        while len(breaking.calls) < 2:
            await asyncio.sleep(0.01)
        mesh.directory.put(agent.card, [nobody_home("other")])
        breaking.answers.put_nowait(None)
        await call  # the same instance had it
    assert len(breaking.calls) == 2


async def test_when_the_lease_of_the_only_witness_ends_the_outcome_is_unknown():
    agent = worker(False)
    other = worker(False)
    async with Breaking() as breaking, testing.mesh() as mesh:
        mesh.directory.put(agent.card, [breaking.instance])
        call = asyncio.create_task(mesh.delegate("worker"))
        while not breaking.calls:
            await asyncio.sleep(0.01)
        address = await other.start(directory=mesh.directory)
        replacement = nobody_home(other.instance_id)
        replacement.address = address
        mesh.directory.put(agent.card, [replacement])
        mesh.directory._remove_instance("breaking")
        breaking.answers.put_nowait(grpc.StatusCode.UNAVAILABLE)
        with pytest.raises(errors.OutcomeUnknown) as caught:
            await call
        await other.stop(drain=False)
    assert caught.value.started
    assert other.runs == 0


async def test_what_is_idempotent_goes_on_elsewhere():
    agent = worker(True)
    async with Breaking() as breaking, testing.mesh(agent) as mesh:
        mesh.directory.put(agent.card, [breaking.instance])
        for _ in range(20):
            breaking.answers.put_nowait(grpc.StatusCode.UNAVAILABLE)
        for _ in range(12):
            assert await mesh.delegate("worker")
    assert len(breaking.calls) <= 1  # it failed once and is left alone for a while
    assert agent.runs == 12


async def test_the_retries_of_one_call_end():
    agent = worker(True)
    async with Breaking() as breaking, testing.mesh() as mesh:
        mesh.directory.put(agent.card, [breaking.instance])
        for _ in range(20):
            breaking.answers.put_nowait(grpc.StatusCode.UNAVAILABLE)
        with pytest.raises(errors.OutcomeUnknown):
            await mesh.delegate("worker")
    assert len(breaking.calls) == 4


async def test_a_call_can_forbid_retries_by_its_settings():
    agent = worker(True)
    settings = load(environ={}, flags={"max_retries": "0"})
    async with Breaking() as breaking, testing.mesh(settings=settings) as mesh:
        mesh.directory.put(agent.card, [breaking.instance])
        breaking.answers.put_nowait(grpc.StatusCode.UNAVAILABLE)
        with pytest.raises(errors.OutcomeUnknown):
            await mesh.delegate("worker")
    assert len(breaking.calls) == 1


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.INTERNAL, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.ABORTED]
)
async def test_only_unavailable_is_tried_again(code):
    agent = worker(True)
    async with Breaking() as breaking, testing.mesh() as mesh:
        mesh.directory.put(agent.card, [breaking.instance])
        breaking.answers.put_nowait(code)
        with pytest.raises(errors.PeerError) as caught:
            await mesh.delegate("worker")
    assert caught.value.status is code
    assert len(breaking.calls) == 1


async def test_unavailable_from_below_is_final():
    async def asks_nobody(task):
        await task.delegate("absent")

    agent = worker(True, asks_nobody)
    async with testing.mesh(agent) as mesh:
        absent = botmesh.Agent("absent", account="default", settings=load(environ={})).card
        gone = nobody_home()
        gone.agent = "absent"
        mesh.directory.put(absent, [gone])
        with pytest.raises(errors.Unreachable) as caught:
            await mesh.delegate("worker")
    assert (agent.runs, caught.value.agent, caught.value.started) == (1, "worker", True)


async def test_a_draining_instance_sends_its_callers_elsewhere():
    leaving, staying = worker(False), worker(False)
    async with testing.mesh(leaving, staying) as mesh:
        leaving._running.endpoint.draining = True
        for _ in range(8):
            await mesh.delegate("worker")
    assert (leaving.runs, staying.runs) == (0, 8)


async def test_busy_instances_get_work_only_where_none_is_ready():
    first, second = worker(True), worker(True)
    async with testing.mesh(first, second) as mesh:

        def mark(agent, readiness):
            instance = Instance()
            instance.CopyFrom(mesh.directory._entries["default", "worker"].instances[agent.instance_id])
            instance.readiness = readiness
            mesh.directory.put(agent.card, [instance])

        mark(first, READINESS_BUSY)
        for _ in range(5):
            await mesh.delegate("worker")
        assert (first.runs, second.runs) == (0, 5)
        mark(second, READINESS_DRAINING)
        await mesh.delegate("worker")
        assert first.runs == 1
        mark(first, READINESS_DRAINING)
        with pytest.raises(errors.NoLiveInstance):
            await mesh.delegate("worker")


async def test_work_goes_to_the_instance_with_fewer_calls_in_flight():
    go = asyncio.Event()

    async def wait(task):
        await go.wait()

    team = [worker(True, wait), worker(True, wait)]
    async with testing.mesh(*team) as mesh:
        calls = []
        for count in range(1, 9):
            calls.append(asyncio.create_task(mesh.delegate("worker")))
            while sum(agent.runs for agent in team) < count:
                await asyncio.sleep(0.005)
        assert [agent.runs for agent in team] == [4, 4]
        go.set()
        await asyncio.gather(*calls)


def test_a_target_that_fails_as_a_whole_runs_out_of_retries():
    budget = Budget()
    allowed = sum(budget.failed() for _ in range(50))
    assert allowed == 9
    for _ in range(200):
        budget.succeeded()
    assert budget.failed()


def test_what_counts_as_idempotent():
    def card(*flags):
        skills = [botmesh.Skill(f"s{i}", idempotent=flag) for i, flag in enumerate(flags)]
        return botmesh.Agent("a", skills=skills, settings=load(environ={})).card

    assert is_idempotent(card(True, False), "s0")
    assert not is_idempotent(card(True, False), "s1")
    assert not is_idempotent(card(True, False), "")
    assert is_idempotent(card(True, True), "")
    assert not is_idempotent(card(), "")
    assert not is_idempotent(card(True), "unknown")
