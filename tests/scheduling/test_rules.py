"""Free times and allowed moves, without a database."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.core.rules import RuleBroken
from clinic.scheduling import rules

DENVER = ZoneInfo("America/Denver")
MONDAY = dt.date(2026, 3, 2)
MORNING = rules.Hours(0, dt.time(9), dt.time(10), "in_person", dt.date(2026, 1, 1), None)


def at(hour: int, minute: int = 0, day: dt.date = MONDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), DENVER)


def starts(times: list[rules.FreeTime]) -> list[str]:
    return [time.starts_at.astimezone(DENVER).strftime("%H:%M") for time in times]


def free(busy: list[rules.Span], *, minutes: int = 30, not_before: dt.datetime | None = None) -> list[str]:
    not_before = not_before or at(0)
    return starts(rules.free_times([MONDAY], [MORNING], busy, minutes=minutes, not_before=not_before, zone=DENVER))


def test_every_quarter_hour_that_fits_is_offered() -> None:
    assert free([]) == ["09:00", "09:15", "09:30"]


def test_a_booked_time_is_not_offered_but_its_edges_are() -> None:
    assert free([rules.Span(at(9, 15), at(9, 30))], minutes=15) == ["09:00", "09:30", "09:45"]


def test_the_past_is_not_offered() -> None:
    assert free([], not_before=at(9, 10)) == ["09:15", "09:30"]


def test_hours_count_only_on_their_weekday_and_dates() -> None:
    ended = rules.Hours(0, dt.time(9), dt.time(10), "phone", dt.date(2026, 1, 1), dt.date(2026, 3, 1))
    tuesday = rules.Hours(1, dt.time(9), dt.time(10), "phone", dt.date(2026, 1, 1), None)
    assert rules.hours_on(MONDAY, [ended, tuesday], DENVER) == []


def test_a_day_that_loses_an_hour_keeps_its_wall_clock_hours() -> None:
    sunday = dt.date(2026, 3, 8)
    hours = rules.Hours(6, dt.time(1), dt.time(4), "phone", dt.date(2026, 1, 1), None)
    times = rules.free_times([sunday], [hours], [], minutes=60, not_before=at(0, day=sunday), zone=DENVER)
    assert starts(times)[0] == "01:00"
    assert times[-1].ends_at == at(4, day=sunday)
    assert len({time.starts_at for time in times}) == 5


@given(st.lists(st.tuples(st.integers(0, 55), st.integers(5, 60)), max_size=6), st.sampled_from([15, 30, 60]))
def test_no_free_time_touches_a_booked_one(taken: list[tuple[int, int]], minutes: int) -> None:
    busy = [rules.Span(at(9, m), at(9, m) + dt.timedelta(minutes=length)) for m, length in taken]
    times = rules.free_times([MONDAY], [MORNING], busy, minutes=minutes, not_before=at(0), zone=DENVER)
    for time in times:
        assert not any(rules.Span(time.starts_at, time.ends_at).overlaps(span) for span in busy)


@pytest.mark.parametrize("old", ["done", "no_show", "cancelled"])
def test_what_is_over_stays_as_it_is(old: str) -> None:
    with pytest.raises(RuleBroken, match="cannot become"):
        rules.check_move(old, "booked")


def test_a_booked_appointment_can_be_confirmed() -> None:
    rules.check_move("booked", "confirmed")


def test_only_within_hours() -> None:
    rules.check_within_hours(rules.Span(at(9), at(9, 30)), [MORNING], DENVER)
    with pytest.raises(RuleBroken, match="outside"):
        rules.check_within_hours(rules.Span(at(9, 45), at(10, 15)), [MORNING], DENVER)


@pytest.mark.parametrize(
    ("begins", "ends", "until", "field"), [(9, 9, None, "ends"), (9, 10, dt.date(2025, 1, 1), "valid_until")]
)
def test_hours_end_after_they_begin(begins: int, ends: int, until: dt.date | None, field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        rules.check_hours(dt.time(begins), dt.time(ends), dt.date(2026, 1, 1), until)
    assert refusal.value.field == field
