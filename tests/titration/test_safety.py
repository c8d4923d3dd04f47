"""All that a client takes is checked before a signature; a reason is asked once, and a promise becomes a duty."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication, SafetyRule
from clinic.formulary.queries import safety_rules
from clinic.formulary.rules.regimen import Code, Finding, Severity
from clinic.formulary.services import decide_rule, load_rules
from clinic.formulary.services import rules as loading
from clinic.intake.models import Allergy, ReportedMedication
from clinic.monitoring.rules import KINDS
from clinic.monitoring.services import record_result
from clinic.staff.models import User
from clinic.titration import queries, services
from clinic.titration.models import DoseChange, DosePlan, SafetyOverride
from clinic.titration.rules import build_plan
from clinic.titration.rules.running import is_higher_anywhere, order_from, order_with
from clinic.titration.rules.safety import RegimenStop, dated_words, unsettled
from clinic.titration.rules.signing import EVERY_FINDING, MONITORED, Override, Promise
from clinic.worklist.models import WorkItem
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import AGREED, CONSENT, SignedPlanFactory
from tests.factories.titration import TABLETS, rising_order

NOW = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 2)
pytestmark = pytest.mark.django_db


def later(days: int) -> dt.datetime:
    return NOW + dt.timedelta(days=days)


@pytest.fixture
def sertraline() -> Medication:
    return ProductFactory().medication


@pytest.fixture
def in_force(ada: Client, prescriber: User) -> None:
    SignedPlanFactory(client=ada, written_by=prescriber)


@pytest.fixture
def on_phenelzine(ada: Client, in_force: None) -> None:
    """Ada says that she takes phenelzine from elsewhere, with no end known."""
    told(ada, "phenelzine", "45")


def told(client: Client, name: str, mg: str, last_on: dt.date | None = None) -> ReportedMedication:
    return ReportedMedication.objects.create(
        client=client, name=name, mg_per_day=Decimal(mg), last_on=last_on, origin="client", recorded_at=NOW
    )


def start(client: Client, medication: Medication, by: User, *overrides: Override, **order: Any) -> DosePlan:
    return services.start_dose_plan(
        client_id=client.pk, medication_id=medication.pk, order=rising_order(TODAY, **order), treats="Depression",
        consent=AGREED, overrides=overrides, by=by, now=NOW,
    )  # fmt: skip


def change(dose_plan: DosePlan, by: User, order: dict[str, Any], *overrides: Override) -> DoseChange:
    number = dose_plan.versions.get(superseded_at=None).number
    return services.change_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=number, order=order, reason="As agreed", overrides=overrides, by=by,
        now=later(1),
    )  # fmt: skip


def reason(code: str = "tolerated", **promise: Any) -> Override:
    return Override(EVERY_FINDING, code, "Seen and discussed", Promise(**promise) if promise else None)


def will_monitor(owner: User, days: int = 14, monitors: str = "qtc") -> Override:
    return reason("will_monitor", monitors=monitors, by_on=TODAY + dt.timedelta(days=days), owner_id=owner.pk)


def test_what_others_prescribed_stops_a_start(
    ada: Client, sertraline: Medication, prescriber: User, on_phenelzine: None
) -> None:
    with pytest.raises(RuleBroken, match="serotonin syndrome") as refused:
        start(ada, sertraline, prescriber)
    assert str(refused.value.field).startswith("override_interaction-maoi-ssri")
    assert not DosePlan.objects.exists()


def test_a_washout_is_held_until_its_day(ada: Client, sertraline: Medication, prescriber: User, in_force: None) -> None:
    taken = told(ada, "phenelzine", "45", last_on=TODAY - dt.timedelta(days=13))
    with pytest.raises(RuleBroken, match="at the soonest"):
        start(ada, sertraline, prescriber)
    taken.last_on = TODAY - dt.timedelta(days=14)
    taken.save()
    assert start(ada, sertraline, prescriber).versions.get().regimen["version"]


def test_an_allergy_stops_a_start(ada: Client, sertraline: Medication, prescriber: User, in_force: None) -> None:
    Allergy.objects.create(client=ada, substance="Sertraline", origin="staff", recorded_at=NOW)
    with pytest.raises(RuleBroken, match="an allergy to"):
        start(ada, sertraline, prescriber)


def test_our_own_plans_are_checked_together(
    ada: Client, sertraline: Medication, prescriber: User, in_force: None
) -> None:
    lithium = ProductFactory(medication=MedicationFactory(name="lithium carbonate", max_mg=None)).medication
    start(ada, lithium, prescriber)
    found = start(ada, sertraline, prescriber).versions.get().regimen["findings"]
    pair = [one for one in found if one["medications"] == ["lithium carbonate", "sertraline"]]
    assert [(one["code"], one["severity"]) for one in pair if one["code"] == "interaction"] == [("interaction", "note")]


def test_an_override_is_written_with_its_finding(
    ada: Client, sertraline: Medication, prescriber: User, on_phenelzine: None
) -> None:
    start(ada, sertraline, prescriber, reason())
    override = SafetyOverride.objects.filter(code="interaction").first()
    assert override is not None
    assert override.finding["medications"] == ["phenelzine", "sertraline"]
    assert override.finding["doses"] == {"phenelzine": "45", "sertraline": "100"}
    event = AuditEvent.objects.get(action="dose_plan_started")
    assert override.key in event.detail["overrides"]


def test_a_settled_finding_is_asked_again_when_a_dose_rises(
    ada: Client, sertraline: Medication, prescriber: User, on_phenelzine: None
) -> None:
    dose_plan = start(ada, sertraline, prescriber, reason())
    order = dose_plan.versions.get().order
    lower = order_from(TODAY + dt.timedelta(days=1), order, [{"doses": {"morning": "50"}}])
    asked_again = order_from(TODAY + dt.timedelta(days=1), order, [{"doses": {"morning": "125"}}])
    too_soon = Override("step_too_soon", "tolerated", "Before")
    with pytest.raises(RuleBroken, match="serotonin"):
        change(dose_plan, prescriber, asked_again, too_soon)
    change(dose_plan, prescriber, lower, too_soon)


def test_what_was_settled_is_told_and_not_asked_again(
    ada: Client, sertraline: Medication, prescriber: User, on_phenelzine: None
) -> None:
    dose_plan = start(ada, sertraline, prescriber, reason())
    order = dose_plan.versions.get().order
    around = queries.surroundings_of(ada, today=TODAY)
    before = queries.before_change(dose_plan, around, build_plan(order), build_plan(order), TODAY)
    assert before.stops == []
    preview = queries.previewed(build_plan(order), TODAY, around.settled_of(dose_plan.pk), before.regimen)
    assert any("No reason is needed again." in note.words for note in preview.findings.notes)


def test_a_plan_never_held_up_by_what_others_take_alone(
    ada: Client, sertraline: Medication, prescriber: User, on_phenelzine: None
) -> None:
    told(ada, "venlafaxine", "75")
    dose_plan_words = str(start(ada, sertraline, prescriber, reason()).versions.get().regimen)
    assert "'phenelzine', 'venlafaxine'" not in dose_plan_words


def test_stopping_is_never_held_up(ada: Client, sertraline: Medication, prescriber: User, in_force: None) -> None:
    dose_plan = start(ada, sertraline, prescriber)
    Allergy.objects.create(client=ada, substance="sertraline", origin="staff", recorded_at=NOW)
    order = order_with(dose_plan.versions.get().order, {"on": "2026-03-04", "action": "stop"})
    assert change(dose_plan, prescriber, order).kind == "stop"


def test_lowering_is_no_rise_and_a_day_more_often_is(ada: Client) -> None:
    def plan(mg: str, every: int) -> Any:
        step = {"doses": {"morning": mg}, "every_days": every}
        return build_plan({"id": "1", "start_on": "2026-03-02", "products": TABLETS, "steps": [step]})

    assert not is_higher_anywhere(plan("50", 1), plan("25", 1), TODAY)
    assert is_higher_anywhere(plan("50", 1), plan("75", 1), TODAY)
    assert is_higher_anywhere(plan("50", 2), plan("50", 1), TODAY)


SAME = Finding(Code.INTERACTION, Severity.STOP, ("a", "b"), TODAY, TODAY + dt.timedelta(days=9), "Both.", "r", "s")


@pytest.mark.parametrize(
    ("changes", "is_settled"),
    [
        ({}, True),
        ({"doses": {"a": Decimal(5), "b": Decimal(5)}}, True),
        ({"doses": {"a": Decimal(11), "b": Decimal(5)}}, False),
        ({"rule_version": "newer"}, False),
        ({"last_on": TODAY + dt.timedelta(days=8)}, True),
        ({"last_on": TODAY + dt.timedelta(days=10)}, False),
        ({"last_on": None}, False),
        ({"medications": ("a", "c")}, False),
    ],
)
def test_what_settles_a_finding(changes: dict[str, Any], is_settled: bool) -> None:
    doses = {"a": Decimal(10), "b": Decimal(5)}
    written = RegimenStop(SAME, "1", doses).to_json()
    parts = {name: getattr(SAME, name) for name in Finding.__slots__ if name in SAME.__slots__}
    parts |= {name: value for name, value in changes.items() if name in parts}
    stop = RegimenStop(Finding(**parts), changes.get("rule_version", "1"), changes.get("doses", doses))
    assert (unsettled([stop], [written]) == []) is is_settled


def test_a_finding_is_told_with_its_days() -> None:
    def words(first: dt.date | None, last: dt.date | None, text: str = "Too high.") -> str:
        return dated_words(Finding(Code.AGE, Severity.NOTE, ("a",), first, last, text, "r", "s"))

    assert words(TODAY, TODAY) == "Too high. (on Mar 2, 2026)"
    assert words(TODAY, TODAY + dt.timedelta(days=3)) == "Too high. (Mar 2, 2026 to Mar 5, 2026)"
    assert words(TODAY, None) == "Too high. (from Mar 2, 2026)"
    assert words(None, TODAY) == "Too high. (until Mar 2, 2026)"
    assert words(None, None) == "Too high. (at all times)"
    assert words(TODAY, None, "Too high. (not yet reviewed)") == "Too high. (not yet reviewed; from Mar 2, 2026)"


def test_a_promise_is_a_duty_that_turns_overdue_and_ends_with_the_result(
    ada: Client, sertraline: Medication, prescriber: User, on_phenelzine: None
) -> None:
    start(ada, sertraline, prescriber, will_monitor(prescriber))
    duty = WorkItem.objects.filter(kind="monitor").earliest("created_at")
    assert (duty.owner, duty.client, duty.closed_at) == (prescriber, ada, None)
    assert "ECG (QTc)" in duty.reason
    [line, *_] = queries.open_promises(ada, now=later(14))
    assert (line.by_on, line.is_overdue, line.owner) == (dt.date(2026, 3, 16), False, "Paula Prescriber")
    assert queries.open_promises(ada, now=later(15))[0].is_overdue
    record_result(
        client_id=ada.pk, kind="qtc", value=Decimal(430), unit="ms", taken_at=later(10), by=prescriber, now=later(11)
    )
    assert queries.open_promises(ada, now=later(15)) == []
    duty.refresh_from_db()
    assert duty.outcome == "done"
    assert AuditEvent.objects.filter(action="promise_kept").exists()


@pytest.mark.parametrize(("kind", "unit", "days"), [("sodium", "mmol/L", 5), ("qtc", "ms", -3)])
def test_another_result_or_an_earlier_one_keeps_no_promise(
    ada: Client, sertraline: Medication, prescriber: User, on_phenelzine: None, kind: str, unit: str, days: int
) -> None:
    start(ada, sertraline, prescriber, will_monitor(prescriber))
    value = Decimal(400) if kind == "qtc" else Decimal(140)
    taken_at = later(days)
    record_result(client_id=ada.pk, kind=kind, value=value, unit=unit, taken_at=taken_at, by=prescriber, now=later(6))
    assert queries.open_promises(ada, now=later(6))


def test_a_promise_says_what_when_and_who(
    ada: Client, sertraline: Medication, prescriber: User, therapist: User, stranger: User, on_phenelzine: None
) -> None:
    User.objects.get_queryset().filter(pk=therapist.pk).update(is_active=False)
    assert str(therapist.pk) not in dict(queries.team_to_promise(ada))
    for wrong, words in (
        (reason("will_monitor"), "say what is measured"),
        (will_monitor(prescriber, days=0), "a day after today"),
        (will_monitor(prescriber, days=400), "within a year"),
        (will_monitor(stranger), "care team"),
        (will_monitor(therapist), "care team"),
        (will_monitor(prescriber, monitors="mood"), "say what is measured"),
        (reason("benefit", monitors="qtc", by_on=TODAY, owner_id=prescriber.pk), "Only the reason"),
    ):
        with pytest.raises(RuleBroken, match=words):
            start(ada, sertraline, prescriber, wrong)
    assert not WorkItem.objects.exists()


def test_what_may_be_promised_can_be_entered() -> None:
    assert set(MONITORED) - {"other"} <= set(KINDS)


def test_without_rules_nothing_is_signed_but_for_that_reason(
    ada: Client, sertraline: Medication, prescriber: User, in_force: None
) -> None:
    SafetyRule.objects.update(superseded_at=NOW)
    assert safety_rules() is None
    with pytest.raises(RuleBroken, match="safety checks are unavailable"):
        start(ada, sertraline, prescriber)
    with pytest.raises(RuleBroken, match="for that case"):
        start(ada, sertraline, prescriber, reason("benefit"))
    dose_plan = start(ada, sertraline, prescriber, reason("checks_unavailable"))
    assert dose_plan.versions.get().regimen == {"version": "", "findings": []}


def test_the_reason_for_missing_checks_is_for_nothing_else(
    ada: Client, sertraline: Medication, prescriber: User, on_phenelzine: None
) -> None:
    with pytest.raises(RuleBroken, match="for that case"):
        start(ada, sertraline, prescriber, reason("checks_unavailable"))


def test_a_refused_rule_no_longer_stops(
    ada: Client, sertraline: Medication, prescriber: User, on_phenelzine: None
) -> None:
    for rule in SafetyRule.objects.current().filter(key__contains="maoi"):
        decide_rule(rule_id=rule.pk, is_accepted=False, note="Test", by=prescriber, now=NOW)
    assert start(ada, sertraline, prescriber)


def test_loading_the_same_rules_again_changes_nothing_and_keeps_decisions(prescriber: User) -> None:
    rule = SafetyRule.objects.current().filter(kind="interactions")[0]
    decide_rule(rule_id=rule.pk, is_accepted=False, note="Test", by=prescriber, now=NOW)
    loaded = load_rules(now=NOW)
    assert (loaded.created, loaded.changed, loaded.ended) == (0, 0, 0)
    assert SafetyRule.objects.current().get(key=rule.key).decision == "refused"


def test_a_changed_row_is_a_new_version_and_a_row_that_left_ends(
    monkeypatch: pytest.MonkeyPatch, prescriber: User
) -> None:

    rows = [(kind, dict(row)) for kind, row in loading._rows()]
    (_, first), (_, second), *_ = rows
    first["text"] = "{a} with {b}: now said otherwise."
    decided = rows[2][1]["rule"]
    decide_rule(rule_id=SafetyRule.objects.current().get(key=decided).pk, is_accepted=True, by=prescriber, now=NOW)
    rows[2][1]["text"] = "{a} with {b}: changed after the decision."
    monkeypatch.setattr(loading, "_rows", lambda: iter([rows[0], *rows[2:]]))
    loaded = load_rules(now=NOW)
    assert (loaded.changed, loaded.ended, loaded.kept) == (1, 1, 1)
    assert SafetyRule.objects.current().get(key=first["rule"]).number == 2
    assert not SafetyRule.objects.current().filter(key=second["rule"]).exists()
    assert AuditEvent.objects.filter(action="safety_rules_loaded").exists()


def test_rules_that_were_emptied_come_back_by_loading(sertraline: Medication) -> None:
    SafetyRule.objects.update(superseded_at=NOW)
    loaded = load_rules(now=NOW)
    assert loaded.created == SafetyRule.objects.current().count()
    assert set(SafetyRule.objects.current().values_list("number", flat=True)) == {2}
    assert safety_rules() is not None


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


def page_of(client: Client, medication: Medication) -> str:
    return f"{reverse('titration:start', args=[client.pk])}?medication={medication.pk}"


def typed(**changes: str) -> dict[str, Any]:
    return {
        "start_on": timezone.localdate().isoformat(), "treats": "Depression", "way": "titration", "from_mg": "25",
        "to_mg": "100", "step_mg": "25", "interval_days": "7", "times": ["morning"],
        "products": ["tablet:IR:25", "tablet:IR:50", "tablet:IR:100"], "horizon_days": "30", "do": "preview",
        "steps-TOTAL_FORMS": "0", "steps-INITIAL_FORMS": "0",
    } | CONSENT | changes  # fmt: skip


def test_the_page_shows_every_stop_once_and_signs_with_its_reasons(
    paula: Browser, ada: Client, sertraline: Medication, prescriber: User, on_phenelzine: None
) -> None:
    page = page_of(ada, sertraline)
    keys = offers(paula.get(page).content.decode())
    shown = paula.post(page, typed(products=keys)).content.decode()  # type: ignore[arg-type]
    assert "serotonin syndrome" in shown
    names = _reasons(shown)
    assert names
    by = (timezone.localdate() + dt.timedelta(days=14)).isoformat()
    given: dict[str, str] = {}
    for name in names:
        given |= {
            name: "will_monitor", f"{name}_words": "Seen", f"{name}_monitors": "qtc", f"{name}_by": by,
            f"{name}_owner": str(prescriber.pk),
        }  # fmt: skip
    lacking = paula.post(page, typed(products=keys, do="sign"))  # type: ignore[arg-type]
    assert lacking.status_code == 422
    signed = paula.post(page, typed(products=keys, do="sign", **given))  # type: ignore[arg-type]
    assert signed.status_code == 302
    again = paula.get(reverse("titration:change", args=[DosePlan.objects.get().pk])).content.decode()
    assert "ECG (QTc) by" in again
    wrong = paula.post(page, typed(products=keys, do="sign", **given | {f"{names[0]}_by": "soon"}))  # type: ignore[arg-type]
    assert wrong.status_code == 422


def offers(page: str) -> list[str]:
    return re.findall(r'name="products"[^>]*value="([^"]+)"', page) or re.findall(
        r'value="([^"]+)"[^>]*name="products"', page
    )


def _reasons(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'<select name="(override_[a-z0-9-]+)"', page)))


def test_without_rules_the_page_is_red(paula: Browser, ada: Client, sertraline: Medication, in_force: None) -> None:
    assert "the safety checks are unavailable" not in paula.get(page_of(ada, sertraline)).content.decode()
    SafetyRule.objects.update(superseded_at=NOW)
    assert "the safety checks are unavailable" in paula.get(page_of(ada, sertraline)).content.decode()
