"""The pages of the schedule: who sees whose day, and what the desk does with it."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.forms import Form
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.templatetags.clinic_ui import clock, weekday
from clinic.scheduling.models import Appointment, Availability, TimeOff, WaitlistEntry
from clinic.staff.models import User
from tests.factories.clients import ClientFactory
from tests.factories.scheduling import AppointmentFactory, AvailabilityFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
NINE = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)  # nine o'clock in Denver, a Monday
TEN = NINE + dt.timedelta(hours=1)
MONDAY = "2026-03-02"


@pytest.fixture(autouse=True)
def _sunday_before() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hours(prescriber: User) -> Availability:
    return AvailabilityFactory(clinician=prescriber)


@pytest.fixture
def desk(browser: Browser, coordinator: User) -> Browser:
    browser.force_login(coordinator)
    return browser


@pytest.fixture
def appointment(ada: Client, prescriber: User, hours: Availability) -> Appointment:
    return AppointmentFactory(client=ada, clinician=prescriber, starts_at=NINE)


def url(name: str, *args: object) -> str:
    return reverse(f"scheduling:{name}", args=args)


def booking(client: Client, clinician: User, kind: str = "follow_up") -> str:
    return f"{url('book', client.pk)}?clinician={clinician.pk}&kind={kind}&from_day={MONDAY}"


def wanted(starts_at: dt.datetime, **more: str) -> dict[str, str]:
    return {"starts_at": starts_at.isoformat(), "modality": "in_person", "version": "0", **more}


def times_of(form: Form) -> list[str]:
    return [value for _, times in form.fields["starts_at"].choices for value, _ in times]  # type: ignore[attr-defined]


def offered(answer: HttpResponse) -> list[str]:
    return times_of(answer.context["form"])  # type: ignore[attr-defined]


class TestDay:
    def test_the_desk_sees_every_clinician_and_a_clinician_their_own_list(
        self, browser: Browser, appointment: Appointment, coordinator: User, prescriber: User, therapist: User
    ) -> None:
        AppointmentFactory(client=ClientFactory(family_name="Hopper"), clinician=therapist, starts_at=TEN)
        for user, sees, does_not in (
            (coordinator, ["Byron", "Hopper", "Paula Prescriber", "Theo Therapist"], []),
            (prescriber, ["Byron", "Paula Prescriber"], ["Hopper", "Theo Therapist"]),
        ):
            browser.force_login(user)
            shown = browser.get(url("day"), {"on": MONDAY}).text
            page = shown[shown.index("day-columns") :]
            assert all(name in page for name in sees)
            assert not any(name in page for name in does_not)

    def test_a_stranger_does_not_see_who_is_booked(
        self, browser: Browser, appointment: Appointment, stranger: User
    ) -> None:
        browser.force_login(stranger)
        assert "Byron" not in browser.get(url("day"), {"on": MONDAY}).text

    def test_an_auditor_has_no_schedule(self, browser: Browser, auditor: User) -> None:
        browser.force_login(auditor)
        assert browser.get(url("day")).status_code == 403

    def test_without_a_day_it_is_today_and_a_day_that_is_none_is_said(
        self, desk: Browser, appointment: Appointment
    ) -> None:
        assert desk.get(url("day")).context["is_today"]
        wrong = desk.get(url("day"), {"on": "next week"})
        assert "Write the day as year-month-day" in wrong.text
        assert wrong.context["is_today"]

    def test_hours_that_ended_are_not_shown(self, desk: Browser, hours: Availability) -> None:
        assert "9:00" in desk.get(url("day"), {"on": MONDAY}).text
        desk.post(url("end_hours", hours.pk))
        assert "No hours this day" in desk.get(url("day"), {"on": "2026-03-09"}).text


class TestBook:
    def test_a_free_time_is_chosen_and_booked(self, desk: Browser, ada: Client, hours: Availability) -> None:
        assert desk.get(url("book", ada.pk)).status_code == 200
        page = desk.get(booking(ada, hours.clinician))
        assert offered(page)[0] == NINE.isoformat()
        done = desk.post(booking(ada, hours.clinician), wanted(NINE, note_for_desk="Needs the lift"), follow=True)
        assert f"Booked for {weekday(NINE)}, {clock(NINE)}, with {hours.clinician}" in done.text
        booked = Appointment.objects.get()
        assert (booked.client, booked.starts_at, booked.note_for_desk) == (ada, NINE, "Needs the lift")

    def test_the_slower_of_two_is_told_and_sees_the_next_times(
        self, desk: Browser, appointment: Appointment, prescriber: User
    ) -> None:
        other = ClientFactory()
        late = desk.post(booking(other, prescriber), wanted(NINE))
        assert late.status_code == 409
        assert "That time is not free any more." in late.text
        assert offered(late)[0] == (NINE + dt.timedelta(minutes=30)).isoformat()
        assert Appointment.objects.count() == 1

    def test_without_a_choice_nothing_is_booked(self, desk: Browser, ada: Client, hours: Availability) -> None:
        answer = desk.post(booking(ada, hours.clinician), {"modality": "in_person"})
        assert "Choose one of the free times." in answer.text
        assert not Appointment.objects.exists()

    def test_no_free_time_says_what_to_do(self, desk: Browser, ada: Client, therapist: User) -> None:
        assert "No free time in these two weeks" in desk.get(booking(ada, therapist, "therapy")).text

    def test_a_therapist_books_moves_and_marks_their_own_sessions(
        self, browser: Browser, ada: Client, therapist: User
    ) -> None:
        AvailabilityFactory(clinician=therapist)
        browser.force_login(therapist)
        find = browser.get(url("book", ada.pk)).context["find"]
        assert [str(person) for person in find.fields["clinician"].queryset] == ["Theo Therapist"]
        assert find.fields["kind"].choices == [("therapy", "Therapy session")]
        assert browser.post(booking(ada, therapist, "therapy"), wanted(NINE)).status_code == 302
        session = Appointment.objects.get()
        assert "Move to another free time" in browser.get(url("appointment", session.pk)).text
        assert browser.post(url("move", session.pk), wanted(TEN)).status_code == 302
        assert browser.post(url("mark", session.pk), {"status": "arrived"}).status_code == 302
        session.refresh_from_db()
        assert (session.clinician, session.kind, session.starts_at, session.status) == (
            therapist, "therapy", TEN, "arrived",
        )  # fmt: skip
        said = AuditEvent.objects.filter(by=therapist, action__startswith="appointment_").order_by("id")
        assert [event.action for event in said] == ["appointment_booked", "appointment_moved", "appointment_arrived"]

    def test_a_therapist_looks_at_what_others_hold_and_does_not_change_it(
        self, browser: Browser, appointment: Appointment, therapist: User
    ) -> None:
        browser.force_login(therapist)
        shown = browser.get(url("appointment", appointment.pk))
        assert shown.status_code == 200
        assert "Move to another free time" not in shown.text
        assert "What became of it" not in shown.text
        elsewhere = browser.get(booking(appointment.client, appointment.clinician))
        assert "Select a valid choice" in elsewhere.text
        browser.post(booking(appointment.client, appointment.clinician), wanted(TEN))
        assert Appointment.objects.count() == 1
        refused = [
            browser.post(url("mark", appointment.pk), {"status": "done"}),
            browser.post(url("move", appointment.pk), wanted(TEN)),
        ]
        assert [answer.status_code for answer in refused] == [404] * 2
        assert browser.post(url("join_waitlist", appointment.client.pk), {"kind": "follow_up"}).status_code == 422

    def test_other_peoples_clients_and_appointments_are_not_found(
        self, browser: Browser, appointment: Appointment, stranger: User
    ) -> None:
        browser.force_login(stranger)
        answers = [
            browser.get(url("book", appointment.client.pk)),
            browser.get(url("appointment", appointment.pk)),
            browser.post(url("mark", appointment.pk), {"status": "done"}),
            browser.post(url("move", appointment.pk), wanted(TEN)),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        appointment.refresh_from_db()
        assert appointment.status == "booked"


class TestMarkAndMove:
    def test_one_click_says_what_became_of_it(self, desk: Browser, appointment: Appointment) -> None:
        done = desk.post(url("mark", appointment.pk), {"status": "cancelled", "reason": "Ill"})
        assert done["Location"] == url("appointment", appointment.pk)
        page = desk.get(url("appointment", appointment.pk))
        assert "Ill" in page.text
        assert "What became of it" not in page.text

    def test_what_is_over_stays_as_it_is(self, desk: Browser, appointment: Appointment) -> None:
        desk.post(url("mark", appointment.pk), {"status": "done"})
        again = desk.post(url("mark", appointment.pk), {"status": "no_show"})
        assert again.status_code == 409
        assert "Somebody has said meanwhile what became of this appointment" in again.text
        late = desk.post(url("move", appointment.pk), wanted(TEN))
        assert (late.status_code, "that is done cannot be moved" in late.text) == (409, True)
        appointment.refresh_from_db()
        assert appointment.status == "done"

    def test_a_status_that_is_none_is_refused_with_the_buttons_at_hand(
        self, desk: Browser, appointment: Appointment
    ) -> None:
        answer = desk.post(url("mark", appointment.pk), {"status": "vanished"})
        assert (answer.status_code, "Did not come" in answer.text or "No show" in answer.text) == (409, True)

    def test_it_moves_to_a_free_time(self, desk: Browser, appointment: Appointment) -> None:
        done = desk.post(url("move", appointment.pk), wanted(TEN), follow=True)
        assert "Moved." in done.text
        appointment.refresh_from_db()
        assert appointment.starts_at == TEN

    def test_who_moves_second_is_told_where_it_stands_and_may_move_it_again(
        self, desk: Browser, appointment: Appointment
    ) -> None:
        assert desk.post(url("move", appointment.pk), wanted(TEN)).status_code == 302
        later = TEN + dt.timedelta(minutes=30)
        told = desk.post(url("move", appointment.pk), wanted(later))
        assert told.status_code == 409
        assert "Somebody moved this appointment to" in told.text
        appointment.refresh_from_db()
        assert appointment.starts_at == TEN
        # The time that was wanted is still chosen, and the form goes on from what stands.
        form = told.context["move_form"]
        assert (form["starts_at"].value(), form["version"].value()) == (later.isoformat(), "1")
        assert desk.post(url("move", appointment.pk), wanted(later, version="1")).status_code == 302

    def test_it_moves_to_any_day_that_is_asked_for(self, desk: Browser, appointment: Appointment) -> None:
        far = TEN + dt.timedelta(days=42)
        asked = {"from_day": far.date().isoformat()}
        page = desk.get(url("appointment", appointment.pk), asked)
        assert far.isoformat() in times_of(page.context["move_form"])
        assert TEN.isoformat() not in times_of(page.context["move_form"])
        [action] = re.findall(r'action="([^"]+/move/[^"]+)"', page.text)
        assert desk.post(action, wanted(far)).status_code == 302
        appointment.refresh_from_db()
        assert appointment.starts_at == far
        # Looked for from its own new day on by itself; a day that is none is told beside the field.
        assert far + dt.timedelta(minutes=30) in [
            dt.datetime.fromisoformat(time)
            for time in times_of(desk.get(url("appointment", appointment.pk)).context["move_form"])
        ]
        wrong = desk.get(url("appointment", appointment.pk), {"from_day": "9999-12-31"})
        assert "Check the year" in wrong.text

    def test_why_it_is_cancelled_is_kept_when_something_is_wrong(self, desk: Browser, appointment: Appointment) -> None:
        answer = desk.post(url("mark", appointment.pk), {"status": "cancelled", "reason": "Ill. " * 50})
        assert answer.status_code == 409
        assert "at most 200 characters" in answer.text
        assert "Ill. Ill." in answer.text

    def test_who_moves_too_late_sees_the_next_times(
        self, desk: Browser, appointment: Appointment, prescriber: User
    ) -> None:
        AppointmentFactory(clinician=prescriber, starts_at=TEN)
        late = desk.post(url("move", appointment.pk), wanted(TEN))
        assert late.status_code == 409
        assert "That time is not free any more." in late.text
        choices = times_of(late.context["move_form"])
        assert TEN.isoformat() not in choices
        assert (TEN + dt.timedelta(minutes=30)).isoformat() in choices
        appointment.refresh_from_db()
        assert appointment.starts_at == NINE


class TestAvailability:
    def hours(self, clinician: User, **changed: str) -> dict[str, str]:
        typed = {"weekday": "2", "begins": "08:00", "ends": "12:00", "modality": "phone", "valid_from": MONDAY}
        return {"clinician": str(clinician.pk), **typed, **changed}

    def test_hours_are_opened_and_closed(self, desk: Browser, prescriber: User) -> None:
        assert "No hours: nobody can be booked." in desk.get(url("availability")).text
        assert desk.post(url("add_hours"), self.hours(prescriber)).status_code == 302
        assert "Wednesday" in desk.get(url("availability")).text
        desk.post(url("end_hours", Availability.objects.get().pk))
        # They were to begin tomorrow: that day is their last.
        assert Availability.objects.get().valid_until == dt.date(2026, 3, 2)

    def test_hours_that_end_before_they_begin_are_refused_beside_the_field(
        self, desk: Browser, prescriber: User
    ) -> None:
        answer = desk.post(url("add_hours"), self.hours(prescriber, ends="07:00"))
        assert answer.status_code == 422
        assert answer.context["hours_form"].errors == {"ends": ["The hours must end after they begin."]}
        assert 'value="07:00"' in answer.text
        assert not Availability.objects.exists()

    def test_time_off_waits_until_nobody_is_booked_in_it(
        self, desk: Browser, appointment: Appointment, prescriber: User
    ) -> None:
        typed = {"clinician": str(prescriber.pk), "starts_at": "2026-03-02T08:00", "ends_at": "2026-03-02T17:00"}
        refused = desk.post(url("add_time_off"), typed)
        assert refused.status_code == 422
        assert "starts_at" in refused.context["time_off_form"].errors
        desk.post(url("mark", appointment.pk), {"status": "cancelled"})
        assert desk.post(url("add_time_off"), {**typed, "reason": "Conference"}).status_code == 302
        assert TimeOff.objects.get().starts_at == NINE - dt.timedelta(hours=1)
        assert "Conference" in desk.get(url("availability")).text
        assert NINE.isoformat() not in offered(desk.get(booking(appointment.client, prescriber)))

    def test_clinicians_do_not_set_hours(self, browser: Browser, prescriber: User) -> None:
        browser.force_login(prescriber)
        assert browser.get(url("availability")).status_code == 403
        assert browser.post(url("add_hours"), self.hours(prescriber)).status_code == 403


class TestWaitlist:
    def test_a_client_joins_and_leaves(self, desk: Browser, ada: Client) -> None:
        desk.post(url("join_waitlist", ada.pk), {"kind": "follow_up", "times_that_suit": "mornings"})
        assert "mornings" in desk.get(url("day")).text
        entry = WaitlistEntry.objects.get()
        assert desk.post(url("leave_waitlist", entry.pk)).status_code == 302
        assert "mornings" not in desk.get(url("day")).text
        assert desk.post(url("leave_waitlist", entry.pk)).status_code == 302
        assert AuditEvent.objects.filter(action="waitlist_left").count() == 1

    def test_one_waits_for_what_was_looked_for(self, desk: Browser, ada: Client, prescriber: User) -> None:
        usual = desk.get(url("book", ada.pk)).context
        assert usual["waitlist"]["kind"].value() == usual["find"]["kind"].value()
        looked_for = {"clinician": str(prescriber.pk), "kind": "follow_up", "from_day": "2026-03-02"}
        assert desk.get(url("book", ada.pk), looked_for).context["waitlist"]["kind"].value() == "follow_up"

    def test_without_a_kind_nobody_joins(self, desk: Browser, ada: Client) -> None:
        answer = desk.post(url("join_waitlist", ada.pk), {"kind": "", "times_that_suit": "mornings"})
        assert answer.status_code == 422
        assert 'value="mornings"' in answer.text
        assert not WaitlistEntry.objects.exists()


class TestTwice:
    """The same form sent again, by a double click or the back button: one row, and no complaint."""

    def test_booking_moving_and_marking(self, desk: Browser, ada: Client, hours: Availability) -> None:
        for _ in range(2):
            assert "Booked for Mon" in desk.post(booking(ada, hours.clinician), wanted(NINE), follow=True).text
        booked = Appointment.objects.get()
        for _ in range(2):
            assert "Moved." in desk.post(url("move", booked.pk), wanted(TEN), follow=True).text
            assert desk.post(url("mark", booked.pk), {"status": "confirmed"}).status_code == 302
        said = AuditEvent.objects.filter(action__startswith="appointment_").order_by("id")
        assert [event.action for event in said] == ["appointment_booked", "appointment_moved", "appointment_confirmed"]

    def test_somebody_else_wanting_the_same_is_told(
        self, desk: Browser, ada: Client, hours: Availability, prescriber: User
    ) -> None:
        desk.post(booking(ada, hours.clinician), wanted(NINE))
        desk.force_login(prescriber)
        assert desk.post(booking(ada, hours.clinician), wanted(NINE)).status_code == 409

    def test_waiting_hours_and_time_off(self, desk: Browser, ada: Client, prescriber: User) -> None:
        hours = TestAvailability().hours(prescriber)
        off = {"clinician": str(prescriber.pk), "starts_at": "2026-03-02T08:00", "ends_at": "2026-03-02T17:00"}
        for _ in range(2):
            desk.post(url("join_waitlist", ada.pk), {"kind": "follow_up", "times_that_suit": "mornings"})
            desk.post(url("add_hours"), hours)
            desk.post(url("add_time_off"), off)
        assert [model.objects.count() for model in (WaitlistEntry, Availability, TimeOff)] == [1, 1, 1]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_refused_beside_its_field(
    desk: Browser, ada: Client, prescriber: User, hours: Availability, day: str
) -> None:
    assert desk.get(reverse("scheduling:day"), {"on": day}).status_code == 200
    wanted = {"clinician": prescriber.pk, "kind": "follow_up", "from_day": day}
    assert "Check the year" in desk.get(reverse("scheduling:book", args=[ada.pk]), wanted).text
    span = {"clinician": prescriber.pk, "starts_at": f"{day}T08:00", "ends_at": f"{day}T23:30"}
    desk.post(reverse("scheduling:add_time_off"), span)
    assert not TimeOff.objects.exists()
