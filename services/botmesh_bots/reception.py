"""reception-bot: finds the agent that can answer a question, delegates to it and returns its answer.

If no agent can answer, it says so itself. In a conversation it transfers disputes to the specialist, and angry contacts
to the desk.
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
"""The confidence of reception's own answers: they hold no knowledge of the question."""
OFFER = (
    "I can find help with invoices and payments, with internet, wifi, telephone and mail, and, for staff, with leave "
    "and house rules. People are at the desk from Monday to Friday, 8 to 18."
)
DISPUTES = frozenset({"duplicate-charges"})
"""Skills that take several turns: the conversation is transferred to the agent that has the skill."""
_ANGER = re.compile(r"\b(angry|unacceptable|ridiculous|outrageous|complain\w*|lawyer|fed up)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(person|human|somebody real|real agent|colleague|manager)\b", re.IGNORECASE)


@agent.on_turn
async def turn(conversation: Conversation) -> Reply | None:
    """Transfer to the desk or to the specialist of a dispute; answer other questions as `work` does."""
    text = conversation.text
    if _ANGER.search(text) or _PERSON.search(text):
        reason = "the contact is angry" if _ANGER.search(text) else "asked for a person"
        await conversation.transfer(DESK, reason=reason, handoff_message="I am getting a colleague for you.")
        return None
    match = await _find(conversation, key_words(text))
    if match is not None and match.skill_id in DISPUTES:
        transfer = await conversation.transfer(
            match.name, reason="a dispute", handoff_message=f"{match.name} will look into this with you."
        )
        if transfer.transferred:
            return None
    return await work(conversation)


@agent.on_delegate
async def work(task: Task) -> Reply:
    """Return the answer of the best qualified agent under its name, or else reception's own answer."""
    words = key_words(task.text)
    if not words:
        return own_answer("Good day.")
    try:
        match = await find(task, words)
    except BotmeshError:
        return own_answer("I cannot find out now who can help with this.")
    if match is None:
        return own_answer("Nobody in the team knows about this.")
    try:
        reply = await task.delegate(match.name, task.text, context=task.context)
    except AgentFailed as failure:
        return own_answer(f"{match.name} looked into it, but: {failure.text}")
    except BotmeshError:
        return own_answer(f"{match.name} is the one to ask, but does not answer now. Please try again in a minute.")
    return Reply([f"{match.name} answers:", *reply.parts], confidence=reply.confidence)


async def find(task: Task, words: list[str]) -> Match | None:
    """Return the best match among the other agents, or None."""
    matches = await task.find(" ".join(words), limit=3)  # filler words such as "what" fit every agent
    return next((match for match in matches if match.name != agent.name), None)


async def _find(task: Task, words: list[str]) -> Match | None:
    """As `find`, but None also if there are no words or the search fails."""
    try:
        return await find(task, words) if words else None
    except BotmeshError:
        return None


def own_answer(reason: str) -> Reply:
    """Return reception's own answer: the reason, and what the team can help with."""
    return Reply(f"{reason} {OFFER}", confidence=SELF_CONFIDENCE)


if __name__ == "__main__":
    agent.run()
