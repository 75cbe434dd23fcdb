"""The watched copy: what snapshots, changes and a registry that starts again do to it."""

import pytest
from google.protobuf.message import DecodeError

from botmesh import errors
from botmesh.calling.directory import Directory
from botmesh.calling.watched import read
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import READINESS_READY, Instance


def card(name, account="default", **options):
    return AgentCard(account_id=account, name=name, **options)


def instance(name, number=1, account="default"):
    return Instance(instance_id=f"{name}-{number}", account_id=account, agent=name, readiness=READINESS_READY)


def chunk(*names, complete=True, warming=False, incarnation="r1"):
    return pb.WatchAgentsResponse(
        revision=f"{incarnation}:1",
        warming=warming,
        snapshot=pb.SnapshotChunk(
            cards=[card(name) for name in names], instances=[instance(name) for name in names], complete=complete
        ),
    )


def changes(warming=False, **what):
    return pb.WatchAgentsResponse(warming=warming, changes=pb.AgentChanges(**what))


def names(directory):
    return [agent.card.name for agent in directory.agents() if agent.instances]


@pytest.fixture
def directory():
    made = Directory("default")
    made.apply(chunk("a", "b", complete=False))
    made.apply(chunk("c"))
    return made


def test_a_snapshot_comes_in_chunks(directory):
    assert names(directory) == ["a", "b", "c"]


def test_a_later_snapshot_in_chunks_drops_only_what_no_chunk_named(directory):
    directory.apply(chunk("a", complete=False))
    assert names(directory) == ["a", "b", "c"]
    directory.apply(chunk("d"))
    assert names(directory) == ["a", "d"]
    with pytest.raises(errors.UnknownAgent):
        directory.find("default", "b")


def test_while_the_registry_warms_nothing_is_removed_by_absence(directory):
    directory.apply(chunk("a", warming=True, incarnation="r2"))
    assert names(directory) == ["a", "b", "c"]
    directory.apply(changes(warming=True, cards=[card("b")], instances=[instance("b")]))
    directory.apply(pb.WatchAgentsResponse(warming=False))
    assert names(directory) == ["a", "b"]


def test_changes_state_the_outcome(directory):
    directory.apply(changes(instances=[instance("a", 2)], removed_instances=["a-1", "b-1", "unknown"]))
    assert [one.instance_id for one in directory.live("default", "a")] == ["a-2"]
    with pytest.raises(errors.NoLiveInstance):
        directory.find("default", "b")
    directory.apply(changes(removed_agents=[pb.AgentKey(account_id="default", name="b")]))
    with pytest.raises(errors.UnknownAgent):
        directory.find("default", "b")


def test_another_accounts_agents_are_found_only_if_shared(directory):
    directory.put(card("x", "acme"), [instance("x", account="acme")])
    directory.put(card("y", "acme", shared=True), [instance("y", account="acme")])
    with pytest.raises(errors.UnknownAgent):
        directory.find("default", "acme/x")
    assert directory.find("default", "acme/y").name == "y"
    with pytest.raises(errors.UnknownAgent):
        directory.find("default", "y")


def deep_card(name, depth):
    made = card(name)
    value = made.capabilities.extensions.add(uri="urn:x").params.fields["x"]
    for _ in range(depth):
        value = value.list_value.values.add()
    value.number_value = 1
    return made


def late(name):
    made = instance(name)
    made.registered_at.seconds = 2**60
    return made


def too_deep_to_parse(response):
    """The response's bytes, its first card nested deeper than any parser takes."""
    snapshot = response.snapshot if response.HasField("snapshot") else response.changes
    other = type(snapshot)()
    other.CopyFrom(snapshot)
    snapshot.ClearField("cards")
    poison = other.cards[0].SerializeToString() + b"\xfb\x3f" * 200 + b"\xfc\x3f" * 200
    inner = b"\x0a" + _varint(len(poison)) + poison + snapshot.SerializeToString()
    for one in other.cards[1:]:
        inner += b"\x0a" + _varint(one.ByteSize()) + one.SerializeToString()
    field = 4 if response.HasField("snapshot") else 5
    response.ClearField("event")
    response.ClearField("snapshot")
    response.ClearField("changes")
    return response.SerializeToString() + _varint(field << 3 | 2) + _varint(len(inner)) + inner


def _varint(value):
    made = b""
    while value > 127:
        made += bytes([value & 127 | 128])
        value >>= 7
    return made + bytes([value])


POISON = [deep_card("poison-bot", 47), card("poison-bot", exposure=99)]


@pytest.mark.parametrize("poison", POISON, ids=["deep", "enum"])
def test_a_card_that_cannot_be_used_is_left_out_alone_and_said_once(poison, directory, caplog):
    for _ in range(2):
        directory.apply(changes(cards=[card("d"), poison, card("e")], instances=[instance("d"), instance("e")]))
    assert names(directory) == ["a", "b", "c", "d", "e"]
    assert caplog.text.count("poison-bot") == 1
    assert "WARNING" in caplog.text


def test_an_instance_that_cannot_be_used_is_left_out_alone(directory, caplog):
    directory.apply(changes(instances=[late("a"), instance("b", 2)]))
    assert names(directory) == ["b", "c"]
    assert len(directory.live("default", "b")) == 2
    assert "default/a, instance a-1" in caplog.text


def test_an_agent_keeps_its_last_card_that_could_be_used(directory):
    directory.apply(changes(cards=[card("a", version="1")]))
    directory.apply(changes(cards=[card("a", version="2", exposure=99)]))
    assert directory.find("default", "a").version == "1"
    snapshot = chunk("b", "c")
    snapshot.snapshot.cards.append(card("a", version="3", exposure=99))
    snapshot.snapshot.instances.append(instance("a"))
    directory.apply(snapshot)
    assert names(directory) == ["a", "b", "c"]
    assert directory.find("default", "a").version == "1"


@pytest.mark.parametrize("make", [chunk, lambda *given: changes(cards=[card(name) for name in given])])
def test_a_response_that_no_parser_takes_is_taken_apart(make):
    response, left_out = read(too_deep_to_parse(make("poison-bot", "good-bot")))
    part = response.snapshot if response.HasField("snapshot") else response.changes
    assert [one.name for one in part.cards] == ["good-bot"]
    assert [one.agent for one in left_out] == [("default", "poison-bot")]
    if response.HasField("snapshot"):
        assert part.complete
        assert len(part.instances) == 2
        assert response.revision == "r1:1"


@pytest.mark.parametrize("garbage", [b"\xff", b"\x22\x05ab", b"\x22\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"\x0b"])
def test_garbage_is_no_response(garbage):
    with pytest.raises(DecodeError):
        read(garbage)


def test_limits_that_cannot_be_used_change_nothing(directory, caplog):
    learned = []
    directory.on_limits = learned.append
    response = changes(cards=[card("d")], instances=[instance("d")])
    response.limits.default_timeout.seconds = -5
    directory.apply(response)
    assert learned == []
    assert "d" in names(directory)
    assert "limits" in caplog.text
