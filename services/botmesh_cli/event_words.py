"""What happened in a conversation, to a contact or to an account, as lines for people."""

from collections.abc import Callable
from typing import Any

from google.protobuf.struct_pb2 import Struct

from botmesh.parts import from_struct, text_of
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import Address, Conversation, ConversationEvent, Owner
from botmesh.v1.transfer_pb2 import ConversationMode, TransferInitiator
from botmesh_cli.output import as_json, clock, lines, plain, short, word

UNREADABLE = "[yellow]an event that cannot be read here[/yellow]"

Words = dict[str, Callable[[Any, str], str]]
"""By the kind of an event: its line, from its body and from the text that it holds."""


def in_words(event: ConversationEvent) -> str:
    """An event as one line, or more where a message has more; may be printed as it is."""
    kind: Any = event.WhichOneof("event")
    if kind is None:  # a newer version wrote it, or it is damaged
        return UNREADABLE
    body: Any = getattr(event, kind)
    said = lines(text_of(getattr(body, "payload", ())))
    return _WORDS[kind](body, said) if kind in _WORDS else str(kind).replace("_", " ")


def owner_in_words(owner: Owner) -> str:
    """An agent's name, "desk", or the person at the desk; may be printed as it is."""
    if owner.WhichOneof("owner") == "agent":
        return plain(owner.agent)
    return f"desk ({plain(owner.desk)})" if owner.desk else "desk"


def address_in_words(address: Address) -> str:
    """An address as CHANNEL:TEXT, the form that commands take; may be printed as it is."""
    return plain(f"{address.channel}:{address.text}")


def status_of(view: Conversation) -> str:
    """A conversation's status in a word, and until when; of one that has ended, why it did."""
    if view.HasField("closed_at"):
        return f"[dim]closed ({close_cause(view.close_cause)})[/dim]"
    until = f" until {clock(view.paused_until)}" if view.HasField("paused_until") else ""
    return status_word(view.status) + until


def status_word(status: int) -> str:
    """A status of the contract in a word; that of an unknown number is the number."""
    return word(pb.ConversationStatus, status, "CONVERSATION_STATUS_")


def mode_word(mode: int) -> str:
    """A mode of the contract in a word; that of an unknown number is the number."""
    return word(ConversationMode, mode, "CONVERSATION_MODE_")


def close_cause(cause: int) -> str:
    """Why a conversation ended, in a word."""
    return word(pb.CloseCause, cause, "CLOSE_CAUSE_")


def values_in_words(values: Struct) -> str:
    """Variables or fields as name=value, sorted; values as JSON; may be printed as it is."""
    return plain(", ".join(f"{name}={as_json(value)}" for name, value in sorted(from_struct(values).items())))


def because(reason: str) -> str:
    """A reason in brackets after a blank, or nothing if there is none; may be printed as it is."""
    return f" ({plain(reason)})" if reason else ""


def _opened(opened: pb.ConversationOpened) -> str:
    owner = f"{owner_in_words(opened.owner)} has it"
    if opened.alert_from:
        return f"[yellow]alert[/yellow] of {plain(opened.alert_from)}, {owner}{because(opened.opening.reason)}"
    after = f", after {plain(opened.previous_conversation_id)}" if opened.previous_conversation_id else ""
    if not opened.HasField("opening"):
        return f"opened by {plain(opened.contact_id)}, {owner}{after}"
    opening = opened.opening
    by = f"trigger {opening.trigger}" if opening.trigger else word(TransferInitiator, opening.initiator, _INITIATOR)
    intent = f", intent {plain(opening.intent_id)}" if opening.intent_id else ""
    reason = "" if opening.trigger else because(opening.reason)
    return f"opened by {plain(by)} with {plain(opened.contact_id)}, {owner}{intent}{after}{reason}"


def _turn_finished(finished: pb.TurnFinished, said: str) -> str:
    outcome = word(pb.TurnOutcome, finished.outcome, "TURN_OUTCOME_")
    who = f"[bold]{plain(finished.agent) or 'mesh'}[/bold]"
    if outcome == "answered":
        return f"{who}  {said}"
    return f"[dim]turn {outcome}{because(finished.reason.lower())}[/dim]" + (f"  {said}" if said else "")


def _outcome(outcome: pb.Outcome) -> str:
    words = []
    if outcome.HasField("resolved"):
        words.append("resolved" if outcome.resolved else "not resolved")
    if outcome.HasField("booked"):
        words.append("booked" if outcome.booked else "not booked")
    if outcome.HasField("satisfaction"):
        words.append(f"satisfaction {outcome.satisfaction} of 5")
    return ", ".join(words)


def _closed(closed: pb.ConversationClosed) -> str:
    by = f" by {plain(closed.by)}" if closed.by else ""
    cause = "" if closed.by else f", {close_cause(closed.cause)}"
    return f"closed{by}{cause}{because(closed.reason)}"


def _status_changed(changed: pb.StatusChanged) -> str:
    until = f" until {clock(changed.until)}" if changed.HasField("until") else ""
    return f"now {status_word(changed.status)}{until}{because(changed.reason)}"


def _tags(changed: pb.TagsChanged) -> str:
    return plain(" ".join([*(f"+{tag}" for tag in changed.added), *(f"-{tag}" for tag in changed.removed)]))


_INITIATOR = "TRANSFER_INITIATOR_"
_WORDS: Words = {
    "opened": lambda body, _: _opened(body),
    "message_posted": lambda _, said: f"[bold]contact[/bold]  {said}",
    "turn_started": lambda body, _: f"[dim]{plain(body.agent)} is given a turn[/dim]",
    "turn_finished": _turn_finished,
    "reply_suggested": lambda body, said: (
        f"[yellow]suggested by {plain(body.agent)}[/yellow] (turn {short(body.turn_id)})  {said}"
    ),
    "suggestion_dropped": lambda body, _: f"dropped by {plain(body.person) or 'time'}{because(body.reason)}",
    "late_reply": lambda _, said: f"[yellow]a late reply, kept apart[/yellow]  {said}",
    "transfer_requested": lambda body, _: f"transfer to {owner_in_words(body.target)} asked for{because(body.reason)}",
    "offer_answered": lambda body, _: ("accepted" if body.decision == 1 else "declined") + because(body.reason),
    "owner_changed": lambda body, _: (
        f"[cyan]{owner_in_words(body.previous)} → {owner_in_words(body.owner)}[/cyan] "
        f"epoch {body.epoch}{because(body.reason)}"
    ),
    "transfer_failed": lambda body, _: f"[yellow]no transfer[/yellow]{because(body.reason)}",
    "status_changed": lambda body, _: _status_changed(body),
    "mode_changed": lambda body, _: f"now {mode_word(body.mode)}",
    "desk_claimed": lambda body, _: f"claimed by {plain(body.person)}",
    "desk_released": lambda body, _: f"back in the queue, {plain(body.person)} had it{because(body.reason)}",
    "person_replied": lambda body, said: f"[bold]{plain(body.person)}[/bold]{' (note)' if body.note else ''}  {said}",
    "tags_changed": lambda body, _: _tags(body),
    "fields_changed": lambda body, _: f"fields {values_in_words(body.values)}",
    "form_submitted": lambda body, _: f"form {plain(body.form)} submitted: {values_in_words(body.values)}",
    "action_fired": lambda body, _: f"action {plain(body.action)} fired by {plain(body.agent) or 'somebody'}",
    "context_changed": lambda body, _: (
        f"context {values_in_words(body.values)}" + "".join(f" -{plain(name)}" for name in body.removed)
    ),
    "outcome_recorded": lambda body, _: f"outcome {_outcome(body.outcome)}",
    "silence_noticed": lambda body, _: f"[dim]silent for {body.seconds:g} s[/dim]",
    "owner_away": lambda body, _: f"[yellow]no instance of {plain(body.agent)} is ready[/yellow]",
    "trigger_fired": lambda body, _: f"[magenta]trigger {plain(body.trigger)}[/magenta]{because(body.refusal)}",
    "agent_said": lambda body, said: f"[bold]{plain(body.agent)}[/bold]  {said}",
    "member_answered": lambda body, said: (
        f"[bold]{plain(body.agent)}[/bold] (member){because(body.reason.lower())}  {said}".rstrip()
    ),
    "closed": lambda body, _: _closed(body),
    "close_requested": lambda body, _: f"to be {_closed(body.closed)} after the turn",
    "contact_replaced": lambda body, _: f"now of contact {plain(body.contact_id)}: its contact was merged into it",
    "language_changed": lambda body, _: f"language {plain(body.language) or 'not known'}",
    "agent_assigned": lambda body, _: f"assigned to {plain(body.agent) or 'the primary'}{because(body.reason)}",
    "contact_created": lambda body, _: f"contact {plain(body.contact_id)} is known",
    "address_linked": lambda body, _: f"address {address_in_words(body.address)} linked",
    "address_unlinked": lambda body, _: f"address {address_in_words(body.address)} unlinked",
    "conversation_begun": lambda body, _: f"conversation {plain(body.conversation_id)} on {plain(body.channel)} begins",
    "conversation_ended": lambda body, _: f"conversation {plain(body.conversation_id)} has ended",
    "contact_merged_into": lambda body, _: f"merged into {plain(body.contact_id)}",
    "contact_merged": lambda body, _: f"{plain(body.contact_id)} was merged into it",
}
