import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

import botmesh.testing
from botmesh import AgentFailed
from botmesh_bots import billing, invoice_list


@pytest.fixture
def books() -> Iterator[sqlite3.Connection]:
    with closing(invoice_list.open_books()) as opened:
        yield opened


def ask(books: sqlite3.Connection, text: str, customer: object = 17, skill: str = "") -> str:
    return billing.answer(books, text, {"customer": customer}, skill)


def test_the_list_is_sound(books: sqlite3.Connection) -> None:
    assert books.execute("SELECT count(*) FROM customers").fetchone()[0] == 6
    assert books.execute("SELECT count(*) FROM invoices").fetchone()[0] == 40
    assert not books.execute("PRAGMA foreign_key_check").fetchall()


def test_an_item_that_was_charged_twice_is_found(books: sqlite3.Connection) -> None:
    said = ask(books, "I was charged twice")
    assert "Fibre 500 for October 2026 was charged twice: invoices 10433 and 10439" in said
    assert "We owe you 49.00 EUR." in said


def test_an_invoice_that_was_paid_twice_is_found(books: sqlite3.Connection) -> None:
    said = ask(books, "Did I pay the same invoice twice?", 23)
    assert "Invoice 10421 (Fibre 1000, August 2026) was paid twice, 79.00 EUR too much." in said


def test_a_new_duplicate_is_found_not_remembered(books: sqlite3.Connection) -> None:
    assert "nothing was charged or paid twice" in ask(books, "I was charged twice", 31)
    books.execute("INSERT INTO invoices VALUES (10500, 31, '2026-05-01', '2026-05-15', 'Fibre 100', '2026-05', 2900)")
    assert "invoices 10403 and 10500, 29.00 EUR each" in ask(books, "I was charged twice", 31)


def test_the_same_plan_in_another_month_is_no_duplicate(books: sqlite3.Connection) -> None:
    assert "nothing was charged or paid twice" in ask(books, "Something is double", 42)


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        (42, "10430  Fibre 100, September 2026  29.00 EUR, due on 15 September 2026, 46 days overdue"),
        (64, "10438  Fibre 500, October 2026  29.00 EUR of 49.00 EUR, due on 15 October 2026, 16 days overdue"),
        (58, "1 open invoice, 15.00 EUR in all"),
        (58, "due on 3 November 2026"),
        (17, "no open invoices as of 31 October 2026"),
    ],
)
def test_open_invoices(books: sqlite3.Connection, customer: int, expected: str) -> None:
    assert expected in ask(books, "Which invoices are still open?", customer)


def test_an_invoice_that_is_not_due_is_not_overdue(books: sqlite3.Connection) -> None:
    assert "overdue" not in ask(books, "What is unpaid?", 58)


@pytest.mark.parametrize(
    ("customer", "number", "expected"),
    [
        (17, 10433, "Fibre 500 for October 2026, 49.00 EUR. Paid on 4 October 2026."),
        (42, 10436, "Not paid; due on 15 October 2026, 16 days overdue."),
        (64, 10438, "29.00 EUR open"),
        (23, 10421, "Paid twice"),
        (31, 10413, "Engineer's visit"),
    ],
)
def test_an_invoice_by_its_number(books: sqlite3.Connection, customer: int, number: int, expected: str) -> None:
    assert expected in ask(books, f"What is invoice {number} about?", customer)


def test_another_customers_invoice_is_as_unknown_as_none(books: sqlite3.Connection) -> None:
    with pytest.raises(AgentFailed, match="Alder & Finch Books has no invoice 10436: check the number") as caught:
        ask(books, "invoice 10436")
    assert caught.value.metadata["invoice"] == "10436"
    with pytest.raises(AgentFailed, match="has no invoice 99999"):
        ask(books, "99999?")


def test_the_total_of_a_month(books: sqlite3.Connection) -> None:
    assert "In October 2026 we billed 98.00 EUR, and you paid 98.00 EUR" in ask(books, "What did I pay in October?")
    assert "In September 2026 we billed 29.00 EUR, and you paid 0.00 EUR" in ask(books, "How much was last month?", 42)
    assert "no invoices in January 2026" in ask(books, "total of January 2026")


def test_the_credit_follows_from_plan_and_time(books: sqlite3.Connection) -> None:
    assert "a credit of 3.27 EUR for 48 hours" in ask(books, "It was down for two days", skill="credit")
    assert "a credit of 79.00 EUR" in ask(books, "away for 9 weeks", 23, "credit")  # never more than a month's price
    with pytest.raises(AgentFailed, match="How long"):
        ask(books, "I want a credit")


def test_the_plan(books: sqlite3.Connection) -> None:
    assert ask(books, "Which plan do I have?", "31").startswith("Cobalt Cycles has Fibre 100: 100 Mbit/s down")


@pytest.mark.parametrize(
    ("who", "expected"), [("99", "no customer '99'"), (None, "whose invoices"), ("", "whose invoices")]
)
def test_an_unknown_customer_is_a_declared_failure(books: sqlite3.Connection, who: object, expected: str) -> None:
    with pytest.raises(AgentFailed, match=expected):
        ask(books, "I was charged twice", who)


def test_what_is_not_about_invoices_is_a_declared_failure(books: sqlite3.Connection) -> None:
    with pytest.raises(AgentFailed, match="I look after invoices"):
        ask(books, "My dog is ill")
    with pytest.raises(AgentFailed, match="I look after invoices"):
        ask(books, "I was charged twice", skill="tax-return")


def test_each_declared_skill_is_there_and_its_examples_choose_it() -> None:
    assert {skill.id for skill in billing.agent.card.skills} == set(billing.SKILLS)
    for skill in billing.agent.card.skills:
        for example in skill.examples:
            assert billing.choose(example) == skill.id, example


async def test_the_bot_answers_over_the_mesh() -> None:
    async with botmesh.testing.mesh(billing.agent) as mesh:
        reply = await mesh.delegate("billing-bot", "I was charged twice", context={"customer": "17"})
        assert "49.00 EUR" in reply.text
        with pytest.raises(AgentFailed, match="no customer '99'") as caught:
            await mesh.delegate("billing-bot", "I was charged twice", context={"customer": "99"})
        assert caught.value.metadata["customer"] == "99"
