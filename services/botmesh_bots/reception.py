"""reception-bot: finds out who is qualified, delegates, and passes the answer on. Answers itself if nobody can."""

from botmesh import Agent, AgentFailed, BotmeshError, Match, Reply, Skill, Task
from botmesh_bots.words import key_words

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


def myself(why: str) -> Reply:
    """Reception's own answer."""
    return Reply(f"{why} {OFFER}", confidence=SELF_CONFIDENCE)


if __name__ == "__main__":
    agent.run()
