"""hr-bot: computes leave, lists absences and explains the house rules. It is an internal agent.

It reads the staff list (data/staff.toml) at the start.
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
    """A person on the staff list. Each absence is its first and its last day, both included."""

    name: str
    team: str
    started: date
    works: tuple[str, ...]
    carried_over: int
    absences: tuple[tuple[date, date], ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """The staff list, with public holidays and house rules."""

    as_of: date
    full_time_leave: int
    carry_over_until: date
    holidays: frozenset[date]
    employees: tuple[Employee, ...]
    policies: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """An employee's leave in the list's year, in days."""

    entitled: float
    carried: int
    taken: int
    booked: int

    @property
    def left(self) -> float:
        """The days that can still be booked."""
        return self.entitled + self.carried - self.taken - self.booked


staff: Staff


@agent.on_start
async def open_list() -> None:
    """Read the staff list."""
    global staff  # noqa: PLW0603 - the handlers share it; it is read before the first task
    staff = read_staff()


@agent.on_delegate
async def work(task: Task) -> str:
    """Answer from the staff list."""
    return answer(staff, task.text, task.context, task.skill)


def read_staff() -> Staff:
    """Read the staff list of the package."""
    raw = tomllib.loads(resources.files("botmesh_bots").joinpath("data/staff.toml").read_text(encoding="utf-8"))
    employees = (
        {**row, "works": tuple(row["works"]), "absences": tuple((first, last) for first, last in row["absences"])}
        for row in raw["employees"]
    )
    return Staff(
        raw["as_of"],
        raw["full_time_leave"],
        raw["carry_over_until"],
        frozenset(raw["public_holidays"]),
        tuple(Employee(**row) for row in employees),
        tuple(raw["policies"]),
    )


def answer(staff: Staff, text: str, context: Mapping[str, Any], skill: str = "") -> str:
    """Answer a question of the staff.

    Args:
        staff: the staff list.
        text: the question.
        context: its "employee" is the person, if the text names none.
        skill: the id of the skill to use; default: the skill that `choose` finds.

    Raises:
        AgentFailed: no employee has that name, or the question is not about the staff.
    """
    chosen = skill or choose(staff, text)
    if chosen not in SKILLS:
        raise AgentFailed("I look after the staff: ask me about somebody's leave, who is away, or a house rule.")
    return SKILLS[chosen](staff, text, context)


def choose(staff: Staff, text: str) -> str:
    """Return the id of the skill that a question asks for, or empty text."""
    if _AWAY.search(text):
        return "absences"
    if named(staff, text) or _LEFT.search(text):
        return "leave-balance"
    return "policies" if find_policy(staff, text) else ""


def named(staff: Staff, text: str) -> list[Employee]:
    """Return the employees of whose name a text has the most words; empty if it has no word of any name."""
    words = set(key_words(text))
    hits = {employee.name: len(words & set(employee.name.lower().split())) for employee in staff.employees}
    most = max(hits.values())
    return [employee for employee in staff.employees if most and hits[employee.name] == most]


def leave_balance(staff: Staff, text: str, context: Mapping[str, Any]) -> str:
    """State the leave of the employee that the text or else the context names.

    Raises:
        AgentFailed: they name no employee, or several.
    """
    candidates = named(staff, text) or named(staff, str(context.get("employee", "")))
    if len(candidates) != 1:
        names = ", ".join(employee.name for employee in candidates or staff.employees)
        raise AgentFailed(f"Whose leave do you mean? There are {names}.")
    employee = candidates[0]
    balance = balance_of(staff, employee)
    carried = f", {balance.carried} brought over from last year" if balance.carried else ""
    return (
        f"{employee.name} has {_count(balance.left)} of leave left in {staff.as_of.year}: {_count(balance.entitled)} "
        f"for the year{carried}, {balance.taken} taken, {balance.booked} booked (as of {_day(staff.as_of)})."
    )


def balance_of(staff: Staff, employee: Employee) -> Balance:
    """Compute an employee's leave in the list's year. Carried days count only if they were taken before they lapsed."""
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
    """Yield the days of the list's year that count as leave: the employee's working days without public holidays."""
    for first, last in employee.absences:
        for day in (first + timedelta(days) for days in range((last - first).days + 1)):
            works = DAYS[day.weekday()] in employee.works
            if works and day.year == staff.as_of.year and day not in staff.holidays:
                yield day


def absences(staff: Staff, text: str, _context: Mapping[str, Any]) -> str:
    """List the employees who are away in the time that the text names; default: four weeks from the list's day."""
    first, last = find_time(staff, text)
    away = sorted(
        (begin, end, employee.name, employee.team)
        for employee in staff.employees
        for begin, end in employee.absences
        if begin <= last and end >= first
    )
    when = f"on {_day(first)}" if first == last else f"from {_day(first)} to {_day(last)}"
    if not away:
        return f"Nobody is away {when}."
    return "\n".join([f"Away {when}:", *(f"  {name} ({team}), {_day(a)} to {_day(b)}" for a, b, name, team in away)])


def find_time(staff: Staff, text: str) -> tuple[date, date]:
    """Return the first and the last day of the time that a text names; default: four weeks from the list's day."""
    today, lowered = staff.as_of, text.lower()
    if "today" in lowered or "right now" in lowered:
        return today, today
    monday = today - timedelta(today.weekday())
    if "this week" in lowered:
        return monday, monday + timedelta(6)
    if "next week" in lowered:
        return monday + timedelta(7), monday + timedelta(13)
    named_month = find_month(text, today)
    if named_month is None:
        return today, today + timedelta(27)
    year, month = named_month
    next_month = date(year + month // MONTHS, month % MONTHS + 1, 1)
    return date(year, month, 1), next_month - timedelta(1)


def policies(staff: Staff, text: str, _context: Mapping[str, Any]) -> str:
    """Quote the house rule that a text is about.

    Raises:
        AgentFailed: no house rule is about it.
    """
    policy = find_policy(staff, text)
    if policy is None:
        titles = ", ".join(policy["title"] for policy in staff.policies)
        raise AgentFailed(f"There is no house rule about this. There are: {titles}.")
    return f"{policy['title']}: {policy['text']}"


def find_policy(staff: Staff, text: str) -> dict[str, Any] | None:
    """Return the house rule that shares the most words with a text, or None if none shares any."""
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
"""The function behind each skill."""
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
