"""Offers: the target of a transfer is asked whether it takes the conversation, and its decision is written."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.trace import set_span_in_context

from botmesh.errors import BotmeshError, DeadlineExceeded
from botmesh.telemetry.telemetry import Telemetry, trace_id_of
from botmesh.v1 import agent_service_pb2, message_pb2
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.message_pb2 import Message
from botmesh.v1.transfer_pb2 import TRANSFER_DECISION_ACCEPTED, TRANSFER_DECISION_DECLINED, TransferOffer
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.invocation import invocation
from botmesh_conversations.model import rules, transfer_rules
from botmesh_conversations.model.state import State
from botmesh_conversations.spans import end_transfer, start_transfer
from botmesh_conversations.turns import recent, spoken
from botmesh_service.contact_texts import ContactTexts
from botmesh_service.times import seconds_of


@dataclass(frozen=True, slots=True)
class Offers:
    """Makes offers, and traces and counts transfers."""

    telemetry: Telemetry
    texts: ContactTexts

    async def run(self, live: ConversationAggregate, transfer: pb.TransferRequested) -> None:
        """Offer the conversation to the target of a transfer, and write its decision; no answer counts as one."""
        span = start_transfer(self.telemetry.tracer, live.state, transfer, live.context)
        live.trace_id = trace_id_of(span)
        offer = await self._ask_target(live, transfer, set_span_in_context(span, Context()))
        named = transfer.fallback if transfer.HasField("fallback") else None

        def decide(state: State) -> rules.Events:
            fallback = live.account.routing.fallback(state, named)
            return transfer_rules.answer_offer(
                state, transfer.transfer_id, offer, fallback, spoken(self.texts.unanswered)
            )

        await live.write(decide)
        live.context = end_transfer(span, live.state, transfer.transfer_id)
        self._count(live, transfer.transfer_id)

    def note_done_at_once(self, live: ConversationAggregate, events: Sequence[ConversationEvent]) -> None:
        """Trace and count a transfer to the desk, which is requested and done in one batch."""
        changed = {event.owner_changed.transfer_id for event in events}
        for event in events:
            requested = event.transfer_requested
            if event.HasField("transfer_requested") and requested.transfer_id in changed:
                span = start_transfer(self.telemetry.tracer, live.state, requested, live.context)
                live.context = end_transfer(span, live.state, requested.transfer_id)
                self._count(live, requested.transfer_id)

    def _count(self, live: ConversationAggregate, transfer_id: str) -> None:
        """Count how a transfer ended."""
        ended = live.state.transfers.get(transfer_id)
        if ended is not None:
            failure = pb.TransferFailure.Name(ended.transfer_failed.failure).removeprefix("TRANSFER_FAILURE_")
            self.telemetry.transferred(failure if ended.HasField("transfer_failed") else "DONE")

    async def _ask_target(
        self, live: ConversationAggregate, transfer: pb.TransferRequested, context: Context
    ) -> transfer_rules.Offer:
        target = transfer.target.agent
        if live.state.has_failed(target):
            reason = f"{target} failed on a message that still waits, and is not given it again"
            return transfer_rules.Offer(failure=pb.TRANSFER_FAILURE_UNAVAILABLE, reason=reason)
        remaining = seconds_of(transfer.expires_at) - time.time()
        if remaining <= 0:
            return transfer_rules.Offer(failure=pb.TRANSFER_FAILURE_EXPIRED, reason="the offer has expired")
        request = self._compose_offer(live.state, transfer)
        ask = invocation(live.state.view, target, request.message, remaining, context)
        parse = agent_service_pb2.TransferResponse.FromString
        try:
            response, _ = await live.account.caller.unary("Transfer", ask, request, parse)
        except DeadlineExceeded:
            return transfer_rules.Offer(failure=pb.TRANSFER_FAILURE_EXPIRED, reason="no answer in time")
        except BotmeshError as error:
            return transfer_rules.Offer(failure=pb.TRANSFER_FAILURE_UNAVAILABLE, reason=error.text)
        accepted = response.decision == TRANSFER_DECISION_ACCEPTED
        return transfer_rules.Offer(
            TRANSFER_DECISION_ACCEPTED if accepted else TRANSFER_DECISION_DECLINED, response.reason
        )

    def _compose_offer(self, state: State, transfer: pb.TransferRequested) -> agent_service_pb2.TransferRequest:
        view = state.view
        history, truncated = recent(state, state.sequence)
        latest = state.latest
        message = Message(
            message_type=message_pb2.MESSAGE_TYPE_TRANSFER,
            payload=transfer.user_message or (latest.payload if latest is not None else ()),
            message_id=transfer.transfer_id,
        )
        message.context.MergeFrom(view.context)
        message.context.MergeFrom(transfer.context)
        offer = TransferOffer(
            transfer_id=transfer.transfer_id,
            epoch=transfer.epoch,
            expires_at=transfer.expires_at,
            reason=transfer.reason,
            intent_id=transfer.intent_id,
            initiator=transfer.initiator,
            mode=transfer.mode or view.mode,
            contact_id=view.contact_id,
            channel=view.channel,
            history=history,
            history_truncated=truncated,
        )
        return agent_service_pb2.TransferRequest(message=message, offer=offer)
