"""Two medications that concern each other: interactions, duplicates, wash-outs."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from clinic.formulary.rules.regimen.course import Course
from clinic.formulary.rules.regimen.days import ALWAYS, OPEN, Run, common, day_of_number, pieces
from clinic.formulary.rules.regimen.findings import Code, Finding, Severity
from clinic.formulary.rules.regimen.matching import duplicate_of, interactions_of, washouts_of
from clinic.formulary.rules.regimen.regimen import Regimen, counted_runs, day_text, finding, listed
from clinic.formulary.rules.regimen.rows import WashoutRule

NOTHING = Decimal()


def find_interactions(regimen: Regimen) -> Iterator[Finding]:
    """Two that interact, for each unbroken run of days on which both are taken; classes count."""
    for one, other in regimen.pairs():
        matches = interactions_of(regimen.rules, one.ingredient, other.ingredient)
        if matches and regimen.concerns((one, other)):
            for run in common(one.runs, other.runs):
                for rule, is_turned in matches:
                    a, b = (other, one) if is_turned else (one, other)
                    text = rule.words(a=listed(a.names_in(run)), b=listed(b.names_in(run)))
                    names = (*one.names_in(run), *other.names_in(run))
                    yield finding(Code.INTERACTION, rule, names, run, text)


def find_duplicates(regimen: Regimen) -> Iterator[Finding]:
    """Two of one class in which one is expected; in a planned cross-taper, one falling and one rising, a note.

    Entries of one ingredient are never duplicates of each other. A pair is found by the first rule that means it.
    """
    for one, other in regimen.pairs():
        match = duplicate_of(regimen.rules, one.ingredient, other.ingredient)
        if match and regimen.concerns((one, other)):
            rule, is_turned = match
            a, b = (other, one) if is_turned else (one, other)
            for run in common(counted_runs(one, rule.not_counted), counted_runs(other, rule.not_counted)):
                severity = Severity.NOTE if is_cross_taper(one, other, run) else rule.severity
                text = rule.words(a=listed(a.names_in(run)), b=listed(b.names_in(run)))
                names = (*one.names_in(run), *other.names_in(run))
                yield finding(Code.DUPLICATE_THERAPY, rule, names, run, text, severity=severity)


def is_cross_taper(one: Course, other: Course, run: Run) -> bool:
    """Whether over the days of an overlap one falls to its end while the other begins or rises.

    Falling: its amount never rises from the first day of the overlap on, ends with the overlap, and was lowered
    before. Rising: it begins or is raised within the overlap, and is not lowered in it. Amounts not known are neither.
    """
    return (_falls(one, run) and _rises(other, run)) or (_falls(other, run) and _rises(one, run))


def _falls(course: Course, run: Run) -> bool:
    if run[1] == OPEN or course.is_taken_on(run[1] + 1):
        return False
    amounts = _amounts(course, ALWAYS, run[1])
    if amounts is None:
        return False
    within = [mg for first, mg in amounts if first > run[0]]
    before = [mg for first, mg in amounts if first <= run[0]]
    falling = [before[-1], *within]
    never_rises = all(later <= earlier for earlier, later in pairwise(falling))
    return never_rises and falling[-1] < max(mg for _, mg in amounts)


def _rises(course: Course, run: Run) -> bool:
    amounts = _amounts(course, run[0] - 1, run[1])
    if amounts is None or run[0] == ALWAYS:
        return False
    steps = [mg for _, mg in amounts]
    changes = list(pairwise(steps))
    return any(later > earlier for earlier, later in changes) and all(later >= earlier for earlier, later in changes)


def _amounts(course: Course, first: int, last: int) -> list[tuple[int, Decimal]] | None:
    """Each amount a day on average with its first day, 0 where nothing is taken; None where one is not known."""
    found: list[tuple[int, Decimal]] = []
    for start, _ in pieces(course.edges, first, last):
        mg = NOTHING
        for stretch in course.active_on(start):
            if stretch.mg is None:
                return None
            mg += stretch.mg / stretch.every_days
        found.append((start, mg))
    return found


def find_washouts(regimen: Regimen) -> Iterator[Finding]:
    """B begins sooner than N days after A's last day, or while A is still taken: stop, for the days too soon.

    A is what began before B and ends; where A has no known end the interaction of both speaks instead.
    """
    for one, other in regimen.pairs():
        for stopped, started in ((one, other), (other, one)):
            rules = washouts_of(regimen.rules, stopped.ingredient, started.ingredient)
            if rules and regimen.concerns((started,)):
                for rule in rules:
                    yield from _washout(rule, stopped, started)


def _washout(rule: WashoutRule, stopped: Course, started: Course) -> Iterator[Finding]:
    for start, end in started.runs:
        before = [run for run in stopped.runs if run[0] < start]
        if not before or before[-1][1] == OPEN:
            continue
        earliest = min(stopped.last_taken_by(before[-1]) + rule.days, OPEN - 1)
        if start >= earliest:
            continue
        run = (start, min(end, earliest - 1))
        a, b = stopped.names_in(before[-1]), started.names_in(run)
        text = rule.words(a=listed(a), b=listed(b), days=rule.days, earliest_on=day_text(earliest))
        yield replace(finding(Code.WASHOUT, rule, (*a, *b), run, text), earliest_on=day_of_number(earliest))
