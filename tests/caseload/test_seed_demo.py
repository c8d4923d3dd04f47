"""The demo clinic: the people who are easily forgotten are there, today is busy, and each start tells it again."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import models, transaction
from django.db.models import Count

from clinic.audit.models import AuditEvent
from clinic.caseload.management.commands.seed_demo import seed
from clinic.caseload.management.demo import people
from clinic.clients.models import Client, ClientStatus, ContactPoint, RelatedPerson
from clinic.intake.models import Enquiry, EnquiryStatus, LifeEvent, PsychiatricEvaluation
from clinic.messaging.models import Reminder
from clinic.monitoring.queries import KIND as TESTS
from clinic.monitoring.queries import due_of_client
from clinic.monitoring.rules.due import State
from clinic.plans.models import PlanStatus, TreatmentPlan
from clinic.risk.models import SafetyPlan
from clinic.risk.queries.rota import on_call_now, rota_page
from clinic.scales.models import ScaleResponse, TargetSymptom
from clinic.scheduling.models import Appointment
from clinic.scheduling.queries import day_of
from clinic.staff.models import User
from clinic.titration.models import DosePlan, DosePlanVersion, DoseStep, Fill, RefillRequest
from clinic.titration.queries import judged
from clinic.visits.models import FollowUpVisit
from clinic.visits.queries import note_templates_of

TODAY = dt.date(2026, 3, 4)
SIX = dt.datetime(2026, 3, 4, 13, 0, tzinfo=dt.UTC)  # six in the morning in Denver

Story = tuple[set[Any], ...]


@dataclass(frozen=True)
class Clinic:
    """The stories of two seeds, and what the command said of the second one, which stands."""

    told_twice: list[Story]
    said: str


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def story() -> Story:
    """Names, contact, doses, scores and visits as a person would compare them; no ids, no clock."""
    steps = DoseStep.objects.values_list(
        "version__dose_plan__client__family_name", "version__number", "first_on", "last_on", "mg_per_day"
    )
    scores = ScaleResponse.objects.values_list("client__family_name", "instrument", "answered_at", "total")
    return (
        set(ContactPoint.objects.values_list("client__family_name", "value", "may_text", "may_call")),
        set(steps),
        set(scores),
        set(FollowUpVisit.objects.values_list("client__family_name", "visited_on", "assessment", "subjective")),
        set(Appointment.objects.values_list("client__family_name", "starts_at", "status")),
    )


@pytest.fixture(scope="module")
def clinic(django_db_setup: None, django_db_blocker: Any) -> Iterator[Clinic]:
    """A small clinic: the special people and a few who have just written, seeded once for all of these tests."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, undone():
        patch.setattr(people, "TOTAL", 14)
        with undone():
            seed(TODAY)
            first = story()
        said = StringIO()
        with time_machine.travel(SIX, tick=False):
            call_command("seed_demo", stdout=said)
        yield Clinic([first, story()], said.getvalue())


def named(clinic: Clinic, given: str) -> Client:
    return Client.objects.get(given_names=given)


def running(client: Client) -> models.QuerySet[DosePlan]:
    return DosePlan.objects.running(TODAY).filter(client=client)


def test_the_same_day_tells_the_same_story(clinic: Clinic) -> None:
    first, second = clinic.told_twice
    assert first == second
    assert all(first)


def test_the_command_says_what_it_made(clinic: Clinic) -> None:
    # Two wrote today: they are no clients yet.
    assert clinic.said.strip() == f"{Client.objects.count()} clients, 11 members of staff"
    assert Enquiry.objects.count() == 14


def test_a_minor_is_in_care_with_a_guardian_who_can_be_reached(clinic: Clinic) -> None:
    tobias = named(clinic, "Tobias")
    assert tobias.status == ClientStatus.ACTIVE
    assert TODAY.year - tobias.birth_on.year < 18
    guardian = RelatedPerson.objects.get(client=tobias, kind="guardian", ended_at=None)
    assert (guardian.name, guardian.phone) == ("Kirsten Halvorsen", "+18015550141")
    assert ContactPoint.objects.filter(client=tobias, may_call=True, ended_at=None).exists()


def test_somebody_has_no_phone_and_is_written_to(clinic: Clinic) -> None:
    point = ContactPoint.objects.get(client=named(clinic, "Marguerite"), ended_at=None)
    assert (point.kind, point.may_email) == ("email", True)


def test_somebody_lives_in_another_zone(clinic: Clinic) -> None:
    renata = named(clinic, "Renata")
    assert (renata.time_zone, renata.city) == ("America/New_York", "Boston")


@pytest.mark.parametrize(
    ("given", "family", "preferred"),
    [
        ("Αλεξάνδρα", "Παπαδοπούλου", "Alexandra"),
        ("小明", "王", "Xiaoming"),
        ("Maximiliana Esperanza de la Concepción", "Featherstonehaugh-Montemayor y Villavicencio", "Max"),
    ],
)
def test_long_names_and_names_in_other_scripts_are_kept_whole(
    clinic: Clinic, given: str, family: str, preferred: str
) -> None:
    person = named(clinic, given)
    assert (person.family_name, person.preferred_name) == (family, preferred)


def test_somebody_takes_three_medications(clinic: Clinic) -> None:
    names = running(named(clinic, "Dorothy")).values_list("medication__name", flat=True)
    assert sorted(names) == ["bupropion XL", "mirtazapine", "sertraline"]


def test_somebody_takes_lithium_and_is_reminded_today_of_its_level(clinic: Clinic) -> None:
    plan = DosePlan.objects.running(TODAY).get(medication__ingredient="lithium")
    by_level = {item.protocol.key: item for item in due_of_client(plan.client_id, SIX)}
    assert (by_level["lithium_level_change"].state, by_level["lithium_level_change"].by_on) == (
        State.NOT_YET,
        TODAY + dt.timedelta(days=3),
    )
    assert not {item.state for item in by_level.values()} & {State.OVERDUE, State.NEVER_DONE}
    first = Reminder.objects.get(about_kind=TESTS, client=plan.client_id, step=1)
    assert (first.local_date, first.state) == (TODAY, "due")


def test_somebody_tapers_to_a_day_without(clinic: Clinic) -> None:
    version = DosePlanVersion.objects.get(dose_plan__client__given_names="Benedict", superseded_at=None)
    amounts = [step.mg_per_day for step in version.steps.order_by("first_on")]
    assert amounts[-3:] == [75, 50, 25]
    assert version.stop_on == version.steps.latest("first_on").last_on + dt.timedelta(days=1)


def test_somebody_is_on_call_at_every_hour_of_the_next_two_weeks(clinic: Clinic) -> None:
    assert rota_page(SIX).gaps == []
    assert all(held.turn for held in on_call_now(SIX).places)


def test_some_say_in_their_own_words_what_shall_get_better_and_what_happened(clinic: Clinic) -> None:
    told = TargetSymptom.objects.standing().annotate(times=Count("ratings"))
    assert sorted(told.values_list("times", flat=True)) == [6] * 12
    assert LifeEvent.objects.filter(happened_on__lt=TODAY).count() == 18


def test_somebody_has_a_safety_plan_with_copies(clinic: Clinic) -> None:
    plan = SafetyPlan.objects.get()
    assert plan.client.status == ClientStatus.ACTIVE
    assert sorted(plan.copies.values_list("holder", flat=True)) == ["client", "family"]


def test_today_people_come_and_enquiries_wait(clinic: Clinic) -> None:
    desk = User.objects.get(email="coordinator@demo.clinic.example")
    booked = [one for row in day_of(desk, TODAY) for one in row.appointments]
    assert booked
    assert all(one.signs[0][0] == "Booked" and one.starts_at > SIX for one in booked)
    assert Enquiry.objects.filter(status=EnquiryStatus.NEW, owner=None).exists()
    prescriber = User.objects.get(email="prescriber@demo.clinic.example")
    coming = Appointment.objects.filter(
        clinician=prescriber, starts_at__gt=SIX, starts_at__lt=SIX + dt.timedelta(hours=16)
    )
    assert {"evaluation", "follow_up"} <= set(coming.values_list("kind", flat=True))


def test_some_supplies_are_known_and_requests_wait(clinic: Clinic) -> None:
    assert Fill.objects.filter(filled_on__lt=TODAY).exists()
    asked = {judged(row, row.dose_plan.prescriber, SIX)[0].stops == [] for row in RefillRequest.objects.waiting()}
    assert asked == {True, False}


def test_the_prescriber_finds_note_templates_and_shares_one(clinic: Clinic) -> None:
    prescriber = User.objects.get(email__startswith="prescriber@")
    colleague = User.objects.get(email__startswith="prescriber2@")
    assert len(note_templates_of(prescriber)) == 2
    assert [template.is_shared for template in note_templates_of(colleague)] == [True]


@pytest.mark.parametrize(
    ("action", "rows"),
    [
        ("enquiry_received", lambda: Enquiry.objects.all()),
        ("client_registered", lambda: Client.objects.all()),
        ("appointment_booked", lambda: Appointment.objects.all()),
        ("scale_recorded", lambda: ScaleResponse.objects.filter(answered_by="staff")),
        ("evaluation_signed", lambda: PsychiatricEvaluation.objects.exclude(signed_at=None)),
        ("plan_signed", lambda: TreatmentPlan.objects.exclude(status=PlanStatus.DRAFT)),
        ("dose_plan_started", lambda: DosePlan.objects.all()),
        ("visit_signed", lambda: FollowUpVisit.objects.exclude(signed_at=None)),
    ],
)
def test_each_deed_of_the_year_is_audited(clinic: Clinic, action: str, rows: Any) -> None:
    audited = list(AuditEvent.objects.filter(action=action).values_list("subject_id", flat=True))
    assert sorted(audited) == sorted(str(row.pk) for row in rows())
    assert audited


def test_a_clinic_that_is_at_work_is_not_seeded_again(clinic: Clinic) -> None:
    before = Client.objects.count()
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_demo")
    call_command("seed_demo", if_empty=True)
    assert Client.objects.count() == before


def test_where_demo_accounts_are_not_allowed_nothing_is_seeded(clinic: Clinic, settings: Any) -> None:
    settings.DEMO_ACCOUNTS_ALLOWED = False
    with pytest.raises(CommandError, match="not allowed"):
        call_command("seed_demo", if_empty=True)
