import base64

import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from tests.attacks.frames import raw_call

from botmesh import errors, testing
from botmesh.chain import KEYS, MAX_METADATA_BYTES, Chain
from botmesh.v1.agent_service_pb2 import DelegateRequest
from botmesh.v1.message_pb2 import Message


def test_a_chain_travels_in_metadata_and_back():
    chain = Chain(("a", "other/b"), 4, "corr-1", "conv.1", "acme", "c/i1")
    assert Chain.from_metadata(chain.to_metadata()) == chain


def test_foreign_keys_are_left_alone():
    assert Chain.from_metadata((("user-agent", "x"), ("traceparent", "y"))) == Chain()


def test_below_an_agent_there_is_one_hop_more():
    chain = Chain.root("default", "c1").below("a").below("b")
    assert chain.path == ("a", "b")
    assert chain.conversation_id == "c1"


def test_the_hop_limit_only_narrows():
    chain = Chain().narrowed(3)
    assert chain.narrowed(5).max_hops == 3
    assert chain.narrowed(2).max_hops == 2
    assert chain.narrowed(None).max_hops == 3


def test_all_keys_together_have_a_limit():
    path = ",".join(["a" * 63] * 64)
    with pytest.raises(errors.InvalidField):
        Chain.from_metadata((("botmesh-path", path), ("botmesh-correlation", "x" * 64)))
    assert len(path) < MAX_METADATA_BYTES


def test_without_a_conversation_the_chain_is_what_is_counted():
    assert Chain(correlation_id="r", account_id="a").concurrency_key == ("a", "r")
    assert Chain(correlation_id="r", conversation_id="c", account_id="a").concurrency_key == ("a", "c")


@pytest.mark.parametrize(
    "value", ["caf\u00e9", "\u00ff", "\u0661", "a\x01", "a\tb", b"\xff", b"caf\xc3\xa9", "\ud83d"], ids=ascii
)
@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_value_that_is_no_printable_ascii_is_refused_with_its_key(key, value):
    with pytest.raises(errors.InvalidField) as caught:
        Chain.from_metadata(((key, value),))
    assert caught.value.metadata["field"] == key
    assert caught.value.metadata["value"].isascii()
    assert caught.value.text.isascii()


@pytest.mark.parametrize("value", [b"\xff", b"\x80default", "caf\u00e9".encode(), b"\xd9\xa1"], ids=ascii)
async def test_bytes_over_127_on_the_wire_are_refused_with_their_key(value, make_agent):
    agent = make_agent()
    async with testing.mesh(agent):
        request = DelegateRequest(message=Message(message_id="m1")).SerializeToString()
        for key in sorted(KEYS):
            headers = dict(await raw_call(agent.address, "/botmesh.v1.AgentService/Delegate", request, [(key, value)]))
            assert headers["grpc-status"] == "3", (key, headers)
            details = headers["grpc-status-details-bin"]
            status = Status.FromString(base64.b64decode(details + "=" * (-len(details) % 4)))
            info = ErrorInfo()
            assert status.details[0].Unpack(info)
            assert (info.reason, info.metadata["field"]) == ("INVALID_FIELD", key)
