"""Leases: granted at registration, renewed by heartbeats, ended by the instance or by silence."""

import hmac
import logging
import secrets
from collections.abc import Iterable

from botmesh.errors import InstanceIdTaken, InvalidField, TooManyInstances, UnknownLease
from botmesh.limits import duration
from botmesh.names import check_id
from botmesh.v1.instance_pb2 import Instance
from botmesh.v1.lease_pb2 import Lease
from botmesh.v1.registry_service_pb2 import (
    PROBE_STATE_FAILED,
    PROBE_STATE_PASSED,
    PROBE_STATE_PENDING,
    HeartbeatRequest,
    RegisterRequest,
)
from botmesh_registry.checks import Range, check_address, check_card, check_open_delegations, check_readiness
from botmesh_registry.lease_table import LeaseTable
from botmesh_registry.open_delegations import OpenDelegationCounts
from botmesh_registry.probe import Prober
from botmesh_registry.roster import InstanceEntry, Roster
from botmesh_service.problems import Problems
from botmesh_service.supervisor import recovered

logger = logging.getLogger("botmesh")

COMPONENT = "registry"
"""The registry's name in the list of problems."""
BEATS_PER_LEASE = 3
"""Heartbeats in the time of a lease, so that one lost and one late heartbeat do not end it."""
SHORTEST_TOKEN, LONGEST_TOKEN = 16, 128
"""The fewest and the most characters of a token that an instance chooses."""


class Leases:
    """The leases of all instances."""

    def __init__(
        self,
        table: LeaseTable[InstanceEntry],
        roster: Roster,
        prober: Prober,
        *,
        shortest: float = 10.0,
        max_heartbeats_per_second: float = 1000.0,
        max_instances: int = 20_000,
        ranges: Iterable[Range] = (),
    ) -> None:
        """Grant leases of at least `shortest` seconds; longer ones, where heartbeats would come too often."""
        self._table = table
        self._roster = roster
        self._prober = prober
        self._shortest = shortest
        self._rate = max_heartbeats_per_second
        self._max_instances = max_instances
        self._ranges = tuple(ranges)
        self._order = 0
        self.open_delegations = OpenDelegationCounts()
        """What the instances with a lease have reported of their open delegations."""
        self.problems = Problems()
        """Where failures are noted."""
        self._undismissed: dict[str, InstanceEntry] = {}
        """Instances whose lease has ended, but whose removal failed and is retried, by id."""

    @property
    def duration(self) -> float:
        """Seconds until a lease expires after a heartbeat that comes now."""
        return max(self._shortest, BEATS_PER_LEASE * len(self._table) / self._rate)

    def describe(self, token: str = "") -> Lease:
        """The contract's Lease with the present duration and heartbeat interval."""
        seconds = self.duration
        return Lease(token=token, duration=duration(seconds), heartbeat_interval=duration(seconds / BEATS_PER_LEASE))

    def grant(self, request: RegisterRequest, peer: str) -> InstanceEntry:
        """Grant a lease to an instance, or renew the one that it has if it shows its token.

        Raises:
            InvalidField, AddressNotAllowed: the registration is invalid.
            InstanceIdTaken: the id has a lease with another token.
            TooManyInstances: the registry takes no more instances or agents.
        """
        check_id("instance_id", request.instance_id)
        card = check_card(request.card)
        instance = Instance(
            instance_id=request.instance_id,
            account_id=card.account_id,
            agent=card.name,
            address=check_address(request.address, peer, self._ranges),
            readiness=check_readiness(request.readiness),
            version=card.version,
            takes_links=request.takes_links,
        )
        instance.registered_at.GetCurrentTime()
        self.expire()
        self._order += 1
        held = self._table.get(request.instance_id)
        if held is not None:
            _check_token(held, request.lease_token)
            return self._renew_registration(held, instance, InstanceEntry(instance, card, held.token, self._order))
        if len(self._table) >= self._max_instances:
            raise TooManyInstances(
                f"the registry has {self._max_instances} instances and takes no more: stop some or raise its limit",
                limit=self._max_instances,
                field="instance_id",
            )
        entry = InstanceEntry(instance, card, _new_token(request.lease_token), self._order)
        self._roster.admit(entry)
        self._table.put(entry.id, entry, self.duration)
        self._prober.schedule(entry)
        return entry

    def renew(self, request: HeartbeatRequest) -> InstanceEntry:
        """Renew a lease after a heartbeat.

        Raises:
            InvalidField: the instance id, the readiness or an open delegation is invalid.
            UnknownLease: the instance has no lease, or no longer.
            InstanceIdTaken: its lease has another token.
        """
        check_id("instance_id", request.instance_id)
        opened = check_open_delegations(request.open_delegations)
        self.expire()
        entry = self._table.get(request.instance_id)
        if entry is None:
            raise UnknownLease("the registry knows no such lease: register anew")
        _check_token(entry, request.lease_token)
        self._table.renew(entry.id, self.duration)
        self._roster.set_readiness(entry, check_readiness(request.readiness))
        entry.instance.load.CopyFrom(request.load)
        self.open_delegations.report(entry, opened)
        return entry

    def end(self, instance_id: str, token: str) -> None:
        """End a lease at once; nothing happens if there is none.

        Raises:
            InvalidField: the instance id is invalid.
            InstanceIdTaken: the lease has another token.
        """
        check_id("instance_id", instance_id)
        self.expire()
        entry = self._table.get(instance_id)
        if entry is not None:
            _check_token(entry, token)
            self._table.delete(instance_id)
            self._let_go(entry)

    def expire(self) -> None:
        """End the leases that were not renewed, one by one, so that one failure does not stop the others."""
        for entry in self._table.expired():
            self._let_go(entry)

    def try_again(self) -> None:
        """Remove the instances whose removal failed before."""
        for entry in list(self._undismissed.values()):
            self._let_go(entry)

    def suspect(self, instance_id: str) -> None:
        """Probe an instance that may be gone; nothing happens if it has no lease."""
        entry = self._table.get(instance_id)
        if entry is not None:
            self._prober.recheck(entry)

    def settle(self, entry: InstanceEntry, error: str) -> None:
        """Apply the outcome of a probe: list the instance if `error` is empty, and hide it otherwise."""
        if entry.ended:
            return
        entry.probe_error = error
        entry.probe = PROBE_STATE_FAILED if error else PROBE_STATE_PASSED
        if error:
            self._roster.hide(entry)
        elif not entry.listed:
            self._roster.show(entry)

    def _let_go(self, entry: InstanceEntry) -> None:
        self.open_delegations.forget(entry)
        subject = f"lease of {entry.id}"
        try:
            self._prober.forget(entry)
            self._roster.dismiss(entry)
        except Exception as error:
            logger.exception("could not end the lease of %s; it is tried again", entry.id)
            self._undismissed[entry.id] = entry
            self.problems.failed(COMPONENT, subject, f"{type(error).__name__}: {error}")
            return
        if self._undismissed.get(entry.id) is entry:
            del self._undismissed[entry.id]
            recovered(self.problems, COMPONENT, subject)

    def _renew_registration(self, held: InstanceEntry, said: Instance, new: InstanceEntry) -> InstanceEntry:
        if held.key != new.key:
            raise InvalidField(
                f"instance {held.id} serves {held.instance.agent}: use a fresh id for another agent",
                field="instance_id",
                value=held.id,
            )
        self._table.renew(held.id, self.duration)
        held.card, held.order = new.card, new.order
        moved = held.instance.address != said.address
        if moved:  # nobody is sent to an address that was not probed
            self._roster.hide(held)
            held.probe, held.probe_error = PROBE_STATE_PENDING, ""
        said.registered_at.CopyFrom(held.instance.registered_at)
        if held.instance.HasField("load"):
            said.load.CopyFrom(held.instance.load)
        same = held.instance == said
        held.instance.CopyFrom(said)
        if not held.listed:
            self._prober.schedule(held)
        elif not same or held.card != self._roster.agents[held.key].card:
            self._roster.show(held)
        return held


def _new_token(chosen: str) -> str:
    """The token that the instance chose, so that it can register again after a lost response; else a random one.

    Raises:
        InvalidField: the chosen token is too short, too long or not printable ASCII.
    """
    if not chosen:
        return secrets.token_urlsafe(24)
    if not (SHORTEST_TOKEN <= len(chosen) <= LONGEST_TOKEN and chosen.isascii() and chosen.isprintable()):
        raise InvalidField(
            f"a token that an instance makes has {SHORTEST_TOKEN} to {LONGEST_TOKEN} printable ASCII characters",
            field="lease_token",
        )
    return chosen


def _check_token(entry: InstanceEntry, token: str) -> None:
    if not hmac.compare_digest(entry.token.encode(), token.encode()):
        raise InstanceIdTaken(
            f"instance id {entry.id} has a lease with another token: use a fresh id for each process",
            field="instance_id",
            value=entry.id,
        )
