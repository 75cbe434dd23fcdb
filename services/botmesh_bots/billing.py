"""billing-bot: answers questions about a customer's invoices from the invoice list.

The context of a task says whose invoices are meant: {"customer": 17}. An answer is made from that customer's invoices
only.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from botmesh import NOT_MINE, Agent, AgentFailed, Conversation, Skill, Task
from botmesh.conversation import NotMine
from botmesh_bots.invoice_answers import (
    credit,
    duplicate_charges,
    invoice,
    invoice_number,
    month_total,
    open_invoices,
    plan,
)
from botmesh_bots.invoice_list import find_customer, open_books

agent = Agent(
    "billing-bot",
    description="Answers questions about invoices, payments and plans",
    version="1.0.0",
    tags=["billing"],
    languages=["en"],
    skills=[
        Skill(
            "duplicate-charges",
            "Finds items that were charged twice and invoices that were paid twice",
            examples=["I was charged twice", "You billed me double", "I paid the same invoice twice"],
            tags=["charge", "refund"],
            idempotent=True,
        ),
        Skill(
            "open-invoices",
            "Lists the invoices that are not paid, and which of them are overdue",
            examples=["Which invoices are still open?", "How much do I owe you?", "Is anything unpaid or overdue?"],
            tags=["invoice", "payment"],
            idempotent=True,
        ),
        Skill(
            "invoice",
            "Explains one invoice by its number: what it is for, when it was due, what was paid",
            examples=["What is invoice 10433 for?", "Was invoice 10412 paid?", "When is invoice 10438 due?"],
            tags=["invoice"],
            idempotent=True,
        ),
        Skill(
            "month-total",
            "Adds up what was billed and paid in a month",
            examples=["How much did I pay in September?", "What was the total of my invoices last month?"],
            tags=["invoice", "total"],
            idempotent=True,
        ),
        Skill(
            "plan",
            "Says which plan a customer has, how fast it is and what it costs",
            examples=["Which plan do I have?", "What does my contract cost a month?"],
            tags=["plan", "price"],
            idempotent=True,
        ),
        Skill(
            "credit",
            "Works out the credit for time without service from the customer's plan",
            examples=["Credit for 48 hours without service"],
            tags=["credit"],
            idempotent=True,
        ),
    ],
)
books: sqlite3.Connection
SKILLS: dict[str, Callable[[sqlite3.Connection, sqlite3.Row, str], str]] = {
    "duplicate-charges": duplicate_charges,
    "open-invoices": open_invoices,
    "invoice": invoice,
    "month-total": month_total,
    "plan": plan,
    "credit": credit,
}
"""The function behind each skill."""
_WORDS = (
    ("duplicate-charges", r"\btwice\b|\bdoubl|\bduplicat|\btwo times\b|\bpaid too much\b|\bsame (invoice|charge)"),
    ("credit", r"\bcredit|\bcompensat|\bwithout service\b|\boutage\b"),
    ("open-invoices", r"\bopen\b|\bunpaid\b|\boverdue\b|\boutstanding\b|\bowe\b|\bdue\b"),
    ("plan", r"\bplan\b|\btariff\b|\bcontract\b|\bpackage\b"),
    ("month-total", r"\btotal|\bsum\b|\bhow much\b|\bpa(y|id)\b|\bbill(ed)?\b|\binvoices\b"),
)
"""Skills, and patterns of the words that ask for them; the first match decides."""


@agent.on_start
async def open_list() -> None:
    """Read the invoice list."""
    global books  # noqa: PLW0603 - the handlers share it; it is open before the first task
    books = open_books()


@agent.on_stop
async def close_list() -> None:
    """Close the invoice list."""
    books.close()


@agent.on_delegate
async def work(task: Task) -> str:
    """Answer from the customer's invoices."""
    return answer(books, task.text, task.context, task.skill)


@agent.on_turn
async def turn(conversation: Conversation) -> str | NotMine:
    """Answer a contact; give a question that is not about invoices back to the account's primary agent."""
    if not choose(conversation.text):
        return NOT_MINE
    return answer(books, conversation.text, conversation.context)


def answer(books: sqlite3.Connection, text: str, context: Mapping[str, Any], skill: str = "") -> str:
    """Answer a customer's question.

    Args:
        books: the invoice list.
        text: the question.
        context: its "customer" is the customer's id.
        skill: the id of the skill to use; default: the skill that `choose` finds.

    Raises:
        AgentFailed: there is no such customer or invoice, or the question is not about invoices.
    """
    chosen = skill or choose(text)
    if chosen not in SKILLS:
        raise AgentFailed("I look after invoices: ask me about open ones, a number, a month, or a charge you doubt.")
    return SKILLS[chosen](books, find_customer(books, context.get("customer")), text)


def choose(text: str) -> str:
    """Return the id of the skill that a question asks for, or empty text."""
    if invoice_number(text):
        return "invoice"
    return next((skill for skill, words in _WORDS if re.search(words, text, re.IGNORECASE)), "")


if __name__ == "__main__":
    agent.run()
