"""Watch: a snapshot, then changes, each encoded once for all watchers of an account."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field

from botmesh.errors import BotmeshError, TooManyInstances, WatcherTooSlow
from botmesh.v1.limits_pb2 import Limits
from botmesh.v1.registry_service_pb2 import AgentChanges, Revision, SnapshotChunk, WatchAgentsResponse
from botmesh_registry.changelog import Change, Key
from botmesh_registry.roster import Roster
from botmesh_registry.terms import Terms
from botmesh_registry.view import View

WINDOW = 0.1
"""Seconds in which changes are coalesced. An urgent one goes out at once if none did within them."""
QUEUE_LENGTH = 256
"""Responses that wait for one watcher, 25 s of them in a busy mesh."""
QUEUE_BYTES = 8 * 1024 * 1024
"""Their bytes; watchers of one account share them."""
SNAPSHOT_LIFE = 1.0
"""Seconds in which a snapshot is used again: after a restart of the registry everybody asks at once."""


@dataclass(slots=True, eq=False)
class _Watcher:
    account: str
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


class Watches:
    """All watchers of a roster. The registry tells it of changes; it tells the watchers."""

    def __init__(self, roster: Roster, terms: Terms, *, window: float = WINDOW, max_watchers: int = 1000) -> None:
        """Send changes at most every `window` seconds to at most `max_watchers` watchers."""
        self.warming = True
        """Whether agents that are alive may be missing: the registry has just started."""
        self._roster = roster
        self._terms = terms
        self._window = window
        self._max_watchers = max_watchers
        self._watchers: defaultdict[str, set[_Watcher]] = defaultdict(set)
        self._count = 0
        self._flushed = roster.log.number
        self._flushed_at = float("-inf")
        self._told: dict[str, int] = {}  # the newest revision that an account's watchers were sent
        self._timer: asyncio.TimerHandle | None = None
        self._snapshots: dict[str, tuple[int, list[bytes]]] = {}
        self._closed: BotmeshError | None = None

    async def watch(self, account: str, since: Revision) -> AsyncGenerator[bytes, None]:
        """The encoded responses for one watcher.

        Raises:
            TooManyInstances: there are as many watchers as may be.
            WatcherTooSlow: it did not take them fast enough.
        """
        if self._closed is not None:
            raise self._closed
        if self._count >= self._max_watchers:
            raise TooManyInstances(
                f"the registry has {self._max_watchers} watchers and takes no more: share one in each process",
                limit=self._max_watchers,
                field="watchers",
            )
        self.flush()
        watcher = _Watcher(account)
        first = self._catch_up(account, since)
        self._watchers[account].add(watcher)
        self._count += 1
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
        """See to it that a change goes out in time."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        at = max(now, self._flushed_at + self._window) if urgent else now + self._window
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = loop.call_at(at, self.flush)

    def flush(self) -> None:
        """Send what changed since the last time."""
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
        self._announce(self._terms.limits)

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
        return self._count

    def _catch_up(self, account: str, since: Revision) -> list[bytes]:
        log = self._roster.log
        changes = log.since(since.number) if log.has(since) else None
        if changes is not None:
            return [self._hello(since.number), *self._encode_changes(account, changes, since.number)]
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
            asyncio.get_running_loop().call_later(SNAPSHOT_LIFE, self._snapshots.pop, account, None)
        return number, snapshot

    def _hello(self, number: int | None) -> bytes:
        """The first response: what the mesh tells everybody."""
        return WatchAgentsResponse(
            revision=None if number is None else self._roster.log.revision(number),
            warming=self.warming,
            limits=self._terms.limits,
            trace_endpoint=self._terms.trace_endpoint,
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
                # It hangs in a write, and learns of its end once it reads again. Until then it counts as a watcher.
                watcher.end(WatcherTooSlow("this watcher read too slowly and was dropped: watch again"))

    def _drop(self, error: BotmeshError) -> None:
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.end(error)

    def _leave(self, watcher: _Watcher) -> None:
        self._count -= 1
        self._watchers[watcher.account].discard(watcher)
        if not self._watchers[watcher.account]:
            del self._watchers[watcher.account]
            self._told.pop(watcher.account, None)
