import pytest

from botmesh import errors
from botmesh.chain import MAX_METADATA_BYTES, Chain


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
