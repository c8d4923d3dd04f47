"""Who is on call when: two rotas, covers, hand-overs, holidays, gaps; and the clock of an alert."""

import datetime as dt
from itertools import pairwise
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.core.rules import RuleBroken
from clinic.risk.rules import rota
from clinic.risk.rules.escalation import Clock, next_place, places_due, to_tell
from clinic.risk.rules.rota import Hours, OfficeHours, Place, Turn

DENVER = ZoneInfo("America/Denver")
PIONEER_DAY = dt.date(2026, 7, 24)
OFFICE = OfficeHours(dt.time(8), dt.time(18), frozenset(range(5)), {PIONEER_DAY}, DENVER)
CLOCK = Clock(dt.timedelta(minutes=15), dt.timedelta(minutes=30))
ANN, BEN, CLEO = uuid4(), uuid4(), uuid4()


def at(day: int, hour: int, minute: int = 0, month: int = 6) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=DENVER)


def turn(who: UUID, starts: dt.datetime, ends: dt.datetime, *, hours: Hours = Hours.OFFICE, entered: int = 1) -> Turn:
    return Turn(uuid4(), who, "Somebody", Place.FIRST, hours, starts, ends, at(entered, 8))


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        (at(1, 7, 59), Hours.OUT),
        (at(1, 8), Hours.OFFICE),
        (at(1, 17, 59), Hours.OFFICE),
        (at(1, 18), Hours.OUT),
        (at(6, 12), Hours.OUT),
        (at(24, 12, month=7), Hours.OUT),
        (at(23, 12, month=7), Hours.OFFICE),
    ],
)
def test_office_hours_end_on_evenings_weekends_and_holidays(moment: dt.datetime, hours: Hours) -> None:
    assert OFFICE.at(moment) is hours


def test_of_two_turns_the_one_entered_last_counts() -> None:
    week = turn(ANN, at(1, 8), at(8, 8))
    cover = turn(BEN, at(2, 8), at(3, 8), entered=2)
    assert rota.on_call([week, cover], Place.FIRST, at(2, 9), OFFICE) is cover
    assert rota.on_call([cover, week], Place.FIRST, at(3, 9), OFFICE) is week
    assert rota.on_call([cover, week], Place.SECOND, at(3, 9), OFFICE) is None
    assert rota.overlaps([cover, week]) == [(week, cover)]
    assert rota.overlaps([week, turn(BEN, at(8, 8), at(15, 8))]) == []


def test_until_when_runs_over_the_hand_over_of_the_rotas() -> None:
    day, night = turn(ANN, at(1, 8), at(8, 8)), turn(BEN, at(1, 8), at(8, 8), hours=Hours.OUT)
    found = rota.stretches([day, night], Place.FIRST, at(1, 9), at(3, 9), OFFICE)
    assert [(one.turn and one.turn.user_id, one.until_at) for one in found] == [
        (ANN, at(1, 18)),
        (BEN, at(2, 8)),
        (ANN, at(2, 18)),
        (BEN, at(3, 8)),
        (ANN, at(3, 9)),
    ]
    same = [turn(ANN, at(1, 8), at(8, 8)), turn(ANN, at(1, 8), at(8, 8), hours=Hours.OUT)]
    (one,) = rota.stretches(same, Place.FIRST, at(1, 9), at(8, 8), OFFICE)
    assert one.until_at == at(8, 8)


def test_a_night_without_anybody_is_a_gap() -> None:
    day = turn(ANN, at(1, 8), at(8, 8))
    gaps = [one for one in rota.stretches([day], Place.FIRST, at(4, 9), at(8, 8), OFFICE) if one.turn is None]
    assert [(gap.from_at, gap.until_at) for gap in gaps] == [(at(4, 18), at(5, 8)), (at(5, 18), at(8, 8))]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 80), st.integers(1, 9)), max_size=6))
def test_stretches_leave_no_minute_out_and_agree_with_each_instant(rows: list[tuple[int, int, int]]) -> None:
    start, hour = at(1, 0), dt.timedelta(hours=1)
    turns = [
        turn(ANN if n % 2 else BEN, start + begins * hour, start + (begins + lasts) * hour, entered=entered)
        for n, (begins, lasts, entered) in enumerate(rows)
    ]
    found = rota.stretches(turns, Place.FIRST, start, start + 250 * hour, OFFICE)
    assert (found[0].from_at, found[-1].until_at) == (start, start + 250 * hour)
    assert all(before.until_at == after.from_at for before, after in pairwise(found))
    for stretch in found:
        held = rota.on_call(turns, Place.FIRST, stretch.from_at, OFFICE)
        assert (held and held.user_id) == (stretch.turn and stretch.turn.user_id)


@pytest.mark.parametrize(
    ("now", "expected"), [(at(1, 7), at(1, 8)), (at(1, 8), at(8, 8)), (at(3, 12), at(8, 8)), (at(7, 23), at(8, 8))]
)
def test_the_week_changes_hands_on_monday_at_eight(now: dt.datetime, expected: dt.datetime) -> None:
    assert rota.hand_over_after(now, weekday=0, at=dt.time(8), zone=DENVER) == expected


def test_a_turn_ends_after_it_begins_and_lies_ahead() -> None:
    rota.check_turn(at(1, 8), at(8, 8), now=at(2, 8))
    for starts, ends, now in ((at(2, 8), at(2, 8), at(1, 8)), (at(1, 8), at(2, 8), at(2, 8))):
        with pytest.raises(RuleBroken) as refused:
            rota.check_turn(starts, ends, now=now)
        assert refused.value.field == "ends_at"
    rota.check_not_over(at(2, 8), now=at(1, 8))
    with pytest.raises(RuleBroken, match="is over"):
        rota.check_not_over(at(2, 8), now=at(2, 8))


@pytest.mark.parametrize(
    ("chosen", "field"),
    [((False, False, True), "by_email"), ((True, True, False), "by_sms"), ((True, False, False), None)],
)
def test_somebody_on_call_can_always_be_told(chosen: tuple[bool, bool, bool], field: str | None) -> None:
    by_email, by_sms, has_phone = chosen
    if field is None:
        rota.check_channels(by_email=by_email, by_sms=by_sms, has_phone=has_phone)
        return
    with pytest.raises(RuleBroken) as refused:
        rota.check_channels(by_email=by_email, by_sms=by_sms, has_phone=has_phone)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("minutes", "due", "next_one"),
    [
        (0, [Place.FIRST], Place.SECOND),
        (14, [Place.FIRST], Place.SECOND),
        (15, [Place.FIRST, Place.SECOND], Place.LEAD),
        (30, list(Place), None),
    ],
)
def test_second_after_15_minutes_lead_after_30(minutes: int, due: list[Place], next_one: Place | None) -> None:
    now = at(1, 9) + dt.timedelta(minutes=minutes)
    assert places_due(at(1, 9), CLOCK, now=now) == due
    coming = next_place(at(1, 9), CLOCK, now=now)
    assert (coming and coming[0]) == next_one


@pytest.mark.parametrize(
    ("due", "held", "told", "expected"),
    [
        ([Place.FIRST], {Place.FIRST: ANN, Place.SECOND: BEN}, [], [(Place.FIRST, ANN)]),
        ([Place.FIRST], {Place.FIRST: ANN}, [ANN], []),
        ([Place.FIRST], {Place.SECOND: BEN, Place.LEAD: CLEO}, [], [(Place.SECOND, BEN)]),
        ([Place.FIRST, Place.SECOND], {Place.LEAD: CLEO}, [], [(Place.LEAD, CLEO)]),
        ([Place.FIRST], {}, [], []),
        ([Place.FIRST, Place.SECOND], {Place.FIRST: ANN, Place.SECOND: ANN}, [], [(Place.FIRST, ANN)]),
        ([Place.FIRST], {Place.FIRST: BEN}, [ANN], [(Place.FIRST, BEN)]),
    ],
    ids=["first", "told", "gap", "two gaps", "nobody", "one person twice", "handed over"],
)
def test_each_person_is_told_once_and_a_gap_costs_no_time(
    due: list[Place], held: dict[Place, UUID], told: list[UUID], expected: list[tuple[Place, UUID]]
) -> None:
    assert to_tell(due, held, told) == expected
