import base64
from dataclasses import replace

import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from tests.attacks.frames import raw_call

from botmesh import errors, testing
from botmesh.chain import KEYS, MAX_METADATA_BYTES, MAX_OPEN, Chain
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


def test_open_delegations_are_as_many_as_the_path_is_long_unless_said():
    assert Chain().open_in_path == 0
    assert Chain(("a", "b")).open_in_path == 2
    assert Chain(("a", "b"), open=5).open_in_path == 5


def test_a_call_below_is_one_open_delegation_more():
    chain = Chain.root("default", "c1")
    assert chain.below("a").below("b").open_in_path == 2
    assert replace(chain, open=4).below("a").open_in_path == 5
    assert replace(chain, open=MAX_OPEN).below("a").open_in_path == MAX_OPEN


def test_what_is_the_default_is_not_sent():
    assert "botmesh-open" not in dict(Chain(("a",), correlation_id="r", open=1).to_metadata())
    metadata = Chain(("a",), correlation_id="r", open=2).to_metadata()
    assert dict(metadata)["botmesh-open"] == "2"
    assert Chain.from_metadata(metadata).open == 2


@pytest.mark.parametrize("value", ["0", "64001", "-1", "+9", "1.5", "ten", "9" * 30, "1,2", " 1"])
def test_a_malformed_number_of_open_delegations_is_refused(value):
    with pytest.raises(errors.InvalidField) as caught:
        Chain.from_metadata((("botmesh-open", value),))
    assert caught.value.metadata["field"] == "botmesh-open"
