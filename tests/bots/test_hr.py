from dataclasses import replace
from datetime import date

import pytest

import botmesh.testing
from botmesh import AgentFailed
from botmesh_bots import hr

STAFF = hr.read_staff()


def employee(name: str) -> hr.Employee:
    return next(one for one in STAFF.employees if one.name.startswith(name))


def test_the_list_is_sound() -> None:
    assert len(STAFF.employees) == 8
    for one in STAFF.employees:
        assert set(one.works) <= set(hr.DAYS)
        assert all(first <= last for first, last in one.absences)
        assert hr.balance_of(STAFF, one).left >= 0


def test_a_balance_counts_entitled_carried_taken_and_booked_days() -> None:
    assert hr.balance_of(STAFF, employee("Priya")) == hr.Balance(30, 5, 15, 5)
    assert hr.balance_of(STAFF, employee("Priya")).left == 15


def test_leave_is_in_proportion_to_days_a_week() -> None:
    assert hr.balance_of(STAFF, employee("Mei")).entitled == 18
    assert hr.balance_of(STAFF, employee("Ines")).entitled == 24


def test_leave_is_in_proportion_to_months_in_the_first_year() -> None:
    lucia = employee("Lucia")  # since 1 April
    assert hr.balance_of(STAFF, lucia).entitled == 22.5
    assert hr.balance_of(STAFF, replace(lucia, started=date(2026, 4, 2))).entitled == 20


def test_days_brought_over_count_only_as_far_as_taken_in_time() -> None:
    amara = employee("Amara")  # 4 brought over, 5 taken in January
    assert hr.balance_of(STAFF, amara).carried == 4
    later = replace(amara, absences=amara.absences[1:])
    assert hr.balance_of(STAFF, later).carried == 0


def test_weekends_holidays_and_days_off_cost_no_leave() -> None:
    first, last = date(2026, 5, 11), date(2026, 5, 17)  # with a public holiday on Thursday
    amara = replace(employee("Amara"), absences=((first, last),))
    assert [day.day for day in hr.leave_days(STAFF, amara)] == [11, 12, 13, 15]
    assert [day.day for day in hr.leave_days(STAFF, replace(amara, works=("mon",)))] == [11]


def test_somebody_is_named_by_a_part_of_the_name_or_the_context() -> None:
    assert "Jonas Weber has 8 days of leave left in 2026" in hr.answer(STAFF, "How much vacation has Jonas left?", {})
    assert "Mei Tanaka has 4 days" in hr.answer(STAFF, "What is my leave balance?", {"employee": "Mei Tanaka"})
    assert "Ines Moreau has" in hr.answer(STAFF, "Ines Moreau's leave", {})


def test_nobody_or_somebody_unknown_is_a_declared_failure() -> None:
    with pytest.raises(AgentFailed, match=r"Whose leave do you mean\? There are Amara Okafor"):
        hr.answer(STAFF, "How many days of leave does Hannibal have left?", {})


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is away next week?", ["Tomas", "Ines"]),
        ("Who is away today?", ["Tomas"]),
        ("Is anybody on vacation in December?", ["Daniel", "Mei"]),
        ("Who was off in April?", ["Ines"]),
        ("Who was off in October 2025?", []),
    ],
)
def test_who_is_away(question: str, names: list[str]) -> None:
    said = hr.answer(STAFF, question, {})
    assert [one.name.split()[0] for one in STAFF.employees if one.name in said] == sorted(names)
    assert names or said == "Nobody is away from 1 October 2025 to 31 October 2025."


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("What is the parental leave policy?", "Parental leave"),
        ("May I work from home?", "Working from home"),
        ("When do I need a doctor's note if I am sick?", "Sick leave"),
        ("How long do I have for receipts of a travel?", "Expenses"),
    ],
)
def test_house_rules(question: str, title: str) -> None:
    assert hr.answer(STAFF, question, {}).startswith(f"{title}: ")


def test_what_is_not_about_staff_is_a_declared_failure() -> None:
    with pytest.raises(AgentFailed, match="I look after the staff"):
        hr.answer(STAFF, "My router is broken", {})
    with pytest.raises(AgentFailed, match=r"no house rule about this\. There are: Annual leave"):
        hr.answer(STAFF, "May I bring my dog?", {}, "policies")


def test_each_declared_skill_is_there_and_its_examples_choose_it() -> None:
    assert {skill.id for skill in hr.agent.card.skills} == set(hr.SKILLS)
    for skill in hr.agent.card.skills:
        for example in skill.examples:
            assert hr.choose(STAFF, example) == skill.id, example


async def test_the_bot_answers_over_the_mesh() -> None:
    async with botmesh.testing.mesh(hr.agent) as mesh:
        reply = await mesh.delegate("hr-bot", "my balance", skill="leave-balance", context={"employee": "Priya"})
        assert reply.text.startswith("Priya Raman has 15 days of leave left in 2026")
