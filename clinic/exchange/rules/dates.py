"""Dates of a chart: read as FHIR writes them, refused where they cannot be true."""

import re
from datetime import UTC, date, datetime, time, timedelta

from clinic.exchange.rules.reading import Refused

EARLIEST = date(1880, 1, 1)
LATEST = date(2100, 12, 31)
DAY = timedelta(days=1)
PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")


def birth_date(text: object, *, today: date, label: str) -> date:
    """A whole birth date, not in the future, not before 1880."""
    if not isinstance(text, str) or not text:
        raise Refused("The birth date is missing.", label)
    try:
        born = date.fromisoformat(text)
    except ValueError as problem:
        raise Refused(f"The birth date {text} is no whole date.", label) from problem
    if born < EARLIEST or born > today:
        raise Refused(f"The birth date {text} cannot be true.", label)
    return born


def instant(text: object, *, born: date | None, label: str, may_be_after: date | None = None) -> datetime | None:
    """An instant of a chart, None if it is not given; a date alone is its noon in UTC, so that it stays that day.

    Refused: what is no date, lies before 1880, more than a day before birth, after 2100 or, where given, more
    than a day after `may_be_after`.
    """
    if not text:
        return None
    moment = _parsed(str(text), label)
    latest = min(LATEST, may_be_after + DAY) if may_be_after else LATEST
    is_partial = PARTIAL.fullmatch(str(text)) is not None
    before_birth = born is not None and moment.date() < born - DAY and not (is_partial and moment.year >= born.year)
    if moment.date() < EARLIEST or moment.date() > latest or before_birth:
        raise Refused(f"The date {text} cannot be true.", label)
    return moment


def day(text: object, *, born: date | None, label: str, may_be_after: date | None = None) -> date | None:
    """The calendar day as it is written, whatever its zone."""
    moment = instant(text, born=born, label=label, may_be_after=may_be_after)
    return moment.date() if moment else None


def check_order(start: date | None, end: date | None, label: str) -> None:
    """What ends has begun before."""
    if start and end and end < start:
        raise Refused(f"It ends on {end} before it begins on {start}.", label)


def _parsed(text: str, label: str) -> datetime:
    try:
        partial = PARTIAL.fullmatch(text)
        if partial:
            return datetime(int(partial[1]), int(partial[2] or 1), 1, 12, tzinfo=UTC)
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(12), tzinfo=UTC)
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise Refused(f"{text} is no date.", label) from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
