"""billing-bot: answers questions about a customer's invoices from the invoice list.

The list (data/invoices.sql) is read into memory at the start. The caller's context says whose invoices are meant:
{"customer": 17}. Nobody gets to see another customer's.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from importlib import resources
from typing import Any

from botmesh import NOT_MINE, Agent, AgentFailed, Conversation, Skill, Task
from botmesh.conversation import NotMine
from botmesh_bots.language import find_hours, find_month

HOURS_IN_A_MONTH = 30 * 24
"""By the contract with our customers, for credits."""

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


@agent.on_start
async def open_list() -> None:
    """Read the invoice list."""
    global books  # noqa: PLW0603 - one list, there before the first task
    books = open_books()


@agent.on_stop
async def close_list() -> None:
    """Let go of it."""
    books.close()


@agent.on_delegate
async def work(task: Task) -> str:
    """Answer from the customer's invoices."""
    return answer(books, task.text, task.context, task.skill)


@agent.on_turn
async def turn(conversation: Conversation) -> str | NotMine:
    """The same in a conversation; what is not about invoices is for the account's primary agent."""
    if not choose(conversation.text):
        return NOT_MINE
    return answer(books, conversation.text, conversation.context)


def open_books() -> sqlite3.Connection:
    """The invoice list, in memory."""
    opened = sqlite3.connect(":memory:")
    opened.row_factory = sqlite3.Row
    opened.executescript(resources.files("botmesh_bots").joinpath("data/invoices.sql").read_text(encoding="utf-8"))
    return opened


def answer(books: sqlite3.Connection, text: str, context: Mapping[str, Any], skill: str = "") -> str:
    """The answer to a customer's question.

    Raises:
        AgentFailed: no such customer or invoice, or the question is not about invoices.
    """
    chosen = skill or choose(text)
    if chosen not in SKILLS:
        raise AgentFailed("I look after invoices: ask me about open ones, a number, a month, or a charge you doubt.")
    return SKILLS[chosen](books, find_customer(books, context.get("customer")), text)


def choose(text: str) -> str:
    """The skill that a question asks for; empty: none."""
    if invoice_number(text):
        return "invoice"
    return next((skill for skill, words in _WORDS if re.search(words, text, re.IGNORECASE)), "")


def find_customer(books: sqlite3.Connection, who: object) -> sqlite3.Row:
    """The customer with an id, given as a number or as text, and the plan.

    Raises:
        AgentFailed: nobody is named, or nobody has that id.
    """
    if who in (None, ""):
        raise AgentFailed('I need to know whose invoices: put the customer\'s id into the context, {"customer": 17}.')
    row: sqlite3.Row | None = books.execute(
        "SELECT * FROM customers JOIN plans ON plans.name = plan WHERE id = ?", (str(who).strip(),)
    ).fetchone()
    if row is None:
        said = str(who)[:40]
        raise AgentFailed(f"There is no customer {said!r}: check the id in the context.", customer=said)
    return row


def duplicate_charges(books: sqlite3.Connection, customer: sqlite3.Row, _text: str) -> str:
    """What the customer was charged, or has paid, twice."""
    found = []
    back = 0
    for row in books.execute(
        """
        SELECT item, period, cents, count(*) AS times, group_concat(number, ' and ') AS numbers
        FROM (SELECT * FROM invoices WHERE customer = ? ORDER BY number)
        GROUP BY item, period, cents HAVING times > 1 ORDER BY period
        """,
        (customer["id"],),
    ):
        surplus = row["cents"] * (row["times"] - 1)
        back += surplus
        found.append(
            f"{row['item']} for {_month(row['period'])} was charged {_times(row['times'])}: invoices {row['numbers']}, "
            f"{_money(row['cents'])} each, {_money(surplus)} too much."
        )
    for row in _invoices(books, customer):
        if row["paid"] > row["cents"]:
            back += row["paid"] - row["cents"]
            found.append(
                f"Invoice {row['number']} ({row['item']}, {_month(row['period'])}) was paid {_times(row['payments'])}, "
                f"{_money(row['paid'] - row['cents'])} too much."
            )
    if not found:
        return f"I went through all invoices and payments of {customer['name']}: nothing was charged or paid twice."
    return "\n".join([f"You are right, {customer['name']}.", *found, f"We owe you {_money(back)}."])


def open_invoices(books: sqlite3.Connection, customer: sqlite3.Row, _text: str) -> str:
    """Which invoices are not paid in full."""
    today = _today(books)
    rows = [row for row in _invoices(books, customer) if row["paid"] < row["cents"]]
    if not rows:
        return f"{customer['name']} has no open invoices as of {_day(today)}."
    total = sum(row["cents"] - row["paid"] for row in rows)
    return "\n".join(
        [
            f"{customer['name']} has {len(rows)} open invoice{'s'[: len(rows) != 1]}, {_money(total)} in all:",
            *(_open_line(row, today) for row in rows),
        ]
    )


def invoice(books: sqlite3.Connection, customer: sqlite3.Row, text: str) -> str:
    """What one invoice is about.

    Raises:
        AgentFailed: the text names no number, or the customer has no such invoice.
    """
    number = invoice_number(text)
    row: sqlite3.Row | None = next((row for row in _invoices(books, customer) if row["number"] == number), None)
    if number is None:
        raise AgentFailed("Which invoice? Its number stands at the top right: five digits.")
    if row is None:
        raise AgentFailed(f"{customer['name']} has no invoice {number}: check the number.", invoice=number)
    cents, paid, item = row["cents"], row["paid"], f"{row['item']} for {_month(row['period'])}"
    what = f"Invoice {number} of {_day(row['issued'])}: {item}, {_money(cents)}."
    if paid == 0:
        return f"{what} Not paid; {_due(row, _today(books))}."
    last = _day(row["last_paid"])
    if paid < cents:
        return f"{what} {_money(paid)} paid on {last}, {_money(cents - paid)} open; {_due(row, _today(books))}."
    return f"{what} Paid {_times(row['payments'])}, last on {last}." if paid > cents else f"{what} Paid on {last}."


def month_total(books: sqlite3.Connection, customer: sqlite3.Row, text: str) -> str:
    """What was billed and paid in a month; without one in the text, in the list's own."""
    today = _today(books)
    year, month = find_month(text, today) or (today.year, today.month)
    period = f"{year}-{month:02}"
    rows = [row for row in _invoices(books, customer) if row["issued"].startswith(period)]
    paid = books.execute(
        """
        SELECT coalesce(sum(payments.cents), 0) FROM payments JOIN invoices ON number = invoice
        WHERE customer = ? AND paid_on LIKE ? || '-%'
        """,
        (customer["id"], period),
    ).fetchone()[0]
    if not rows:
        return f"{customer['name']} got no invoices in {_month(period)}, and paid {_money(paid)} in that month."
    lines = [f"  {row['number']}  {row['item']}  {_money(row['cents'])}" for row in rows]
    billed = sum(row["cents"] for row in rows)
    return "\n".join([f"In {_month(period)} we billed {_money(billed)}, and you paid {_money(paid)}:", *lines])


def plan(_books: sqlite3.Connection, customer: sqlite3.Row, _text: str) -> str:
    """The customer's plan."""
    speed = f"{customer['mbit_down']} Mbit/s down, {customer['mbit_up']} Mbit/s up"
    return f"{customer['name']} has {customer['plan']}: {speed}, {_money(customer['cents'])} a month."


def credit(_books: sqlite3.Connection, customer: sqlite3.Row, text: str) -> str:
    """The credit for time without service.

    Raises:
        AgentFailed: the text does not say how long it was.
    """
    hours = find_hours(text)
    if hours is None:
        raise AgentFailed('How long was the service away? Say it like "two days" or "36 hours".')
    share = min(hours, HOURS_IN_A_MONTH)
    cents = -(-customer["cents"] * share // HOURS_IN_A_MONTH)  # rounded up, in favour of the customer
    price = f"{customer['plan']} costs {_money(customer['cents'])} for {HOURS_IN_A_MONTH} hours"
    return (
        f"{customer['name']} gets a credit of {_money(cents)} for {hours} hours without service: {price}. "
        "It goes on the next invoice."
    )


def invoice_number(text: str) -> int | None:
    """The invoice number in a text; None: there is none."""
    match = _NUMBER.search(text)
    return int(match[1] or match[2]) if match else None


SKILLS: dict[str, Callable[[sqlite3.Connection, sqlite3.Row, str], str]] = {
    "duplicate-charges": duplicate_charges,
    "open-invoices": open_invoices,
    "invoice": invoice,
    "month-total": month_total,
    "plan": plan,
    "credit": credit,
}
_NUMBER = re.compile(r"\b(?:invoice|number|no\.)\s*(?:number|no\.)?\s*#?\s*(\d{1,9})\b|\b(\d{5})\b", re.IGNORECASE)
_WORDS = (
    ("duplicate-charges", r"\btwice\b|\bdoubl|\bduplicat|\btwo times\b|\bpaid too much\b|\bsame (invoice|charge)"),
    ("credit", r"\bcredit|\bcompensat|\bwithout service\b|\boutage\b"),
    ("open-invoices", r"\bopen\b|\bunpaid\b|\boverdue\b|\boutstanding\b|\bowe\b|\bdue\b"),
    ("plan", r"\bplan\b|\btariff\b|\bcontract\b|\bpackage\b"),
    ("month-total", r"\btotal|\bsum\b|\bhow much\b|\bpa(y|id)\b|\bbill(ed)?\b|\binvoices\b"),
)


def _invoices(books: sqlite3.Connection, customer: sqlite3.Row) -> list[sqlite3.Row]:
    return books.execute(
        """
        SELECT invoices.*, coalesce(sum(payments.cents), 0) AS paid, count(payments.id) AS payments,
               max(paid_on) AS last_paid
        FROM invoices LEFT JOIN payments ON invoice = number
        WHERE customer = ? GROUP BY number ORDER BY number
        """,
        (customer["id"],),
    ).fetchall()


def _open_line(row: sqlite3.Row, today: date) -> str:
    part = f" of {_money(row['cents'])}" if row["paid"] else ""
    return (
        f"  {row['number']}  {row['item']}, {_month(row['period'])}  {_money(row['cents'] - row['paid'])}{part}, "
        f"{_due(row, today)}"
    )


def _due(row: sqlite3.Row, today: date) -> str:
    late = (today - date.fromisoformat(row["due"])).days
    return f"due on {_day(row['due'])}" + (f", {late} day{'s'[: late != 1]} overdue" if late > 0 else "")


def _today(books: sqlite3.Connection) -> date:
    return date.fromisoformat(books.execute("SELECT as_of FROM books").fetchone()[0])


def _money(cents: int) -> str:
    return f"{cents / 100:,.2f} EUR"


def _day(day: str | date) -> str:
    parsed = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{parsed.day} {parsed:%B %Y}"


def _month(period: str) -> str:
    return f"{date.fromisoformat(f'{period}-01'):%B %Y}"


def _times(count: int) -> str:
    return {2: "twice", 3: "three times"}.get(count, f"{count} times")


if __name__ == "__main__":
    agent.run()
