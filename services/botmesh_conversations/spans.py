"""The spans of conversations: a transfer, its offer and the turn after it stand in the trace of what led to them."""

from collections.abc import Iterable

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

from botmesh.telemetry.context import extract
from botmesh.v1 import conversation_pb2 as pb
from botmesh_conversations.model.state import RunningTurn, State, name_of


def context_of(metadata: Iterable[tuple[str, str | bytes]] | None) -> Context:
    """The trace that a caller is in, or none."""
    return extract(metadata or ())


def start_transfer(tracer: Tracer, state: State, transfer: pb.TransferRequested, parent: Context | None) -> Span:
    """The span of a transfer, from its request to its outcome."""
    target = name_of(transfer.target)
    return tracer.start_span(
        f"transfer {target}",
        context=parent or Context(),
        kind=SpanKind.INTERNAL,
        attributes={
            "gen_ai.conversation.id": state.view.conversation_id,
            "botmesh.conversation_id": state.view.conversation_id,
            "botmesh.account": state.view.account_id,
            "botmesh.transfer_id": transfer.transfer_id,
            "botmesh.agent": target,
            "botmesh.from": name_of(state.view.owner),
            "botmesh.epoch": transfer.epoch,
            "botmesh.transfer.reason": transfer.reason,
        },
    )


def end_transfer(span: Span, state: State, transfer_id: str) -> Context:
    """Say how a transfer ended; the context in which the new owner's turn goes on."""
    event = state.transfers.get(transfer_id)
    if event is not None and event.HasField("transfer_failed"):
        failure = pb.TransferFailure.Name(event.transfer_failed.failure).removeprefix("TRANSFER_FAILURE_")
        span.set_attribute("botmesh.reason", failure)
        span.set_status(Status(StatusCode.ERROR, event.transfer_failed.reason))
    elif event is not None:
        span.set_attribute("botmesh.owner", name_of(event.owner_changed.owner))
    span.end()
    return set_span_in_context(span, Context())


def start_turn(tracer: Tracer, state: State, turn: RunningTurn, parent: Context | None) -> Span:
    """The span of a turn, all its attempts included."""
    return tracer.start_span(
        f"turn {turn.agent}",
        context=parent or Context(),
        kind=SpanKind.INTERNAL,
        attributes={
            "gen_ai.conversation.id": state.view.conversation_id,
            "botmesh.conversation_id": state.view.conversation_id,
            "botmesh.account": state.view.account_id,
            "botmesh.turn_id": turn.turn_id,
            "botmesh.epoch": turn.epoch,
            "botmesh.agent": turn.agent,
        },
    )
