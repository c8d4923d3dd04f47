"""The trial ledger: adequate, too short, not tolerated, failed; each with its evidence."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from clinic.core.rules import RuleBroken
from clinic.scales.rules.instruments import Change
from clinic.scales.rules.scoring import INSTRUMENTS
from clinic.titration.rules.trial_words import adequacy_words, evidence_words, warning_words, weeks_words
from clinic.titration.rules.trials import (
    Adequacy,
    Dosed,
    Outcome,
    Own,
    ScoreChange,
    Told,
    Total,
    Trial,
    Verdict,
    adequate_failures,
    check_ended,
    days_at_or_above,
    of_ingredient,
    own_trial,
    score_change,
    told_trial,
    verdict_of,
)

FIRST = dt.date(2026, 3, 2)
TODAY = dt.date(2026, 9, 1)


def after(days: int) -> dt.date:
    return FIRST + dt.timedelta(days=days)


def plan(*amounts: tuple[int, int | None, str], **more: Any) -> Own:
    """A dose plan of amounts, each with its first and last day counted from the first day (0)."""
    dosed = [
        Dosed(after(first), None if last is None else after(last), Decimal(mg), every)
        for first, last, mg, every in ((*one, 1) if len(one) == 3 else one for one in amounts)
    ]
    known: dict[str, Any] = {"medication": "sertraline", "ingredient": "sertraline", "least_mg": Decimal(50)}
    return Own(dose_plan_id=UUID(int=1), dosed=dosed, **(known | more))


def judged(own: Own, *totals: Total, today: dt.date = TODAY) -> Trial:
    trial = own_trial(own, totals, weeks_needed=4, today=today)
    assert trial is not None
    return trial


def phq9(days: int, total: int) -> Total:
    return Total("phq9", after(days), total)


def gad7(days: int, total: int) -> Total:
    return Total("gad7", after(days), total)


def test_three_weeks_at_target_are_inadequate() -> None:
    own = plan((0, 6, "25"), (7, 27, "50"), stop_on=after(28), why_ended="no_effect")
    trial = judged(own, phq9(0, 18), phq9(28, 17))
    assert (trial.days_at_dose, trial.adequacy, trial.verdict) == (21, Adequacy.INADEQUATE, Verdict.INADEQUATE)
    assert adequacy_words(trial, 4) == "Not adequate: under 4 weeks at an effective dose"


def test_a_rash_on_day_ten_is_intolerance_and_no_failure() -> None:
    own = plan((0, 8, "50"), stop_on=after(9), why_ended="side_effects", ended_words="Rash on day 10")
    trial = judged(own, phq9(-1, 18))
    assert trial.verdict is Verdict.INTOLERANCE
    assert adequate_failures([trial]) == []
    assert warning_words(trial) == (
        "A trial of sertraline was stopped for side effects: Mar 2, 2026 to Mar 10, 2026, up to 50 mg a day, "
        "1 week 2 days at or above 50 mg, outcome not known."
    )


def test_an_adequate_failure_is_named_with_dates_dose_weeks_and_scores() -> None:
    own = plan((0, 6, "25"), (7, 20, "50"), (21, 48, "100"), stop_on=after(49))
    trial = judged(own, phq9(-1, 20), phq9(20, 18), phq9(49, 17))
    assert (trial.adequacy, trial.verdict, trial.days_at_dose) == (Adequacy.ADEQUATE, Verdict.FAILED, 42)
    assert evidence_words(trial) == (
        "Mar 2, 2026 to Apr 19, 2026, up to 100 mg a day, 6 weeks at or above 50 mg, "
        "PHQ-9 20 (Mar 1, 2026) to 17 (Apr 20, 2026): no response"
    )
    assert warning_words(trial).startswith("An adequate trial of sertraline did not help: Mar 2, 2026 to")
    assert adequate_failures([trial, trial]) == [trial, trial]


@pytest.mark.parametrize(("days", "adequacy"), [(27, Adequacy.INADEQUATE), (28, Adequacy.ADEQUATE)])
def test_four_whole_weeks_are_adequate(days: int, adequacy: Adequacy) -> None:
    assert judged(plan((0, days - 1, "50"), stop_on=after(days))).adequacy is adequacy


@pytest.mark.parametrize(("days", "adequacy"), [(27, Adequacy.INADEQUATE), (28, Adequacy.ADEQUATE)])
def test_of_a_running_plan_the_days_behind_today_count(days: int, adequacy: Adequacy) -> None:
    trial = judged(plan((0, None, "50")), today=after(days))
    assert (trial.adequacy, trial.verdict, trial.last_on) == (adequacy, Verdict.RUNNING, None)


def test_a_plan_that_has_not_begun_or_was_stopped_before_is_no_trial() -> None:
    assert own_trial(plan((0, None, "50")), [], weeks_needed=4, today=after(-1)) is None
    assert own_trial(plan((0, None, "50"), stop_on=FIRST), [], weeks_needed=4, today=TODAY) is None
    assert own_trial(plan((0, None, "0")), [], weeks_needed=4, today=TODAY) is None


def test_a_stop_that_lies_ahead_has_not_ended_it() -> None:
    trial = judged(plan((0, 60, "50"), stop_on=after(61), why_ended="cost"), today=after(30))
    assert (trial.verdict, trial.last_on, trial.why_ended, trial.days_at_dose) == (Verdict.RUNNING, None, "", 30)


def test_steps_that_never_began_do_not_count_as_the_highest_dose() -> None:
    trial = judged(plan((0, 6, "25"), (7, None, "50"), (90, None, "200")), today=after(30))
    assert trial.highest_mg == 50


def test_a_pause_in_the_plan_breaks_the_run_and_missed_days_only_do_not_count() -> None:
    paused = plan((0, 19, "50"), (20, 25, "0"), (26, None, "50"))
    assert judged(paused, today=after(40)).days_at_dose == 20
    missed = plan((0, None, "50"), not_taken=[(after(3), after(5)), (after(39), after(60))])
    assert judged(missed, today=after(40)).days_at_dose == 36


def test_every_other_day_counts_by_what_it_comes_to_a_day() -> None:
    every_other_day = [Dosed(FIRST, None, Decimal(50), every_days=2)]
    assert days_at_or_above(every_other_day, Decimal(50), [], until=after(40)) == 0
    assert days_at_or_above(every_other_day, Decimal(25), [], until=after(40)) == 41


def test_without_a_known_least_dose_nothing_is_guessed() -> None:
    trial = judged(plan((0, 60, "50"), least_mg=None, stop_on=after(61)), phq9(0, 20), phq9(50, 19))
    assert (trial.adequacy, trial.verdict, trial.days_at_dose) == (Adequacy.UNKNOWN, Verdict.UNKNOWN, None)
    assert "the least effective dose is not known here" in evidence_words(trial)
    assert adequacy_words(trial, 4) == "Adequacy not known"


class TestScores:
    def test_from_the_last_score_before_to_the_newest_until_the_end(self) -> None:
        found = score_change([phq9(-30, 24), phq9(0, 20), phq9(10, 5), phq9(28, 12), phq9(60, 3)], FIRST, after(28))
        assert found == ScoreChange(phq9(0, 20), phq9(28, 12))
        assert found.percent_better == 40

    def test_the_scale_that_stood_furthest_up_its_range_speaks(self) -> None:
        totals = [phq9(0, 6), phq9(20, 6), gad7(0, 16), gad7(20, 7)]
        found = score_change(totals, FIRST, after(28))
        assert found is not None
        assert (found.after.instrument, found.outcome) == ("gad7", Outcome.RESPONSE)

    @pytest.mark.parametrize("totals", [[], [phq9(0, 20)], [phq9(3, 20)], [phq9(0, 4), phq9(20, 2)]])
    def test_without_two_scores_or_room_to_become_better_there_is_no_change(self, totals: list[Total]) -> None:
        assert score_change(totals, FIRST, after(28)) is None

    @pytest.mark.parametrize(
        ("total", "outcome"),
        [(10, Outcome.RESPONSE), (11, Outcome.NONE), (24, Outcome.NONE), (25, Outcome.WORSE)],
    )
    def test_half_the_score_is_a_response_and_five_points_more_are_worse(self, total: int, outcome: Outcome) -> None:
        assert ScoreChange(phq9(0, 20), phq9(20, total)).outcome is outcome

    def test_remission_is_told_only_by_a_threshold_of_the_scales_own_file(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change = ScoreChange(gad7(0, 16), gad7(20, 4))
        assert change.outcome == "response"
        with_remission = object.__new__(type(INSTRUMENTS["gad7"]))
        object.__setattr__(with_remission, "change", Change(None, None, 4, "a source"))
        monkeypatch.setitem(INSTRUMENTS, "gad7", with_remission)
        assert change.outcome == "remission"

    def test_a_scale_without_bands_counts_from_its_lowest_total(self) -> None:
        totals = [Total("aims", after(days), total) for days, total in ((0, 1), (20, 0))]
        assert score_change(totals, FIRST, after(28)) == ScoreChange(*totals)

    def test_a_scale_without_thresholds_tells_response_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        without = object.__new__(type(INSTRUMENTS["gad7"]))
        object.__setattr__(without, "change", None)
        monkeypatch.setitem(INSTRUMENTS, "gad7", without)
        assert ScoreChange(gad7(0, 8), gad7(20, 21)).outcome is Outcome.NONE
        assert ScoreChange(gad7(0, 8), gad7(20, 4)).outcome is Outcome.RESPONSE


@pytest.mark.parametrize(
    ("adequacy", "outcome", "why", "verdict"),
    [
        ("adequate", "response", "side_effects", Verdict.HELPED),
        ("inadequate", "remission", "", Verdict.HELPED),
        ("inadequate", "none", "side_effects", Verdict.INTOLERANCE),
        ("unknown", "unknown", "side_effects", Verdict.INTOLERANCE),
        ("inadequate", "none", "no_effect", Verdict.INADEQUATE),
        ("unknown", "none", "no_effect", Verdict.UNKNOWN),
        ("adequate", "none", "side_effects", Verdict.FAILED),
        ("adequate", "worse", "", Verdict.FAILED),
        ("adequate", "unknown", "no_effect", Verdict.FAILED),
        ("adequate", "partial", "no_effect", Verdict.FAILED),
        ("adequate", "partial", "cost", Verdict.PARTIAL),
        ("adequate", "unknown", "cost", Verdict.UNKNOWN),
    ],
)
def test_what_an_ended_trial_says(adequacy: str, outcome: str, why: str, verdict: Verdict) -> None:
    assert verdict_of(Adequacy(adequacy), Outcome(outcome), why) is verdict


def told(**more: Any) -> Told:
    known: dict[str, Any] = {
        "medication": "Zoloft",
        "ingredient": "sertraline",
        "least_mg": Decimal(50),
        "highest_mg": Decimal(100),
        "weeks": 8,
        "outcome": Outcome.NONE,
        "why_ended": "no_effect",
        "is_taken_still": False,
        "told_on": FIRST,
    }
    return Told(trial_id=UUID(int=2), **(known | more))


@pytest.mark.parametrize(
    ("more", "adequacy"),
    [
        ({}, Adequacy.ADEQUATE),
        ({"weeks": 4}, Adequacy.ADEQUATE),
        ({"weeks": 3}, Adequacy.INADEQUATE),
        ({"weeks": 3, "highest_mg": None}, Adequacy.INADEQUATE),
        ({"highest_mg": Decimal(25)}, Adequacy.INADEQUATE),
        ({"highest_mg": Decimal(25), "weeks": None}, Adequacy.INADEQUATE),
        ({"weeks": None}, Adequacy.UNKNOWN),
        ({"highest_mg": None}, Adequacy.UNKNOWN),
        ({"least_mg": None}, Adequacy.UNKNOWN),
    ],
)
def test_a_trial_that_was_told_is_judged_by_what_was_told(more: dict[str, Any], adequacy: Adequacy) -> None:
    assert told_trial(told(**more), weeks_needed=4).adequacy is adequacy


def test_the_words_of_a_trial_that_was_told() -> None:
    failed = told_trial(told(), weeks_needed=4)
    assert not failed.is_own
    assert evidence_words(failed) == "before, told on Mar 2, 2026, up to 100 mg a day, 8 weeks as told, no response"
    assert adequacy_words(failed, 4) == "Adequate as told"
    little = told_trial(told(highest_mg=None, weeks=None, outcome=Outcome.UNKNOWN, why_ended=""), weeks_needed=4)
    words = "before, told on Mar 2, 2026, dose not known, weeks not known as told, outcome not known"
    assert evidence_words(little) == words
    assert warning_words(little) == ""
    assert told_trial(told(is_taken_still=True), weeks_needed=4).verdict is Verdict.RUNNING


def test_the_words_of_a_running_trial() -> None:
    trial = judged(plan((0, None, "50")), today=after(8))
    assert evidence_words(trial).startswith("since Mar 2, 2026, up to 50 mg a day, 1 week 1 day at or above 50 mg")
    assert adequacy_words(trial, 4) == "Not adequate yet: under 4 weeks at an effective dose"
    assert adequacy_words(judged(plan((0, None, "50")), today=TODAY), 4) == "Adequate"


@pytest.mark.parametrize(
    ("days", "words"), [(0, "0 days"), (1, "1 day"), (7, "1 week"), (28, "4 weeks"), (30, "4 weeks 2 days")]
)
def test_days_are_told_in_weeks(days: int, words: str) -> None:
    assert weeks_words(days) == words


def test_trials_of_one_ingredient_go_together() -> None:
    brand, other = told_trial(told(), weeks_needed=4), told_trial(told(ingredient="lithium"), weeks_needed=4)
    assert of_ingredient([brand, other], "Sertraline") == [brand]


def test_why_it_ended_is_said_once_it_has() -> None:
    check_ended(TODAY, TODAY)
    for stop_on in (None, after(400)):
        with pytest.raises(RuleBroken, match="still taken"):
            check_ended(stop_on, TODAY)
