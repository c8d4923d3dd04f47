"""One question of the check, laid out: the client, the courses, the rules, the day it is asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations

from clinic.formulary.rules.regimen.course import Course
from clinic.formulary.rules.regimen.days import ALWAYS, OPEN, Run, common, day_of_number
from clinic.formulary.rules.regimen.findings import Code, Finding, Severity
from clinic.formulary.rules.regimen.person import Person
from clinic.formulary.rules.regimen.rows import Amount, Rule, RuleSet

# A client on stable doses is seen every three months (clinical facts 6.7), and each visit asks again.
HORIZON_DAYS = 90


@dataclass(frozen=True)
class Regimen:
    """All that one client takes together, and what is asked of it."""

    person: Person
    courses: tuple[Course, ...]
    rules: RuleSet
    today: int

    def pairs(self) -> Iterable[tuple[Course, Course]]:
        """Every two courses, in the order of their names."""
        return combinations(self.courses, 2)

    def concerns(self, courses: Iterable[Course]) -> bool:
        """Whether one of them is still taken today or later; what is over and done is no use to a prescriber."""
        return any(course.last >= self.today for course in courses)

    def runs_to_come(self, course: Course, within: Run = (ALWAYS, OPEN)) -> list[Run]:
        """The runs of a course within some days, but for those that ended before today."""
        return [run for run in common(course.runs, (within,)) if run[1] >= self.today]

    def days_of_ages(self, age_from: int | None, age_below: int | None) -> Run | None:
        """The days on which the client is of an age, None on no day; without a birth date only "any age" is any day.

        A birthday after the horizon is for a later question: every open-ended course would reach it.
        """
        if self.person.birth_on is None:
            return (ALWAYS, OPEN) if age_from is None and age_below is None else None
        since = ALWAYS if age_from is None else self._birthday(age_from)
        until = OPEN if age_below is None else self._birthday(age_below) - 1
        if since > min(until, self.horizon):
            return None
        return since, until if until < self.horizon else OPEN

    @cached_property
    def horizon(self) -> int:
        """How far ahead birthdays count: so many days after today and after the last day named by any course."""
        named = [edge for course in self.courses for edge in course.edges if edge < OPEN]
        return max([self.today, *named]) + HORIZON_DAYS

    def _birthday(self, age: int) -> int:
        birthday = self.person.birthday(age)
        return OPEN + 1 if birthday is None else birthday.toordinal()


def finding(
    code: Code, rule: Rule, names: Iterable[str], run: Run, text: str, *, severity: Severity | None = None
) -> Finding:
    """A finding of a rule over a run of days; the rule's severity unless another is given."""
    return Finding(
        code=code,
        severity=severity or rule.severity,
        medications=tuple(sorted(set(names))),
        first_on=day_of_number(run[0]),
        last_on=day_of_number(run[1]),
        text=text,
        rule=rule.rule,
        source=rule.source,
    )


def listed(names: Iterable[str]) -> str:
    """Names as a sentence has them: "a", "a and b", "a, b and c"."""
    *most, last = sorted(set(names))
    return f"{', '.join(most)} and {last}" if most else last


def counted_runs(course: Course, not_counted: Iterable[Amount]) -> tuple[Run, ...]:
    """The days of a course that count; those of a small amount that the rule leaves out do not."""
    for amount in not_counted:
        if amount.ingredient == course.ingredient.name:
            return course.runs_above(amount.most_mg)
    return course.runs


def day_text(number: int) -> str:
    """A day in a sentence."""
    return date.fromordinal(number).isoformat()
