"""Too much of one ingredient for this client, summed over all its entries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import lcm

from clinic.formulary.rules.limits import amount_text
from clinic.formulary.rules.regimen.course import Course, Stretch
from clinic.formulary.rules.regimen.days import OPEN, Run, pieces
from clinic.formulary.rules.regimen.findings import Code, Finding
from clinic.formulary.rules.regimen.matching import limits_of_ingredient
from clinic.formulary.rules.regimen.person import Person
from clinic.formulary.rules.regimen.regimen import Regimen, finding, listed
from clinic.formulary.rules.regimen.rows import LimitRule, Side

# Entries on every n-th day meet again after the common multiple of their n: at most so many days are looked through.
LONGEST_RHYTHM = 3660
NOTHING = Decimal()


@dataclass(frozen=True, slots=True)
class Excess:
    """Days on which an ingredient is over one maximum: the first and last of them, and the highest amount."""

    rule: LimitRule
    piece: Run
    first: int
    last: int
    highest_mg: Decimal

    def followed_by(self, later: "Excess") -> "Excess | None":
        """Both as one where no day lies between and the same maximum is broken; days between doses do not count."""
        if later.rule is not self.rule or later.piece[0] != self.piece[1] + 1:
            return None
        highest_mg = max(self.highest_mg, later.highest_mg)
        return Excess(self.rule, (self.piece[0], later.piece[1]), self.first, later.last, highest_mg)


def find_above_max(regimen: Regimen) -> Iterator[Finding]:
    """The sum of an ingredient over its maximum for this client, from the first such day; entries of unknown amount
    add nothing. One finding for each unbroken run of days over one maximum."""
    for course in regimen.courses:
        limits = [
            limit
            for limit in limits_of_ingredient(regimen.rules, course.ingredient)
            if _concerns(limit, regimen.person)
        ]
        if limits and _could_exceed(course, limits):
            for excess in _joined(_excesses(course, limits, regimen)):
                if excess.last >= regimen.today:
                    yield _found(course, excess)


def _found(course: Course, excess: Excess) -> Finding:
    names = course.names_in((excess.first, excess.last))
    mg, max_mg = amount_text(excess.highest_mg), amount_text(excess.rule.max_mg)
    text = excess.rule.words(a=listed(names), mg=mg, max_mg=max_mg)
    if len(names) > 1:
        text = text.replace(" comes to ", " come to ", 1)
    return finding(Code.ABOVE_MAX, excess.rule, names, (excess.first, excess.last), text)


def _concerns(limit: LimitRule, person: Person) -> bool:
    """Whether kidney function and conditions, as far as known, make a maximum this client's."""
    if limit.egfr_from is not None and (person.egfr is None or person.egfr < limit.egfr_from):
        return False
    if limit.egfr_below is not None and (person.egfr is None or person.egfr >= limit.egfr_below):
        return False
    return limit.conditions is None or limit.conditions.cover(person)


def _could_exceed(course: Course, limits: Iterable[LimitRule]) -> bool:
    most = sum((stretch.mg or NOTHING for stretch in course.stretches), NOTHING)
    return most > min(limit.max_mg for limit in limits)


def _excesses(course: Course, limits: list[LimitRule], regimen: Regimen) -> Iterator[Excess]:
    edges = set(course.edges)
    for limit in limits:
        edges.update(_edges(limit, course, regimen))
    for first, last in course.runs:
        for piece in pieces(edges, first, last):
            governing = _governing(limits, course, regimen, piece[0])
            excess = _excess(course.active_on(piece[0]), governing, piece) if governing else None
            if excess:
                yield excess


def _edges(limit: LimitRule, course: Course, regimen: Regimen) -> Iterator[int]:
    """The days on which it may begin or cease to be this client's maximum."""
    ages = regimen.days_of_ages(limit.age_from, limit.age_below)
    if ages:
        yield from (ages[0], ages[1] + 1)
    for side in (limit.taken_with, limit.taken_with_too, limit.not_taken_with):
        for other in _others(side, course, regimen):
            yield from other.edges


def _others(side: Side | None, course: Course, regimen: Regimen) -> list[Course]:
    if side is None:
        return []
    return [other for other in regimen.courses if other is not course and side.covers(other.ingredient)]


def _governing(limits: list[LimitRule], course: Course, regimen: Regimen, day: int) -> LimitRule | None:
    """The lowest of the maxima that apply on a day; one that replaces the general one takes its place."""
    applying = [limit for limit in limits if _applies(limit, course, regimen, day)]
    if any(limit.replaces_general for limit in applying):
        applying = [limit for limit in applying if not limit.is_general]
    return min(applying, key=lambda limit: limit.max_mg, default=None)


def _applies(limit: LimitRule, course: Course, regimen: Regimen, day: int) -> bool:
    ages = regimen.days_of_ages(limit.age_from, limit.age_below)
    if ages is None or not ages[0] <= day <= ages[1]:
        return False
    for side in (limit.taken_with, limit.taken_with_too):
        if side and not any(other.is_taken_on(day) for other in _others(side, course, regimen)):
            return False
    return not any(other.is_taken_on(day) for other in _others(limit.not_taken_with, course, regimen))


def _excess(stretches: list[Stretch], limit: LimitRule, piece: Run) -> Excess | None:
    """The days of a piece over a maximum; within a piece the same entries run throughout."""
    daily = sum((one.mg or NOTHING for one in stretches if one.every_days == 1), NOTHING)
    if daily > limit.max_mg and all(one.every_days == 1 for one in stretches):
        return Excess(limit, piece, *piece, daily)
    others = [one for one in stretches if one.every_days > 1 and one.mg]
    highest = daily + sum((one.mg or NOTHING for one in others), NOTHING)
    if highest <= limit.max_mg:
        return None
    return _rhythmic_excess(others, daily, limit, piece)


def _rhythmic_excess(others: list[Stretch], daily: Decimal, limit: LimitRule, piece: Run) -> Excess | None:
    rhythm = min(lcm(*(one.every_days for one in others)), LONGEST_RHYTHM)
    first, last = piece
    head = {day: _amount(others, daily, day) for day in range(first, min(last, first + rhythm - 1) + 1)}
    over = [day for day, mg in head.items() if mg > limit.max_mg]
    if not over:
        return None
    ending = OPEN
    if last != OPEN:
        tail = range(max(first, last - rhythm + 1), last + 1)
        ending = max((day for day in tail if _amount(others, daily, day) > limit.max_mg), default=over[-1])
    return Excess(limit, piece, over[0], ending, max(head.values()))


def _amount(others: list[Stretch], daily: Decimal, day: int) -> Decimal:
    return daily + sum((one.mg or NOTHING for one in others if one.is_taken_on(day)), NOTHING)


def _joined(excesses: Iterable[Excess]) -> list[Excess]:
    joined: list[Excess] = []
    for excess in excesses:
        both = joined[-1].followed_by(excess) if joined else None
        if both:
            joined[-1] = both
        else:
            joined.append(excess)
    return joined
