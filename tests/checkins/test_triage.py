"""Each rule of triage met and just not met, how soon it wants a person, and what the clinic may set."""

import datetime as dt
from dataclasses import replace

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.checkins import queries, rules
from clinic.checkins.models import CheckIn, CheckInAnswer, TriageChange
from clinic.checkins.rules import DEFAULT_RULES, Answers, Level, SideEffect, Taken, TriageRule, WorryCode
from clinic.checkins.services import answer_checkin, protocols, set_triage_rule
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.risk.models import RiskAlert
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.worklist.models import WorkItem
from tests.checkins.conftest import JUNE_1, JUNE_4
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.titration import TABLETS, started

FINE = Answers(feeling=4, doses_missed=0)
WEEKS_8 = Taken(on_lamotrigine_for=dt.timedelta(days=56))
ANEW = Taken(may_begin_again=True)


def bothers(code: str, much: int, words: str = "It") -> Answers:
    return replace(FINE, side_effects=(SideEffect(code, words, much),))


def met(answers: Answers, taken: Taken | None = None) -> dict[str, str]:
    found = rules.worries_of(answers, None, in_crisis=False, taken=taken)
    return {worry.code.value: worry.level.value for worry in found}


@pytest.mark.parametrize(
    ("answers", "taken", "expected"),
    [
        (bothers("rash", 1), WEEKS_8, {"early_rash": "urgent"}),
        (bothers("own", 1, "Sarpullido en el brazo"), WEEKS_8, {"early_rash": "urgent"}),
        (replace(FINE, words="I got a RASH"), WEEKS_8, {"early_rash": "urgent"}),
        (FINE, WEEKS_8, {}),
        (bothers("rash", 2), Taken(dt.timedelta(days=57)), {}),
        (bothers("rash", 2), Taken(dt.timedelta(days=-1)), {}),
        (bothers("rash", 2), None, {}),
        (bothers("confused", 1), None, {"toxicity": "urgent"}),
        (bothers("stiff", 1), None, {"toxicity": "urgent"}),
        (bothers("zaps", 1), None, {"withdrawal": "urgent"}),
        (bothers("dizzy", 2), None, {}),
        (bothers("dizzy", 3), None, {"bothered_a_lot": "soon"}),
        (replace(FINE, thinks_of_stopping=True), None, {"stopping": "soon"}),
        (replace(FINE, doses_missed=2), ANEW, {"doses_missed": "soon"}),
        (replace(FINE, doses_missed=1), ANEW, {}),
        (replace(FINE, doses_missed=7), None, {}),
        (replace(FINE, wants_call=True), None, {"wants_call": "soon"}),
        (replace(FINE, words="I don’t want to live"), None, {"crisis_words": "urgent"}),
        (
            replace(FINE, words="No quiero vivir", wants_call=True),
            None,
            {"crisis_words": "urgent", "wants_call": "soon"},
        ),
        (bothers("own", 1, "thoughts of suicide"), None, {"crisis_words": "urgent"}),
    ],
)
def test_what_an_answer_meets(answers: Answers, taken: Taken | None, expected: dict[str, str]) -> None:
    assert met(answers, taken) == expected


@pytest.mark.parametrize(
    ("answers", "taken", "sentence"),
    [
        (bothers("rash", 1), WEEKS_8, "Tells of a rash, 56 days after lamotrigine was begun."),
        (replace(FINE, doses_missed=3), ANEW, "Missed 3 doses in 7 days of a medication that may have to begin again."),
        (bothers("zaps", 1, "Zaps"), None, "Signs of withdrawal: zaps."),
        (replace(FINE, words="overdose"), None, "Wrote words that may tell of danger."),
        (
            replace(FINE, words="overdose", wants_call=True),
            None,
            "Asked for a call and wrote words that may tell of danger.",
        ),
    ],
)
def test_each_reason_is_a_sentence(answers: Answers, taken: Taken | None, sentence: str) -> None:
    assert rules.worries_of(answers, None, in_crisis=False, taken=taken)[0].sentence == sentence


def test_the_clinic_sets_how_soon_and_from_how_much() -> None:
    own = {
        **DEFAULT_RULES,
        WorryCode.BOTHERED_A_LOT: TriageRule(WorryCode.BOTHERED_A_LOT, Level.URGENT, 2),
        WorryCode.WANTS_CALL: TriageRule(WorryCode.WANTS_CALL, Level.NONE),
    }
    told = replace(bothers("dizzy", 2, "Dizzy"), wants_call=True)
    (worry,) = rules.worries_of(told, None, in_crisis=False, by=own)
    assert (worry.level, worry.sentence) == (Level.URGENT, "Bothered quite a bit or more by: dizzy.")


@pytest.mark.parametrize(
    ("levels", "expected"), [([], "none"), (["soon", "urgent"], "urgent"), (["soon"], "soon"), (["none"], "none")]
)
def test_an_answer_is_as_urgent_as_what_presses_most(levels: list[str], expected: str) -> None:
    assert rules.highest(Level(one) for one in levels) == expected


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (TriageRule(WorryCode.SELF_HARM, Level.SOON), "level"),
        (TriageRule(WorryCode.IN_CRISIS, Level.NONE), "level"),
        (TriageRule(WorryCode.CRISIS_WORDS, Level.SOON), "level"),
        (TriageRule(WorryCode.TOXICITY, Level.SOON, 4), "at_least"),
        (TriageRule(WorryCode.DOSES_MISSED, Level.SOON, 0), "at_least"),
        (TriageRule(WorryCode.STOPPING, Level.SOON, 2), "at_least"),
    ],
)
def test_danger_stays_urgent_and_counts_stay_in_range(rule: TriageRule, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        rules.check_rule(rule)
    assert refused.value.field == field


def test_the_defaults_keep_the_law() -> None:
    assert list(DEFAULT_RULES) == list(WorryCode)
    for rule in DEFAULT_RULES.values():
        rules.check_rule(rule)
        assert rule.code.label
    assert [rule.code for rule in DEFAULT_RULES.values() if rule.counts] == [
        "early_rash",
        "toxicity",
        "withdrawal",
        "bothered_a_lot",
        "doses_missed",
    ]


def test_withdrawal_is_asked_only_after_a_cut() -> None:
    assert "zaps" in rules.effects_asked(after_a_cut=True)
    assert "zaps" not in rules.effects_asked(after_a_cut=False)
    assert "confused" in rules.effects_asked(after_a_cut=False)


def test_a_reason_that_is_not_offered_is_refused() -> None:
    with pytest.raises(RuleBroken, match="Choose why"):
        rules.check_answers(replace(FINE, missed_because="bored"))
    rules.check_answers(replace(FINE, missed_because="forgot"))


@pytest.mark.django_db
class TestDeeds:
    def test_a_rash_on_lamotrigine_is_urgent_whatever_the_check_in_is_about(
        self, ada: Client, dose_plan: DosePlan, prescriber: User, token: str
    ) -> None:
        lamotrigine = MedicationFactory(name="lamotrigine", ingredient="lamotrigine")
        ProductFactory(medication=lamotrigine)
        steady = {"start_on": "2026-06-01", "products": TABLETS, "steps": [{"doses": {"morning": "25"}}]}
        started(ada, lamotrigine, prescriber, JUNE_1, steady)
        told = answer_checkin(token=token, answers=bothers("rash", 1, "New rash"), now=JUNE_4)
        assert told.level == Level.URGENT
        assert told.worries == [
            {
                "code": "early_rash",
                "sentence": "Tells of a rash, 3 days after lamotrigine was begun.",
                "level": "urgent",
            }
        ]
        duty = WorkItem.objects.get(kind="call_client")
        assert (duty.urgent, duty.due_at) == (True, JUNE_4)
        assert not RiskAlert.objects.exists()

    def test_whether_doses_missed_mean_anew_is_read_from_the_restart_rules(self, dose_plan: DosePlan) -> None:
        row = CheckIn(client=dose_plan.client, dose_plan=dose_plan)
        assert queries.taken_for_triage(row, on=JUNE_4.date()) == Taken()
        dose_plan.medication.name = "clozapine"
        assert queries.taken_for_triage(row, on=JUNE_4.date()) == ANEW

    def test_words_of_crisis_raise_one_alert(self, token: str) -> None:
        answer_checkin(token=token, answers=replace(FINE, words="I want to die"), now=JUNE_4)
        alert = RiskAlert.objects.get()
        assert (alert.kind, alert.reason) == ("self_harm", "Check-in: Wrote words that may tell of danger.")

    def test_what_was_answered_about_doses_is_kept(self, token: str) -> None:
        told = replace(FINE, doses_missed=2, missed_because="ran_out", thinks_of_stopping=True)
        kept = answer_checkin(token=token, answers=told, now=JUNE_4)
        assert (kept.get_missed_because_display(), kept.thinks_of_stopping) == ("I ran out", True)

    def test_an_answer_of_before_levels_is_read_as_it_was(self) -> None:
        assert CheckInAnswer(worries=[{"code": "self_harm", "sentence": "x"}]).level == Level.URGENT
        assert CheckInAnswer(worries=[{"code": "much_worse", "sentence": "x"}]).level == Level.SOON

    def test_a_rule_is_set_numbered_and_audited(self, prescriber: User) -> None:
        stopping = TriageRule(WorryCode.STOPPING, Level.URGENT)
        change = set_triage_rule(rule=stopping, version=0, by=prescriber, now=JUNE_1)
        assert change is not None
        assert (change.number, str(change)) == (1, "Thinks of stopping")
        assert queries.triage_in_force() == {**DEFAULT_RULES, WorryCode.STOPPING: stopping}
        assert set_triage_rule(rule=stopping, version=0, by=prescriber, now=JUNE_1) is None
        assert AuditEvent.objects.filter(action="triage_rule_set", by=prescriber).count() == 1

    def test_what_was_set_meanwhile_is_not_overwritten(self, prescriber: User, monkeypatch: pytest.MonkeyPatch) -> None:
        set_triage_rule(rule=TriageRule(WorryCode.STOPPING, Level.URGENT), version=0, by=prescriber, now=JUNE_1)
        none = TriageRule(WorryCode.STOPPING, Level.NONE)
        with pytest.raises(StaleRecord) as stale:
            set_triage_rule(rule=none, version=0, by=prescriber, now=JUNE_1)
        assert (stale.value.version, stale.value.theirs) == (1, {"when": "Urgent: call now"})
        monkeypatch.setattr(protocols, "_is_kept", lambda change: False)
        with pytest.raises(StaleRecord):
            set_triage_rule(rule=none, version=1, by=prescriber, now=JUNE_1)

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"code": "self_harm", "level": "none"}, "This is danger: it stays urgent."),
            ({"code": "stopping", "level": "later"}, "Select a valid choice"),
            ({"code": "stopping", "level": "none", "version": "7"}, "Somebody changed this meanwhile"),
        ],
    )
    def test_the_page_refuses(self, browser: Browser, prescriber: User, sent: dict[str, str], said: str) -> None:
        browser.force_login(prescriber)
        page = browser.post(reverse("checkins:triage_rules"), {"version": "0", **sent})
        assert page.status_code == 422
        assert said in page.text
        assert not TriageChange.objects.exists()

    @pytest.mark.parametrize(
        ("code", "at_least", "expected"), [("doses_missed", "3", 3), ("toxicity", "2", 2), ("stopping", "", 1)]
    )
    def test_the_page_sets_one(
        self, browser: Browser, administrator: User, code: str, at_least: str, expected: int
    ) -> None:
        browser.force_login(administrator)
        address = reverse("checkins:triage_rules")
        assert browser.get(address).text.count("as delivered") == len(WorryCode)
        sent = {"code": code, "version": "0", "level": "urgent", "at_least": at_least}
        page = browser.post(address, sent, follow=True)
        assert "set by" in page.text
        rule = queries.triage_in_force()[WorryCode(code)]
        assert (rule.level, rule.at_least) == ("urgent", expected)
