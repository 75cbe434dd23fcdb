import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

import botmesh.testing
from botmesh import AgentFailed
from botmesh_bots import billing, tech_support


@pytest.fixture
def knowledge() -> Iterator[sqlite3.Connection]:
    with closing(tech_support.open_knowledge()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("My internet is down", "No internet at all"),
        ("The line is slower than my plan says", "Slow internet"),
        ("My wifi drops every evening", "Wifi drops or is weak"),
        ("How do I change the wifi password?", "Change the wifi name or password"),
        ("the router restarts at night", "Router restarts by itself"),
        ("There's a red light on the fibre box", "Fibre light is red"),
        ("My phone has no dial tone", "Phone has no dial tone"),
        ("I can't send e-mail", "E-mail cannot be sent or received"),
        ("The TV picture freezes", "Television stutters"),
        ("VPN to the company fails", "VPN does not connect"),
        ("We are moving to a new office", "Move to another address"),
    ],
)
def test_the_best_section_is_found(knowledge: sqlite3.Connection, question: str, title: str) -> None:
    section = tech_support.search(knowledge, question)
    assert section is not None
    assert section.title == title
    assert section.steps.startswith("1. ")


@pytest.mark.parametrize("question", ["What is the meaning of life?", "Can you help me?", "", '"" OR * NEAR('])
def test_what_no_section_is_about_is_not_found(knowledge: sqlite3.Connection, question: str) -> None:
    assert tech_support.search(knowledge, question) is None


def test_the_file_has_25_whole_sections(knowledge: sqlite3.Connection) -> None:
    assert knowledge.execute("SELECT count(*) FROM sections").fetchone()[0] == 25


def test_a_section_without_symptoms_is_named() -> None:
    with pytest.raises(ValueError, match="'Broken'"):
        list(tech_support.read_sections("# File\n\n## Broken\n\n1. Do it.\n"))


@pytest.mark.parametrize(
    ("question", "skill"),
    [("Do I get a refund?", "credit"), ("Is it as fast as my plan says?", "plan"), ("My wifi drops", "")],
)
def test_money_and_plans_are_billings(question: str, skill: str) -> None:
    assert tech_support.billing_skill(question) == skill
    assert not skill or skill in billing.SKILLS


async def test_a_refund_is_asked_of_billing() -> None:
    question = "The internet was down for two days. Do I get a refund?"
    async with botmesh.testing.mesh(tech_support.agent, billing.agent) as mesh:
        reply = await mesh.delegate("tech-support-bot", question, context={"customer": 23})
        assert "Unplug the router" in reply.text
        assert "billing-bot adds: Brightwater Dental gets a credit of 5.27 EUR" in reply.text
        reply = await mesh.delegate("tech-support-bot", question, context={"customer": 99})
        assert "Unplug the router" in reply.text
        assert "I asked billing-bot too, but: There is no customer '99'" in reply.text


async def test_the_steps_come_without_billing() -> None:
    async with botmesh.testing.mesh(tech_support.agent) as mesh:
        reply = await mesh.delegate("tech-support-bot", "My line is slower than my plan", context={"customer": 23})
        assert "Measure by cable" in reply.text
        assert "billing-bot does not answer now" in reply.text
        with pytest.raises(AgentFailed, match="I know nothing about this"):
            await mesh.delegate("tech-support-bot", "Where is the moon?")
