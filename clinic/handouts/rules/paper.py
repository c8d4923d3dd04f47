"""What a printed dose calendar and a pharmacist's copy say, as plain values for the page that sets them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from clinic.handouts.rules.calendar import Calendar, Day, Entry, Mark, PlanOnPaper, Stretch, stretches_of
from clinic.handouts.rules.watching import ANYTHING_NEW
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.order import Time
from clinic.titration.rules.unit_pictures import Drawn

Values = dict[str, Any]


class Paper(StrEnum):
    """The sheet, by the name that the page knows it by."""

    LETTER = "us-letter"
    A4 = "a4"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who prints, for whom, on which day."""

    client: str
    printed_on: date
    clinic: str
    phone: str
    hours: str


def calendar_values(calendar: Calendar, head: Letterhead, paper: Paper, *, large: bool) -> Values:
    """The dose calendar of a client: weeks of days with what is drawn on them, the same in words, what to watch."""
    return _head(head, paper) | {
        "large": large,
        "first": _day(calendar.first_on),
        "last": _day(calendar.last_on),
        "weekdays": [f"{day.on:%a}" for day in calendar.weeks[0]],
        "weeks": [[_cell(day) for day in week] for week in calendar.weeks],
        "plans": [_plan(calendar, plan) for plan in calendar.plans],
        "watch": [*_watched(calendar.plans), {"letters": "", "words": ANYTHING_NEW["en"]}],
    }


def pharmacist_values(
    plan: PlanOnPaper, dispense: Sequence[str], head: Letterhead, *, born_on: date, from_on: date
) -> Values:
    """The pharmacist's copy of one dose plan: every step from a day on with its units, and what to dispense."""
    stretches = stretches_of(plan, from_on, date.max)
    return _head(head, Paper.LETTER) | {
        "born": _day(born_on),
        "medication": plan.medication,
        "treats": plan.treats,
        "version": plan.version,
        "signed": _day(plan.signed_on),
        "prescriber": plan.prescriber,
        "stretches": [{"when": _days(one, _day_of_week), "words": one.words} for one in stretches],
        "from": _day(from_on),
        "dispense": list(dispense),
    }


def _head(head: Letterhead, paper: Paper) -> Values:
    return {
        "paper": paper.value,
        "client": head.client,
        "printed": _day(head.printed_on),
        "clinic": {"name": head.clinic, "phone": head.phone, "hours": head.hours},
    }


def _plan(calendar: Calendar, plan: PlanOnPaper) -> Values:
    return {
        "letter": plan.letter,
        "medication": plan.medication,
        "treats": plan.treats,
        "version": plan.version,
        "signed": _day(plan.signed_on),
        "prescriber": plan.prescriber,
        "key": [_drawing(one) | {"words": one.words} for one in calendar.key_of(plan)],
        "stretches": [
            {"when": _days(one, _short), "words": one.words}
            for one in stretches_of(plan, calendar.first_on, calendar.last_on)
        ],
    }


def _days(stretch: Stretch, written: Callable[[date], str]) -> str:
    if stretch.last_on is None:
        return f"{written(stretch.first_on)} on"
    first, last = written(stretch.first_on), written(stretch.last_on)
    return first if first == last else f"{first} to {last}"


def _watched(plans: Sequence[PlanOnPaper]) -> list[Values]:
    """Each warning once, with the letters of the medications that it stands for."""
    letters: dict[str, list[str]] = {}
    for plan in plans:
        for words in plan.watch:
            letters.setdefault(words, []).append(plan.letter)
    return [{"letters": ", ".join(which), "words": words} for words, which in letters.items()]


def _cell(day: Day) -> Values:
    return {
        "date": f"{day.on:%b} {day.on.day}",
        "words": "; ".join(f"{entry.plan.medication}: {entry.words}" for entry in day.entries) or "nothing planned",
        "times": [row for time in Time if (row := _time_row(day.entries, time))["items"]],
        "notes": [{"letter": e.plan.letter, "words": e.words} for e in day.entries if not _is_drawn(e)],
        "marks": [{"letter": e.plan.letter, "words": e.mark} for e in day.entries if e.mark is not Mark.NONE],
    }


def _is_drawn(entry: Entry) -> bool:
    """Whether every dose of the day can be drawn; one that no units make is told in words."""
    return bool(entry.taken) and all(taken.drawn for taken in entry.taken)


def _time_row(entries: Sequence[Entry], time: Time) -> Values:
    items = [
        {"letter": entry.plan.letter, "drawn": [_drawing(one) for one in taken.drawn]}
        for entry in entries
        if _is_drawn(entry)
        for taken in entry.taken
        if taken.time is time
    ]
    return {"time": time.value.capitalize(), "items": items}


def _drawing(one: Drawn) -> Values:
    """A shape, how often it is drawn, and a number before it where it would be drawn too often to be counted."""
    return {
        "shape": one.shape.value,
        "label": one.label,
        "pieces": one.pieces,
        "times": f"{plain(one.count)} ×" if one.is_many else "",
    }


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _short(day: date) -> str:
    return f"{day:%a}, {day:%b} {day.day}"


def _day_of_week(day: date) -> str:
    return f"{_short(day)}, {day.year}"
