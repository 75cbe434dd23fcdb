"""Watches: a snapshot, then changes, each encoded once for all watchers of an account."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field

from botmesh.errors import BotmeshError, QuotaExceeded, TooManyInstances, WatcherTooSlow
from botmesh.v1.limits_pb2 import Limits
from botmesh.v1.registry_service_pb2 import AgentChanges, SnapshotChunk, WatchAgentsResponse
from botmesh_registry.changelog import Change, Key
from botmesh_registry.mesh_info import MeshInfo
from botmesh_registry.roster import Roster
from botmesh_registry.view import View

WINDOW = 0.1
"""Seconds in which changes are coalesced; an urgent change is sent at once unless another was sent within them."""
QUEUE_LENGTH = 256
"""Responses that wait for one watcher; a busy mesh makes as many in 25 s."""
QUEUE_BYTES = 8 * 1024 * 1024
"""Bytes of the responses that wait for one watcher; watchers of one account share the memory."""
CONNECTION_SHARE = 4
"""One connection may have a quarter of all watches."""
KEPT_SNAPSHOTS = 64
"""Accounts whose snapshot is kept for `SNAPSHOT_LIFE`, so that many account names cannot fill the memory."""
SNAPSHOT_LIFE = 1.0
"""Seconds that a snapshot is reused: after a restart of the registry all watchers connect at once."""


@dataclass(slots=True, eq=False)
class _Watcher:
    account: str
    connection: str
    """The gRPC peer; empty for watches of this process, which are not counted."""
    queue: deque[bytes] = field(default_factory=deque)
    queued_bytes: int = 0
    ended: BotmeshError | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, responses: Iterable[bytes]) -> bool:
        """Queue responses; False if there is no room."""
        for response in responses:
            self.queue.append(response)
            self.queued_bytes += len(response)
        self.wake.set()
        return len(self.queue) <= QUEUE_LENGTH and self.queued_bytes <= QUEUE_BYTES

    def take(self) -> bytes:
        """The next response."""
        response = self.queue.popleft()
        self.queued_bytes -= len(response)
        return response

    def end(self, error: BotmeshError) -> None:
        """Let it end with `error`, what is queued left unsent."""
        self.queue.clear()
        self.queued_bytes = 0
        self.ended = error
        self.wake.set()


class Places:
    """Bounds the watches, of all connections and of each; if all places are taken, the greediest makes room."""

    def __init__(self, most: int) -> None:
        """Have `most` places, of which one connection may take a quarter."""
        self._most = most
        self._per_connection = max(1, most // CONNECTION_SHARE)
        self._taken: dict[str, dict[_Watcher, None]] = {}  # by connection, the newest last
        self._count = 0

    def admit(self, connection: str) -> None:
        """Make sure that a place is free for a connection, if need be by ending the newest watch of another.

        Raises:
            QuotaExceeded: the connection has as many watches as it may have.
            TooManyInstances: all places are taken, and no other connection has at least two more watches.
        """
        if not connection:
            return
        own = len(self._taken.get(connection, ()))
        if own >= self._per_connection:
            raise QuotaExceeded(
                f"this connection has {own} watches and may have {self._per_connection}: share one in each process",
                limit=self._per_connection,
                field="watchers",
            )
        if self._count < self._most:
            return
        greediest = max(self._taken.values(), key=len)
        if len(greediest) <= own + 1:  # nobody would be better off: the two would only take turns
            raise TooManyInstances(
                f"the registry has {self._most} watchers and takes no more: share one in each process",
                limit=self._most,
                field="watchers",
            )
        newest = next(reversed(greediest))
        self.free(newest)
        newest.end(WatcherTooSlow("this watch made room for another connection: watch again later"))

    def take(self, watcher: _Watcher) -> None:
        """Count a watcher that was admitted."""
        if watcher.connection:
            self._taken.setdefault(watcher.connection, {})[watcher] = None
            self._count += 1

    def free(self, watcher: _Watcher) -> None:
        """Free the place of a watcher that has left or is about to."""
        own = self._taken.get(watcher.connection)
        if own is not None and watcher in own:
            del own[watcher]
            self._count -= 1
            if not own:
                del self._taken[watcher.connection]


class Watches:
    """All watchers of a roster: sends them the changes that the registry reports."""

    def __init__(
        self, roster: Roster, mesh_info: MeshInfo, *, window: float = WINDOW, max_watchers: int = 1000
    ) -> None:
        """Send changes at most every `window` seconds to at most `max_watchers` watchers."""
        self.warming = True
        """Whether live agents may be missing, because the registry has just started."""
        self._roster = roster
        self._mesh_info = mesh_info
        self._window = window
        self._watchers: defaultdict[str, set[_Watcher]] = defaultdict(set)
        self._places = Places(max_watchers)
        self._flushed = roster.log.number
        self._flushed_at = float("-inf")
        self._told: dict[str, int] = {}  # the newest revision that an account's watchers were sent
        self._timer: asyncio.Handle | None = None
        self._due = 0.0
        """When the timer is due. It cannot be asked: uvloop's has no `when()` if it was due at once."""
        self._snapshots: dict[str, tuple[int, list[bytes]]] = {}
        self._closed: BotmeshError | None = None

    async def watch(self, account: str, since: str, connection: str = "") -> AsyncGenerator[bytes, None]:
        """The encoded responses for one watcher.

        Args:
            account: whose view is sent.
            since: the revision that the watcher has; empty: none.
            connection: the watcher's gRPC peer; empty for a watcher of this process, which is not counted.

        Raises:
            QuotaExceeded: the connection has as many watches as it may have.
            TooManyInstances: all places are taken, and no other connection has more watches.
            WatcherTooSlow: the watcher read too slowly, or made room for another connection.
        """
        if self._closed is not None:
            raise self._closed
        self._places.admit(connection)
        self.flush()
        watcher = _Watcher(account, connection)
        first = self._catch_up(account, since)
        self._watchers[account].add(watcher)
        self._places.take(watcher)
        try:
            for response in first:
                yield response
                if watcher.ended is not None:
                    raise watcher.ended
            while True:
                while watcher.queue:
                    yield watcher.take()
                if watcher.ended is not None:
                    raise watcher.ended
                watcher.wake.clear()
                await watcher.wake.wait()
        finally:
            self._leave(watcher)

    def changed(self, _agent: Key, urgent: bool) -> None:
        """Schedule the sending of a change."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        at = max(now, self._flushed_at + self._window) if urgent else now + self._window
        if self._timer is not None:
            if self._due <= at:
                return
            self._timer.cancel()
        self._due = at
        self._timer = loop.call_at(at, self.flush)

    def catch_up(self) -> None:
        """Send changes that were left after a failure; the registry's sweep calls it."""
        if self._flushed != self._roster.log.number and self._timer is None:
            self.flush()

    def flush(self) -> None:
        """Send the changes since the last call to all watchers that see them."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        log = self._roster.log
        before, self._flushed = self._flushed, log.number
        if before == log.number:
            return
        self._flushed_at = asyncio.get_running_loop().time()
        changes = log.since(before)
        if changes is None:
            self._drop(WatcherTooSlow("more changed at once than the registry keeps: watch again"))
            return
        own: defaultdict[str, list[Change]] = defaultdict(list)
        for change in changes:
            own[change.agent[0]].append(change)
        shared = [change for change in changes if change.shared]
        for account, watchers in self._watchers.items():
            relevant = own.get(account, []) + [change for change in shared if change.agent[0] != account]
            responses = self._encode_changes(account, relevant, before)
            if not responses and log.number - self._told.get(account, 0) > log.size // 4:
                responses = [self._encode(log.number)]  # so that the account's revision does not grow too old
            if responses:
                self._told[account] = log.number
                self._send(watchers, responses)

    def announce_limits(self) -> None:
        """Tell everybody of new limits."""
        self._announce(self._mesh_info.limits)

    def end_warming(self) -> None:
        """Tell everybody that what is missing now is gone."""
        self.warming = False
        self._snapshots.clear()
        self._announce(None)

    def close(self, error: BotmeshError) -> None:
        """End all watches with `error`, and those to come."""
        self._closed = error
        if self._timer is not None:
            self._timer.cancel()
        self._drop(error)

    def __len__(self) -> int:
        """How many watch."""
        return sum(map(len, self._watchers.values()))

    def _catch_up(self, account: str, since: str) -> list[bytes]:
        log = self._roster.log
        known = log.number_of(since)
        changes = None if known is None else log.since(known)
        if known is not None and changes is not None:
            return [self._hello(known), *self._encode_changes(account, changes, known)]
        number, snapshot = self._snapshot(account)
        missed = log.since(number) or []
        return [self._hello(None), *snapshot, *self._encode_changes(account, missed, number)]

    def _snapshot(self, account: str) -> tuple[int, list[bytes]]:
        """A snapshot and its revision: a fresh one, or one that the log can bring up to date."""
        number, snapshot = self._snapshots.get(account, (-1, []))
        if self._roster.log.since(number) is None:
            number = self._roster.log.number
            chunks = View(self._roster, account).snapshot()
            # Only the last piece bears the revision: a watcher that got no further has nothing to return with.
            snapshot = [self._encode(number if chunk.complete else None, snapshot=chunk) for chunk in chunks]
            self._snapshots[account] = number, snapshot
            while len(self._snapshots) > KEPT_SNAPSHOTS:
                del self._snapshots[next(iter(self._snapshots))]
            asyncio.get_running_loop().call_later(SNAPSHOT_LIFE, self._snapshots.pop, account, None)
        return number, snapshot

    def _hello(self, number: int | None) -> bytes:
        """The first response: what the mesh tells everybody."""
        return WatchAgentsResponse(
            revision=None if number is None else self._roster.log.revision(number),
            warming=self.warming,
            limits=self._mesh_info.limits,
            trace_endpoint=self._mesh_info.trace_endpoint,
        ).SerializeToString()

    def _encode_changes(self, account: str, changes: Iterable[Change], before: int) -> list[bytes]:
        parts = View(self._roster, account).outcome(changes)
        numbers = [before] * (len(parts) - 1) + [self._roster.log.number]
        return [self._encode(number, changes=part) for number, part in zip(numbers, parts, strict=False)]

    def _encode(
        self,
        number: int | None,
        *,
        limits: Limits | None = None,
        snapshot: SnapshotChunk | None = None,
        changes: AgentChanges | None = None,
    ) -> bytes:
        revision = None if number is None else self._roster.log.revision(number)
        return WatchAgentsResponse(
            revision=revision, warming=self.warming, limits=limits, snapshot=snapshot, changes=changes
        ).SerializeToString()

    def _announce(self, limits: Limits | None) -> None:
        self.flush()
        response = self._encode(self._flushed, limits=limits)
        for watchers in self._watchers.values():
            self._send(watchers, [response])

    def _send(self, watchers: Iterable[_Watcher], responses: list[bytes]) -> None:
        for watcher in watchers:
            if watcher.ended is None and not watcher.offer(responses):
                # It hangs in a write, and learns of its end once it reads again.
                self._places.free(watcher)
                watcher.end(WatcherTooSlow("this watcher read too slowly and was dropped: watch again"))

    def _drop(self, error: BotmeshError) -> None:
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.end(error)

    def _leave(self, watcher: _Watcher) -> None:
        self._places.free(watcher)
        self._watchers[watcher.account].discard(watcher)
        if not self._watchers[watcher.account]:
            del self._watchers[watcher.account]
            self._told.pop(watcher.account, None)
