"""Links to the calendar: given to whom, for how long, ended how."""

import datetime as dt
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client, ClientStatus, ContactPoint
from clinic.core.rules import RuleBroken
from clinic.handouts import queries, services
from clinic.messaging.models import OutboxMessage, Reminder, ReminderState, SignedLink
from clinic.messaging.queries import live_links
from clinic.messaging.services import send_due
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.titration.services import stop_dose_plan
from tests.factories.messaging import daytime_zone
from tests.handouts.conftest import JUNE_1, JUNE_4

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dose_plan")]
THREE_DAYS = dt.timedelta(hours=72)
MINUTE = dt.timedelta(minutes=1)


def show(client: Client, by: User, now: dt.datetime = JUNE_4) -> str:
    return services.show_calendar_link(client_id=client.pk, by=by, now=now).split("/")[-2]


def send(client: Client, by: User) -> None:
    services.send_calendar_link(client_id=client.pk, by=by, now=JUNE_4)


def test_a_link_lives_three_days_and_only_its_hash_is_kept(ada: Client, prescriber: User) -> None:
    token = show(ada, prescriber)
    assert len(token) == 43
    kept = SignedLink.objects.get()
    assert token.encode() not in bytes(kept.token_hash)
    assert queries.open_calendar(token, now=JUNE_4 + THREE_DAYS - MINUTE) is not None
    assert queries.open_calendar(token, now=JUNE_4 + THREE_DAYS) is None
    assert AuditEvent.objects.get(action="calendar_link_shown").client_id == ada.pk


def test_keeping_open_lengthens_what_is_open_and_nothing_else(ada: Client, coordinator: User) -> None:
    old, young = show(ada, coordinator, JUNE_1 - dt.timedelta(days=9)), show(ada, coordinator)
    later = JUNE_4 + dt.timedelta(days=2)
    assert services.keep_calendar_links(client_id=ada.pk, by=coordinator, now=later) == 1
    assert queries.open_calendar(young, now=later + THREE_DAYS - MINUTE) is not None
    assert queries.open_calendar(old, now=later) is None
    assert [link.client for link in live_links(ada.pk, "calendar", later)] == [ada]


def test_ending_closes_every_link_and_takes_back_what_waits(ada: Client, prescriber: User) -> None:
    token = show(ada, prescriber)
    send(ada, prescriber)
    assert services.end_calendar_links(client_id=ada.pk, by=prescriber, now=JUNE_4) == 1
    assert queries.open_calendar(token, now=JUNE_4) is None
    assert Reminder.objects.get().state == ReminderState.CANCELLED
    assert AuditEvent.objects.filter(action="calendar_links_ended").count() == 1


def test_a_message_is_a_row_that_leaves_once(ada: Client, prescriber: User) -> None:
    send(ada, prescriber)
    send(ada, prescriber)
    row = Reminder.objects.get()
    assert (row.about_kind, row.about_id, row.step, row.due_at) == ("calendar", ada.pk, 1, JUNE_4)
    Reminder.objects.update(state=ReminderState.ACCEPTED, closed_at=JUNE_4)
    send(ada, prescriber)
    assert sorted(Reminder.objects.values_list("step", flat=True)) == [1, 2]
    assert AuditEvent.objects.filter(action="calendar_link_sent").count() == 2


def test_the_message_names_neither_person_nor_medication_and_its_link_opens(ada: Client, prescriber: User) -> None:
    ada.time_zone = daytime_zone()
    ada.save()
    services.send_calendar_link(client_id=ada.pk, by=prescriber, now=timezone.now())
    assert send_due() == 1
    message = OutboxMessage.objects.get()
    link = next(word for word in message.text.split() if word.startswith("http"))
    assert queries.open_calendar(link.split("/")[-2], now=timezone.now()) is not None
    assert "works for three days" in message.text
    for told in ("Ada", "sertraline", "dose", "calendar "):
        assert told not in message.subject + message.text


def test_without_consent_to_a_way_nothing_is_written(ada: Client, prescriber: User) -> None:
    ContactPoint.objects.update(may_email=False)
    with pytest.raises(RuleBroken, match="neither e-mail nor text"):
        send(ada, prescriber)
    assert not Reminder.objects.exists()


def test_without_a_running_plan_no_link_is_given(ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
    stop_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=1, stop_on=JUNE_4.date(), reason="Rash", by=prescriber, now=JUNE_4
    )
    for deed in (show, send):
        with pytest.raises(RuleBroken, match="No dose plan is running"):
            deed(ada, prescriber)


def test_a_stranger_gives_nothing(ada: Client, stranger: User) -> None:
    for deed in (show, send):
        with pytest.raises(Http404):
            deed(ada, stranger)
    for name in ("keep_calendar_links", "end_calendar_links"):
        with pytest.raises(Http404):
            getattr(services, name)(client_id=ada.pk, by=stranger, now=JUNE_4)


@pytest.mark.parametrize(
    ("changed", "is_wanted"),
    [({}, True), ({"status": ClientStatus.DISCHARGED}, False), ({"deceased_on": JUNE_1.date()}, False)],
)
def test_a_message_is_wanted_while_the_client_is_in_care(
    ada: Client, prescriber: User, changed: dict[str, Any], is_wanted: bool
) -> None:
    token = show(ada, prescriber)
    Client.objects.filter(pk=ada.pk).update(**changed)
    assert queries.still_wanted([ada.pk]) == ({ada.pk} if is_wanted else set())
    assert (queries.open_calendar(token, now=JUNE_4) is not None) is is_wanted


def test_no_message_is_wanted_for_a_plan_that_is_over(ada: Client, prescriber: User, dose_plan: DosePlan) -> None:
    stop_dose_plan(
        dose_plan_id=dose_plan.pk, base_version=1, stop_on=JUNE_4.date(), reason="Rash", by=prescriber, now=JUNE_4
    )
    assert not queries.still_wanted([ada.pk])


def test_entering_is_written_down_once_and_a_wrong_year_counts(ada: Client, prescriber: User) -> None:
    token = show(ada, prescriber)
    with pytest.raises(RuleBroken, match="4 tries left"):
        services.enter_calendar(token=token, year=1989, now=JUNE_4)
    services.enter_calendar(token=token, year=1990, now=JUNE_4)
    entered = AuditEvent.objects.get(action="calendar_opened_by_link")
    assert (entered.by, entered.client_id) == (None, ada.pk)
    assert AuditEvent.objects.filter(action="calendar_birth_year_wrong").count() == 1


def test_entering_after_the_end_of_care_opens_nothing_and_writes_nothing(ada: Client, prescriber: User) -> None:
    token = show(ada, prescriber)
    Client.objects.filter(pk=ada.pk).update(status=ClientStatus.DISCHARGED)
    services.enter_calendar(token=token, year=1990, now=JUNE_4)
    assert not AuditEvent.objects.filter(action="calendar_opened_by_link").exists()
