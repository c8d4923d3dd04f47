"""When a client is reminded of an appointment, by the clock on their wall."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.core.rules import RuleBroken
from clinic.messaging.rules import due_at
from clinic.scheduling import rules

DENVER = ZoneInfo("America/Denver")
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def denver(month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=DENVER)


def walls(
    starts_at: dt.datetime, *, set_at: dt.datetime = LONG_AGO, now: dt.datetime = LONG_AGO, zone: ZoneInfo = DENVER
) -> list[tuple[int, str]]:
    """The reminders as number and the minute on the client's wall at which they leave."""
    found = rules.moments(starts_at, set_at=set_at, now=now, zone=zone)
    leave = [(moment.number, due_at(moment.on, moment.at, zone).astimezone(zone)) for moment in found]
    return [(number, f"{at:%m-%d %H:%M}") for number, at in leave]


def test_a_week_two_days_and_three_hours_before() -> None:
    assert walls(denver(6, 11, 14)) == [(1, "06-04 14:00"), (2, "06-09 14:00"), (3, "06-11 11:00")]


def test_quiet_hours_shift_to_eight() -> None:
    assert walls(denver(6, 11, 9))[-1] == (3, "06-11 08:00")


@pytest.mark.parametrize("starts_at", [denver(6, 11, 8), denver(6, 11, 7, 30), denver(6, 11, 1)])
def test_where_eight_would_be_too_late_it_leaves_the_evening_before(starts_at: dt.datetime) -> None:
    assert walls(starts_at)[-1] == (3, "06-10 20:00")


def test_a_client_who_lives_elsewhere_is_reminded_by_their_own_clock() -> None:
    assert walls(denver(6, 11, 8), zone=ZoneInfo("America/New_York"))[-1] == (3, "06-11 08:00")


def test_a_week_before_is_the_same_time_of_day_though_the_clock_changes() -> None:
    assert walls(denver(3, 12, 14))[:2] == [(1, "03-05 14:00"), (2, "03-10 14:00")]
    assert walls(denver(3, 9, 14))[1] == (2, "03-07 13:00")


def test_one_that_was_past_when_the_time_was_set_is_not_sent() -> None:
    assert walls(denver(6, 11, 14), set_at=denver(6, 9, 14)) == [(3, "06-11 11:00")]
    assert walls(denver(6, 11, 9), set_at=denver(6, 11, 7), now=denver(6, 11, 7)) == []
    assert walls(denver(6, 11, 8), set_at=denver(6, 10, 20)) == []


def test_of_several_that_are_late_only_the_last_one_is_sent() -> None:
    assert walls(denver(6, 11, 14), now=denver(6, 10, 14)) == [(2, "06-09 14:00"), (3, "06-11 11:00")]


@given(
    starts_at=st.integers(0, 5 * 366 * 24 * 4).map(lambda quarters: LONG_AGO + quarters * dt.timedelta(minutes=15)),
    zone=st.sampled_from(["America/Denver", "Pacific/Apia", "Asia/Kolkata", "America/Havana", "Europe/London"]),
)
def test_never_in_quiet_hours_and_never_after_the_appointment(starts_at: dt.datetime, zone: str) -> None:
    wall = ZoneInfo(zone)
    long_ago = starts_at - dt.timedelta(days=100)
    found = rules.moments(starts_at, set_at=long_ago, now=long_ago, zone=wall)
    leave = [due_at(moment.on, moment.at, wall) for moment in found]
    assert len(leave) == 3
    assert all(at < starts_at for at in leave)
    assert all(8 <= at.astimezone(wall).hour < 21 for at in leave)


def test_a_move_counts_the_reminders_on() -> None:
    assert [rules.steps_of(0), rules.steps_of(1)] == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("status", "starts_at", "why"),
    [
        ("cancelled", denver(6, 11, 14), "is cancelled"),
        ("arrived", denver(6, 11, 14), "has begun or is over"),
        ("booked", denver(6, 1, 9), "has begun or is over"),
    ],
)
def test_what_cannot_be_answered_any_more(status: str, starts_at: dt.datetime, why: str) -> None:
    with pytest.raises(RuleBroken, match=why):
        rules.check_answerable(status, starts_at, denver(6, 1, 9))


def test_what_stands_can_be_answered() -> None:
    rules.check_answerable("confirmed", denver(6, 11, 14), denver(6, 1, 9))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Thursday, June 11, 2:05 pm"), ("es", "jueves 11 de junio, 14:05")]
)
def test_day_and_time_are_spelled_out(language: str, words: str) -> None:
    assert rules.when_words(denver(6, 11, 14, 5), DENVER, language) == words


def test_the_morning_is_said() -> None:
    assert rules.when_words(denver(6, 11, 0, 5), DENVER, "en") == "Thursday, June 11, 12:05 am"
