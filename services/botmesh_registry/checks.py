"""Validates the fields of requests. Each refusal is an InvalidField that names the field."""

import ipaddress
from collections.abc import Iterable, Sequence, Sized
from urllib.parse import unquote

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError

from botmesh.chain import MAX_OPEN
from botmesh.errors import AddressNotAllowed, InvalidField
from botmesh.names import DEFAULT_ACCOUNT, check_agent, check_id
from botmesh.v1.agent_card_pb2 import AgentCard, Exposure
from botmesh.v1.instance_pb2 import READINESS_READY, READINESS_UNSPECIFIED, Readiness
from botmesh.v1.limits_pb2 import Limits
from botmesh.v1.registry_service_pb2 import OpenDelegations, SnapshotChunk, WatchAgentsResponse
from botmesh_registry.changelog import Key

MAX_CARD_BYTES = 64 * 1024
"""Bytes of a card, which is sent to every watcher."""
MAX_SKILLS = 256
MAX_WORDS = 64
"""The most tags, languages, modes or extensions in one list."""
MAX_WORD = 256
"""Characters of one of them."""
MAX_EXAMPLES = 256
"""The most examples of one skill."""
MAX_QUERY = 4096
"""Characters of an utterance."""
MAX_OPEN_KEYS = 256
"""The most conversations of which a heartbeat, or its answer, tells the open delegations."""
_MAX_PORT = 65535
_REVISION_LENGTH = 128

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Range = ipaddress.IPv4Network | ipaddress.IPv6Network


def parse_ranges(text: str) -> tuple[Range, ...]:
    """Parse a comma-separated list of CIDR ranges, "10.0.0.0/8, fd00::/8"; empty text gives none.

    Raises:
        InvalidField: one of them is no CIDR range.
    """
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise InvalidField(
            f"probe_ranges must be CIDR ranges separated by commas: {error}", field="probe_ranges", value=text[:80]
        ) from None


def check_account(value: str) -> str:
    """The account id of a request; empty means the default account."""
    return check_id("account_id", value) if value else DEFAULT_ACCOUNT


def check_name(account: str, value: str) -> Key:
    """The key of the agent that `account` names: "name" for an agent of its own, "account/name" for another's."""
    other, slash, name = value.rpartition("/")
    return (check_id("name", other) if slash else account), check_agent("name", name)


def check_revision(value: str) -> str:
    """The revision from which a watch continues; empty if the watcher has none."""
    if len(value) > _REVISION_LENGTH:
        raise InvalidField(
            f"since must be a revision of this watch: at most {_REVISION_LENGTH} characters",
            field="since",
            value=value[:80],
        )
    return value


def check_count(field: str, value: int, default: int, most: int) -> int:
    """The number that a request asks for, at most `most`; 0 means `default`."""
    if value > most:
        raise InvalidField(f"{field} must be 1 to {most} but is {value}", field=field, value=value, limit=most)
    return value or default


def check_share(field: str, value: float) -> float:
    """A number from 0 to 1."""
    if not 0 <= value <= 1:
        raise InvalidField(f"{field} must be 0 to 1 but is {value}", field=field, value=value)
    return value


def check_readiness(value: Readiness) -> Readiness:
    """The readiness of an instance; unspecified means ready."""
    if value not in Readiness.values():
        raise InvalidField(f"readiness must be a value of Readiness but is {value}", field="readiness", value=value)
    return READINESS_READY if value == READINESS_UNSPECIFIED else value


def check_open_delegations(given: Sequence[OpenDelegations]) -> dict[str, int]:
    """The open delegations that a heartbeat reports, by conversation: at most 256, each 1 to 64,000 and named once."""
    if not given:
        return {}
    _check_length("open_delegations", given, MAX_OPEN_KEYS)
    counts: dict[str, int] = {}
    for index, opened in enumerate(given):
        name = f"open_delegations[{index}]"
        check_id(f"{name}.key", opened.key)
        if opened.key in counts:
            raise InvalidField(f"{name}.key is {opened.key!r} as an earlier one", field=f"{name}.key", value=opened.key)
        if not 1 <= opened.count <= MAX_OPEN:
            raise InvalidField(
                f"{name}.count must be 1 to {MAX_OPEN} but is {opened.count}",
                field=f"{name}.count",
                value=opened.count,
                limit=MAX_OPEN,
            )
        counts[opened.key] = opened.count
    return counts


def check_words(field: str, values: Sequence[str]) -> list[str]:
    """A list of tags, languages or modes: at most 64, each of at most 256 characters."""
    _check_length(field, values, MAX_WORDS)
    for index, value in enumerate(values):
        if len(value) > MAX_WORD:
            name = f"{field}[{index}]"
            raise InvalidField(f"{name} has {len(value)} characters; at most {MAX_WORD}", field=name, limit=MAX_WORD)
    return list(values)


def _check_length(field: str, values: Sized, most: int) -> None:
    if len(values) > most:
        raise InvalidField(f"{field} has {len(values)} entries; at most {most}", field=field, limit=most)


def check_query(value: str) -> str:
    """The query of a search: not blank, and at most 4,096 characters."""
    if not value.strip():
        raise InvalidField("query must say what is wanted but is empty", field="query", value="")
    if len(value) > MAX_QUERY:
        raise InvalidField(f"query has {len(value)} characters; at most {MAX_QUERY}", field="query", limit=MAX_QUERY)
    return value


def check_card(given: AgentCard) -> AgentCard:
    """A copy of the card with the account filled in."""
    size = given.ByteSize()
    if size > MAX_CARD_BYTES:
        raise InvalidField(
            f"card is {size} bytes; at most {MAX_CARD_BYTES}: shorten descriptions and examples",
            field="card",
            size=size,
            limit=MAX_CARD_BYTES,
        )
    card = AgentCard()
    card.CopyFrom(given)
    card.account_id = check_id("card.account_id", card.account_id) if card.account_id else DEFAULT_ACCOUNT
    check_agent("card.name", card.name)
    if card.exposure not in Exposure.values():
        raise InvalidField("card.exposure must be a value of Exposure", field="card.exposure", value=card.exposure)
    for name in ("tags", "languages", "default_input_modes", "default_output_modes"):
        check_words(f"card.{name}", getattr(card, name))
    _check_length("card.capabilities.extensions", card.capabilities.extensions, MAX_WORDS)
    _check_skills(card)
    _check_limits(card.limits)
    _check_readable(card)
    return card


def _check_readable(card: AgentCard) -> None:
    """Check that watchers can parse the card, which they get within other messages and so nested deeper."""
    wrapped = WatchAgentsResponse(snapshot=SnapshotChunk(cards=[card])).SerializeToString()
    try:
        WatchAgentsResponse.FromString(wrapped)
    except DecodeError:
        raise InvalidField("card is nested too deep to be read by those who watch", field="card") from None


def _check_skills(card: AgentCard) -> None:
    _check_length("card.skills", card.skills, MAX_SKILLS)
    seen = set()
    for index, skill in enumerate(card.skills):
        field = f"card.skills[{index}]"
        check_id(f"{field}.id", skill.id)
        if skill.id in seen:
            raise InvalidField(f"{field}.id is {skill.id!r} as an earlier one", field=f"{field}.id", value=skill.id)
        seen.add(skill.id)
        for name in ("tags", "languages", "input_modes", "output_modes"):
            check_words(f"{field}.{name}", getattr(skill, name))
        _check_length(f"{field}.examples", skill.examples, MAX_EXAMPLES)


def _check_limits(limits: Limits) -> None:
    for field, value in limits.ListFields():
        if isinstance(value, Duration) and (value.seconds < 0 or value.nanos < 0 or not (value.seconds or value.nanos)):
            name = f"card.limits.{field.name}"
            raise InvalidField(f"{name} must be more than 0 seconds", field=name)


def check_address(value: str, peer: str, ranges: Iterable[Range]) -> str:
    """The address in its canonical form.

    Args:
        value: the address of the registration, "127.0.0.1:50051" or "[::1]:50051".
        peer: the gRPC peer that registers.
        ranges: IP ranges that the registry may probe besides the peer's own IP.

    Raises:
        InvalidField: it is no literal IP and port.
        AddressNotAllowed: it is neither the peer's own IP nor in one of the ranges.
    """
    ip, port = _parse_address(value)
    own = peer_ip(peer)
    if ip != own and not (own is not None and own.is_loopback and ip.is_loopback):
        # A range never means the registry's own machine or link unless it lies wholly there.
        special = ip.is_loopback or ip.is_link_local
        if not any(ip in known and (not special or known.is_loopback or known.is_link_local) for known in ranges):
            raise AddressNotAllowed(
                f"address {value} is neither the IP that this call comes from nor in a range that the registry "
                f"may probe: register the address of this machine, or allow the range at the registry",
                field="address",
                address=value,
            )
    return f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}"  # noqa: PLR2004 - IPv6


def _parse_address(value: str) -> tuple[Ip, int]:
    host, _, port = value.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        ip = ipaddress.ip_address(host[1:-1] if bracketed else host)
        valid = bracketed == (ip.version == 6) and not getattr(ip, "scope_id", None)  # noqa: PLR2004 - IPv6
        valid = valid and port.isascii() and port.isdecimal() and 0 < int(port[:6]) <= _MAX_PORT
        valid = valid and not (ip.is_unspecified or ip.is_multicast)
    except ValueError:
        valid = False
    if not valid:
        raise InvalidField(
            f'address must be a literal IP and port like "127.0.0.1:50051" or "[::1]:50051" but is {value[:80]!r}',
            field="address",
            value=value[:80],
        )
    return _plain(ip), int(port)


def peer_ip(peer: str) -> Ip | None:
    """The IP of a gRPC peer, "ipv4:127.0.0.1:5" or "ipv6:[::1]:5"; None if it has none.

    gRPC writes the brackets percent-encoded in some versions, and an IPv4 peer of a dual-stack socket as IPv6.
    """
    scheme, _, rest = unquote(peer).partition(":")
    if scheme not in {"ipv4", "ipv6"}:
        return None
    host = rest.rpartition(":")[0].strip("[]").partition("%")[0]
    try:
        return _plain(ipaddress.ip_address(host))
    except ValueError:
        return None


def _plain(ip: Ip) -> Ip:
    mapped = getattr(ip, "ipv4_mapped", None)
    return ip if mapped is None else mapped
