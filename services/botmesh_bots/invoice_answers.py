"""The functions behind the skills of billing-bot. Each takes the invoice list, a customer and the question's text."""

import re
import sqlite3
from datetime import date

from botmesh import AgentFailed
from botmesh_bots.invoice_list import duplicates_of, invoices_of, paid_in, today_of
from botmesh_bots.language import find_hours, find_month

HOURS_IN_A_MONTH = 30 * 24
"""Hours by which a credit divides the price of a month; the contract with the customers sets it."""
_NUMBER = re.compile(r"\b(?:invoice|number|no\.)\s*(?:number|no\.)?\s*#?\s*(\d{1,9})\b|\b(\d{5})\b", re.IGNORECASE)


def duplicate_charges(books: sqlite3.Connection, customer: sqlite3.Row, _text: str) -> str:
    """List the items that were charged twice, the invoices that were paid twice, and the sum that is owed for them."""
    findings = []
    owed = 0
    for row in duplicates_of(books, customer):
        surplus = row["cents"] * (row["times"] - 1)
        owed += surplus
        findings.append(
            f"{row['item']} for {_month(row['period'])} was charged {_times(row['times'])}: invoices {row['numbers']}, "
            f"{_money(row['cents'])} each, {_money(surplus)} too much."
        )
    for row in invoices_of(books, customer):
        if row["paid"] > row["cents"]:
            owed += row["paid"] - row["cents"]
            findings.append(
                f"Invoice {row['number']} ({row['item']}, {_month(row['period'])}) was paid {_times(row['payments'])}, "
                f"{_money(row['paid'] - row['cents'])} too much."
            )
    if not findings:
        return f"I went through all invoices and payments of {customer['name']}: nothing was charged or paid twice."
    return "\n".join([f"You are right, {customer['name']}.", *findings, f"We owe you {_money(owed)}."])


def open_invoices(books: sqlite3.Connection, customer: sqlite3.Row, _text: str) -> str:
    """List the invoices that are not paid in full, each with its due date and the days it is overdue."""
    today = today_of(books)
    rows = [row for row in invoices_of(books, customer) if row["paid"] < row["cents"]]
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
    """Explain the invoice whose number is in the text: item, amount, due date and payments.

    Raises:
        AgentFailed: the text has no number, or the customer has no such invoice.
    """
    number = invoice_number(text)
    row: sqlite3.Row | None = next((row for row in invoices_of(books, customer) if row["number"] == number), None)
    if number is None:
        raise AgentFailed("Which invoice? Its number stands at the top right: five digits.")
    if row is None:
        raise AgentFailed(f"{customer['name']} has no invoice {number}: check the number.", invoice=number)
    cents, paid, item = row["cents"], row["paid"], f"{row['item']} for {_month(row['period'])}"
    what = f"Invoice {number} of {_day(row['issued'])}: {item}, {_money(cents)}."
    if paid == 0:
        return f"{what} Not paid; {_due(row, today_of(books))}."
    last = _day(row["last_paid"])
    if paid < cents:
        return f"{what} {_money(paid)} paid on {last}, {_money(cents - paid)} open; {_due(row, today_of(books))}."
    return f"{what} Paid {_times(row['payments'])}, last on {last}." if paid > cents else f"{what} Paid on {last}."


def month_total(books: sqlite3.Connection, customer: sqlite3.Row, text: str) -> str:
    """Add up what was billed and paid in the month that the text names, or else in the month of the list's day."""
    today = today_of(books)
    year, month = find_month(text, today) or (today.year, today.month)
    period = f"{year}-{month:02}"
    rows = [row for row in invoices_of(books, customer) if row["issued"].startswith(period)]
    paid = paid_in(books, customer, period)
    if not rows:
        return f"{customer['name']} got no invoices in {_month(period)}, and paid {_money(paid)} in that month."
    lines = [f"  {row['number']}  {row['item']}  {_money(row['cents'])}" for row in rows]
    billed = sum(row["cents"] for row in rows)
    return "\n".join([f"In {_month(period)} we billed {_money(billed)}, and you paid {_money(paid)}:", *lines])


def plan(_books: sqlite3.Connection, customer: sqlite3.Row, _text: str) -> str:
    """Describe the customer's plan: its name, speed and price."""
    speed = f"{customer['mbit_down']} Mbit/s down, {customer['mbit_up']} Mbit/s up"
    return f"{customer['name']} has {customer['plan']}: {speed}, {_money(customer['cents'])} a month."


def credit(_books: sqlite3.Connection, customer: sqlite3.Row, text: str) -> str:
    """Compute the credit for the time without service that the text names.

    Raises:
        AgentFailed: the text names no span of time.
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
    """Return the invoice number in a text, or None."""
    match = _NUMBER.search(text)
    return int(match[1] or match[2]) if match else None


def _open_line(row: sqlite3.Row, today: date) -> str:
    part = f" of {_money(row['cents'])}" if row["paid"] else ""
    return (
        f"  {row['number']}  {row['item']}, {_month(row['period'])}  {_money(row['cents'] - row['paid'])}{part}, "
        f"{_due(row, today)}"
    )


def _due(row: sqlite3.Row, today: date) -> str:
    late = (today - date.fromisoformat(row["due"])).days
    return f"due on {_day(row['due'])}" + (f", {late} day{'s'[: late != 1]} overdue" if late > 0 else "")


def _money(cents: int) -> str:
    return f"{cents / 100:,.2f} EUR"


def _day(day: str | date) -> str:
    parsed = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{parsed.day} {parsed:%B %Y}"


def _month(period: str) -> str:
    return f"{date.fromisoformat(f'{period}-01'):%B %Y}"


def _times(count: int) -> str:
    return {2: "twice", 3: "three times"}.get(count, f"{count} times")
