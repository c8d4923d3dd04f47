"""Whether a medication is taken: check-ins, fills, recorded missed days; each in one line with its source."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from clinic.checkins.rules.adherence import DosesTold, told_words
from clinic.titration.rules.strengths import Strength
from clinic.titration.rules.supply import Cover, Fill, cover_of, draws_of
from clinic.titration.rules.trials import Dosed, Own
from clinic.visits.rules.adherence import adherence_of, cover_words, missed_words

FIRST = dt.date(2026, 3, 2)
PLAN, CLIENT = UUID(int=1), UUID(int=2)
TABLET = {"form": "tablet", "release": "IR", "strength_mg": "50", "count": "1"}
ONE_A_DAY = [{"time": "morning", "mg": "50", "units": [TABLET]}]


def after(days: int) -> dt.date:
    return FIRST + dt.timedelta(days=days)


def told(days: int, missed: int, because: str = "") -> DosesTold:
    return DosesTold(UUID(int=100 + days), PLAN, after(days), missed, because)


def fill(days: int, count: int) -> Fill:
    return Fill(after(days), Strength("tablet", "IR", Decimal(50)), Decimal(count))


def daily(**more: Any) -> Dosed:
    return Dosed(FIRST, None, Decimal(50), words="50 mg in the morning", doses=ONE_A_DAY, **more)


def own(*fills: Fill, **more: Any) -> Own:
    known: dict[str, Any] = {"medication": "sertraline", "ingredient": "sertraline", "least_mg": None}
    return Own(PLAN, dosed=[daily()], fills=fills, **(known | more))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([told(10, 0)], "no dose missed in the 7 days before Mar 12, 2026"),
        ([told(10, 1, "forgot")], "1 dose missed in the 7 days before Mar 12, 2026 (“I forgot”)"),
        (
            [told(10, 0, "forgot"), told(3, 0)],
            "no dose missed in the 7 days before Mar 12, 2026; none in the last 2 check-ins",
        ),
        (
            [told(40, 2), told(30, 0), told(20, 1), told(10, 0), told(3, 7)],
            "2 doses missed in the 7 days before Apr 11, 2026; 3 in the last 4 check-ins",
        ),
    ],
)
def test_what_clients_said_of_missed_doses(answers: list[DosesTold], words: str) -> None:
    assert told_words([(one.on, one.missed) for one in answers], answers[0].because) == words


class TestDaysCovered:
    def test_days_covered_by_the_days_since_the_first_fill(self) -> None:
        cover = cover_of(draws_of([daily()]), [fill(5, 20), fill(30, 10)], after(45))
        assert cover == Cover(after(5), 40, 30)
        assert (cover.percent, cover.is_adherent) == (75, False)
        assert cover_words(cover) == "supply covered 75 % of days, 30 of 40 since Mar 7, 2026, under 80 %"

    def test_an_early_fill_is_carried_on(self) -> None:
        cover = cover_of(draws_of([daily()]), [fill(0, 20), fill(10, 20)], after(40))
        assert cover == Cover(FIRST, 40, 40)
        assert cover_words(cover) == "supply covered 100 % of days, 40 of 40 since Mar 2, 2026"

    @pytest.mark.parametrize(("covered", "is_adherent"), [(79, False), (80, True)])
    def test_eighty_percent_are_adherent(self, covered: int, is_adherent: bool) -> None:
        assert Cover(FIRST, 100, covered).is_adherent is is_adherent

    def test_days_without_a_dose_do_not_count(self) -> None:
        cover = cover_of(draws_of([daily(every_days=2)]), [fill(0, 10)], after(20))
        assert cover == Cover(FIRST, 10, 10)

    def test_what_was_missed_is_left_over(self) -> None:
        cover = cover_of(draws_of([daily()]), [fill(0, 10)], after(12), [(after(3), after(4))])
        assert cover == Cover(FIRST, 12, 12)

    def test_without_a_fill_or_units_that_count_there_is_none(self) -> None:
        uncounted = Dosed(FIRST, None, Decimal(50), words="50 mg", doses=[{"time": "morning", "mg": "50", "units": []}])
        assert cover_of(draws_of([daily()]), [], after(12)) is None
        assert cover_of(draws_of([daily()]), [fill(12, 10)], after(12)) is None
        assert cover_of(draws_of([uncounted]), [fill(0, 10)], after(12)) is None


@pytest.mark.parametrize(
    ("missed", "words"),
    [
        ([(after(3), after(3))], "recorded as missed: Mar 5, 2026"),
        ([(after(3), after(5))], "recorded as missed: Mar 5, 2026 to Mar 7, 2026"),
        ([(after(9), after(9)), (after(3), after(5))], "recorded as missed: Mar 11, 2026 and 1 time before"),
        (
            [(after(9), after(9)), (after(3), after(5)), (FIRST, FIRST)],
            "recorded as missed: Mar 11, 2026 and 2 times before",
        ),
    ],
)
def test_what_was_recorded_as_missed(missed: list[tuple[dt.date, dt.date]], words: str) -> None:
    assert missed_words(missed) == words


def test_each_line_leads_to_its_source() -> None:
    known = own(fill(0, 5), not_taken=[(after(3), after(3))])
    found = adherence_of(known, [told(9, 2, "ran_out")], CLIENT, today=after(10))
    assert [(one.source, one.tone, one.view_name, one.source_id) for one in found.said] == [
        ("Check-in", "warn", "checkins:review", UUID(int=109)),
        ("Supply", "warn", "titration:supply", CLIENT),
        ("Dose plan", "quiet", "titration:dose_plan", PLAN),
    ]


def test_what_goes_well_is_quiet_and_nothing_known_is_nothing_said() -> None:
    quiet = adherence_of(own(fill(0, 50)), [told(9, 0)], CLIENT, today=after(10))
    assert [one.tone for one in quiet.said] == ["quiet", "quiet"]
    assert adherence_of(own(), [], CLIENT, today=after(10)).said == ()


def test_days_after_the_stop_do_not_count() -> None:
    [line] = adherence_of(own(fill(0, 10), stop_on=after(10)), [], CLIENT, today=after(90)).said
    assert line.words == "supply covered 100 % of days, 10 of 10 since Mar 2, 2026"
