"""Medications that add up: serotonergic, QT, sedative, anticholinergic."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clinic.formulary.rules.limits import amount_text
from clinic.formulary.rules.regimen.course import Course
from clinic.formulary.rules.regimen.days import ALWAYS, OPEN, Run, covers, pieces
from clinic.formulary.rules.regimen.findings import Finding
from clinic.formulary.rules.regimen.matching import loads_of
from clinic.formulary.rules.regimen.regimen import Regimen, counted_runs, finding, listed
from clinic.formulary.rules.regimen.rows import LoadRule


class Counted(NamedTuple):
    """A load rule with the courses it counts and the days on which each counts."""

    rule: LoadRule
    since: int
    runs_by_course: tuple[tuple[Course, tuple[Run, ...]], ...]

    def on(self, day: int) -> tuple[Course, ...]:
        """The courses counted on a day; none where they are fewer than the rule asks for."""
        if day < self.since:
            return ()
        counted = tuple(course for course, runs in self.runs_by_course if covers(runs, day))
        return counted if len(counted) >= self.rule.at_least else ()


def find_loads(regimen: Regimen) -> Iterator[Finding]:
    """For each load the gravest rule that applies on a day, with the medications counted on it.

    Rules of one load stand gravest first, and the first that applies speaks for those after it.
    """
    for code in dict.fromkeys(rule.code for rule in regimen.rules.loads):
        counted = [one for rule in regimen.rules.loads if rule.code is code and (one := _counted(rule, regimen))]
        if counted:
            for (one, courses), run in _runs(counted):
                if regimen.concerns(courses):
                    yield _found(one.rule, courses, run, regimen)


def _counted(rule: LoadRule, regimen: Regimen) -> Counted | None:
    """What a rule counts for this client, None where it cannot apply on any day."""
    courses = [course for course in regimen.courses if rule in loads_of(regimen.rules, course.ingredient)]
    ages = regimen.days_of_ages(rule.age_from, None)
    if len(courses) < rule.at_least or ages is None or not rule.concerns(regimen.person):
        return None
    return Counted(rule, ages[0], tuple((course, counted_runs(course, rule.not_counted)) for course in courses))


def _runs(counted: Sequence[Counted]) -> Iterator[tuple[tuple[Counted, tuple[Course, ...]], Run]]:
    """Each unbroken run of days with the first rule that applies and the courses it counts on all of them."""
    edges = {one.since for one in counted}
    runs = [run for one in counted for _, counting in one.runs_by_course for run in counting]
    edges.update(edge for first, last in runs for edge in (first, last + 1))
    open_one: tuple[tuple[Counted, tuple[Course, ...]], Run] | None = None
    for first, last in pieces(edges, ALWAYS, OPEN):
        speaking = next(((one, courses) for one in counted if (courses := one.on(first))), None)
        if open_one and (speaking is None or not _is_same(open_one[0], speaking)):
            yield open_one
            open_one = None
        if speaking:
            open_one = (speaking, (open_one[1][0] if open_one else first, last))
    if open_one:
        yield open_one


def _is_same(one: tuple[Counted, tuple[Course, ...]], other: tuple[Counted, tuple[Course, ...]]) -> bool:
    return one[0] is other[0] and one[1] == other[1]


def _found(rule: LoadRule, courses: tuple[Course, ...], run: Run, regimen: Regimen) -> Finding:
    names = [name for course in courses for name in course.names_in(run)]
    qtc_ms = regimen.person.qtc_ms
    text = rule.words(all=listed(names), qtc_ms=amount_text(qtc_ms) if qtc_ms else "")
    return finding(rule.code, rule, names, run, text)
