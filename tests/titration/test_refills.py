"""What the rules say of a refill request, and what a prescriber may make of it."""

import datetime as dt
from typing import Any

import pytest

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen import Severity
from clinic.titration.models import DoseStep
from clinic.titration.rules.refills import (
    ClinicLimits,
    Judgement,
    Letterhead,
    RefillFacts,
    RefillOutcome,
    check_days,
    check_decision,
    judge,
    pharmacist_text,
    renew,
    suggested_days,
)
from clinic.titration.rules.supply import Draw, supply_of
from tests.titration.supplies import DAY, MARCH_2, MG_25, MG_50, draws, fill, plan_of, signed, step

RISING = draws(step("25", 14), step("50", 14), step("100"))
FIRST, SECOND, THIRD = (draw.step for draw in RISING)
TODAY = MARCH_2 + 20 * DAY


def facts(drawing: tuple[Draw, ...] = RISING, **more: Any) -> RefillFacts:
    given: dict[str, Any] = {
        "today": TODAY,
        "medication": "Sertraline",
        "dea_schedule": "",
        "draws": drawing,
        "stop_on": None,
        "supply": supply_of(drawing, [fill(30, strength=MG_50)], more.get("today", TODAY)),
        "last_visit_on": TODAY - 40 * DAY,
        "next_visit_on": TODAY + 30 * DAY,
        "overdue": [],
        "waits": [],
        "is_cover": False,
        "limits": ClinicLimits(),
    }
    return RefillFacts(**(given | more))


def said(judgement: Judgement) -> dict[str, str]:
    return {remark.code: remark.words for remark in judgement.remarks}


def test_the_current_step_is_renewed_from_the_run_out_on() -> None:
    """30 of 50 mg: one on each of 14 days, then two a day: on April 7 none is left."""
    known = facts()
    judgement = judge(SECOND, None, known)
    assert (judgement.stops, judgement.warnings, judgement.offered) == ([], [], SECOND)
    assert set(said(judgement)) == {"last_visit", "next_visit", "run_out"}
    assert said(judgement)["last_visit"] == "Last visit 40 days ago, on Feb 10, 2026."
    assert known.first_on == dt.date(2026, 4, 7)
    renewal = renew(judgement, 10, known)
    assert (renewal.first_on, renewal.last_on) == (dt.date(2026, 4, 7), dt.date(2026, 4, 16))
    assert renewal.units == ((MG_50, 20),)
    assert renewal.taken == ((dt.date(2026, 4, 7), THIRD.words),)


def test_a_superseded_step_is_refused_and_the_current_one_offered() -> None:
    judgement = judge(FIRST, 30, facts())
    assert [remark.code for remark in judgement.stops] == ["superseded"]
    assert "is a superseded step. The plan now says: 50 mg in the morning" in judgement.stops[0].words
    assert judgement.offered is SECOND
    other = signed(plan_of(step("75")))[0]
    assert said(judge(other, None, facts())).keys() >= {"superseded"}


def test_a_step_to_come_is_refused_with_its_day() -> None:
    judgement = judge(THIRD, None, facts())
    assert "begins on Mar 30, 2026 only" in said(judgement)["not_yet"]


def test_nothing_is_renewed_of_what_ended_paused_or_has_not_begun() -> None:
    ended = judge(SECOND, None, facts(stop_on=TODAY))
    assert said(ended)["ended"] == "Sertraline is no longer taken since Mar 22, 2026: there is nothing to renew."
    over = facts(draws(step("25", 7)), stop_on=MARCH_2 + 7 * DAY)
    assert judge(FIRST, None, over).offered is None
    early = facts(today=MARCH_2 - DAY)
    judgement = judge(FIRST, 30, early)
    assert "The plan takes nothing today." in said(judgement)["not_yet"]
    paused = facts(draws(step("25", 14), {"doses": {}, "days": 14}, step("25")))
    assert judge(FIRST, None, paused).offered is None
    with pytest.raises(RuleBroken, match="takes nothing that could be renewed"):
        renew(judgement, 30, early)


def test_what_is_known_is_stated_and_judged_by_the_prescriber() -> None:
    known = facts(
        last_visit_on=None,
        next_visit_on=None,
        supply=None,
        overdue=["ECG is overdue."],
        waits=["The step planned for Mar 30, 2026 begins only after a check-in without worry."],
        dea_schedule="CIV",
        is_cover=True,
    )
    judgement = judge(SECOND, 30, known)
    assert [remark.severity for remark in judgement.remarks] == [Severity.WARN] * 5 + [Severity.NOTE] * 2
    assert said(judgement)["controlled"].endswith("how many days and refills the law allows is not checked here.")
    assert said(judgement)["no_visit"] == "No visit is known."
    assert {"no_next_visit", "overdue_monitoring", "step_waits", "not_counted", "cover"} <= said(judgement).keys()
    assert known.first_on == TODAY
    endless = facts(draws(step("50", 30)), stop_on=MARCH_2 + 30 * DAY)
    assert "does not run out" in said(judge(SECOND, None, endless))["no_run_out"]
    out = facts(supply=supply_of(RISING, [fill(3)], TODAY))
    assert said(judge(SECOND, None, out))["out"] == "By count, none is on hand since Mar 5, 2026."
    assert judgement.remarks[0].to_json()["severity"] == "warn"


def test_limits_that_the_clinic_has_set_are_held() -> None:
    limits = ClinicLimits(visit_within_days=30, controlled_days=28)
    known = facts(limits=limits, dea_schedule="CII")
    judgement = judge(SECOND, 30, known)
    assert "40 days ago, on Feb 10, 2026: longer than the 30 days this clinic has set" in said(judgement)["last_visit"]
    assert [remark.code for remark in judgement.stops] == ["controlled"]
    assert [one.code for one in judge(SECOND, 28, known).warnings] == ["last_visit", "controlled"]
    with pytest.raises(RuleBroken, match="at most 28 days for a controlled medication"):
        renew(judgement, 29, known)
    assert renew(judgement, 28, known).days == 28
    assert renew(judge(SECOND, 30, facts(limits=limits)), 30, facts(limits=limits)).days == 30


@pytest.mark.parametrize("days", [0, 367])
def test_days_are_checked_for_slips(days: int) -> None:
    check_days(None)
    with pytest.raises(RuleBroken, match="1 to 366"):
        check_days(days)
    with pytest.raises(RuleBroken, match="1 to 366"):
        renew(judge(SECOND, None, facts()), days, facts())


def test_a_renewal_says_for_how_many_days_and_takes_something() -> None:
    judgement = judge(SECOND, None, facts())
    with pytest.raises(RuleBroken, match="Say for how many days"):
        renew(judgement, None, facts())
    unmade = facts(draws(step("30")), supply=None)
    with pytest.raises(RuleBroken, match="takes amounts that no units make from Mar 22, 2026"):
        renew(judge(unmade.draws[0].step, None, unmade), 10, unmade)
    every_third = facts(draws(step("25", every_days=3)), supply=None, today=MARCH_2 + DAY)
    with pytest.raises(RuleBroken, match="The plan takes nothing from Mar 3"):
        renew(judge(every_third.draws[0].step, None, every_third), 2, every_third)


def test_a_cover_prescriber_renews_the_same_dose_only() -> None:
    known = facts(is_cover=True, supply=None)
    judgement = judge(SECOND, None, known)
    assert renew(judgement, 8, known).last_on == dt.date(2026, 3, 29)
    with pytest.raises(RuleBroken, match=r"same dose only, .* until Mar 29, 2026: at most 8 days"):
        renew(judgement, 9, known)
    with pytest.raises(RuleBroken, match="nothing, what is on hand reaches that far"):
        renew(judgement, 1, facts(is_cover=True))
    steady = facts(draws(step("50")), is_cover=True, supply=None)
    assert renew(judge(steady.draws[0].step, None, steady), 90, steady).days == 90
    ending = facts(draws(step("50", 30)), stop_on=MARCH_2 + 30 * DAY, is_cover=True, supply=None)
    with pytest.raises(RuleBroken, match="until Mar 31, 2026: at most 10 days"):
        renew(judge(ending.draws[0].step, None, ending), 11, ending)
    cut = (step("50", 21), step("50"))
    same_again = facts(draws(*cut), is_cover=True, supply=None)
    assert renew(judge(same_again.draws[0].step, None, same_again), 40, same_again).days == 40


def test_the_days_suggested_reach_the_next_visit() -> None:
    assert suggested_days(14, facts()) == 14
    assert suggested_days(None, facts()) == 15
    assert suggested_days(None, facts(next_visit_on=TODAY)) is None
    assert suggested_days(None, facts(next_visit_on=None)) is None


def decide(asked_for: Any, outcome: RefillOutcome, reason: str = "", **more: Any) -> None:
    given: dict[str, Any] = {"days": 30, "asked": 30, **more}
    check_decision(outcome, judge(asked_for, 30, more.pop("known", facts())), reason, **given)


def test_a_decision_follows_the_judgement() -> None:
    decide(SECOND, RefillOutcome.APPROVED)
    decide(SECOND, RefillOutcome.APPROVED, asked=None)
    decide(FIRST, RefillOutcome.CHANGED, "The plan went up.")
    with pytest.raises(RuleBroken, match=r"superseded step.*Approve the current step"):
        decide(FIRST, RefillOutcome.APPROVED, "Please")
    with pytest.raises(RuleBroken, match="30 days were asked for"):
        decide(SECOND, RefillOutcome.APPROVED, days=60)
    for outcome in (RefillOutcome.CHANGED, RefillOutcome.DECLINED):
        with pytest.raises(RuleBroken, match="Say why") as refusal:
            decide(SECOND, outcome, "  ")
        assert refusal.value.field == "reason"
    warned = judge(SECOND, 30, facts(last_visit_on=None))
    with pytest.raises(RuleBroken, match="in spite of what the rules warn of"):
        check_decision(RefillOutcome.APPROVED, warned, "", days=30, asked=30)
    check_decision(RefillOutcome.APPROVED, warned, "Seen by phone.", days=30, asked=30)


def test_the_pharmacist_reads_units_and_steps_and_that_it_is_no_prescription() -> None:
    known = facts(supply=None)
    renewal = renew(judge(SECOND, None, known), 1, known)
    head = Letterhead("Ada Byron", dt.date(1990, 1, 2), "Sertraline", "Paula Prescriber, MD", TODAY)
    assert pharmacist_text(renewal, head).splitlines() == [
        "Ada Byron, born Jan 2, 1990",
        "Sertraline: supply for 1 day, Mar 22, 2026 to Mar 22, 2026",
        "Units: 1 x 50 mg tablet",
        "From Mar 22, 2026: 50 mg in the morning (1 x 50 mg tablet)",
        "Decided by Paula Prescriber, MD on Mar 22, 2026.",
        "This is no prescription. The prescriber sends the prescription by the clinic's prescribing system.",
    ]
    long = renew(judge(SECOND, None, known), 30, known)
    assert [first_on for first_on, _ in long.taken] == [TODAY, dt.date(2026, 3, 30)]
    assert long.units == ((MG_50, 8 + 2 * 22),)
    assert isinstance(long.step, DoseStep)
    assert MG_25 not in dict(long.units)
