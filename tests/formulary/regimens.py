"""Small regimens for the tests of the check: what a test does not name is out of its way."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clinic.formulary.rules.regimen import Finding, Person, Pregnancy, RuleSet, Sex, Span, Taken, check, read_rules

TODAY = date(2026, 3, 2)
START = date(2026, 3, 10)
RULES = read_rules()
ADULT = Person(birth_on=date(1986, 1, 15), sex=Sex.FEMALE, pregnancy=Pregnancy.NO)


def day(offset: int) -> date:
    """So many days after the usual first day."""
    return START + timedelta(days=offset)


def taken(name: str, first: int | None = 0, last: int | None = None, mg: str | None = None, every: int = 1) -> Taken:
    """One entry of one span, its days counted from the usual first day."""
    first_on = None if first is None else day(first)
    last_on = None if last is None else day(last)
    return Taken(name, (Span(first_on, last_on, None if mg is None else Decimal(mg), every),))


def stepped(name: str, *steps: tuple[int, int | None, str]) -> Taken:
    """One entry of several spans: first and last day, and mg."""
    spans = [Span(day(first), None if last is None else day(last), Decimal(mg)) for first, last, mg in steps]
    return Taken(name, tuple(spans))


def findings(*entries: Taken, person: Person = ADULT, rules: RuleSet = RULES, today: date = TODAY) -> list[Finding]:
    return check(person, entries, rules, today)


def of_code(code: str, *entries: Taken, **asked: Any) -> list[Finding]:
    return [finding for finding in findings(*entries, **asked) if finding.code == code]


def days_of(found: list[Finding]) -> list[tuple[int | None, int | None]]:
    """First and last day of each finding, counted from the usual first day."""

    def offset(on: date | None) -> int | None:
        return None if on is None else (on - START).days

    return [(offset(finding.first_on), offset(finding.last_on)) for finding in found]
