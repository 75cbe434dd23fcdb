"""tech-support-bot: finds repair steps in its knowledge file, and asks billing-bot if the question is about money too.

At the start it indexes the sections of the file (data/knowledge.md) for full-text search, which ranks them by BM25.
"""

import re
import sqlite3
from collections.abc import Iterator
from importlib import resources
from typing import NamedTuple

from botmesh import Agent, AgentFailed, BotmeshError, Skill, Task
from botmesh_bots.language import key_words

BILLING = "billing-bot"

agent = Agent(
    "tech-support-bot",
    description="Helps with internet, wifi, phone, TV and mail trouble",
    version="1.0.0",
    tags=["support"],
    languages=["en"],
    skills=[
        Skill(
            "internet",
            "Finds out why the internet line is down or slow, and what a customer gets back for an outage",
            examples=[
                "My internet is down",
                "The internet was down for two days, do I get a refund?",
                "The line is slower than my plan says",
                "The red light on the fibre box is on",
            ],
            tags=["internet", "outage", "speed"],
            idempotent=True,
        ),
        Skill(
            "wifi-and-router",
            "Sets up and repairs wifi, router and what is connected to them",
            examples=["My wifi drops", "How do I change the wifi password?", "The router restarts at night"],
            tags=["wifi", "router", "network"],
            idempotent=True,
        ),
        Skill(
            "phone-tv-mail",
            "Helps with telephone, voicemail, television and e-mail",
            examples=["My phone has no dial tone", "The television picture freezes", "I cannot send e-mail"],
            tags=["phone", "tv", "mail"],
            idempotent=True,
        ),
    ],
)
knowledge: sqlite3.Connection


@agent.on_start
async def open_file() -> None:
    """Index the knowledge file."""
    global knowledge  # noqa: PLW0603 - the handlers share it; it is open before the first task
    knowledge = open_knowledge()


@agent.on_stop
async def close_file() -> None:
    """Close the index."""
    knowledge.close()


@agent.on_delegate
async def work(task: Task) -> str:
    """Return the steps of the best section and, if the question is about money too, the answer of billing-bot."""
    section = search(knowledge, task.text)
    skill = billing_skill(task.text)
    if section is None:
        raise AgentFailed("I know nothing about this. Tell me what does not work: internet, wifi, phone, TV or mail.")
    steps = f"{section.title}:\n{section.steps}"
    return f"{steps}\n\n{await ask_billing(task, skill)}" if skill else steps


async def ask_billing(task: Task, skill: str) -> str:
    """Return the answer of billing-bot to the same question.

    If billing-bot fails, return a sentence about that, because the steps help without its answer.
    """
    try:
        reply = await task.delegate(BILLING, task.text, context=task.context, skill=skill)
    except AgentFailed as failure:
        return f"I asked {BILLING} too, but: {failure.text}"
    except BotmeshError:
        return f"{BILLING} does not answer now: ask again later about the money."
    return f"{BILLING} adds: {reply.text}"


class Section(NamedTuple):
    """A section of the knowledge file: the trouble, the words in which people report it, and the repair steps."""

    title: str
    symptoms: str
    steps: str


def read_sections(text: str) -> Iterator[Section]:
    """Yield the sections of a knowledge file in Markdown: `## title`, a line `Symptoms: ...`, and the numbered steps.

    Raises:
        ValueError: a section has no line of symptoms or no steps.
    """
    for chunk in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        match = re.fullmatch(r"(?P<title>.+)\n+Symptoms: (?P<symptoms>.+)\n+(?P<steps>1\.[\s\S]+)", chunk.strip())
        if match is None:
            raise ValueError(f"section {chunk.splitlines()[0]!r} needs a line 'Symptoms: ...' and steps from '1.' on")
        yield Section(**match.groupdict())


def open_knowledge() -> sqlite3.Connection:
    """Index the knowledge file for full-text search, in memory."""
    knowledge = sqlite3.connect(":memory:")
    knowledge.execute("CREATE VIRTUAL TABLE sections USING fts5(title, symptoms, steps, tokenize = 'porter unicode61')")
    text = resources.files("botmesh_bots").joinpath("data/knowledge.md").read_text(encoding="utf-8")
    knowledge.executemany("INSERT INTO sections VALUES (?, ?, ?)", read_sections(text))
    return knowledge


def search(knowledge: sqlite3.Connection, question: str) -> Section | None:
    """Return the section that fits a question best, or None if no title or symptoms have any of its words."""
    words = key_words(question)
    if not words:
        return None
    any_word = " OR ".join(f'"{word}"' for word in words)
    # A word that is in the steps only does not make a section fit, but counts in the rank of the sections that fit.
    row = knowledge.execute(
        """
        SELECT title, symptoms, steps FROM sections
        WHERE sections MATCH ? AND rowid IN (SELECT rowid FROM sections WHERE sections MATCH ?)
        ORDER BY bm25(sections, 4.0, 3.0, 0.5) LIMIT 1
        """,
        (any_word, f"{{title symptoms}} : ({any_word})"),
    ).fetchone()
    return Section(*row) if row else None


def billing_skill(question: str) -> str:
    """Return the skill of billing-bot that a question needs too: "credit", "plan", or empty text for none."""
    if re.search(r"\brefund|\bcredit|\bcompensat|\bmoney\b|\breimburs", question, re.IGNORECASE):
        return "credit"
    if re.search(r"\bplan\b|\btariff\b|\bcontract\b|\bpay for\b|\bpaying\b", question, re.IGNORECASE):
        return "plan"
    return ""


if __name__ == "__main__":
    agent.run()
