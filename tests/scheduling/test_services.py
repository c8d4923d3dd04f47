"""Booking, moving, marking: the database itself refuses two at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.scheduling import queries, services
from clinic.scheduling.models import Appointment, Availability
from clinic.scheduling.services import appointments
from clinic.staff.models import User
from tests.factories.clients import ClientFactory
from tests.factories.scheduling import AppointmentFactory, AvailabilityFactory

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
NINE = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)  # nine o'clock in Denver, a Monday


@pytest.fixture
def hours(prescriber: User) -> Availability:
    return AvailabilityFactory(clinician=prescriber)


def book(client: Client, clinician: User, starts_at: dt.datetime = NINE, kind: str = "follow_up") -> Appointment:
    return services.book(
        client_id=client.pk,
        clinician=clinician,
        kind=kind,
        starts_at=starts_at,
        modality="in_person",
        by=clinician,
        now=NOW,
    )


def test_booking_holds_the_time_and_is_audited(ada: Client, prescriber: User, hours: Availability) -> None:
    appointment = book(ada, prescriber)
    assert appointment.ends_at - appointment.starts_at == dt.timedelta(minutes=30)
    assert AuditEvent.objects.filter(action="appointment_booked", client_id=ada.pk, by=prescriber).count() == 1


def test_the_loser_of_a_time_is_told(ada: Client, prescriber: User, hours: Availability) -> None:
    book(ClientFactory(), prescriber)
    with pytest.raises(services.TimeTaken, match="just taken") as refusal:
        book(ada, prescriber, NINE + dt.timedelta(minutes=15))
    assert refusal.value.field == "starts_at"
    assert not AuditEvent.objects.filter(client_id=ada.pk).exists()


def test_a_client_is_not_in_two_places(ada: Client, prescriber: User, therapist: User, hours: Availability) -> None:
    AvailabilityFactory(clinician=therapist)
    book(ada, therapist, kind="therapy")
    with pytest.raises(services.TimeTaken, match="client already"):
        book(ada, prescriber)


@pytest.mark.parametrize(
    ("starts_at", "words"), [(NOW - dt.timedelta(hours=1), "has passed"), (NINE - dt.timedelta(hours=1), "outside")]
)
def test_only_coming_times_within_hours(
    ada: Client, prescriber: User, hours: Availability, starts_at: dt.datetime, words: str
) -> None:
    with pytest.raises(RuleBroken, match=words):
        book(ada, prescriber, starts_at)


def test_a_fault_that_is_no_double_booking_is_not_hidden(prescriber: User, hours: Availability) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        appointments._time_taken(IntegrityError("some other constraint"))


def test_raw_rows_cannot_overlap_either(ada: Client, prescriber: User) -> None:
    AppointmentFactory(client=ada, clinician=prescriber)
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentFactory(clinician=prescriber)


def test_a_cancelled_time_is_free_again(ada: Client, prescriber: User, hours: Availability) -> None:
    first = book(ClientFactory(), prescriber)
    services.mark(appointment_id=first.pk, status="cancelled", by=prescriber, now=NOW, reason="ill")
    assert book(ada, prescriber).starts_at == NINE


def test_moving_keeps_the_length_and_asks_for_confirmation_again(
    ada: Client, prescriber: User, hours: Availability
) -> None:
    appointment = book(ada, prescriber)
    services.mark(appointment_id=appointment.pk, status="confirmed", by=prescriber, now=NOW)
    later = NINE + dt.timedelta(hours=1)
    moved = services.move(appointment_id=appointment.pk, version=0, starts_at=later, by=prescriber, now=NOW)
    assert moved.starts_at == later
    assert moved.ends_at - moved.starts_at == dt.timedelta(minutes=30)
    assert moved.status == "booked"


def test_moving_onto_another_appointment_is_refused(ada: Client, prescriber: User, hours: Availability) -> None:
    appointment = book(ada, prescriber)
    later = NINE + dt.timedelta(hours=1)
    book(ClientFactory(), prescriber, later)
    with pytest.raises(services.TimeTaken):
        services.move(appointment_id=appointment.pk, version=0, starts_at=later, by=prescriber, now=NOW)
    appointment.refresh_from_db()
    assert appointment.starts_at == NINE


def test_what_is_over_cannot_be_moved(ada: Client, prescriber: User, hours: Availability) -> None:
    appointment = book(ada, prescriber)
    services.mark(appointment_id=appointment.pk, status="done", by=prescriber, now=NOW)
    with pytest.raises(RuleBroken):
        services.move(
            appointment_id=appointment.pk, version=0, starts_at=NINE + dt.timedelta(hours=1), by=prescriber, now=NOW
        )


@pytest.mark.django_db(transaction=True)
def test_of_many_who_book_one_time_at_once_one_wins(prescriber: User, hours: Availability) -> None:
    people = [ClientFactory() for _ in range(6)]

    def attempt(client: Client) -> str:
        try:
            book(client, prescriber)
        except services.TimeTaken:
            return "told"
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(attempt, people))
    assert outcomes == ["booked"] + ["told"] * 5
    assert Appointment.objects.standing().count() == 1


def test_free_times_leave_out_what_client_or_clinician_has(ada: Client, prescriber: User, hours: Availability) -> None:
    book(ada, prescriber)
    AppointmentFactory(client=ada, starts_at=NINE + dt.timedelta(hours=1))
    times = queries.free_times(prescriber, client=ada, kind="follow_up", first_day=dt.date(2026, 3, 2), now=NOW, days=1)
    offered = {(time.starts_at - NINE).seconds // 60 for time in times}
    assert offered == {30, 90, 105, 120, 135, 150}


def test_hours_are_added_and_ended(prescriber: User, coordinator: User) -> None:
    hours = services.add_hours(
        clinician=prescriber,
        weekday=2,
        begins=dt.time(9),
        ends=dt.time(17),
        modality="telehealth",
        valid_from=dt.date(2026, 3, 1),
        by=coordinator,
    )
    ended = services.end_hours(hours_id=hours.pk, valid_until=dt.date(2026, 2, 1), by=coordinator)
    assert ended.valid_until == dt.date(2026, 3, 1)


def test_time_off_is_refused_while_people_are_booked(ada: Client, prescriber: User, hours: Availability) -> None:
    book(ada, prescriber)
    with pytest.raises(RuleBroken, match="1 appointment stands in that time"):
        services.add_time_off(clinician=prescriber, starts_at=NINE, ends_at=NINE + dt.timedelta(days=1), by=prescriber)


def test_time_off_takes_times_away(ada: Client, prescriber: User, hours: Availability) -> None:
    with pytest.raises(RuleBroken, match="end after"):
        services.add_time_off(clinician=prescriber, starts_at=NINE, ends_at=NINE, by=prescriber)
    services.add_time_off(clinician=prescriber, starts_at=NINE, ends_at=NINE + dt.timedelta(hours=3), by=prescriber)
    assert (
        queries.free_times(prescriber, client=ada, kind="brief", first_day=dt.date(2026, 3, 2), now=NOW, days=1) == []
    )


def test_the_waitlist_is_joined_and_left_once(ada: Client, coordinator: User) -> None:
    entry = services.join_waitlist(client=ada, kind="follow_up", by=coordinator, times_that_suit="mornings")
    assert queries.waiting() == [entry]
    services.leave_waitlist(entry_id=entry.pk, by=coordinator, now=NOW)
    again = services.leave_waitlist(entry_id=entry.pk, by=coordinator, now=NOW + dt.timedelta(days=1))
    assert (queries.waiting(), again.closed_at) == ([], NOW)


def test_a_therapist_books_and_changes_their_own_sessions_alone(
    ada: Client, prescriber: User, therapist: User, hours: Availability
) -> None:
    AvailabilityFactory(clinician=therapist)
    words = {"client_id": ada.pk, "starts_at": NINE, "modality": "in_person", "by": therapist, "now": NOW}
    for clinician, kind in ((prescriber, "therapy"), (therapist, "follow_up")):
        with pytest.raises(RuleBroken, match="your own sessions"):
            services.book(clinician=clinician, kind=kind, **words)
    theirs = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NINE)
    for deed in (
        lambda: services.move(appointment_id=theirs.pk, version=0, starts_at=NINE, by=therapist, now=NOW),
        lambda: services.mark(appointment_id=theirs.pk, status="cancelled", by=therapist, now=NOW),
    ):
        with pytest.raises(RuleBroken, match="somebody else's"):
            deed()
