"""The chain of a call, and its form in gRPC metadata (chain.proto)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from botmesh.errors import InvalidField
from botmesh.names import check_agent, check_id, new_id

PATH = "botmesh-path"
MAX_HOPS = "botmesh-max-hops"
CORRELATION = "botmesh-correlation"
CONVERSATION = "botmesh-conversation"
ACCOUNT = "botmesh-account"
TO = "botmesh-to"
OPEN = "botmesh-open"
KEYS = frozenset({PATH, MAX_HOPS, CORRELATION, CONVERSATION, ACCOUNT, TO, OPEN})

MAX_METADATA_BYTES = 4096
MAX_ALLOWED_HOPS = 64
"""The most agents in a path, whatever the mesh allows, so that the path fits into metadata."""
MAX_OPEN = 64_000
"""The greatest number of open delegations that a call or a heartbeat can name."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A root delegation and all delegations that follow from it, as one call sees it."""

    path: tuple[str, ...] = ()
    """The agents of the chain, oldest first. Its length is the number of hops."""
    max_hops: int | None = None
    """The narrowest hop limit so far; None: the mesh's limit."""
    correlation_id: str = ""
    conversation_id: str = ""
    account_id: str = ""
    """The account. It is empty in arriving metadata if the caller names none; then the callee's account holds."""
    to: str = ""
    """The agent/instance that the caller means; empty: any."""
    open: int = 0
    """How many delegations of the conversation are open at the agents of the path, with this call; 0: as many as the
    path is long."""

    @classmethod
    def root(cls, account_id: str, conversation_id: str = "") -> "Chain":
        """Return a new chain with a new correlation id."""
        return cls(correlation_id=new_id(), account_id=account_id, conversation_id=conversation_id)

    @property
    def concurrency_key(self) -> tuple[str, str]:
        """The key by which open delegations are counted: the conversation, or the chain if there is none."""
        return self.account_id, self.conversation_id or self.correlation_id

    @property
    def open_in_path(self) -> int:
        """The number of open delegations at the agents of the path, with this call."""
        return self.open or len(self.path)

    def below(self, agent: str) -> "Chain":
        """Return the chain of a call that `agent` makes, with one hop more."""
        path = (*self.path, agent)
        opened = self.open and min(self.open + 1, MAX_OPEN)
        return Chain(path, self.max_hops, self.correlation_id, self.conversation_id, self.account_id, "", opened)

    def narrowed(self, max_hops: int | None) -> "Chain":
        """Return this chain with at most `max_hops` hops in all, if that is fewer than before."""
        if max_hops is None or (self.max_hops is not None and self.max_hops <= max_hops):
            return self
        return Chain(
            self.path, max_hops, self.correlation_id, self.conversation_id, self.account_id, self.to, self.open
        )

    def to_metadata(self, to: str = "") -> tuple[tuple[str, str], ...]:
        """Return the chain as gRPC metadata for the agent/instance `to`. Empty values are left out."""
        pairs = [(CORRELATION, self.correlation_id), (ACCOUNT, self.account_id), (TO, to or self.to)]
        if self.path:
            pairs.append((PATH, ",".join(self.path)))
        if self.max_hops is not None:
            pairs.append((MAX_HOPS, str(self.max_hops)))
        if self.conversation_id:
            pairs.append((CONVERSATION, self.conversation_id))
        if self.open != len(self.path) and self.open:
            pairs.append((OPEN, str(self.open)))
        return tuple(pair for pair in pairs if pair[1])

    @classmethod
    def from_metadata(cls, metadata: Iterable[tuple[str, str | bytes]]) -> "Chain":
        """Read the chain from a call's metadata.

        Raises:
            InvalidField: a value is malformed, a key comes twice, or all values together are longer than 4 KiB.
        """
        values: dict[str, str] = {}
        size = 0
        for key, value in metadata:
            if key not in KEYS:
                continue
            # gRPC decodes bytes over 127 as UTF-8 if it can, else as Latin-1; other libraries give bytes.
            text = value if isinstance(value, str) else value.decode("latin-1")
            if not (text.isascii() and (text.isprintable() or not text)):
                raise InvalidField(
                    f"{key} must be printable ASCII but is {text[:80]!a}", field=key, value=ascii(text[:80])
                )
            if key in values:
                raise InvalidField(f"metadata key {key} must stand once", field=key, value=text[:80])
            values[key] = text
            size += len(key) + len(text)
        if size > MAX_METADATA_BYTES:
            raise InvalidField(f"the chain's metadata is {size} bytes; at most {MAX_METADATA_BYTES}", field=PATH)
        return cls._checked(values)

    @classmethod
    def _checked(cls, values: Mapping[str, str]) -> "Chain":
        return cls(
            path=_path(values[PATH]) if values.get(PATH) else (),
            max_hops=_hops(values[MAX_HOPS]) if values.get(MAX_HOPS) else None,
            correlation_id=check_id(CORRELATION, values[CORRELATION]) if values.get(CORRELATION) else "",
            conversation_id=check_id(CONVERSATION, values[CONVERSATION]) if values.get(CONVERSATION) else "",
            account_id=check_id(ACCOUNT, values[ACCOUNT]) if values.get(ACCOUNT) else "",
            to=_target(values[TO]) if values.get(TO) else "",
            open=_open(values[OPEN]) if values.get(OPEN) else 0,
        )


def _path(text: str) -> tuple[str, ...]:
    entries = tuple(text.split(","))
    if len(entries) > MAX_ALLOWED_HOPS:
        raise InvalidField(f"{PATH} names {len(entries)} agents; at most {MAX_ALLOWED_HOPS}", field=PATH)
    for entry in entries:
        account, slash, agent = entry.rpartition("/")
        if slash:
            check_id(PATH, account)
        check_agent(PATH, agent)
    return entries


def _hops(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 2 and int(text) <= MAX_ALLOWED_HOPS):  # noqa: PLR2004 - two digits
        raise InvalidField(
            f"{MAX_HOPS} must be 0 to {MAX_ALLOWED_HOPS} but is {text[:80]!r}", field=MAX_HOPS, value=text[:80]
        )
    return int(text)


def _open(text: str) -> int:
    if not (text.isdecimal() and len(text) <= len(str(MAX_OPEN)) and 1 <= int(text) <= MAX_OPEN):
        raise InvalidField(f"{OPEN} must be 1 to {MAX_OPEN} but is {text[:80]!r}", field=OPEN, value=text[:80])
    return int(text)


def _target(text: str) -> str:
    agent, slash, instance = text.partition("/")
    check_agent(TO, agent)
    if slash:
        check_id(TO, instance)
    return text
