"""Search: which agent fits an utterance."""

import time

import pytest

from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard, Skill
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_DRAINING, READINESS_READY, Instance
from botmesh_registry.roster import InstanceEntry, Roster
from botmesh_registry.search import Search

BILLING = {
    "description": "Answers questions about invoices",
    "skills": [
        Skill(id="refunds", description="Gives money back", examples=["I was charged twice"], tags=["money"]),
        Skill(id="invoices", description="Explains an invoice", examples=["What is this invoice for"]),
    ],
    "tags": ["finance"],
    "languages": ["en", "de-CH"],
}
TRAVEL = {
    "description": "Books journeys",
    "skills": [
        Skill(id="flights", description="Books a flight", examples=["I want to fly to Rome"], languages=["it"]),
        Skill(id="hotels", description="Finds a room", examples=["I need a bed in Rome"]),
    ],
    "tags": ["leisure"],
}


class Shelf:
    """Agents that can be searched."""

    def __init__(self):
        self.roster = Roster()
        self.search = Search(self.roster)
        self.roster.on_change = lambda key, _: self.search.mark(key)
        self.order = 0

    def add(self, name, account="default", readiness=READINESS_READY, **card):
        self.order += 1
        instance = Instance(instance_id=str(self.order), account_id=account, agent=name, readiness=readiness)
        entry = InstanceEntry(instance, AgentCard(account_id=account, name=name, **card), "", self.order)
        self.roster.admit(entry)
        self.roster.show(entry)
        return entry

    def find(self, query, account="default", **options):
        return [(one.card.name, one.skill_id) for one in self.search.find(account, query, **options)]


@pytest.fixture
def shelf():
    made = Shelf()
    made.add("billing-bot", **BILLING)
    made.add("travel-bot", **TRAVEL)
    yield made
    made.search.close()


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("you charged me twice!", ("billing-bot", "refunds")),
        ("I want my money back", ("billing-bot", "refunds")),
        ("a question about my invoices", ("billing-bot", "invoices")),  # another form of the word
        ("FLIGHT", ("travel-bot", "flights")),
        ("I need a room", ("travel-bot", "hotels")),
        ("hotels", ("travel-bot", "hotels")),
        ("journeys", ("travel-bot", "")),  # of the agent as a whole; no skill says so
    ],
)
def test_the_agent_whose_skill_fits_best_comes_first(shelf, query, best):
    assert shelf.find(query)[0] == best


def test_nothing_fits_nonsense(shelf):
    assert shelf.find("xyzzy") == []
    assert shelf.find("?!…") == []


def test_greater_scores_are_better_and_positive(shelf):
    matches = shelf.search.find("default", "I want to fly to Rome, and a bed, and an invoice")
    scores = [match.score for match in matches]
    assert len(scores) == 2
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


def test_an_agent_is_found_once_by_its_best_skill(shelf):
    assert shelf.find("flight to Rome, bed in Rome") == [("travel-bot", "flights")]


def test_accents_do_not_matter(shelf):
    shelf.add("cafe-bot", skills=[Skill(id="tables", examples=["Un café, s'il vous plaît"])])
    assert shelf.find("cafe plait")[0] == ("cafe-bot", "tables")


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '""" OR "',
        "name:refunds",
        "NEAR(charged twice, 5)",
        "refunds AND NOT money",
        "^refunds",
        "refund*",
        "{name description} : refunds",
        "-- ; DROP TABLE skills",
        "' OR 1=1 --",
        "\x00refunds\x00",
        "a" * 4000,
        "OR",
        "AND NOT",
        "\ue000",
        "💸 refunds",
        "_",
    ],
)
def test_what_a_user_types_is_no_syntax(shelf, query):
    found = shelf.find(query)
    assert not found or found[0][0] in {"billing-bot", "travel-bot"}
    assert shelf.find("refunds") == [("billing-bot", "refunds")]


def test_all_tags_must_be_there_on_the_card_or_a_skill(shelf):
    query = "Rome invoice flight money"
    assert [name for name, _ in shelf.find(query, tags=["finance"])] == ["billing-bot"]
    assert [name for name, _ in shelf.find(query, tags=["finance", "money"])] == ["billing-bot"]
    assert shelf.find(query, tags=["finance", "leisure"]) == []


@pytest.mark.parametrize(
    ("query", "languages", "found"),
    [
        ("invoice", ["en"], True),
        ("invoice", ["EN-gb"], True),  # who speaks English speaks this
        ("invoice", ["fr", "de"], True),  # one of them is enough; de-CH is German
        ("invoice", ["de-DE"], False),  # nobody said that
        ("invoice", ["fr"], False),
        ("flight", ["it"], True),
        ("flight", ["en"], False),  # the skill speaks Italian only
        ("room", ["en"], True),  # names none: counts
    ],
)
def test_only_agents_that_speak_the_language_are_found(shelf, query, languages, found):
    assert bool(shelf.find(query, languages=languages)) == found


def test_the_index_follows_the_roster(shelf):
    entry = shelf.add("legal-bot", skills=[Skill(id="contracts", description="Reads contracts")])
    assert shelf.find("contracts") == [("legal-bot", "contracts")]
    shelf.roster.set_readiness(entry, READINESS_BUSY)
    assert shelf.find("contracts")
    shelf.roster.set_readiness(entry, READINESS_DRAINING)
    assert not shelf.find("contracts")  # takes nothing new
    shelf.roster.set_readiness(entry, READINESS_READY)
    assert shelf.find("contracts")
    shelf.roster.dismiss(entry)
    assert not shelf.find("contracts")
    shelf.add("legal-bot", skills=[Skill(id="patents", description="Reads patents")])
    assert not shelf.find("contracts")
    assert shelf.find("patents") == [("legal-bot", "patents")]


def test_accounts_find_their_own_and_shared_agents(shelf):
    shelf.add("hidden-bot", "b", skills=[Skill(id="secrets")])
    shelf.add("shared-bot", "b", skills=[Skill(id="secrets")], shared=True)
    assert shelf.find("secrets") == [("shared-bot", "secrets")]
    assert {name for name, _ in shelf.find("secrets", "b")} == {"hidden-bot", "shared-bot"}


def test_as_many_are_found_as_asked_for_and_as_one_response_holds(shelf):
    for number in range(30):
        shelf.add(f"big-{number}", description="x" * 60_000, skills=[Skill(id="lift", description="Lifts things")])
    assert len(shelf.find("lift", limit=3)) == 3
    matches = shelf.search.find("default", "lift", limit=100)
    assert 5 < len(matches) < 30
    assert pb.FindAgentsResponse(matches=matches).ByteSize() < 1024 * 1024


def test_a_large_mesh_is_searched_quickly(shelf):
    for number in range(2000):
        shelf.add(f"bot-{number}", skills=[Skill(id=f"skill-{number}", description="I want to do a task for you")])
    shelf.search.refresh()
    began = time.perf_counter()
    assert shelf.find("I want you to do skill 1234 for me")[0] == ("bot-1234", "skill-1234")
    assert time.perf_counter() - began < 0.5


async def test_agents_are_found_over_grpc(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent(**BILLING)
    await client.register(agent)
    await client.listed(agent)
    response = await client.ask("FindAgents", pb.FindAgentsRequest(query="charged twice"))
    [match] = response.matches
    assert (match.card.name, match.skill_id) == ("billing-bot", "refunds")
    assert match.score > 0
