"""The watched copy: what snapshots, changes and a registry that starts again do to it."""

import pytest

from botmesh import errors
from botmesh.directory import Directory
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import READINESS_READY, Instance


def card(name, account="default", **options):
    return AgentCard(account_id=account, name=name, **options)


def instance(name, number=1, account="default"):
    return Instance(instance_id=f"{name}-{number}", account_id=account, agent=name, readiness=READINESS_READY)


def chunk(*names, complete=True, warming=False, incarnation="r1"):
    return pb.WatchAgentsResponse(
        revision=pb.Revision(incarnation=incarnation, number=1),
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
