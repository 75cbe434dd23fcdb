"""Reads and queries the invoice list (data/invoices.sql): customers, plans, invoices and payments, in SQLite."""

import sqlite3
from datetime import date
from importlib import resources

from botmesh import AgentFailed


def open_books() -> sqlite3.Connection:
    """Read the invoice list into a database in memory."""
    books = sqlite3.connect(":memory:")
    books.row_factory = sqlite3.Row
    books.executescript(resources.files("botmesh_bots").joinpath("data/invoices.sql").read_text(encoding="utf-8"))
    return books


def today_of(books: sqlite3.Connection) -> date:
    """Return the day of the list, which its skills use as today."""
    return date.fromisoformat(books.execute("SELECT as_of FROM books").fetchone()[0])


def find_customer(books: sqlite3.Connection, customer_id: object) -> sqlite3.Row:
    """Return a customer's row, joined with the row of the customer's plan.

    Args:
        books: the invoice list.
        customer_id: a number, or its text.

    Raises:
        AgentFailed: `customer_id` is None or empty, or no customer has that id.
    """
    if customer_id in (None, ""):
        raise AgentFailed('I need to know whose invoices: put the customer\'s id into the context, {"customer": 17}.')
    row: sqlite3.Row | None = books.execute(
        "SELECT * FROM customers JOIN plans ON plans.name = plan WHERE id = ?", (str(customer_id).strip(),)
    ).fetchone()
    if row is None:
        shown = str(customer_id)[:40]
        raise AgentFailed(f"There is no customer {shown!r}: check the id in the context.", customer=shown)
    return row


def invoices_of(books: sqlite3.Connection, customer: sqlite3.Row) -> list[sqlite3.Row]:
    """Return a customer's invoices in the order of their numbers.

    Each row has the columns of `invoices`, the sum `paid` in cents, the number of `payments`, and the day `last_paid`.
    """
    return books.execute(
        """
        SELECT invoices.*, coalesce(sum(payments.cents), 0) AS paid, count(payments.id) AS payments,
               max(paid_on) AS last_paid
        FROM invoices LEFT JOIN payments ON invoice = number
        WHERE customer = ? GROUP BY number ORDER BY number
        """,
        (customer["id"],),
    ).fetchall()


def duplicates_of(books: sqlite3.Connection, customer: sqlite3.Row) -> list[sqlite3.Row]:
    """Return the items that a customer was charged several times.

    Each row has `item`, `period`, `cents`, the number of `times`, and the invoice `numbers` as text.
    """
    return books.execute(
        """
        SELECT item, period, cents, count(*) AS times, group_concat(number, ' and ') AS numbers
        FROM (SELECT * FROM invoices WHERE customer = ? ORDER BY number)
        GROUP BY item, period, cents HAVING times > 1 ORDER BY period
        """,
        (customer["id"],),
    ).fetchall()


def paid_in(books: sqlite3.Connection, customer: sqlite3.Row, month: str) -> int:
    """Return the cents that a customer paid in a month, "2026-10"."""
    cents: int = books.execute(
        """
        SELECT coalesce(sum(payments.cents), 0) FROM payments JOIN invoices ON number = invoice
        WHERE customer = ? AND paid_on LIKE ? || '-%'
        """,
        (customer["id"], month),
    ).fetchone()[0]
    return cents
