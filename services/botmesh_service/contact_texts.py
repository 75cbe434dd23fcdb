"""What the mesh itself says to contacts: the defaults of the settings `text_...`. An empty text is not said."""

from dataclasses import dataclass

APOLOGY = "Sorry, I could not answer that. I have passed your message on."
WAITING = "This takes a moment. Your message has arrived and will be answered."
UNANSWERED = "Nobody can answer right now. Your message waits for a person."
NOT_KNOWN = "Sorry, I do not know about that."


@dataclass(frozen=True, slots=True)
class ContactTexts:
    """The texts of one mesh."""

    apology: str = APOLOGY
    """A bot failed, and another agent gets the message."""
    waiting: str = WAITING
    """The agent is away and waited for; shown, and not kept in the history."""
    unanswered: str = UNANSWERED
    """The mesh gave the conversation to the human desk because no agent can answer."""
    not_known: str = NOT_KNOWN
    """A bot says that the message is not its own, and nobody else is to have it."""
