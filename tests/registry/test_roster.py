"""The roster, its log and what an account sees of it: no gRPC, no waiting."""

import pytest

from botmesh.errors import NoLiveInstance, TooManyInstances, UnknownAgent
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_DRAINING, READINESS_READY, Instance
from botmesh_registry import view
from botmesh_registry.changelog import ChangeLog
from botmesh_registry.roster import InstanceEntry, Roster
from botmesh_registry.view import View


class Mesh:
    """A roster, and instances for it."""

    def __init__(self, **options):
        self.roster = Roster(**options)
        self.urgent = []
        self.roster.on_change = lambda _, urgent: self.urgent.append(urgent)
        self.order = 0

    def entry(self, agent="billing-bot", number=1, account="default", readiness=READINESS_READY, **card):
        self.order += 1
        instance_id = f"{account}.{agent}.{number}"
        instance = Instance(instance_id=instance_id, account_id=account, agent=agent, readiness=readiness)
        return InstanceEntry(instance, AgentCard(account_id=account, name=agent, **card), "token", self.order)

    def add(self, *args, **options):
        entry = self.entry(*args, **options)
        self.roster.admit(entry)
        self.roster.show(entry)
        return entry

    def view(self, account="default"):
        return View(self.roster, account)

    def changes(self, since, account="default"):
        """What became of everything after a revision: cards, instances, removed instances, removed agents."""
        parts = self.view(account).outcome(self.roster.log.since(since))
        return (
            [card.name for part in parts for card in part.cards],
            [one.instance_id for part in parts for one in part.instances],
            [one for part in parts for one in part.removed_instances],
            [key.name for part in parts for key in part.removed_agents],
        )


@pytest.fixture
def mesh(clock):
    return Mesh(clock=clock)


def test_an_unprobed_instance_makes_no_agent(mesh):
    entry = mesh.entry()
    mesh.roster.admit(entry)
    assert mesh.roster.log.number == 0
    with pytest.raises(UnknownAgent):
        mesh.view().get(("default", "billing-bot"))
    mesh.roster.dismiss(entry)
    assert not mesh.roster.agents


def test_an_agent_whose_instances_are_gone_stays_known(mesh):
    mesh.roster.dismiss(mesh.add())
    assert mesh.view().get(("default", "billing-bot")).card.name == "billing-bot"
    with pytest.raises(NoLiveInstance):
        mesh.view().resolve(("default", "billing-bot"))


def test_an_agent_is_forgotten_after_a_day(mesh, clock):
    mesh.roster.dismiss(mesh.add())
    clock.now += 24 * 3600 - 1
    mesh.roster.forget_long_gone()
    assert mesh.roster.agents
    clock.now += 1
    before = mesh.roster.log.number
    mesh.roster.forget_long_gone()
    assert not mesh.roster.agents
    assert not mesh.roster.names
    assert mesh.changes(before) == ([], [], [], ["billing-bot"])


def test_an_agent_that_came_back_is_not_forgotten(mesh, clock):
    mesh.roster.dismiss(mesh.add())
    clock.now += 24 * 3600
    mesh.add()
    mesh.roster.forget_long_gone()
    assert mesh.roster.agents


def test_the_longest_gone_make_room(clock):
    mesh = Mesh(max_agents=2, clock=clock)
    mesh.roster.dismiss(mesh.add("first-bot"))
    mesh.roster.dismiss(mesh.add("second-bot"))
    mesh.add("third-bot")
    assert [name for _, name in mesh.roster.names] == ["second-bot", "third-bot"]
    mesh.add("fourth-bot")
    with pytest.raises(TooManyInstances):
        mesh.add("fifth-bot")


def test_the_card_is_the_newest_registrations(mesh):
    old, new = mesh.entry(number=1, version="1"), mesh.entry(number=2, version="2")
    for entry in (old, new):
        mesh.roster.admit(entry)
    mesh.roster.show(new)
    mesh.roster.show(old)  # its probe took longer
    assert mesh.roster.agents[old.key].card.version == "2"


def test_an_equal_card_is_no_change(mesh):
    mesh.add(number=1)
    before = mesh.roster.log.number
    mesh.add(number=2)
    assert mesh.changes(before) == ([], ["default.billing-bot.2"], [], [])


def test_changes_state_the_outcome(mesh):
    kept, gone = mesh.add(number=1), mesh.add(number=2)
    before = mesh.roster.log.number
    mesh.roster.set_readiness(gone, READINESS_BUSY)
    mesh.roster.dismiss(gone)
    mesh.roster.set_readiness(kept, READINESS_BUSY)
    mesh.roster.set_readiness(kept, READINESS_READY)
    assert mesh.changes(before) == ([], [kept.id], [gone.id], [])


def test_what_ends_work_is_urgent(mesh):
    entry = mesh.add()
    mesh.roster.set_readiness(entry, READINESS_BUSY)
    assert not any(mesh.urgent)
    mesh.roster.set_readiness(entry, READINESS_DRAINING)
    assert mesh.urgent[-1]
    mesh.urgent.clear()
    mesh.roster.dismiss(entry)
    assert mesh.urgent == [True]


def test_readiness_that_stays_is_no_change(mesh):
    entry = mesh.add()
    before = mesh.roster.log.number
    mesh.roster.set_readiness(entry, READINESS_READY)
    assert mesh.roster.log.number == before


def test_accounts_see_their_own_and_shared_agents(mesh):
    mesh.add("own-bot", account="a")
    mesh.add("hidden-bot", account="b")
    mesh.add("shared-bot", account="b", shared=True)
    assert [agent.key for agent in mesh.view("a").agents()] == [("a", "own-bot"), ("b", "shared-bot")]
    assert mesh.changes(0, "a")[0] == ["own-bot", "shared-bot"]
    [chunk] = mesh.view("a").snapshot()
    assert [card.name for card in chunk.cards] == ["own-bot", "shared-bot"]
    assert len(chunk.instances) == 2


def test_what_was_never_seen_is_not_reported_as_gone(mesh, clock):
    entry = mesh.add("hidden-bot", account="b")
    before = mesh.roster.log.number
    mesh.roster.dismiss(entry)
    clock.now += 25 * 3600
    mesh.roster.forget_long_gone()
    assert mesh.changes(before, "a") == ([], [], [], [])


def test_sharing_an_agent_shows_it_with_its_instances(mesh):
    first = mesh.add(account="b", number=1)
    before = mesh.roster.log.number
    second = mesh.add(account="b", number=2, shared=True)
    cards, instances, *_ = mesh.changes(before, "a")
    assert cards == ["billing-bot"]
    assert set(instances) == {first.id, second.id}


def test_an_agent_that_is_no_longer_shared_is_gone_for_others(mesh):
    first = mesh.add(account="b", number=1, shared=True)
    before = mesh.roster.log.number
    second = mesh.add(account="b", number=2, shared=False)
    cards, instances, removed, removed_agents = mesh.changes(before, "a")
    assert (cards, instances, removed_agents) == ([], [], ["billing-bot"])
    assert first.id in removed
    assert mesh.changes(before, "b")[:2] == (["billing-bot"], [first.id, second.id])


def test_ready_instances_are_preferred(mesh):
    busy, ready = mesh.add(number=1, readiness=READINESS_BUSY), mesh.add(number=2)
    mesh.add(number=3, readiness=READINESS_DRAINING)
    assert [one.instance_id for one in mesh.view().resolve(busy.key).instances] == [ready.id]
    mesh.roster.dismiss(ready)
    assert [one.instance_id for one in mesh.view().resolve(busy.key).instances] == [busy.id]
    mesh.roster.dismiss(busy)
    with pytest.raises(NoLiveInstance):
        mesh.view().resolve(busy.key)


def test_an_unknown_name_suggests_the_nearest(mesh):
    mesh.add("billing-bot")
    mesh.add("hidden-bot", account="b")
    mesh.add("building-bot", account="b", shared=True)
    with pytest.raises(UnknownAgent, match="Did you mean billing-bot") as caught:
        mesh.view().get(("default", "biling-bot"))
    assert caught.value.metadata["nearest"].split(",")[0] == "billing-bot"
    with pytest.raises(UnknownAgent) as caught:
        mesh.view().get(("b", "hidden-bot"))  # another account's: as if it were not there
    assert "hidden-bot" not in caught.value.metadata["nearest"]


def test_the_nearest_name_is_found_in_a_large_mesh(mesh):
    for number in range(1000):
        mesh.add(f"agent-{number:04}")
    mesh.add("billing-bot")
    with pytest.raises(UnknownAgent) as caught:
        mesh.view().get(("default", "bilingbot"))
    assert caught.value.metadata["nearest"] == "billing-bot"


def test_large_snapshots_and_changes_come_in_pieces(mesh):
    for number in range(20):
        mesh.add(f"bot-{number}", description="x" * 60_000)
    chunks = mesh.view().snapshot()
    assert [chunk.complete for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert len(chunks) > 3
    for part in [*chunks, *mesh.view().outcome(mesh.roster.log.since(0))]:
        assert part.ByteSize() <= view.CHUNK_BYTES
    assert len(mesh.changes(0)[0]) == len(mesh.changes(0)[1]) == 20


def test_an_empty_snapshot_is_complete(mesh):
    [chunk] = mesh.view().snapshot()
    assert chunk.complete


def test_the_log_knows_how_far_back_it_reaches():
    log = ChangeLog(3)
    assert log.since(0) == []
    for number in range(5):
        log.add(("default", f"bot-{number}"), "", shared=False)
    assert [change.number for change in log.since(2)] == [3, 4, 5]
    assert [change.number for change in log.since(4)] == [5]
    assert log.since(5) == []
    assert log.since(1) is None  # 2 is lost
    assert log.since(6) is None  # never was
    assert log.number_of(log.revision(2)) == 2
    assert log.number_of(log.revision(1)) is None
    assert log.number_of(ChangeLog(3).revision(2)) is None  # another incarnation
