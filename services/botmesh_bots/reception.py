"""reception-bot: finds out who is qualified, delegates, and passes the answer on. Answers itself if nobody can.

In a conversation it hands over what others should see through: disputes go to their specialist, anger to a person.
"""

import re

from botmesh import DESK, Agent, AgentFailed, BotmeshError, Conversation, Match, Reply, Skill, Task
from botmesh_bots.language import key_words

agent = Agent(
    "reception-bot",
    description="Takes every question and finds who can answer it",
    version="1.0.0",
    languages=["en"],
    skills=[
        Skill("reception", "Finds the agent that can answer a question, and passes its answer on", idempotent=True),
    ],
)

SELF_CONFIDENCE = 0.1
"""Of answers that reception makes up for itself: good manners, little knowledge."""
OFFER = (
    "I can find help with invoices and payments, with internet, wifi, telephone and mail, and, for staff, with leave "
    "and house rules. People are at the desk from Monday to Friday, 8 to 18."
)
DISPUTES = frozenset({"duplicate-charges"})
"""Skills whose matters take more than one answer: whoever has one gets the conversation."""
_ANGER = re.compile(r"\b(angry|unacceptable|ridiculous|outrageous|complain\w*|lawyer|fed up)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(person|human|somebody real|real agent|colleague|manager)\b", re.IGNORECASE)


@agent.on_turn
async def turn(conversation: Conversation) -> Reply | None:
    """Anger and wishes for a person go to the desk, disputes to their specialist; the rest is answered as a task."""
    said = conversation.text
    if _ANGER.search(said) or _PERSON.search(said):
        reason = "the contact is angry" if _ANGER.search(said) else "asked for a person"
        await conversation.transfer(DESK, reason=reason, handoff_message="I am getting a colleague for you.")
        return None
    match = await _find(conversation, key_words(said))
    if match is not None and match.skill_id in DISPUTES:
        moved = await conversation.transfer(
            match.name, reason="a dispute", handoff_message=f"{match.name} will look into this with you."
        )
        if moved.transferred:
            return None
    return await work(conversation)


@agent.on_delegate
async def work(task: Task) -> Reply:
    """The answer of whoever is best qualified, with their name; else reception's own."""
    words = key_words(task.text)
    if not words:
        return myself("Good day.")
    try:
        match = await find(task, words)
    except BotmeshError:
        return myself("I cannot find out now who can help with this.")
    if match is None:
        return myself("Nobody in the team knows about this.")
    try:
        reply = await task.delegate(match.name, task.text, context=task.context)
    except AgentFailed as failure:
        return myself(f"{match.name} looked into it, but: {failure.text}")
    except BotmeshError:
        return myself(f"{match.name} is the one to ask, but does not answer now. Please try again in a minute.")
    return Reply([f"{match.name} answers:", *reply.parts], confidence=reply.confidence)


async def find(task: Task, words: list[str]) -> Match | None:
    """The agent besides this one that fits best; None: none fits."""
    matches = await task.find(" ".join(words), limit=3)  # without "what", "can" and "the": they fit everybody
    return next((match for match in matches if match.name != agent.name), None)


async def _find(task: Task, words: list[str]) -> Match | None:
    """As `find`; None also where nobody can be asked."""
    try:
        return await find(task, words) if words else None
    except BotmeshError:
        return None


def myself(why: str) -> Reply:
    """Reception's own answer."""
    return Reply(f"{why} {OFFER}", confidence=SELF_CONFIDENCE)


if __name__ == "__main__":
    agent.run()
