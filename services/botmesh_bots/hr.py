"""hr-bot: works out leave from the staff list, says who is away, and knows the house rules. Internal.

The list (data/staff.toml) is read at the start.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import Any

from botmesh import Agent, AgentFailed, Skill, Task
from botmesh_bots.language import find_month, key_words

MONTHS = 12
FULL_WEEK = 5
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

agent = Agent(
    "hr-bot",
    description="Knows the staff's leave, absences and house rules",
    version="1.0.0",
    exposure="internal",
    tags=["hr", "staff"],
    languages=["en"],
    skills=[
        Skill(
            "leave-balance",
            "Works out how many days of leave somebody has left this year",
            examples=[
                "How many days of leave does Priya have left?",
                "How much vacation has Jonas left?",
                "Leave balance of an employee",
            ],
            tags=["leave", "vacation", "employee"],
            idempotent=True,
        ),
        Skill(
            "absences",
            "Says which employees are away, and when",
            examples=["Who is away next week?", "Is anybody on vacation in December?", "Which colleagues are absent?"],
            tags=["absence", "away", "employee"],
            idempotent=True,
        ),
        Skill(
            "policies",
            "Explains the house rules: sick leave, parental leave, working from home, expenses, training",
            examples=["What is the parental leave policy?", "May I work from home?", "When do I need a sick note?"],
            tags=["policy", "rules", "staff"],
            idempotent=True,
        ),
    ],
)


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody on the staff list. Absences are first and last day, both away."""

    name: str
    team: str
    started: date
    works: tuple[str, ...]
    carried_over: int
    absences: tuple[tuple[date, date], ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """The staff list."""

    as_of: date
    full_time_leave: int
    carry_over_until: date
    holidays: frozenset[date]
    employees: tuple[Employee, ...]
    policies: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """Somebody's leave in the list's year, in days."""

    entitled: float
    carried: int
    taken: int
    booked: int

    @property
    def left(self) -> float:
        """What can still be booked."""
        return self.entitled + self.carried - self.taken - self.booked


staff: Staff


@agent.on_start
async def open_list() -> None:
    """Read the staff list."""
    global staff  # noqa: PLW0603 - one list, there before the first task
    staff = read_staff()


@agent.on_delegate
async def work(task: Task) -> str:
    """Answer from the staff list."""
    return answer(staff, task.text, task.context, task.skill)


def read_staff() -> Staff:
    """The staff list."""
    raw = tomllib.loads(resources.files("botmesh_bots").joinpath("data/staff.toml").read_text(encoding="utf-8"))
    employees = (
        {**one, "works": tuple(one["works"]), "absences": tuple((first, last) for first, last in one["absences"])}
        for one in raw["employees"]
    )
    return Staff(
        raw["as_of"],
        raw["full_time_leave"],
        raw["carry_over_until"],
        frozenset(raw["public_holidays"]),
        tuple(Employee(**one) for one in employees),
        tuple(raw["policies"]),
    )


def answer(staff: Staff, text: str, context: Mapping[str, Any], skill: str = "") -> str:
    """The answer to a question of the staff.

    Raises:
        AgentFailed: nobody of that name works here, or the question is about something else.
    """
    chosen = skill or choose(staff, text)
    if chosen not in SKILLS:
        raise AgentFailed("I look after the staff: ask me about somebody's leave, who is away, or a house rule.")
    return SKILLS[chosen](staff, text, context)


def choose(staff: Staff, text: str) -> str:
    """The skill that a question asks for; empty: none."""
    if re.search(
        r"\b(who|anybody|anyone|colleagues?)\b.*\b(away|absent|off|vacation|leave|holiday)\b", text, re.IGNORECASE
    ):
        return "absences"
    if named(staff, text) or _LEFT.search(text):
        return "leave-balance"
    return "policies" if find_policy(staff, text) else ""


def named(staff: Staff, text: str) -> list[Employee]:
    """The employees whose name, or a part of it, stands in a text: those with most of it, if several do."""
    words = set(key_words(text))
    hits = {one.name: len(words & set(one.name.lower().split())) for one in staff.employees}
    most = max(hits.values())
    return [one for one in staff.employees if most and hits[one.name] == most]


def leave_balance(staff: Staff, text: str, context: Mapping[str, Any]) -> str:
    """What somebody has left.

    Raises:
        AgentFailed: it is not clear whose.
    """
    found = named(staff, text) or named(staff, str(context.get("employee", "")))
    if len(found) != 1:
        names = ", ".join(one.name for one in found or staff.employees)
        raise AgentFailed(f"Whose leave do you mean? There are {names}.")
    employee = found[0]
    balance = balance_of(staff, employee)
    carried = f", {balance.carried} brought over from last year" if balance.carried else ""
    return (
        f"{employee.name} has {_count(balance.left)} of leave left in {staff.as_of.year}: {_count(balance.entitled)} "
        f"for the year{carried}, {balance.taken} taken, {balance.booked} booked (as of {_day(staff.as_of)})."
    )


def balance_of(staff: Staff, employee: Employee) -> Balance:
    """Somebody's leave in the list's year. Days brought over count as far as they were taken in time."""
    year = staff.as_of.year
    months = MONTHS
    if employee.started.year == year:
        months -= employee.started.month - (employee.started.day == 1)
    share = staff.full_time_leave * len(employee.works) / FULL_WEEK * months / MONTHS
    days = list(leave_days(staff, employee))
    in_time = sum(day <= staff.carry_over_until for day in days)
    taken = sum(day <= staff.as_of for day in days)
    return Balance(round(share * 2) / 2, min(employee.carried_over, in_time), taken, len(days) - taken)


def leave_days(staff: Staff, employee: Employee) -> Iterator[date]:
    """The days of the list's year that count as leave: working days of that person, no public holidays."""
    for first, last in employee.absences:
        for day in (first + timedelta(days) for days in range((last - first).days + 1)):
            works = DAYS[day.weekday()] in employee.works
            if works and day.year == staff.as_of.year and day not in staff.holidays:
                yield day


def absences(staff: Staff, text: str, _context: Mapping[str, Any]) -> str:
    """Who is away in the time that the text names; without one, from the list's day on for four weeks."""
    first, last = find_time(staff, text)
    away = sorted(
        (begin, end, one.name, one.team)
        for one in staff.employees
        for begin, end in one.absences
        if begin <= last and end >= first
    )
    when = f"on {_day(first)}" if first == last else f"from {_day(first)} to {_day(last)}"
    if not away:
        return f"Nobody is away {when}."
    return "\n".join([f"Away {when}:", *(f"  {name} ({team}), {_day(a)} to {_day(b)}" for a, b, name, team in away)])


def find_time(staff: Staff, text: str) -> tuple[date, date]:
    """First and last day of the time that a text names."""
    today, lowered = staff.as_of, text.lower()
    if "today" in lowered or "right now" in lowered:
        return today, today
    monday = today - timedelta(today.weekday())
    if "this week" in lowered:
        return monday, monday + timedelta(6)
    if "next week" in lowered:
        return monday + timedelta(7), monday + timedelta(13)
    found = find_month(text, today)
    if found is None:
        return today, today + timedelta(27)
    year, month = found
    after = date(year + month // MONTHS, month % MONTHS + 1, 1)
    return date(year, month, 1), after - timedelta(1)


def policies(staff: Staff, text: str, _context: Mapping[str, Any]) -> str:
    """The house rule that a text is about.

    Raises:
        AgentFailed: there is none.
    """
    found = find_policy(staff, text)
    if found is None:
        titles = ", ".join(one["title"] for one in staff.policies)
        raise AgentFailed(f"There is no house rule about this. There are: {titles}.")
    return f"{found['title']}: {found['text']}"


def find_policy(staff: Staff, text: str) -> dict[str, Any] | None:
    """The house rule with most of a text's words; None: none has any."""
    words = set(key_words(text))

    def fit(policy: dict[str, Any]) -> int:
        return len(words & set(policy["words"]))

    best = max(staff.policies, key=fit)
    return best if fit(best) else None


SKILLS: dict[str, Callable[[Staff, str, Mapping[str, Any]], str]] = {
    "leave-balance": leave_balance,
    "absences": absences,
    "policies": policies,
}
_AWAY = re.compile(r"\b(who|anybody|anyone|colleagues?)\b.*\b(away|absent|off|vacation|leave|holiday)\b", re.IGNORECASE)
_LEFT = re.compile(
    r"\b(leave|vacation|holidays?)\b.*\b(left|balance|remaining)\b|\bhow (many|much)\b.*\b(days|left)\b", re.IGNORECASE
)


def _count(days: float) -> str:
    return f"{days:g} day{'s'[: days != 1]}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


if __name__ == "__main__":
    agent.run()
