"""Label schedules and restart rules wait for the medical director like every other rule."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clinic.core.rules import RuleBroken
from clinic.formulary.models import RuleKind, SafetyRule
from clinic.formulary.queries import schedules
from clinic.formulary.rules import choose, read_restart_rules, read_templates
from clinic.formulary.rules.templates import read_schedule_rows, schedule_lines
from clinic.formulary.services import decide_rule
from clinic.staff.models import User
from tests.factories.staff import UserFactory

NOW = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
SECONDARY = "schedule-lamotrigine-with-valproate"


@pytest.fixture
def director() -> User:
    return UserFactory(is_medical_director=True)


def decide(key: str, by: User, *, is_accepted: bool) -> None:
    rule = SafetyRule.objects.current().get(key=key)
    decide_rule(rule_id=rule.pk, is_accepted=is_accepted, note="Read on the label.", by=by, now=NOW)


def restart_of(medication: str, *groups: str) -> tuple[str, str]:
    rules = schedules().restarts
    rule = next(one for one in rules if one.medication == medication and one.groups == frozenset(groups))
    return rule.rule_status, rule.number_status


@pytest.mark.django_db
class TestInForce:
    def test_as_loaded_they_are_those_of_the_files(self) -> None:
        assert schedules().templates == read_templates()
        assert schedules().restarts == read_restart_rules()

    def test_what_was_accepted_counts_as_seen_in_a_source(self, director: User) -> None:
        before = schedules().templates.named("lamotrigine-with-valproate")
        assert before is not None
        assert before.caution
        decide(SECONDARY, director, is_accepted=True)
        after = schedules().templates.named("lamotrigine-with-valproate")
        assert after is not None
        assert (after.status, after.caution, after.is_offered) == ("V", "", True)

    def test_what_was_refused_is_never_offered(self, director: User) -> None:
        decide(SECONDARY, director, is_accepted=False)
        assert "lamotrigine-with-valproate" not in {one.key for one in schedules().templates.of("lamotrigine")}

    def test_confirmed_days_refuse_from_then_on(self, director: User) -> None:
        assert restart_of("lamotrigine") == ("V", "U")
        decide("restart-lamotrigine-alone", director, is_accepted=True)
        assert restart_of("lamotrigine") == ("V", "V")

    def test_a_rule_without_its_number_of_days_is_not_accepted(self, director: User) -> None:
        with pytest.raises(RuleBroken, match="gives no number of days"):
            decide("restart-prazosin-alone", director, is_accepted=True)
        decide("restart-prazosin-alone", director, is_accepted=False)
        assert restart_of("prazosin") == ("U", "U")

    def test_whatever_is_accepted_can_still_be_read(self, director: User) -> None:
        for rule in SafetyRule.objects.current().filter(kind__in=(RuleKind.SCHEDULE, RuleKind.RESTART)):
            with suppress(RuleBroken):
                decide(rule.key, director, is_accepted=True)
        assert len(schedules().restarts) == len(read_restart_rules())

    def test_emptied_rules_lose_no_restart_rule(self) -> None:
        SafetyRule.objects.update(superseded_at=NOW)
        assert schedules().restarts == read_restart_rules()
        assert schedules().templates == read_templates()


@pytest.mark.parametrize(
    ("egfr", "key", "reason"),
    [
        (None, "", ""),
        ("75", "", ""),
        ("49", "lurasidone-kidney", "eGFR 49 mL/min, below 50."),
    ],
)
def test_a_schedule_for_the_kidney_is_chosen_by_the_newest_egfr(egfr: str | None, key: str, reason: str) -> None:
    low = None if egfr is None else Decimal(egfr)
    choice = choose(read_templates(), "lurasidone", [], age=40, egfr=low)
    if key:
        assert choice.template is not None
        assert choice.template.key == key
        assert choice.reason.startswith(reason)
    else:
        assert choice.template is None or choice.template.egfr_below is None


@pytest.mark.django_db
def test_the_page_shows_what_is_decided_about(browser: Browser, director: User) -> None:
    browser.force_login(director)
    listed = browser.get(reverse("formulary:rules"), {"kind": RuleKind.SCHEDULE}).text
    assert "Lamotrigine, Bipolar disorder, adult: With valproate" in listed
    for key, words in (
        (SECONDARY, "14 days: 25 mg morning every 2 days"),
        ("restart-lamotrigine-valproate", "more than 10 days ago, with valproate"),
        (SafetyRule.objects.current().filter(kind=RuleKind.INTERACTION)[0].key, "Severity"),
    ):
        rule = SafetyRule.objects.current().get(key=key)
        assert words in browser.get(reverse("formulary:decide_rule", args=[rule.pk])).text


def test_every_schedule_can_be_read_as_lines() -> None:
    taper = {"taper": {"from_mg": "20", "to_mg": "0"}, "min_age": 18, "codes": ["F32"], "note": "Slowly."}
    assert schedule_lines(taper) == [
        "from mg 20, to mg 0",
        "Taken beside it: none of them",
        "From age 18",
        "For F32",
        "Slowly.",
    ]
    steps = {"steps": [{"doses": {}, "days": 2}, {"doses": {"morning": "5"}}], "takes": [["valproate"]]}
    assert schedule_lines(steps) == ["2 days: no dose", "Then: 5 mg morning", "Taken beside it: valproate"]


def test_the_letters_of_a_release_stay_capital() -> None:
    texts = [row["text"] for row in read_schedule_rows() if row["schedule"]["medication"] == "viloxazine ER"]
    assert texts
    assert all(text.startswith("Viloxazine ER, ") for text in texts)
