"""Probes: check that an instance serves at its address and has the id and name that it registered."""

import asyncio
import heapq
import itertools
import logging
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from botmesh.names import DEFAULT_ACCOUNT
from botmesh.v1.agent_service_pb2 import GetCardRequest, GetCardResponse
from botmesh.v1.agent_service_pb2_grpc import AgentServiceStub
from botmesh.v1.instance_pb2 import READINESS_DRAINING, Instance
from botmesh_registry.roster import InstanceEntry
from botmesh_service.problems import Problems

logger = logging.getLogger("botmesh")

TIMEOUT = 2.0
"""Seconds for both calls of a probe, which take milliseconds unless the process is stuck."""
PROBES_PER_SECOND = 500.0
"""The highest rate of probes: 10,000 instances take 20 s, and hostile registrations cannot cause more connections."""
OPEN_PROBES = 64
"""Probes that run at the same time."""
FIRST_RETRY = 0.2
"""Seconds until a failed probe is retried; they double with each failure in a row."""
LONGEST_RETRY = 10.0
"""The longest pause between two probes of a failing instance, in seconds."""
RECHECK_INTERVAL = 0.5
"""Seconds between two probes of an instance that callers report as unreachable."""
_MAX_PARKED = 32
"""Instances that wait for the probe of one address; a restarted process leaves a few behind."""

_OPTIONS = (
    ("grpc.use_local_subchannel_pool", 1),  # no connection and no backoff of an earlier probe
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", 256 * 1024),
    ("grpc.enable_retries", 0),
)

Probe = Callable[[Instance], Awaitable[str]]
Settle = Callable[[InstanceEntry, str], None]


async def probe(instance: Instance, timeout: float = TIMEOUT) -> str:
    """Probe an instance for at most `timeout` seconds; a sentence that says what is wrong, or empty text."""
    scheme = "ipv6" if instance.address.startswith("[") else "ipv4"
    try:
        async with (
            asyncio.timeout(timeout),
            grpc.aio.insecure_channel(f"{scheme}:{instance.address}", options=_OPTIONS) as channel,
        ):
            request = health_pb2.HealthCheckRequest()
            health = await health_pb2_grpc.HealthStub(channel).Check(request, timeout=timeout)
            card = await AgentServiceStub(channel).GetCard(GetCardRequest(), timeout=timeout)
    except TimeoutError:
        return f"{instance.address} did not answer within {timeout:g} s"
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
            return f"{instance.address} did not answer within {timeout:g} s"
        return f"{instance.address} answered the probe with {error.code().name}: {(error.details() or '')[:200]}"
    return _mismatch(instance, health.status, card)


def _mismatch(instance: Instance, health: int, found: GetCardResponse) -> str:
    # The health of a draining server is NOT_SERVING, and its instance stays listed until it has finished.
    if health != health_pb2.HealthCheckResponse.SERVING and found.readiness != READINESS_DRAINING:
        name = health_pb2.HealthCheckResponse.ServingStatus.Name
        known = health in health_pb2.HealthCheckResponse.ServingStatus.values()
        return f"the health of {instance.address} is {name(health) if known else health}, not SERVING"
    expected = instance.account_id, instance.agent, instance.instance_id
    actual = found.card.account_id or DEFAULT_ACCOUNT, found.card.name, found.instance_id
    if actual != expected:
        said, meant = ("/".join(part[:64] for part in parts) for parts in (actual, expected))
        return f"{instance.address} is {said}, not {meant}"
    return ""


class Prober:
    """Schedules probes: one at a time for each address, and bounded in number and rate.

    A failed probe is retried after growing pauses while the instance's lease lasts.
    """

    def __init__(
        self,
        probe: Probe = probe,
        *,
        rate: float = PROBES_PER_SECOND,
        open_probes: int = OPEN_PROBES,
        recheck_interval: float = RECHECK_INTERVAL,
        first_retry: float = FIRST_RETRY,
    ) -> None:
        """Start at most `rate` probes a second and have at most `open_probes` open."""
        self.settle: Settle = lambda _entry, _error: None
        """Called with each outcome; empty text means that the probe passed."""
        self.problems = Problems()
        """Where failures inside the registry are noted."""
        self._probe = probe
        self._gap = 1.0 / rate
        self._open_probes = open_probes
        self._recheck_interval = recheck_interval
        self._first_retry = first_retry
        self._due: dict[InstanceEntry, float] = {}
        self._heap: list[tuple[float, int, InstanceEntry]] = []
        self._sequence = itertools.count()
        self._parked: defaultdict[str, list[InstanceEntry]] = defaultdict(list)  # their address is being probed
        self._busy: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._probed: dict[InstanceEntry, tuple[float, int]] = {}  # when last begun or ended, and failures in a row
        self._next_start = 0.0
        self._timer: asyncio.Handle | None = None
        self._open = False

    def open(self) -> None:
        """Start to probe."""
        self._open = True
        self._pump()

    async def close(self) -> None:
        """Stop probing, and cancel the probes that run."""
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def schedule(self, entry: InstanceEntry, delay: float = 0.0) -> None:
        """Probe an instance `delay` seconds from now, or earlier if that was asked for before."""
        due = asyncio.get_running_loop().time() + delay
        if self._due.get(entry, due + 1) <= due:
            return
        self._due[entry] = due
        heapq.heappush(self._heap, (due, next(self._sequence), entry))
        self._pump()

    def recheck(self, entry: InstanceEntry) -> None:
        """Probe an instance that may be gone, at the earliest `recheck_interval` seconds after its last probe."""
        last, _ = self._probed.get(entry, (float("-inf"), 0))
        self.schedule(entry, max(0.0, last + self._recheck_interval - asyncio.get_running_loop().time()))

    def forget(self, entry: InstanceEntry) -> None:
        """Forget an instance whose lease has ended."""
        self._due.pop(entry, None)
        self._probed.pop(entry, None)

    def look(self) -> None:
        """Continue after a failure inside the prober; the registry's sweep calls it."""
        if self._open and self._heap and self._timer is None and len(self._tasks) < self._open_probes:
            self._pump()

    def _pump(self) -> None:
        """Start the probes that are due, within the bounds, and set a timer for the next one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        while self._open and self._heap and len(self._tasks) < self._open_probes:
            due, _, entry = self._heap[0]
            if self._due.get(entry) != due:
                heapq.heappop(self._heap)  # forgotten, or asked for earlier
                continue
            start = max(due, self._next_start)
            if start > loop.time():
                self._timer = loop.call_at(start, self._pump)
                return
            heapq.heappop(self._heap)
            del self._due[entry]
            self._start(entry, start)

    def _start(self, entry: InstanceEntry, at: float) -> None:
        address = entry.instance.address
        if address in self._busy:
            if len(self._parked[address]) < _MAX_PARKED:
                self._parked[address].append(entry)
            else:
                self.schedule(entry, 1.0)
            return
        self._next_start = at + self._gap
        self._busy.add(address)
        self._probed[entry] = at, self._failures(entry)
        task = asyncio.get_running_loop().create_task(self._run(entry, address))
        self._tasks.add(task)
        task.add_done_callback(lambda _: self._done(task, address))

    async def _run(self, entry: InstanceEntry, address: str) -> None:
        try:
            error = await self._probe(entry.instance)
        except Exception as failure:
            logger.exception("the probe of %s failed", address)
            self.problems.failed("registry", f"probe of {entry.id}", f"{type(failure).__name__}: {failure}")
            error = "the probe failed inside the registry"
        if entry.ended:
            return
        if entry.instance.address != address:  # the instance has moved: the outcome is for its old address
            self.schedule(entry)
            return
        failures = self._failures(entry) + 1 if error else 0
        self._probed[entry] = asyncio.get_running_loop().time(), failures
        if error:
            longest = min(LONGEST_RETRY, self._first_retry * 2 ** min(failures - 1, 16))
            self.schedule(entry, longest * random.uniform(0.75, 1.0))
        try:
            self.settle(entry, error)
        except Exception as failure:
            logger.exception("the outcome of the probe of %s could not be taken in; it is probed again", entry.id)
            self.problems.failed("registry", f"probe of {entry.id}", f"{type(failure).__name__}: {failure}")
            self.schedule(entry, LONGEST_RETRY * random.uniform(0.05, 0.1))

    def _failures(self, entry: InstanceEntry) -> int:
        return self._probed.get(entry, (0.0, 0))[1]

    def _done(self, task: asyncio.Task[None], address: str) -> None:
        self._tasks.discard(task)
        self._busy.discard(address)
        for entry in self._parked.pop(address, ()):
            if not entry.ended:
                self.schedule(entry)
        self._pump()
