"""The open delegations that instances report with their heartbeats, and what each instance is told of the others'."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest

from botmesh.v1.registry_service_pb2 import OpenDelegations
from botmesh_registry.checks import MAX_OPEN_KEYS
from botmesh_registry.roster import InstanceEntry

MIN_TOLD = 5
"""The fewest delegations that other instances have open in a conversation that an instance is told of."""
MAX_ACCOUNT_KEYS = 4096
"""The most conversations of one account that are counted; each answer to a heartbeat looks at all of them."""
MAX_KEYS = 200_000
"""The most conversations of all instances together that are kept, about 50 MiB."""


@dataclass(slots=True)
class _Account:
    totals: dict[str, int] = field(default_factory=dict)
    """The reported open delegations of all instances, by conversation."""
    many: set[str] = field(default_factory=set)
    """The conversations with MIN_TOLD or more."""


class OpenDelegationCounts:
    """Counts the open delegations of each conversation over the live instances of an account."""

    def __init__(self) -> None:
        """Begin without any report."""
        self._accounts: defaultdict[str, _Account] = defaultdict(_Account)
        self._reports: dict[InstanceEntry, Mapping[str, int]] = {}
        """The newest report of each instance that has one."""
        self._kept = 0

    def report(self, entry: InstanceEntry, counts: Mapping[str, int]) -> None:
        """Replace what an instance reported before. Conversations beyond the bounds are left out.

        `counts` has the open delegations by conversation.
        """
        if not counts and entry not in self._reports:
            return  # the usual case
        if counts == self._reports.get(entry):
            return
        self.forget(entry)
        account = self._accounts[entry.instance.account_id]
        kept = {}
        for key, count in counts.items():
            if (key not in account.totals and len(account.totals) >= MAX_ACCOUNT_KEYS) or self._kept >= MAX_KEYS:
                continue
            kept[key] = count
            self._kept += 1
            self._add(account, key, count)
        if kept:
            self._reports[entry] = kept
        elif not account.totals:
            del self._accounts[entry.instance.account_id]

    def forget(self, entry: InstanceEntry) -> None:
        """Take out what an instance has reported; nothing happens if it has reported nothing."""
        report = self._reports.pop(entry, None)
        if report is None:
            return
        account = self._accounts[entry.instance.account_id]
        for key, count in report.items():
            self._add(account, key, -count)
        self._kept -= len(report)
        if not account.totals:
            del self._accounts[entry.instance.account_id]

    def elsewhere(self, entry: InstanceEntry) -> Sequence[OpenDelegations]:
        """The conversations in which other instances of the account have five or more open, at most 256, most first."""
        account = self._accounts.get(entry.instance.account_id)
        if account is None or not account.many:
            return ()
        own = self._reports.get(entry, {})
        others = ((account.totals[key] - own.get(key, 0), key) for key in account.many)
        most = nlargest(MAX_OPEN_KEYS, (pair for pair in others if pair[0] >= MIN_TOLD))
        return [OpenDelegations(key=key, count=count) for count, key in most]

    def __len__(self) -> int:
        """How many conversations of instances are kept."""
        return self._kept

    @staticmethod
    def _add(account: _Account, key: str, count: int) -> None:
        total = account.totals.get(key, 0) + count
        if total:
            account.totals[key] = total
        else:
            del account.totals[key]
        if total >= MIN_TOLD:
            account.many.add(key)
        else:
            account.many.discard(key)
