import grpc

from botmesh import policies
from botmesh.policies import MethodClass
from botmesh.policies.methods import class_of
from botmesh.transport.adapter import client_interceptors


def test_the_order_of_the_policies():
    names = [type(policy).__name__ for policy in policies.POLICIES]
    assert names == [
        "Trace",
        "Errors",
        "Fields",
        "Target",
        "Enabled",
        "Budget",
        "Deadlines",
        "Size",
        "Hops",
        "Loops",
        "Idempotency",
        "Concurrency",
    ]


def test_which_class_a_method_is_of():
    agent, registry = "/botmesh.v1.AgentService/", "/botmesh.v1.RegistryService/"
    for name in ("Delegate", "DelegateStream", "Transfer", "Notify"):
        assert class_of(agent + name, streams=name == "DelegateStream") is MethodClass.WORK
    for name in ("Cancel", "GetCard", "GetStats"):
        assert class_of(agent + name, streams=False) is MethodClass.CONTROL
    for name in ("Register", "ListAgents", "ReportUnreachable"):
        assert class_of(registry + name, streams=False) is MethodClass.CONTROL
    for name in ("WatchAgents", "Heartbeat"):
        assert class_of(registry + name, streams=True) is MethodClass.WATCH
    assert class_of("/grpc.health.v1.Health/Check", streams=False) is MethodClass.WATCH


def test_one_object_per_kind_of_call():
    made = client_interceptors(None)
    kinds = (
        grpc.aio.UnaryUnaryClientInterceptor,
        grpc.aio.UnaryStreamClientInterceptor,
        grpc.aio.StreamUnaryClientInterceptor,
        grpc.aio.StreamStreamClientInterceptor,
    )
    for one in made:
        assert sum(isinstance(one, kind) for kind in kinds) == 1
    assert len(made) == 4
