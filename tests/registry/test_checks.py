"""Input checks: what a registration may say, and where an instance may be."""

import pytest

from botmesh.errors import AddressNotAllowed, InvalidField
from botmesh.limits import duration
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCapabilities, AgentCard, AgentExtension, Skill
from botmesh.v1.limits_pb2 import Limits
from botmesh_registry.checks import check_address, check_card, check_name, parse_ranges, peer_ip

LOOPBACK = "ipv4:127.0.0.1:5"


@pytest.mark.parametrize(
    ("said", "peer", "kept"),
    [
        ("127.0.0.1:50051", LOOPBACK, "127.0.0.1:50051"),
        ("[::1]:50051", "ipv6:[::1]:5", "[::1]:50051"),
        ("[::1]:50051", "ipv6:%5B::1%5D:5", "[::1]:50051"),
        ("[0:0:0:0:0:0:0:1]:050", "ipv6:[::1]:5", "[::1]:50"),
        ("[::1]:50051", LOOPBACK, "[::1]:50051"),  # the same machine
        ("10.1.2.3:1", "ipv4:10.1.2.3:999", "10.1.2.3:1"),
        ("10.1.2.3:1", "ipv6:[::ffff:10.1.2.3]:999", "10.1.2.3:1"),  # a dual-stack socket
        ("10.9.9.9:1", LOOPBACK, "10.9.9.9:1"),  # in the range
        ("[fd00::7]:65535", LOOPBACK, "[fd00::7]:65535"),
    ],
)
def test_a_peers_own_ip_and_allowed_ranges_are_taken(said, peer, kept):
    assert check_address(said, peer, parse_ranges("10.9.0.0/16, fd00::/8")) == kept


@pytest.mark.parametrize(
    "said",
    [
        "",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:99999999999999",
        "127.0.0.1:-1",
        "127.0.0.1:5x",
        "127.0.0.1:\u0665",
        "localhost:50051",
        "billing.example.com:50051",
        "dns:///127.0.0.1:50051",
        "unix:/run/bot.sock",
        "::1:50051",
        "[127.0.0.1]:50051",
        "[fe80::1%eth0]:50051",
        "0.0.0.0:50051",
        "[::]:50051",
        "224.0.0.1:50051",
        "127.1:50051",
        "2130706433:50051",
        " 127.0.0.1:50051",
    ],
)
def test_an_address_is_a_literal_ip_and_port(said):
    with pytest.raises(InvalidField) as caught:
        check_address(said, LOOPBACK, parse_ranges("0.0.0.0/0,::/0"))
    assert caught.value.metadata["field"] == "address"


@pytest.mark.parametrize(
    ("said", "peer", "ranges"),
    [
        ("10.1.2.3:1", LOOPBACK, ""),
        ("10.1.2.3:1", "ipv4:10.1.2.4:5", "10.2.0.0/16"),
        ("127.0.0.1:1", "ipv4:10.1.2.4:5", "0.0.0.0/0"),  # the registry's own machine
        ("169.254.169.254:80", "ipv4:10.1.2.4:5", "0.0.0.0/0"),  # its own link
        ("127.0.0.1:1", "unix:/run/registry.sock", ""),
        ("127.0.0.1:1", "nonsense", ""),
    ],
)
def test_anywhere_else_is_not_allowed(said, peer, ranges):
    with pytest.raises(AddressNotAllowed) as caught:
        check_address(said, peer, parse_ranges(ranges))
    assert caught.value.metadata == {"field": "address", "address": said}


def test_a_range_that_says_so_includes_the_registrys_own_machine():
    assert check_address("127.0.0.1:1", "ipv4:10.1.2.4:5", parse_ranges("127.0.0.0/8")) == "127.0.0.1:1"


def test_a_malformed_range_is_refused():
    with pytest.raises(InvalidField):
        parse_ranges("10.0.0.0/8, here")


def test_a_peer_without_an_ip_has_none():
    assert peer_ip("unix:") is None
    assert peer_ip("") is None
    assert peer_ip("ipv4:x:1") is None


@pytest.mark.parametrize(
    ("card", "field"),
    [
        (AgentCard(), "card.name"),
        (AgentCard(name="Billing_Bot"), "card.name"),
        (AgentCard(name="a" * 64), "card.name"),
        (AgentCard(name="bot", account_id="a/b"), "card.account_id"),
        (AgentCard(name="bot", exposure=77), "card.exposure"),
        (AgentCard(name="bot", description="x" * 66_000), "card"),
        (AgentCard(name="bot", skills=[Skill(id=str(number)) for number in range(257)]), "card.skills"),
        (AgentCard(name="bot", skills=[Skill()]), "card.skills[0].id"),
        (AgentCard(name="bot", skills=[Skill(id="a"), Skill(id="a")]), "card.skills[1].id"),
        (AgentCard(name="bot", tags=["x"] * 65), "card.tags"),
        (AgentCard(name="bot", skills=[Skill(id="a", languages=["en"] * 65)]), "card.skills[0].languages"),
        (AgentCard(name="bot", limits=Limits(default_timeout=duration(0))), "card.limits.default_timeout"),
        (AgentCard(name="bot", limits=Limits(max_timeout=duration(-1))), "card.limits.max_timeout"),
    ],
)
def test_a_malformed_card_is_refused_with_its_field(card, field):
    with pytest.raises(InvalidField) as caught:
        check_card(card)
    assert caught.value.metadata["field"] == field


def test_a_card_without_an_account_belongs_to_the_default_one():
    given = AgentCard(name="bot", skills=[Skill(id=str(number)) for number in range(256)])
    assert check_card(given).account_id == "default"
    assert not given.account_id  # the caller's is left alone


def test_a_name_may_name_its_account():
    assert check_name("a", "bot") == ("a", "bot")
    assert check_name("a", "b/bot") == ("b", "bot")
    for bad in ("", "/bot", "b/", "a/b/bot", "Bot", "b c/bot"):
        with pytest.raises(InvalidField) as caught:
            check_name("a", bad)
        assert caught.value.metadata["field"] == "name"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"instance_id": ""}, "instance_id"),
        ({"instance_id": "a b"}, "instance_id"),
        ({"instance_id": "x" * 65}, "instance_id"),
        ({"address": "localhost:1"}, "address"),
        ({"address": "192.0.2.1:1"}, "address"),
        ({"readiness": 42}, "readiness"),
        ({"card": AgentCard(name="Bot")}, "card.name"),
    ],
)
async def test_a_refused_registration_names_its_field(make_registry, make_agent, changes, field):
    registry, client = await make_registry()
    with pytest.raises((InvalidField, AddressNotAllowed)) as caught:
        await client.register(await make_agent(), **changes)
    assert caught.value.metadata["field"] == field
    assert not registry.roster.agents


@pytest.mark.parametrize(
    ("method", "request_", "field"),
    [
        ("GetAgent", pb.GetAgentRequest(), "name"),
        ("GetAgent", pb.GetAgentRequest(name="bot", account_id="a b"), "account_id"),
        ("ResolveAgent", pb.ResolveAgentRequest(name="Bot"), "name"),
        ("ListAgents", pb.ListAgentsRequest(page_size=1001), "page_size"),
        ("ListAgents", pb.ListAgentsRequest(page_token="nonsense"), "page_token"),
        ("FindAgents", pb.FindAgentsRequest(query=" "), "query"),
        ("FindAgents", pb.FindAgentsRequest(query="x" * 5000), "query"),
        ("FindAgents", pb.FindAgentsRequest(query="x", limit=101), "limit"),
        ("FindAgents", pb.FindAgentsRequest(query="x", tags=["x"] * 65), "tags"),
    ],
)
async def test_a_malformed_question_is_refused_with_its_field(make_registry, method, request_, field):
    _, client = await make_registry()
    with pytest.raises(InvalidField) as caught:
        await client.ask(method, request_)
    assert caught.value.metadata["field"] == field


NESTED = "card.capabilities.extensions[0].params"


def nested_card(depth, **options):
    card = AgentCard(name="deep-bot", **options)
    value = card.capabilities.extensions.add(uri="urn:x").params.fields["x"]
    for _ in range(depth):
        value = value.list_value.values.add()
    value.number_value = 1
    return card


async def test_a_card_that_no_watcher_could_read_is_refused(make_registry, make_agent):
    registry, client = await make_registry()
    agent = await make_agent("deep-bot")
    for depth in (31, 47):
        with pytest.raises(InvalidField) as caught:
            await client.register(agent, card=nested_card(depth))
        assert caught.value.metadata["field"].startswith(NESTED)
    await client.register(agent, card=nested_card(30))
    assert len(registry.leases._table) == 1


def test_what_a_card_has_of_a_later_version_may_not_nest_either():
    group = b"\xfb\x3f" * 99 + b"\xfc\x3f" * 99  # field 1023, which nobody knows
    card = AgentCard.FromString(AgentCard(name="deep-bot").SerializeToString() + group)
    with pytest.raises(InvalidField) as caught:
        check_card(card)
    assert caught.value.metadata["field"] == "card"


@pytest.mark.parametrize(
    ("field", "card"),
    [
        ("card.default_input_modes", AgentCard(name="b", default_input_modes=["x"] * 65)),
        ("card.tags[1]", AgentCard(name="b", tags=["x", "y" * 257])),
        ("card.skills[0].examples", AgentCard(name="b", skills=[Skill(id="s", examples=["x"] * 257)])),
        ("card.skills[0].output_modes", AgentCard(name="b", skills=[Skill(id="s", output_modes=["x"] * 65)])),
        (
            "card.capabilities.extensions",
            AgentCard(name="b", capabilities=AgentCapabilities(extensions=[AgentExtension(uri="u")] * 65)),
        ),
    ],
)
def test_everything_in_a_card_is_bounded(field, card):
    with pytest.raises(InvalidField) as caught:
        check_card(card)
    assert caught.value.metadata["field"] == field


@pytest.mark.parametrize("value", ["\u0661\u0662\u0663", "1" * 5000, "\x00", "a/b", "18446744073709551616 "])
async def test_absurd_ids_are_refused_by_name(value, make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    for method, request in (
        ("Register", agent.registration(instance_id=value)),
        ("Deregister", pb.DeregisterRequest(instance_id=value)),
        ("ReportUnreachable", pb.ReportUnreachableRequest(instance_id=value)),
        ("GetAgent", pb.GetAgentRequest(account_id=value, name="b")),
    ):
        with pytest.raises(InvalidField):
            await client.ask(method, request)
    beats = client.heartbeats(agent, "x")
    beats.id = value
    with pytest.raises(InvalidField):
        await beats.beat()


@pytest.mark.parametrize("value", ["\u0661" * 16, "x" * 129, "\x00" * 20, "short"])
async def test_absurd_lease_tokens_are_refused(value, make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    with pytest.raises(InvalidField):
        await client.register(agent, lease_token=value)


@pytest.mark.parametrize("value", ["1", "\u0661/b", "9" * 5000, "default/" + "x" * 64, "default/\u0661", "\x00/\x00"])
async def test_absurd_page_tokens_are_refused(value, make_registry):
    _, client = await make_registry()
    with pytest.raises(InvalidField):
        await client.ask("ListAgents", pb.ListAgentsRequest(page_token=value))


@pytest.mark.parametrize(
    "since",
    ["x" * 129, "x" * 5000 + ":1"],
)
async def test_absurd_revisions_are_refused(since, make_registry):
    _, client = await make_registry()
    watch = client.watch(since=since)
    await watch.task
    assert isinstance(watch.error, InvalidField)
    assert watch.error.metadata["field"] == "since"
