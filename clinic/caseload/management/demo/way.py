"""One person's way through the clinic, step by step, each step a deed of a service."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from clinic.caseload.management.demo import words
from clinic.caseload.management.demo.cast import Team
from clinic.caseload.management.demo.clock import Way, at
from clinic.caseload.management.demo.consents import agreed
from clinic.caseload.management.demo.courses import COURSES, TAPER, Course
from clinic.caseload.management.demo.people import Person
from clinic.clients.models import Client, ClientStatus, Sex
from clinic.clients.rules import Contact, Related
from clinic.clients.services import (
    ClientDetails,
    add_team_member,
    change_status,
    edit_client,
    give_sharing_consent,
)
from clinic.coordination.services import write_observation
from clinic.core.clock import local_day
from clinic.coverage.models import Coverage
from clinic.coverage.services import add_cover, check_eligibility
from clinic.intake import services as intake
from clinic.intake.icd10 import describe
from clinic.intake.models import Enquiry
from clinic.intake.queries import medication_named
from clinic.plans import services as plans
from clinic.plans.rules import GoalEntry, InterventionEntry, PlanContent, ProblemEntry
from clinic.scales.services import record_response
from clinic.scheduling import queries as schedule
from clinic.scheduling.models import Appointment
from clinic.scheduling.services import book, mark
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import services as titration
from clinic.titration.models import DosePlan, DosePlanVersion
from clinic.titration.rules.running import order_from
from clinic.visits import services as visits
from clinic.visits.rules.decisions import Asked
from clinic.visits.rules.note import Note

EVALUATION_AFTER = 9
EVALUATIONS_NEAR = 2
PLAN_AFTER = 2
FIRST_VISIT_AFTER = 21
VISIT_EVERY = 28
VISIT_EVERY_WHEN_STABLE = 49
NEAR = 10
TAPER_AFTER_VISITS = 7
PLANS_ARE_READ_WITHIN = 10
PAYERS = ("Beehive Health", "Wasatch Mutual", "Uinta Care Plan")


class Story:
    """One client's way and what it needs to remember between its steps."""

    def __init__(self, person: Person, team: Team, today: dt.date, number: int) -> None:
        self.person, self.team, self.today, self.number = person, team, today, number
        self.rng = Random(1000 + number)  # noqa: S311 - a story told the same way every time
        self.severity = self.rng.randint(13, 20)
        self.dose_plans: list[DosePlan] = []
        self.client: Client

    def way(self) -> Way:
        """From the enquiry on; it stops where the demo's today is, or where this person's way ended."""
        day = self.today - dt.timedelta(days=self.person.enquired_days_ago)
        wrote_at = (
            at(day, 5, self.number % 50) if day == self.today else at(day, 9 + self.number % 12, self.number % 60)
        )
        yield wrote_at
        enquiry = self._enquire(wrote_at)
        day += dt.timedelta(days=1)
        yield at(day, 10, self.number % 60)
        if self.person.ends == "closed_enquiry":
            intake.close_enquiry(
                enquiry_id=enquiry.pk, reason="Found care closer to home.", by=self.team.coordinator, now=at(day, 10)
            )
            return
        self._welcome(enquiry, at(day, 10))
        appointment = self._book("evaluation", self._evaluation_day(day), at(day, 10))
        yield appointment.starts_at
        self._evaluate(appointment)
        day = appointment.starts_at.date() + dt.timedelta(days=PLAN_AFTER)
        yield at(day, 15)
        self._agree(day)
        yield at(day + dt.timedelta(days=1), 9, 30)
        self._prescribe(day + dt.timedelta(days=1))
        yield from self._follow_up(day + dt.timedelta(days=1))

    def _evaluation_day(self, welcomed_on: dt.date) -> dt.date:
        """After nine days; those that fall on one of the next days are today."""
        day = welcomed_on + dt.timedelta(days=EVALUATION_AFTER)
        return self.today if 0 <= (day - self.today).days <= EVALUATIONS_NEAR else day

    def _enquire(self, now: dt.datetime) -> Enquiry:
        person = self.person
        return intake.receive_enquiry(
            given_names=person.given,
            family_name=person.family,
            birth_on=person.born,
            phone=person.phone,
            email=person.email,
            contact_wish="call" if person.phone else "email",
            may_leave_message=bool(person.phone),
            guardian_name=person.guardian,
            what_is_going_on=words.GOING_ON[self.number % len(words.GOING_ON)],
            persists_despite_therapy=self.number % 2 == 0,
            tried_several_medications=self.number % 3 == 0,
            daily_life_is_hard=True,
            wants_blended_plan=self.number % 4 != 0,
            insurance_payer=PAYERS[self.number % 3],
            insurance_member_id=f"M{70000 + self.number}",
            times_that_suit="Mornings before ten" if self.number % 2 else "Any afternoon",
            now=now,
        )

    def _welcome(self, enquiry: Enquiry, now: dt.datetime) -> None:
        """The care team makes the client, asks the payer, puts the team together."""
        desk, person = self.team.coordinator, self.person
        intake.take_enquiry(enquiry_id=enquiry.pk, by=desk, now=now)
        client = intake.make_client(enquiry_id=enquiry.pk, by=desk, now=now)
        self.client = edit_client(
            client_id=client.pk,
            version=client.version,
            details=self._details(),
            contact_points=self._contacts(),
            related_people=[*self._guardian(), Related(kind="emergency", name="Jordan Reyes", phone="+18015550199")],
            by=desk,
            now=now,
        )
        intake.assign_care_team(
            enquiry_id=enquiry.pk, prescriber=self.team.prescriber, therapist=self.team.therapist, by=desk, now=now
        )
        if not self.client.care_team.live().filter(role=Role.COORDINATOR).exists():
            add_team_member(client_id=client.pk, user=desk, role=Role.COORDINATOR, by=desk, now=now)
        if self.number % 11:
            give_sharing_consent(client_id=client.pk, given_on=now.date(), by=desk, now=now)
        change_status(client_id=client.pk, status=ClientStatus.ACTIVE, by=desk, now=now)
        self._insure(person, desk, now)

    def _details(self) -> ClientDetails:
        person = self.person
        return ClientDetails(
            given_names=person.given,
            family_name=person.family,
            birth_on=person.born,
            preferred_name=person.preferred,
            pronouns=person.pronouns,
            sex=Sex(person.sex),
            gender=person.gender,
            language=person.language,
            needs_interpreter=person.language != "en",
            time_zone=person.time_zone,
            address_line=f"{100 + self.number} Canyon Road",
            city=person.city,
            state="MA" if person.city == "Boston" else "UT",
            postal_code="84101",
        )

    def _contacts(self) -> list[Contact]:
        """Most agreed to text messages, some to e-mail, a few to calls only."""
        person, agreed = self.person, self.number % 9 != 8
        phone = Contact(
            kind="phone",
            value=person.phone,
            is_preferred=True,
            may_call=True,
            may_text=agreed,
            may_leave_voicemail=self.number % 2 == 0,
        )
        email = Contact(kind="email", value=person.email, is_preferred=not person.phone, may_email=agreed)
        return [contact for contact in (phone, email) if contact.value]

    def _guardian(self) -> list[Related]:
        if not self.person.guardian:
            return []
        return [Related(kind="guardian", name=self.person.guardian, relationship="mother", phone=self.person.phone)]

    def _insure(self, person: Person, desk: User, now: dt.datetime) -> None:
        cover = Coverage.objects.filter(client=self.client).first() or add_cover(
            client_id=self.client.pk, payer=PAYERS[self.number % 3], member_id=f"M{70000 + self.number}", by=desk
        )
        if self.number % 4:
            check_eligibility(coverage_id=cover.pk, method="portal", result="active", by=desk, now=now)

    def _book(self, kind: str, day: dt.date, now: dt.datetime) -> Appointment:
        prescriber = self.team.prescriber
        times = schedule.free_times(prescriber, client=self.client, kind=kind, first_day=day, now=now)
        same_day = [one for one in times if one.starts_at.date() == times[0].starts_at.date()]
        time = self.rng.choice(same_day)
        return book(
            client_id=self.client.pk,
            clinician=prescriber,
            kind=kind,
            starts_at=time.starts_at,
            modality=time.modality,
            by=self.team.coordinator,
            now=now,
        )

    def _evaluate(self, appointment: Appointment) -> None:
        now, by = appointment.starts_at, self.team.prescriber
        on_client: dict[str, Any] = {"client_id": self.client.pk, "by": by, "now": now}
        intake.add_allergy(**on_client, is_none_known=True) if self.number % 3 else intake.add_allergy(
            **on_client, substance="penicillin", reaction="hives", severity="moderate"
        )
        if self.number % 2:
            intake.add_trial(
                **on_client,
                name="fluoxetine",
                medication=medication_named("fluoxetine"),
                highest_mg=Decimal(20),
                weeks=7,
                response="partial",
                why_stopped="no_effect",
            )
        if self.number % 3 == 0:
            intake.add_reported_medication(**on_client, name="ibuprofen", dose_text="as needed", prescribed_by="self")
        self._score("phq9", self.severity, now)
        self._score("gad7", max(self.severity - 4, 3), now)
        draft = intake.start_evaluation(**on_client)
        intake.add_diagnosis(evaluation_id=draft.pk, code=self.person.diagnosis, by=by, now=now)
        draft.refresh_from_db()
        said = words.evaluation(now.date(), self.client.name, self.rng)
        intake.save_evaluation(evaluation_id=draft.pk, version=draft.version, draft=said, by=by, now=now)
        mark(appointment_id=appointment.pk, status="done", by=by, now=now)
        if self._is_draft_today(now):
            return
        intake.sign_evaluation(evaluation_id=draft.pk, by=by, now=now)

    def _is_draft_today(self, now: dt.datetime) -> bool:
        """Some of the last days' evaluations and notes still wait for a signature."""
        return (self.today - local_day(now)).days <= 2 and self.number % 8 in {0, 2, 3, 4, 6}

    def _score(self, instrument: str, total: int, now: dt.datetime) -> None:
        items = 9 if instrument == "phq9" else 7
        record_response(
            client_id=self.client.pk,
            instrument=instrument,
            answers=words.answers_of(total, items, self.rng),
            by=self.team.prescriber,
            now=now,
            answered_at=now,
        )

    def _agree(self, day: dt.date) -> None:
        """One plan: medication is one of four kinds of help in it."""
        now, by = at(day, 15), self.team.prescriber
        draft = plans.start_draft(client_id=self.client.pk, by=by, now=now)
        content = PlanContent(
            client_words="I want to sleep through and enjoy weekends again.",
            review_on=day + dt.timedelta(days=90),
            client_agreed_on=day,
            problems=(ProblemEntry(describe(self.person.diagnosis), self.person.diagnosis),),
            goals=(
                GoalEntry("Lift the low mood", "PHQ-9", str(self.severity), "below 5", day + dt.timedelta(days=120)),
                GoalEntry("Sleep through most nights", "Nights a week", "1", "5", day + dt.timedelta(days=60)),
            ),
            interventions=(
                InterventionEntry("medication", f"{self._course().medication}, dated dose plan", "prescriber", "daily"),
                InterventionEntry("therapy", "Cognitive behavioral therapy", "therapist", "weekly"),
                InterventionEntry("lifestyle", "Walk outdoors for half an hour", "client", "four times a week"),
                InterventionEntry("support", "Peer group at the library", "coordinator", "monthly"),
            ),
        )
        plan = plans.save_draft(plan_id=draft.pk, version=draft.version, content=content, by=by, now=now)
        if (self.today - day).days <= 1 and self.number % 2:
            return
        plans.sign_plan(plan_id=plan.pk, by=by, now=now)
        if (self.today - day).days > PLANS_ARE_READ_WITHIN and self._shares():
            plans.acknowledge_plan(plan_id=plan.pk, comment="Agreed.", by=self.team.therapist, now=at(day, 16))

    def _shares(self) -> bool:
        return Client.objects.charts_open_to(self.team.therapist).filter(pk=self.client.pk).exists()

    def _course(self) -> Course:
        return COURSES[self.person.regimen][0]

    def _prescribe(self, day: dt.date) -> None:
        if not self.client.treatment_plans.in_force().exists():
            return
        for number, course in enumerate(COURSES[self.person.regimen]):
            start_on = day + dt.timedelta(days=1 + 35 * number)
            self.dose_plans.append(
                titration.start_dose_plan(
                    client_id=self.client.pk,
                    medication_id=course.prescribed().pk,
                    order=course.order(start_on),
                    treats=course.treats,
                    consent=agreed(self.client, course.treats, day),
                    by=self.team.prescriber,
                    now=at(day, 9, 30),
                )
            )

    def _follow_up(self, began_on: dt.date) -> Way:
        """A visit every four weeks; the one that falls near today is today, for some yesterday."""
        if not self.dose_plans:
            return
        day, now, count = began_on + dt.timedelta(days=FIRST_VISIT_AFTER), at(began_on, 10), 0
        while True:
            if abs((day - self.today).days) <= NEAR:
                day = self.today - dt.timedelta(days=self.number % 4 == 3)
            appointment = self._book("follow_up", day, now)
            yield appointment.starts_at
            now = appointment.starts_at
            count += 1
            if self.number % 9 == 4 and count % 3 == 2:
                mark(appointment_id=appointment.pk, status="no_show", by=self.team.coordinator, now=now)
            else:
                self._visit(appointment, count)
            if self._has_ended(count, now):
                return
            if self.number % 8 == 7 and (self.today - now.date()).days < VISIT_EVERY:
                return
            day = now.date() + dt.timedelta(days=VISIT_EVERY if count < 4 else VISIT_EVERY_WHEN_STABLE)

    def _has_ended(self, count: int, now: dt.datetime) -> bool:
        if self.person.ends not in {"paused", "discharged"} or count < 4:
            return False
        running = [one for one in self.dose_plans if self.person.ends == "discharged"]
        for dose_plan in running:
            titration.stop_dose_plan(
                dose_plan_id=dose_plan.pk,
                base_version=dose_plan.versions.get(superseded_at=None).number,
                stop_on=now.date() + dt.timedelta(days=1),
                reason="Care moves to the family doctor.",
                by=self.team.prescriber,
                now=now,
            )
        change_status(client_id=self.client.pk, status=self.person.ends, by=self.team.coordinator, now=now)
        return True

    def _visit(self, appointment: Appointment, count: int) -> None:
        now, by = appointment.starts_at, self.team.prescriber
        score = max(self.severity - 3 * count + self.rng.randint(-1, 2), 2)
        self._score("phq9", score, now)
        visit = visits.start_visit(client_id=self.client.pk, by=by, now=now, appointment_id=appointment.pk)
        decisions = [
            self._decided(version, course, score, count, now)
            for dose_plan, course in zip(self.dose_plans, COURSES[self.person.regimen], strict=True)
            for version in dose_plan.versions.filter(superseded_at=None).exclude(stop_on__lte=now.date())
        ]
        note = Note(
            subjective=words.REPORTS[(self.number + count) % len(words.REPORTS)],
            mental_status=words.mental_status("brighter" if score < 10 else "still low"),
            assessment=f"PHQ-9 now {score}. " + ("Improving on the plan." if score < 12 else "Partial benefit so far."),
            risk_answer="none",
            telehealth=words.TELEHEALTH if visit.modality == "telehealth" else {},
            next_steps="Go on with therapy and the plan. Check-in by link; next visit in four weeks.",
        )
        visits.save_visit(visit_id=visit.pk, version=visit.version, note=note, decisions=decisions, by=by, now=now)
        if self._is_draft_today(now):
            return
        visits.sign_visit(visit_id=visit.pk, by=by, now=now)
        if count == TAPER_AFTER_VISITS and self.person.regimen == "taper":
            self._taper(self.dose_plans[0], now)
        if self.number % 3 == 0 and self._shares():
            self._observe(now + dt.timedelta(days=2))

    def _decided(self, version: DosePlanVersion, course: Course, score: int, count: int, now: dt.datetime) -> Asked:
        why = words.CONTINUED[(self.number + count) % len(words.CONTINUED)]
        asked = Asked(version.dose_plan_id, "continue", version.number, rationale=why)
        if count != 2 or not course.raised_to or score < 8 or self.person.regimen == "taper":
            return asked
        return replace(
            asked,
            decision="increase",
            mg_per_day=course.raised_to,
            on=(now.date() + dt.timedelta(days=1)).isoformat(),
            rationale="Some benefit, well tolerated, not yet at goal.",
        )

    def _observe(self, now: dt.datetime) -> None:
        if now.date() < self.today:
            text = self.rng.choice(words.OBSERVATIONS)
            write_observation(client_id=self.client.pk, text=text, by=self.team.therapist, now=now)

    def _taper(self, dose_plan: DosePlan, now: dt.datetime) -> None:
        current = dose_plan.versions.get(superseded_at=None)
        on = now.date() + dt.timedelta(days=3)
        titration.change_dose_plan(
            dose_plan_id=dose_plan.pk,
            base_version=current.number,
            order=order_from(on, current.order, TAPER),
            reason="Well for months and wishes to stop; agreed to go slowly.",
            by=self.team.prescriber,
            now=now,
        )
