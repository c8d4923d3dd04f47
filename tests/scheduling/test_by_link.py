"""The client's page of an appointment: when and where, behind link and birth year, and what they may answer."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client, MessageConsent, MessagePurpose
from clinic.core.rules import RuleBroken
from clinic.scheduling import services
from clinic.scheduling.models import Appointment, AppointmentReply, AppointmentStatus, ReplyKind
from clinic.staff.models import User
from clinic.worklist.models import Outcome, WorkItem
from tests.scheduling.conftest import JUNE_1, JUNE_11, link_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("june_1")]


@pytest.fixture
def june_1() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(JUNE_1, tick=False):
        yield


@pytest.fixture
def token(appointment: Appointment) -> str:
    return link_to(appointment)


@pytest.fixture
def page(token: str) -> str:
    return reverse("appointment_page", args=[token])


@pytest.fixture
def phone(page: str, ada: Client) -> Browser:
    """Ada's phone, on which she has given her birth year."""
    browser = Browser()
    browser.post(page, {"year": ada.birth_on.year})
    return browser


def status(appointment: Appointment) -> str:
    return Appointment.objects.get(pk=appointment.pk).status


def duties() -> list[str]:
    return list(WorkItem.objects.open().values_list("reason", flat=True))


def test_nothing_is_said_before_the_birth_year(page: str) -> None:
    answer = Browser().get(page)
    assert "What year were you born?" in answer.content.decode()
    assert "June" not in answer.content.decode()
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_then_it_says_when_where_and_with_whom(phone: Browser, page: str, settings: Any) -> None:
    settings.CLINIC_ADDRESS = "1 Example Plaza"
    shown = phone.get(page).content.decode()
    assert "Thursday, June 11, 2:00 pm" in shown
    assert "At the clinic: 1 Example Plaza." in shown
    assert "Paula Prescriber" in shown
    assert AuditEvent.objects.filter(action="appointment_opened_by_link").count() == 1


@pytest.mark.parametrize(("modality", "words"), [("phone", "we will call you"), ("telehealth", "By video")])
def test_how_the_two_meet_is_said(
    phone: Browser, page: str, appointment: Appointment, modality: str, words: str
) -> None:
    Appointment.objects.filter(pk=appointment.pk).update(modality=modality)
    assert words in phone.get(page).content.decode()


def test_a_client_who_lives_elsewhere_reads_their_own_time(phone: Browser, page: str, ada: Client) -> None:
    Client.objects.filter(pk=ada.pk).update(time_zone="America/New_York", language="es")
    shown = phone.get(page).content.decode()
    assert "jueves 11 de junio, 16:00</strong> (hora de New York)" in shown
    assert ('<html lang="es">' in shown, "Voy a ir" in shown) == (True, True)


def test_reading_changes_nothing(phone: Browser, page: str, appointment: Appointment) -> None:
    for _ in range(5):
        phone.get(page)
        phone.head(page)
        phone.get(page, {"reply": "cancel"})
    assert status(appointment) == "booked"
    assert not AppointmentReply.objects.exists()


def test_confirming_is_on_the_appointment_and_said_twice_is_once(
    phone: Browser, page: str, appointment: Appointment, browser: Browser, prescriber: User
) -> None:
    assert phone.post(page, {"reply": "confirm"}).status_code == 302
    phone.post(page, {"reply": "confirm"})
    assert "Your appointment is confirmed" in phone.get(page).content.decode()
    assert (status(appointment), AppointmentReply.objects.count(), duties()) == ("confirmed", 1, [])
    assert AuditEvent.objects.filter(action="appointment_reply_confirm", by=None).count() == 1
    browser.force_login(prescriber)
    shown = browser.get(reverse("scheduling:appointment", args=[appointment.pk])).content.decode()
    assert "What the client said by link" in shown


def test_cancelling_frees_the_time_and_gives_the_team_a_row(
    phone: Browser, page: str, appointment: Appointment, prescriber: User
) -> None:
    services.plan_appointment_reminders(now=JUNE_1)
    phone.post(page, {"reply": "cancel"})
    assert "This appointment is cancelled" in phone.get(page).content.decode()
    kept = Appointment.objects.get(pk=appointment.pk)
    assert (kept.status, kept.cancelled_at, kept.cancel_reason) == ("cancelled", JUNE_1, "by the client, by link")
    (reason,) = duties()
    assert reason.startswith("The client cancelled the appointment of Thursday, June 11, 2:00 pm, with Paula")
    assert set(appointment.client.reminders.values_list("state", flat=True)) == {"cancelled"}
    services.book(
        client_id=appointment.client_id,
        clinician=prescriber,
        kind="follow_up",
        starts_at=JUNE_11,
        modality="in_person",
        by=prescriber,
        now=JUNE_1,
    )


def test_asking_for_another_time_is_one_row_with_the_last_words(
    phone: Browser, page: str, appointment: Appointment, prescriber: User
) -> None:
    phone.post(page, {"reply": "move", "words": "Mornings"})
    phone.post(page, {"reply": "move", "words": "Tuesdays"})
    assert "We will call you to agree on one" in phone.get(page).content.decode()
    assert status(appointment) == "booked"
    (reason,) = duties()
    assert reason.endswith("Times that suit: Tuesdays")
    services.move(
        appointment_id=appointment.pk, version=0, starts_at=JUNE_11.replace(hour=21), by=prescriber, now=JUNE_1
    )
    assert duties() == []
    assert WorkItem.objects.filter(outcome=Outcome.DONE).count() == 1
    shown = phone.get(page).content.decode()
    assert "3:00 pm" in shown
    assert "We will call you to agree on one" not in shown


def test_who_comes_after_all_needs_no_call(phone: Browser, page: str, appointment: Appointment) -> None:
    phone.post(page, {"reply": "move"})
    phone.post(page, {"reply": "confirm"})
    assert (status(appointment), duties()) == ("confirmed", [])


@pytest.mark.parametrize("sent", [{"reply": "dance"}, {"reply": "move", "words": "x" * 201}, {}])
def test_what_is_no_answer_is_refused_and_said(phone: Browser, page: str, sent: dict[str, str]) -> None:
    assert phone.post(page, sent).status_code == 422
    assert not AppointmentReply.objects.exists()


def test_an_answer_before_the_birth_year_is_none(page: str, appointment: Appointment) -> None:
    answer = Browser().post(page, {"reply": "cancel"})
    assert "What year were you born?" in answer.content.decode()
    assert status(appointment) == "booked"


def test_five_wrong_years_close_the_page(page: str) -> None:
    stranger = Browser()
    for _ in range(5):
        answer = stranger.post(page, {"year": "1901"})
    assert answer.status_code == 404
    assert "This link is not open" in answer.content.decode()


def test_once_it_has_begun_the_page_is_closed(page: str, token: str) -> None:
    with time_machine.travel(JUNE_11, tick=False):
        assert Browser().get(page).status_code == 404
        with pytest.raises(RuleBroken, match="no longer open"):
            services.reply_by_link(token=token, reply=ReplyKind.CONFIRM, now=JUNE_11)


def test_the_link_of_a_row_that_is_gone_opens_nothing(page: str, appointment: Appointment) -> None:
    Appointment.objects.filter(pk=appointment.pk).update(starts_at=JUNE_1)
    assert Browser().get(page).status_code == 404


def test_what_the_clinic_cancelled_cannot_be_confirmed(
    phone: Browser, page: str, appointment: Appointment, prescriber: User
) -> None:
    services.mark(appointment_id=appointment.pk, status="cancelled", by=prescriber, now=JUNE_1)
    answer = phone.post(page, {"reply": "confirm"})
    assert answer.status_code == 422
    assert "This appointment is cancelled. Call us for another one." in answer.content.decode()
    assert status(appointment) == AppointmentStatus.CANCELLED


def test_a_year_given_while_the_link_runs_out_opens_nothing(token: str, appointment: Appointment, ada: Client) -> None:
    Appointment.objects.filter(pk=appointment.pk).update(starts_at=JUNE_1)
    services.enter_appointment(token=token, year=ada.birth_on.year, now=JUNE_1)
    assert not AuditEvent.objects.filter(action="appointment_opened_by_link").exists()


def test_a_client_ends_messages_about_appointments_and_has_them_again(phone: Browser, page: str, ada: Client) -> None:
    agreed = MessageConsent.objects.live().filter(client=ada, purpose=MessagePurpose.APPOINTMENTS)
    phone.post(page, {"wants": "no"})
    assert "We send you no messages about appointments" in phone.get(page).content.decode()
    assert not agreed.exists()
    assert MessageConsent.objects.live().filter(client=ada).count() == 2
    phone.post(page, {"wants": "perhaps"})
    phone.post(page, {"wants": "yes"})
    assert [(row.given_how, row.given_by) for row in agreed] == [("link", None)]


def test_a_wish_by_a_link_that_ran_out_is_refused(token: str) -> None:
    with pytest.raises(RuleBroken, match="no longer open"):
        services.wish_messages_by_link(token=token, wants=False, now=JUNE_11)
