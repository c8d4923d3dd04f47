"""Start, save, decide, sign."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.http import Http404

from clinic.audit.models import AuditEvent
from clinic.clients.models import BreakGlassAccess, Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.formulary.models import SafetyRule
from clinic.scheduling.models import AppointmentStatus
from clinic.staff.models import User
from clinic.titration.models import DoseChange, DosePlan
from clinic.titration.queries import surroundings_of
from clinic.titration.rules.signing import Promise
from clinic.visits import queries, services
from clinic.visits.models import FollowUpVisit, MedicationDecision
from clinic.visits.rules.decisions import Asked, field_name
from clinic.visits.rules.note import Note, NotReady
from clinic.visits.services import signing
from clinic.worklist.models import DutyKind, WorkItem
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.staff import UserFactory
from tests.factories.visits import WRITTEN, draft, signed, written
from tests.visits.days import MONDAY, NOW, TOMORROW

pytestmark = pytest.mark.django_db


def decide(visit: FollowUpVisit, plan: DosePlan, decision: str, by: User, **asked: Any) -> MedicationDecision:
    return services.decide(visit_id=visit.pk, dose_plan_id=plan.pk, decision=decision, by=by, now=NOW, **asked)


def increase(visit: FollowUpVisit, plan: DosePlan, by: User, mg: int = 100, **asked: Any) -> MedicationDecision:
    return decide(visit, plan, "increase", by, mg_per_day=Decimal(mg), on=MONDAY, **asked)


def sign(visit: FollowUpVisit, by: User) -> FollowUpVisit:
    return services.sign_visit(visit_id=visit.pk, by=by, now=NOW)


def words_of(plan: DosePlan) -> list[tuple[str, str]]:
    version = plan.versions.get(superseded_at=None)
    return [(f"{step.first_on:%m-%d}", f"{step.mg_per_day.normalize():f}") for step in version.steps.all()]


class TestStart:
    def test_a_visit_holds_todays_appointment_and_is_audited(self, ada: Client, prescriber: User) -> None:
        appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW + dt.timedelta(hours=1))
        visit = draft(ada, prescriber, NOW)
        assert (visit.appointment, visit.visited_on) == (appointment, dt.date(2026, 3, 12))
        assert AuditEvent.objects.filter(action="visit_started", client_id=ada.pk).count() == 1

    def test_starting_again_goes_on_with_the_own_draft(self, ada: Client, prescriber: User) -> None:
        assert draft(ada, prescriber, NOW) == draft(ada, prescriber, NOW + dt.timedelta(days=1))
        assert FollowUpVisit.objects.count() == 1

    def test_appointments_missed_cancelled_or_with_another_are_left_alone(self, ada: Client, prescriber: User) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW, status=AppointmentStatus.NO_SHOW)
        AppointmentFactory(client=ada, starts_at=NOW + dt.timedelta(hours=2))
        assert draft(ada, prescriber, NOW).appointment is None

    def test_a_named_appointment_must_be_todays_own(self, ada: Client, prescriber: User) -> None:
        other = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW + dt.timedelta(days=3))
        with pytest.raises(RuleBroken, match="not one of yours"):
            services.start_visit(client_id=ada.pk, appointment_id=other.pk, by=prescriber, now=NOW)

    def test_a_therapist_writes_no_visit(self, ada: Client, therapist: User) -> None:
        with pytest.raises(RuleBroken, match="Only a prescriber"):
            draft(ada, therapist, NOW)

    def test_a_stranger_finds_nobody(self, ada: Client, stranger: User) -> None:
        with pytest.raises(Http404):
            draft(ada, stranger, NOW)

    def test_the_emergency_door_lets_read_not_write(self, ada: Client, stranger: User) -> None:
        BreakGlassAccess.objects.create(
            client=ada, user=stranger, reason="on call", opened_at=NOW, expires_at=NOW + dt.timedelta(days=9999)
        )
        with pytest.raises(RuleBroken, match="care team"):
            draft(ada, stranger, NOW)


class TestSave:
    def test_each_save_counts_up_and_is_audited(self, ada: Client, prescriber: User) -> None:
        visit = written(ada, prescriber, NOW)
        visit.refresh_from_db()
        assert (visit.version, visit.assessment) == (2, "Depression, improved.")
        assert AuditEvent.objects.filter(action="visit_saved", client_id=ada.pk).count() == 1

    def test_a_stale_save_is_refused_with_what_stands(self, ada: Client, prescriber: User) -> None:
        visit = written(ada, prescriber, NOW)
        with pytest.raises(StaleRecord) as refusal:
            services.save_visit(visit_id=visit.pk, version=1, note=Note(subjective="Other tab"), by=prescriber, now=NOW)
        assert refusal.value.theirs["subjective"] == "Sleeps better."
        assert refusal.value.version == 2

    def test_saving_the_same_twice_is_one_save(self, ada: Client, prescriber: User) -> None:
        visit = written(ada, prescriber, NOW)
        again = services.save_visit(visit_id=visit.pk, version=1, note=WRITTEN, by=prescriber, now=NOW)
        assert again.version == 2

    def test_another_prescribers_draft_is_not_there(self, ada: Client, prescriber: User) -> None:
        second = CareTeamMemberFactory(client=ada, is_lead=False, user=UserFactory()).user
        visit = draft(ada, prescriber, NOW)
        with pytest.raises(Http404):
            services.save_visit(visit_id=visit.pk, version=1, note=WRITTEN, by=second, now=NOW)

    def test_all_that_is_wrong_is_told_at_once(self, ada: Client, prescriber: User) -> None:
        wrong = Note(
            mental_status={"mood": {"choice": "purple"}},
            problems={"0": {"course": "sideways"}},
            adherence={"missed": "8"},
            risk_answer="maybe",
        )
        visit = draft(ada, prescriber, NOW)
        with pytest.raises(RuleBroken) as refusal:
            services.save_visit(visit_id=visit.pk, version=1, note=wrong, by=prescriber, now=NOW)
        told = [one.field for one in refusal.value.each()]
        assert told == ["ms_mood", "risk_answer", "problem_0_course", "adherence_missed"]

    def test_an_unknown_finding_is_refused(self, ada: Client, prescriber: User) -> None:
        visit = draft(ada, prescriber, NOW)
        for wrong in (
            Note(mental_status={"mood": {"choice": "purple"}}),
            Note(mental_status={"aura": {"choice": ""}}),
            Note(risk_answer="maybe"),
        ):
            with pytest.raises(RuleBroken):
                services.save_visit(visit_id=visit.pk, version=1, note=wrong, by=prescriber, now=NOW)

    def test_what_is_unfinished_is_kept_as_typed(self, ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
        visit = draft(ada, prescriber, NOW)
        asked = Asked(dose_plan.pk, "increase", 1, mg_per_day="7", on="2026-")
        services.save_visit(visit_id=visit.pk, version=1, note=Note(), decisions=[asked], by=prescriber, now=NOW)
        assert queries.asked_of(visit) == {dose_plan.pk: asked}

    def test_a_decision_taken_back_is_gone(self, ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
        visit = draft(ada, prescriber, NOW)
        increase(visit, dose_plan, prescriber)
        nothing = [Asked(dose_plan.pk)]
        services.save_visit(visit_id=visit.pk, version=2, note=Note(), decisions=nothing, by=prescriber, now=NOW)
        assert not visit.decisions.exists()


class TestDecide:
    @pytest.mark.parametrize(
        ("decision", "asked", "field"),
        [
            ("increase", {"mg_per_day": Decimal(50), "on": TOMORROW}, "mg_per_day"),
            ("increase", {"on": TOMORROW}, "mg_per_day"),
            ("increase", {"mg_per_day": Decimal(75)}, "on"),
            ("increase", {"mg_per_day": Decimal(75), "on": dt.date(2026, 3, 11)}, "on"),
            ("decrease", {"mg_per_day": Decimal(50), "on": TOMORROW}, "mg_per_day"),
            ("hold", {"on": TOMORROW, "resume_on": TOMORROW}, "resume_on"),
        ],
    )
    def test_what_makes_no_plan_is_refused(
        self, ada: Client, prescriber: User, dose_plan: DosePlan, decision: str, asked: dict[str, Any], field: str
    ) -> None:
        visit = draft(ada, prescriber, NOW)
        with pytest.raises(RuleBroken) as refusal:
            decide(visit, dose_plan, decision, prescriber, **asked)
        assert refusal.value.field == field

    def test_a_decision_that_changes_nothing_is_to_continue(
        self, ada: Client, prescriber: User, dose_plan: DosePlan
    ) -> None:
        visit = written(ada, prescriber, NOW)
        decide(visit, dose_plan, "hold", prescriber, on=TOMORROW)
        sign(visit, prescriber)
        visit = written(ada, prescriber, NOW)
        with pytest.raises(RuleBroken, match="changes nothing") as refusal:
            decide(visit, dose_plan, "hold", prescriber, on=MONDAY)
        assert refusal.value.field == "decision"

    def test_nothing_is_decided_about_what_is_not_running(
        self, ada: Client, prescriber: User, dose_plan: DosePlan
    ) -> None:
        visit = draft(ada, prescriber, NOW)
        with pytest.raises(RuleBroken, match="not running"):
            services.decide(visit_id=visit.pk, dose_plan_id=visit.pk, decision="continue", by=prescriber, now=NOW)


class TestSign:
    def test_an_increase_keeps_the_times_and_gives_up_later_steps(
        self, ada: Client, prescriber: User, dose_plan: DosePlan
    ) -> None:
        visit = written(ada, prescriber, NOW)
        row = increase(visit, dose_plan, prescriber)
        visit = sign(visit, prescriber)
        row.refresh_from_db()
        assert row.change is not None
        assert row.change.words == (
            "Sertraline increased from 50 mg to 100 mg a day from Mar 16, 2026: 100 mg in the morning"
        )
        assert row.rationale == row.change.reason == "Increase sertraline from 50 mg to 100 mg a day from Mar 16, 2026."
        assert words_of(dose_plan) == [("03-02", "25"), ("03-09", "50"), ("03-16", "100")]
        assert (visit.signed_by, visit.signed_at, len(visit.content_hash)) == (prescriber, NOW, 64)

    def test_a_decrease_a_hold_and_a_stop(self, ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
        visit = written(ada, prescriber, NOW)
        decide(visit, dose_plan, "decrease", prescriber, mg_per_day=Decimal(25), on=TOMORROW)
        sign(visit, prescriber)
        assert words_of(dose_plan)[-1] == ("03-13", "25")
        visit = written(ada, prescriber, NOW)
        decide(visit, dose_plan, "hold", prescriber, on=dt.date(2026, 3, 16), resume_on=dt.date(2026, 3, 23))
        sign(visit, prescriber)
        assert words_of(dose_plan)[-2:] == [("03-16", "0"), ("03-23", "25")]
        visit = written(ada, prescriber, NOW)
        decide(visit, dose_plan, "stop", prescriber, on=dt.date(2026, 3, 30), rationale="No benefit.")
        sign(visit, prescriber)
        change = DoseChange.objects.order_by("-version__number")[0]
        assert (change.kind, change.reason) == ("stop", "No benefit.")

    def test_a_hold_until_further_notice_and_going_on_again(
        self, ada: Client, prescriber: User, dose_plan: DosePlan
    ) -> None:
        visit = written(ada, prescriber, NOW)
        decide(visit, dose_plan, "hold", prescriber, on=TOMORROW)
        sign(visit, prescriber)
        assert words_of(dose_plan)[-1] == ("03-13", "0")
        visit = written(ada, prescriber, NOW)
        decide(visit, dose_plan, "increase", prescriber, mg_per_day=Decimal(50), on=dt.date(2026, 3, 23))
        sign(visit, prescriber)
        assert words_of(dose_plan)[-2:] == [("03-13", "0"), ("03-23", "50")]

    def test_to_continue_changes_no_dose(self, ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
        visit = written(ada, prescriber, NOW)
        row = decide(visit, dose_plan, "continue", prescriber)
        sign(visit, prescriber)
        row.refresh_from_db()
        assert (row.change, row.rationale) == (None, "Continue sertraline 50 mg a day.")
        assert DoseChange.objects.count() == 1

    def test_everything_missing_is_named(self, ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
        visit = draft(ada, prescriber, NOW)
        with pytest.raises(NotReady) as refusal:
            sign(visit, prescriber)
        fields = [problem.field for problem in refusal.value.problems]
        assert fields == ["assessment", "risk_answer", field_name(dose_plan.pk, "decision")]

    def test_a_draft_with_an_unfinished_decision_is_not_signed(
        self, ada: Client, prescriber: User, dose_plan: DosePlan
    ) -> None:
        visit = written(ada, prescriber, NOW)
        asked = [Asked(dose_plan.pk, "increase", 1, mg_per_day="7", on="2026-")]
        services.save_visit(
            visit_id=visit.pk, version=visit.version, note=WRITTEN, decisions=asked, by=prescriber, now=NOW
        )
        with pytest.raises(NotReady, match="Give the first day for sertraline") as refusal:
            sign(visit, prescriber)
        assert [problem.field for problem in refusal.value.problems] == [field_name(dose_plan.pk, "on")]
        assert words_of(dose_plan)[-1] == ("03-23", "100")

    def test_a_finding_that_says_stop_wants_a_coded_reason(
        self, ada: Client, prescriber: User, dose_plan: DosePlan
    ) -> None:
        visit = written(ada, prescriber, NOW)
        increase(visit, dose_plan, prescriber, mg=250)
        with pytest.raises(NotReady) as refusal:
            sign(visit, prescriber)
        assert [problem.field for problem in refusal.value.problems] == [field_name(dose_plan.pk, "reason_code")]
        increase(visit, dose_plan, prescriber, mg=250, reason_code="benefit", reason_words="Took 250 mg for years.")
        sign(visit, prescriber)
        override = dose_plan.versions.get(superseded_at=None).overrides.get(code="above_max")
        assert (override.reason_code, override.words) == ("benefit", "Took 250 mg for years.")
        # The next visit knows the reason and does not ask for it again.
        settled = surroundings_of(ada, today=NOW.date()).settled_of(dose_plan.pk)
        assert [(one["code"], one["value"]) for one in settled] == [("above_max", "250")]
        visit = written(ada, prescriber, NOW)
        decide(visit, dose_plan, "continue", prescriber)
        assert sign(visit, prescriber).is_signed

    def test_without_safety_rules_the_reason_says_so(self, ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
        SafetyRule.objects.update(superseded_at=NOW)
        visit = written(ada, prescriber, NOW)
        for code in ("", "benefit"):
            increase(visit, dose_plan, prescriber, mg=100, reason_code=code, reason_words="Seen" if code else "")
            with pytest.raises(NotReady) as refusal:
                sign(visit, prescriber)
            assert [problem.field for problem in refusal.value.problems] == [field_name(dose_plan.pk, "reason_code")]
        reason = {"reason_code": "checks_unavailable", "reason_words": "The rules could not be read."}
        increase(visit, dose_plan, prescriber, mg=100, **reason)
        assert sign(visit, prescriber).is_signed
        assert dose_plan.versions.get(superseded_at=None).overrides.get().code == "checks_unavailable"

    def test_will_monitor_is_a_promise_with_its_duty(self, ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
        reason = {"reason_code": "will_monitor", "reason_words": "ECG in two weeks."}
        visit = written(ada, prescriber, NOW)
        for promise, words in (
            (None, "say what is measured"),
            (Promise("qtc", NOW.date(), prescriber.pk), "choose a day after today"),
        ):
            increase(visit, dose_plan, prescriber, mg=250, promise=promise, **reason)
            with pytest.raises(NotReady, match=words) as refusal:
                sign(visit, prescriber)
            assert [one.field for one in refusal.value.problems] == [field_name(dose_plan.pk, "monitors")]
        promise = Promise("qtc", NOW.date() + dt.timedelta(days=14), prescriber.pk)
        increase(visit, dose_plan, prescriber, mg=250, promise=promise, **reason)
        assert sign(visit, prescriber).is_signed
        duty = WorkItem.objects.get(kind=DutyKind.MONITOR)
        assert (duty.owner, duty.closed_at) == (prescriber, None)
        assert "ECG (QTc)" in duty.reason

    def test_a_dose_changed_meanwhile_is_decided_again(
        self, ada: Client, prescriber: User, dose_plan: DosePlan
    ) -> None:
        visit = written(ada, prescriber, NOW)
        decide(visit, dose_plan, "continue", prescriber)
        second = CareTeamMemberFactory(client=ada, is_lead=False, user=UserFactory()).user
        other = written(ada, second, NOW)
        increase(other, dose_plan, second)
        sign(other, second)
        with pytest.raises(NotReady, match="changed meanwhile: Sertraline increased"):
            sign(visit, prescriber)
        assert visit.decisions.get().change is None

    def test_a_medication_started_during_the_visit_needs_no_decision(
        self, ada: Client, prescriber: User, request: pytest.FixtureRequest
    ) -> None:
        visit = written(ada, prescriber, NOW)
        plan: DosePlan = request.getfixturevalue("dose_plan")
        sign(visit, prescriber)
        row = visit.decisions.get()
        assert (row.decision, row.dose_plan) == ("start", plan)
        assert row.change is not None
        assert row.change.kind == "start"

    def test_the_appointment_is_done(self, ada: Client, prescriber: User) -> None:
        appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW)
        signed(ada, prescriber, NOW)
        appointment.refresh_from_db()
        assert appointment.status == AppointmentStatus.DONE

    def test_what_the_desk_said_of_the_appointment_stands(self, ada: Client, prescriber: User) -> None:
        appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW)
        visit = written(ada, prescriber, NOW)
        appointment.status = AppointmentStatus.NO_SHOW
        appointment.save(update_fields=["status"])
        assert sign(visit, prescriber).is_signed
        appointment.refresh_from_db()
        assert appointment.status == AppointmentStatus.NO_SHOW

    def test_a_second_signature_is_refused(self, ada: Client, prescriber: User) -> None:
        visit = signed(ada, prescriber, NOW)
        with pytest.raises(RuleBroken, match="signed and cannot change"):
            sign(visit, prescriber)
        with pytest.raises(RuleBroken, match="signed and cannot change"):
            services.save_visit(visit_id=visit.pk, version=9, note=Note(), by=prescriber, now=NOW)

    def test_what_was_saved_elsewhere_is_not_signed_unseen(self, ada: Client, prescriber: User) -> None:
        visit = written(ada, prescriber, NOW)
        with pytest.raises(StaleRecord):
            services.sign_visit(visit_id=visit.pk, version=1, by=prescriber, now=NOW)

    def test_a_failed_audit_leaves_nothing_behind(
        self, ada: Client, prescriber: User, dose_plan: DosePlan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        visit = written(ada, prescriber, NOW)
        increase(visit, dose_plan, prescriber)

        def fails(action: str, **_: Any) -> None:
            raise RuntimeError(action)

        monkeypatch.setattr(signing, "record", fails)
        with pytest.raises(RuntimeError, match="visit_signed"):
            sign(visit, prescriber)
        visit.refresh_from_db()
        assert not visit.is_signed
        assert DoseChange.objects.count() == 1

    def test_two_visits_have_two_hashes(self, ada: Client, prescriber: User) -> None:
        one, two = signed(ada, prescriber, NOW), signed(ada, prescriber, NOW)
        assert one.content_hash != two.content_hash
