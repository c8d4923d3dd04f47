"""When a dose plan is asked about: protocols that the clinic edits, and the check-ins they make of its steps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from clinic.core.rules import RuleBroken

PLAN_AHEAD = timedelta(days=14)
PLAN_BACK = timedelta(days=2)
OPEN_FOR = timedelta(days=3)
LINK_LASTS = timedelta(hours=72)
PHQ9_EVERY = timedelta(days=14)
# The clinic's own limits of what its protocols may say, no clinical numbers.
LONGEST_AFTER_STEP_DAYS = 28
LONGEST_AFTER_START_DAYS = 90
LONGEST_SILENCE_HOURS = 72
MOST_SILENCES = 9
# By the word of a plan's measure, the scale that is sent by link.
SCALES = {"phq-9": "phq9", "phq9": "phq9", "gad-7": "gad7", "gad7": "gad7"}


class Anchor(StrEnum):
    """From where the days of a protocol are counted."""

    STEP = "step"
    NEXT_STEP = "next_step"
    START = "start"
    CUT = "cut"

    @property
    def label(self) -> str:
        return {
            Anchor.STEP: "days after a step begins",
            Anchor.NEXT_STEP: "days before the next step",
            Anchor.START: "days after the medication begins",
            Anchor.CUT: "days after the dose falls",
        }[self]


class Occasion(StrEnum):
    """Why a check-in is asked."""

    DAY_4 = "day_4"
    DAY_7 = "day_7"
    BEFORE_NEXT_STEP = "before_next_step"
    DAY_14 = "day_14"
    WEEK_4 = "week_4"
    WEEK_8 = "week_8"
    WITHDRAWAL_FIRST = "withdrawal_first"
    WITHDRAWAL_SECOND = "withdrawal_second"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def anchor(self) -> Anchor:
        return ANCHORS[self]


LABELS = {
    Occasion.DAY_4: "Side effects, early in a step",
    Occasion.DAY_7: "Doses missed, where no next step follows",
    Occasion.BEFORE_NEXT_STEP: "Before the next step",
    Occasion.DAY_14: "Scale of the plan's goals, two weeks",
    Occasion.WEEK_4: "Response, four weeks",
    Occasion.WEEK_8: "Response, eight weeks",
    Occasion.WITHDRAWAL_FIRST: "Withdrawal, soon after a cut",
    Occasion.WITHDRAWAL_SECOND: "Withdrawal, later after a cut",
}
ANCHORS = {
    Occasion.DAY_4: Anchor.STEP,
    Occasion.DAY_7: Anchor.STEP,
    Occasion.BEFORE_NEXT_STEP: Anchor.NEXT_STEP,
    Occasion.DAY_14: Anchor.START,
    Occasion.WEEK_4: Anchor.START,
    Occasion.WEEK_8: Anchor.START,
    Occasion.WITHDRAWAL_FIRST: Anchor.CUT,
    Occasion.WITHDRAWAL_SECOND: Anchor.CUT,
}
WITHDRAWAL = frozenset({Occasion.WITHDRAWAL_FIRST, Occasion.WITHDRAWAL_SECOND})
# One message a day about one medication: of two that fall on a day, the one that asks more.
ASKS_MOST_FIRST = (
    Occasion.WITHDRAWAL_FIRST,
    Occasion.WITHDRAWAL_SECOND,
    Occasion.WEEK_8,
    Occasion.WEEK_4,
    Occasion.DAY_14,
    Occasion.BEFORE_NEXT_STEP,
    Occasion.DAY_7,
    Occasion.DAY_4,
)


@dataclass(frozen=True)
class Protocol:
    """When one check-in is asked, after how many hours no answer is a silence, and how many in a row are told.

    `instrument` is the scale that it asks; empty for the one that `scale_due` finds.
    """

    occasion: Occasion
    days: int
    is_on: bool = True
    silent_after_hours: int = 48
    silences_told: int = 2
    instrument: str = ""

    @property
    def when(self) -> str:
        """Such as "3 days after a step begins"."""
        words = self.occasion.anchor.label
        return f"{self.days} {words if self.days != 1 else words.replace('days', 'day', 1)}"


# Clinical facts 6.7 (status U): day 3-4, day 7, day 14, weeks 4 and 8, 3 and 10 days after each cut of a taper. The
# first day is day 1, so that day 4 is 3 days later.
DEFAULTS = {
    one.occasion: one
    for one in (
        Protocol(Occasion.DAY_4, 3),
        Protocol(Occasion.DAY_7, 6),
        Protocol(Occasion.BEFORE_NEXT_STEP, 1),
        Protocol(Occasion.DAY_14, 13),
        Protocol(Occasion.WEEK_4, 27),
        Protocol(Occasion.WEEK_8, 55),
        Protocol(Occasion.WITHDRAWAL_FIRST, 3),
        Protocol(Occasion.WITHDRAWAL_SECOND, 10),
    )
}


class StepDays(NamedTuple):
    """A dose step as check-ins see it; after the last one before a stop comes one of 0 mg without an end."""

    first_on: date
    last_on: date | None
    mg: Decimal


class Ask(NamedTuple):
    """One check-in that a dose plan wants: about which step, why, on which day."""

    step: StepDays
    occasion: Occasion
    due_on: date


def asks_of(steps: Sequence[StepDays], began_on: date, protocols: Mapping[Occasion, Protocol]) -> list[Ask]:
    """The check-ins of a dose plan by its protocols, at most one a day, in the order of the days.

    After a step begins: only where the step still runs on the day after (day 7 only where no next step follows).
    Before the next step: the last days of a step that another dose follows. After the start: about the step of that
    day. After a cut, also one to nothing: while the lower dose stands. Source: clinical facts 6.7, status U.
    """
    by_day: dict[date, Ask] = {}
    for occasion in reversed(ASKS_MOST_FIRST):
        protocol = protocols[occasion]
        if protocol.is_on:
            by_day |= {ask.due_on: ask for ask in _asks(protocol, steps, began_on)}
    return [by_day[day] for day in sorted(by_day)]


def _asks(protocol: Protocol, steps: Sequence[StepDays], began_on: date) -> Iterable[Ask]:
    days = timedelta(days=protocol.days)
    for n, step in enumerate(steps):
        before = steps[n - 1].mg if n else Decimal(0)
        is_followed = n + 1 < len(steps) and steps[n + 1].mg > 0
        due_on = _due_on(protocol.occasion, step, days, began_on, before=before, is_followed=is_followed)
        if due_on is not None:
            yield Ask(step, protocol.occasion, due_on)


def _due_on(
    occasion: Occasion, step: StepDays, days: timedelta, began_on: date, *, before: Decimal, is_followed: bool
) -> date | None:
    last_on = step.last_on or date.max
    if occasion.anchor is Anchor.CUT:
        due_on = step.first_on + days
        return due_on if step.mg < before and due_on <= last_on else None
    if not step.mg:
        return None
    if occasion.anchor is Anchor.START:
        due_on = began_on + days
        return due_on if step.first_on <= due_on <= last_on else None
    if occasion.anchor is Anchor.NEXT_STEP:
        due_on = last_on - days + timedelta(days=1)
        return due_on if is_followed and due_on >= step.first_on else None
    due_on = step.first_on + days
    is_open = occasion is not Occasion.DAY_7 or step.last_on is None
    return due_on if is_open and due_on < last_on else None


def is_to_ask(occasion: str, due_on: date, *, last_on: date | None) -> bool:
    """A step is asked about once for each occasion; before its next step again on a later day, where it goes on."""
    if last_on is None:
        return True
    return Occasion(occasion).anchor is Anchor.NEXT_STEP and due_on > last_on


def is_in_window(due_on: date, *, today: date) -> bool:
    """Check-ins are planned 14 days ahead, and up to 2 days late for a step that was signed after it began."""
    return today - PLAN_BACK <= due_on <= today + PLAN_AHEAD


def is_expired(due_on: date, *, today: date) -> bool:
    """A check-in may be answered until 3 days after it was due: later it tells of other days."""
    return today > due_on + OPEN_FOR


def scales_of(measures: Iterable[str]) -> set[str]:
    """The scales sent by link (PHQ-9, GAD-7) that the measures of a plan's goals name."""
    return {code for words in measures for name, code in SCALES.items() if name in words.lower()}


def scale_due(protocol: Protocol, goals: Collection[str], last: Mapping[str, date], *, on: date) -> str:
    """The scale of one check-in: the one that its protocol names, else by the days on which each was answered last.

    Two, four and eight weeks after the start: of the scales that the goals name the one answered longest ago, PHQ-9
    where they name none. Else PHQ-9 when none was answered in the 14 days before, and the two questions of PHQ-2.
    Source: clinical facts section 3, "2, 4, 6-8, 12 weeks after a start or change", status U: the shortest of them.
    """
    if protocol.instrument:
        return protocol.instrument
    if protocol.occasion.anchor is Anchor.START:
        named = [code for code in ("phq9", "gad7") if code in goals] or ["phq9"]
        return min(named, key=lambda code: last.get(code, date.min))
    last_phq9 = last.get("phq9")
    return "phq9" if last_phq9 is None or on - last_phq9 >= PHQ9_EVERY else "phq2"


def check_protocol(protocol: Protocol) -> None:
    """A protocol stays within the clinic's own limits: days of its anchor, hours a link lives, silences in a row."""
    most = LONGEST_AFTER_START_DAYS if protocol.occasion.anchor is Anchor.START else LONGEST_AFTER_STEP_DAYS
    if not 1 <= protocol.days <= most:
        raise RuleBroken(f"Choose 1 to {most} days.", field="days")
    if not 1 <= protocol.silent_after_hours <= LONGEST_SILENCE_HOURS:
        raise RuleBroken(f"Choose 1 to {LONGEST_SILENCE_HOURS} hours.", field="silent_after_hours")
    if not 1 <= protocol.silences_told <= MOST_SILENCES:
        raise RuleBroken(f"Choose 1 to {MOST_SILENCES} in a row.", field="silences_told")


def silences_in_a_row(newest_first: Iterable[bool]) -> int:
    """How many of the newest check-ins in a row stayed without an answer; each is said as whether it is silent."""
    count = 0
    for is_silent in newest_first:
        if not is_silent:
            break
        count += 1
    return count
