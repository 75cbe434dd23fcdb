"""Reports messages and costs to JournalService in the background, and adds up the costs for the budgets.

The sums have the costs that this process has seen, and the totals that the service returns.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import grpc
from opentelemetry.trace import Span

from botmesh.chain import Chain
from botmesh.errors import BotmeshError
from botmesh.limits import NO_BUDGET, Limits
from botmesh.reply import Pieces, add_up
from botmesh.v1.agent_service_pb2 import DelegateStreamResponse
from botmesh.v1.journal_service_pb2 import (
    COST_SCOPE_ACCOUNT_DAY,
    COST_SCOPE_CHAIN,
    COST_SCOPE_CONVERSATION,
    CostTotal,
    JournalEntry,
    RecordRequest,
)
from botmesh.v1.message_pb2 import MESSAGE_TYPE_ERROR, Message, Reply
from botmesh.v1.usage_pb2 import Usage

logger = logging.getLogger("botmesh")

WAITING = 2_000
"""The most reports that may wait for the service. Further ones are dropped and counted."""
BATCH = 100
"""The most reports of one batch."""
TIMEOUT = 5.0
"""Seconds for one call to the service."""
GATHER_SECONDS = 0.05
"""Seconds for which reports are gathered into a batch."""
RETRY_SECONDS = 1.0
"""Seconds before a service that does not answer is tried again."""
_KEPT = 10_000
"""The most sums that are kept."""
MAX_BATCH_BYTES = 512 * 1024
"""The most bytes of one batch, well under the message size limit."""

_LATER = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)
Key = tuple[int, str, str]
"""A scope, an account, and the id of the chain, the conversation or the day."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A delegation that has ended, as one end saw it."""

    account: str
    chain: Chain
    at_caller: bool
    callee: str
    """The name of the agent that was asked."""
    message: Message
    """The message that it was sent."""
    reply: Reply | None
    """Its reply; None: it failed."""
    pieces: Sequence[DelegateStreamResponse]
    """The events before its reply (callee)."""
    error: BotmeshError | None
    joined: bool
    """Whether it joined existing work, which was reported already."""
    span: Span


class Journal:
    """Reports the delegations of one process, and knows what has been spent."""

    def __init__(self, *, logged: bool = False, stub: Callable[[], Any] | None = None) -> None:
        """Report to the service of `stub()`; None: the mesh has none. `logged`: whether whole messages are reported."""
        self.lost = 0
        """The number of reports that were dropped."""
        self._logged = logged
        self._stub = stub
        self._waiting: deque[JournalEntry] = deque()
        self._sums: OrderedDict[Key, dict[str, int]] = OrderedDict()
        """Costs in micro-units by currency, for each scope."""
        self._sending: asyncio.Task[None] | None = None
        self._one_by_one = 0
        """The number of next reports that are sent one by one, because the service refused a batch of them."""

    def note(self, exchange: Exchange) -> None:
        """Report a delegation that has ended, and add up its costs."""
        reply = exchange.reply
        costs = reply is not None and reply.HasField("usage")
        if reply is not None and (costs or reply.chain_usage):
            self._spend(exchange, reply)
        if self._stub is None or exchange.joined or not (self._logged or costs):
            return
        if self._logged:
            self._report(self._entry(exchange, exchange.message))
        if reply is not None:
            self._report(self._entry(exchange, _whole(exchange, reply).message, reply.usage if costs else None))
        elif exchange.error is not None and self._logged:
            failure = _failure(exchange, exchange.error)
            self._report(self._entry(exchange, failure, reason=exchange.error.reason))

    def spent(self, limits: Limits, chain: Chain, account: str) -> tuple[str, int, str] | None:
        """Return the first spent budget of a chain, its conversation or its account; None: none is spent.

        The result has the scope ("chain", "conversation", "account"), the costs in micro-units and the currency.
        """
        if limits.has_no_budget or not self._sums:
            return None
        scopes = (
            (limits.chain_budget, "chain", COST_SCOPE_CHAIN, chain.correlation_id),
            (limits.conversation_budget, "conversation", COST_SCOPE_CONVERSATION, chain.conversation_id),
            (limits.daily_budget, "account", COST_SCOPE_ACCOUNT_DAY, _today()),
        )
        for budget, name, scope, one in scopes:
            if budget != NO_BUDGET:
                for currency, micros in self._sums.get((scope, account, one), {}).items():
                    if micros >= budget:
                        return name, micros, currency
        return None

    async def close(self) -> None:
        """Send the waiting reports, within a second."""
        if self._sending is not None and not self._sending.done():
            await asyncio.wait([self._sending], timeout=1.0)
            self._sending.cancel()

    def learn(self, totals: Iterable[CostTotal]) -> None:
        """Take over the totals that the service returns, where they are greater than the sums here."""
        for total in totals:
            sums = self._sums.setdefault((total.scope, total.account_id, total.id), {})
            sums[total.currency] = max(total.cost_micros, sums.get(total.currency, 0))
        self._bound()

    def _spend(self, exchange: Exchange, reply: Reply) -> None:
        """Add up the costs of a reply: at the caller those of the whole chain below, at the callee its own."""
        usages = [
            *([reply.usage] if reply.HasField("usage") else []),
            *(reply.chain_usage if exchange.at_caller else ()),
        ]
        chain, account = exchange.chain, exchange.account
        for usage in add_up(usages):
            if not usage.cost_micros or exchange.joined:
                continue
            for scope, one in (
                (COST_SCOPE_CHAIN, chain.correlation_id),
                (COST_SCOPE_CONVERSATION, chain.conversation_id),
                (COST_SCOPE_ACCOUNT_DAY, _today()),
            ):
                if one:
                    sums = self._sums.setdefault((scope, account, one), {})
                    sums[usage.currency] = sums.get(usage.currency, 0) + usage.cost_micros
        self._bound()

    def _bound(self) -> None:
        while len(self._sums) > _KEPT:
            self._sums.popitem(last=False)

    def _entry(
        self, exchange: Exchange, message: Message, usage: Usage | None = None, reason: str = ""
    ) -> JournalEntry:
        entry = JournalEntry(message=message, logged=self._logged, usage=usage, reason=reason)
        if not self._logged:
            del entry.message.payload[:]
            entry.message.ClearField("context")
        chain = exchange.chain
        entry.message.account_id = exchange.account
        entry.message.correlation_id = chain.correlation_id
        entry.message.conversation_id = entry.message.conversation_id or chain.conversation_id
        if exchange.span.get_span_context().is_valid:
            entry.trace_id = format(exchange.span.get_span_context().trace_id, "032x")
        entry.time.GetCurrentTime()
        return entry

    def _report(self, entry: JournalEntry) -> None:
        if self._stub is None:
            return
        if len(self._waiting) >= WAITING:
            self.lost += 1
            return
        size = entry.ByteSize()
        if size > MAX_BATCH_BYTES:  # the report without its payload still counts the costs
            del entry.message.payload[:]
            entry.message.ClearField("context")
            entry.message.payload.add(text=f"({size} bytes: too large for the message log)")
        self._waiting.append(entry)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(self._stub), name="botmesh-journal")

    async def _send(self, stub: Callable[[], Any]) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            batch = self._batch()
            try:
                response = await stub().Record(RecordRequest(entries=batch), timeout=TIMEOUT)
            except Exception as error:  # noqa: BLE001 - one report must not stop all others
                logger.debug("the journal takes nothing: %s", error)
                if getattr(error, "status", None) is grpc.StatusCode.UNIMPLEMENTED:
                    continue  # the mesh has no JournalService: drop the batch
                if not _may_pass_later(error):
                    self._leave_out(batch, error)
                    continue
                self._put_back(batch)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self.learn(response.totals)

    def _put_back(self, batch: Sequence[JournalEntry]) -> None:
        room = max(0, WAITING - len(self._waiting))
        self.lost += len(batch[room:])
        self._waiting.extendleft(reversed(batch[:room]))

    def _leave_out(self, batch: Sequence[JournalEntry], error: Exception) -> None:
        """Handle a refused batch: send its reports one by one, and drop a report that is refused by itself."""
        if len(batch) == 1:
            self.lost += 1
            logger.warning("the journal does not take the report of message %s: %s", batch[0].message.message_id, error)
            return
        self._put_back(batch)
        self._one_by_one = len(batch)

    def _batch(self) -> Sequence[JournalEntry]:
        taken: list[JournalEntry] = []
        size = 0
        most = 1 if self._one_by_one else BATCH
        self._one_by_one = max(0, self._one_by_one - 1)
        while self._waiting and len(taken) < most:
            size += self._waiting[0].ByteSize()
            if taken and size > MAX_BATCH_BYTES:
                break
            taken.append(self._waiting.popleft())
        return taken


def _may_pass_later(error: Exception) -> bool:
    """Whether the service was away, and did not refuse the batch."""
    if isinstance(error, BotmeshError):
        return error.status in _LATER
    return isinstance(error, grpc.aio.AioRpcError) and error.code() in _LATER


def _whole(exchange: Exchange, reply: Reply) -> Reply:
    """Return a reply with the pieces that were streamed before it."""
    pieces = Pieces()
    for event in exchange.pieces:
        pieces.take(event)
    return pieces.whole(reply)


def _failure(exchange: Exchange, error: BotmeshError) -> Message:
    """Return the error as a message from the callee, with an id made from that of the message it answers."""
    asked = exchange.message
    message = Message(
        from_agent=exchange.callee,
        to_agent=asked.from_agent,
        message_type=MESSAGE_TYPE_ERROR,
        message_id=f"{asked.message_id[:57]}.error",
        in_reply_to=asked.message_id,
    )
    message.payload.add(text=error.text)
    return message


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
