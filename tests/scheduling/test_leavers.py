"""Nobody is lost when a colleague leaves: the board says whom to find and what to move, until it is done."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.clients.services import add_team_member, end_team_member
from clinic.core.rules import RuleBroken
from clinic.scheduling import queries, rules, services
from clinic.scheduling.models import Appointment
from clinic.scheduling.tasks import look_for_leavers
from clinic.staff.models import User
from clinic.worklist.models import DutyKind, Outcome, WorkItem
from clinic.worklist.services import snooze_item
from medmgmt.celery import SWEPT
from tests.factories.clients import CareTeamMemberFactory, ClientFactory
from tests.factories.scheduling import AppointmentFactory, AvailabilityFactory

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
# Nine o'clock in Denver, Thursday next.
NINE = dt.datetime(2026, 3, 5, 16, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _sunday_before() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(browser: Browser, coordinator: User) -> Browser:
    browser.force_login(coordinator)
    return browser


def leave(user: User) -> None:
    User.objects.get_queryset().filter(pk=user.pk).update(is_active=False)
    user.refresh_from_db()


def come_back(user: User) -> None:
    User.objects.get_queryset().filter(pk=user.pk).update(is_active=True)
    user.refresh_from_db()


def said(now: dt.datetime = NOW) -> list[str]:
    """What the board says of people who left, after a look."""
    services.look_for_leavers(now=now)
    rows = WorkItem.objects.open().filter(kind=DutyKind.LEAVER, owner_role="coordinator").order_by("reason")
    return list(rows.values_list("reason", flat=True))


FIND_PRESCRIBER = "Paula Prescriber works here no longer. Find another prescriber."
MOVE_ONE = f"{FIND_PRESCRIBER} Move the appointment of Thursday, March 5, 9:00 am."


class TestDuty:
    def test_one_for_each_client_says_whom_to_find_and_what_to_move(self, ada: Client, prescriber: User) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NINE)
        assert said() == []
        leave(prescriber)
        assert said() == [MOVE_ONE]
        assert said() == [MOVE_ONE]
        duty = WorkItem.objects.get(kind=DutyKind.LEAVER)
        assert (duty.client, duty.owner, duty.urgent, duty.due_at) == (ada, None, False, NOW + 2 * DAY)

    def test_a_look_that_was_lost_costs_nothing(self, ada: Client, prescriber: User) -> None:
        leave(prescriber)
        look_for_leavers()
        assert WorkItem.objects.get(kind=DutyKind.LEAVER).reason == FIND_PRESCRIBER
        assert "clinic.scheduling.tasks.look_for_leavers" in SWEPT

    def test_two_who_look_at_once_open_one_and_the_same(
        self, ada: Client, prescriber: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        leave(prescriber)
        services.look_for_leavers(now=NOW)
        # The other one read what stands before this one wrote.
        monkeypatch.setattr(queries, "open_duties_about_leavers", dict)
        assert said() == [FIND_PRESCRIBER]

    def test_it_says_what_is_left_and_ends_by_itself(
        self, ada: Client, prescriber: User, stranger: User, coordinator: User
    ) -> None:
        appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NINE)
        leave(prescriber)
        said()
        duty = WorkItem.objects.get(kind=DutyKind.LEAVER)
        add_team_member(client_id=ada.pk, user=stranger, role="prescriber", by=coordinator, now=NOW)
        assert said() == ["Paula Prescriber works here no longer. Move the appointment of Thursday, March 5, 9:00 am."]
        services.mark(appointment_id=appointment.pk, status="cancelled", by=coordinator, now=NOW)
        assert said() == []
        duty.refresh_from_db()
        assert (duty.outcome, duty.closed_by) == (Outcome.NO_LONGER_NEEDED, None)

    def test_an_account_that_opens_again_ends_it_and_leaving_once_more_is_told_once_more(
        self, ada: Client, prescriber: User
    ) -> None:
        leave(prescriber)
        assert said() == [FIND_PRESCRIBER]
        come_back(prescriber)
        assert said() == []
        leave(prescriber)
        assert said() == [FIND_PRESCRIBER]
        assert WorkItem.objects.filter(kind=DutyKind.LEAVER).count() == 2

    @pytest.mark.parametrize("gone", [{"status": "discharged"}, {"deceased_on": dt.date(2026, 2, 1)}])
    def test_who_was_discharged_or_died_gives_none(self, ada: Client, prescriber: User, gone: dict[str, Any]) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NINE)
        leave(prescriber)
        assert len(said()) == 1
        Client.objects.filter(pk=ada.pk).update(**gone)
        assert said() == []

    def test_a_second_one_who_leaves_gives_none_while_the_responsible_one_works_here(
        self, ada: Client, prescriber: User, stranger: User, coordinator: User
    ) -> None:
        CareTeamMemberFactory(client=ada, user=stranger, is_lead=False)
        leave(stranger)
        assert said() == []
        # Nobody else has the role any more.
        link = ada.care_team.get(user=prescriber)
        end_team_member(member_id=link.pk, by=coordinator, now=NOW)
        assert said() == ["Stan Stranger works here no longer. Find another prescriber."]

    def test_a_therapist_is_missed_too_and_a_coordinator_is_not(
        self, ada: Client, therapist: User, coordinator: User
    ) -> None:
        leave(therapist)
        leave(coordinator)
        assert said() == ["Theo Therapist works here no longer. Find another therapist."]

    def test_what_is_over_or_cancelled_is_not_moved(self, ada: Client, prescriber: User) -> None:
        other = ClientFactory()
        for status, starts_at in (("cancelled", NINE), ("done", NINE - 9 * DAY), ("booked", NINE - 8 * DAY)):
            cancelled_at = NOW if status == "cancelled" else None
            AppointmentFactory(
                client=other, clinician=prescriber, starts_at=starts_at, status=status, cancelled_at=cancelled_at
            )
        leave(prescriber)
        assert said() == [FIND_PRESCRIBER]

    def test_who_comes_within_two_days_is_urgent_and_comes_back_to_the_board(
        self, ada: Client, prescriber: User, coordinator: User
    ) -> None:
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=NINE)
        leave(prescriber)
        said()
        duty = WorkItem.objects.get(kind=DutyKind.LEAVER)
        snooze_item(item_id=duty.pk, days=5, by=coordinator, now=NOW)
        said(NINE - DAY)
        duty.refresh_from_db()
        assert (duty.urgent, duty.snoozed_until, duty.due_at) == (True, None, NOW + 2 * DAY)

    def test_many_clients_cost_no_more_questions_once_it_is_told(
        self, prescriber: User, django_assert_num_queries: Any
    ) -> None:
        for _ in range(5):
            CareTeamMemberFactory(client=ClientFactory(), user=prescriber)
        leave(prescriber)
        assert len(said()) == 5
        events = AuditEvent.objects.count()
        with django_assert_num_queries(5):  # a savepoint, three reads, its end
            services.look_for_leavers(now=NOW)
        assert AuditEvent.objects.count() == events


class TestWords:
    def test_two_roles_and_several_appointments(self) -> None:
        words = rules.handing_on_words("Ann Lee", ["prescriber", "therapist"], [NINE, NINE + DAY], ZoneInfo("UTC"))
        assert words == (
            "Ann Lee works here no longer. Find another prescriber and another therapist. "
            "Move 2 appointments, the first of Thursday, March 5, 4:00 pm."
        )

    @pytest.mark.parametrize(
        ("ahead", "due"),
        [([], 2 * DAY), ([9 * DAY], 2 * DAY), ([2 * DAY], DAY), ([DAY + HOUR], HOUR), ([DAY], DAY), ([HOUR], HOUR)],
    )
    def test_it_is_due_before_the_client_comes(self, ahead: list[dt.timedelta], due: dt.timedelta) -> None:
        assert rules.hand_on_by([NOW + one for one in ahead], NOW) == NOW + due


class TestNothingIsOffered:
    def test_no_time_of_a_closed_account_is_free(self, ada: Client, prescriber: User, coordinator: User) -> None:
        AvailabilityFactory(clinician=prescriber, weekday=3)
        asked: dict[str, Any] = {"client": ada, "kind": "follow_up", "first_day": NINE.date(), "now": NOW}
        assert queries.offered_times(prescriber, **asked)
        leave(prescriber)
        assert queries.free_times(prescriber, **asked) == queries.offered_times(prescriber, **asked) == []
        assert queries.usual_booking(coordinator, ada)["clinician"] is None

    def test_nobody_is_booked_with_a_closed_account(
        self, ada: Client, prescriber: User, desk: Browser, coordinator: User
    ) -> None:
        AvailabilityFactory(clinician=prescriber, weekday=3)
        page = (
            f"{reverse('scheduling:book', args=[ada.pk])}?clinician={prescriber.pk}&kind=follow_up&from_day=2026-03-05"
        )
        chosen = {"starts_at": NINE.isoformat(), "modality": "in_person"}
        leave(prescriber)
        refused = desk.post(page, chosen)
        assert "Select a valid choice" in refused.text
        with pytest.raises(RuleBroken, match="Paula Prescriber works here no longer"):
            services.book(
                client_id=ada.pk, clinician=prescriber, kind="follow_up", by=coordinator, now=NOW,
                starts_at=NINE, modality="in_person",
            )  # fmt: skip
        assert not Appointment.objects.exists()

    def test_the_day_still_shows_who_is_booked_with_them(self, desk: Browser, ada: Client, prescriber: User) -> None:
        appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NINE)
        AvailabilityFactory(clinician=prescriber, weekday=3)
        leave(prescriber)
        page = desk.get(reverse("scheduling:day"), {"on": "2026-03-05"}).text
        assert "(works here no longer)" in page
        assert reverse("scheduling:appointment", args=[appointment.pk]) in page
        assert "No hours this day" in page[page.index("works here no longer") :]
        assert "Paula" not in desk.get(reverse("scheduling:day"), {"on": "2026-03-06"}).text


class TestHandingOver:
    @pytest.fixture
    def appointment(self, ada: Client, prescriber: User) -> Appointment:
        leave(prescriber)
        row: Appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NINE)
        return row

    def page_of(self, appointment: Appointment) -> str:
        return reverse("scheduling:appointment", args=[appointment.pk])

    def move_of(self, page: str) -> str:
        [action] = re.findall(r'action="([^"]+/move/[^"]+)"', page)
        return str(action).replace("&amp;", "&")

    def test_the_appointment_keeps_its_time_with_the_new_one_of_the_care_team(
        self, desk: Browser, ada: Client, appointment: Appointment, stranger: User, coordinator: User
    ) -> None:
        AvailabilityFactory(clinician=stranger, weekday=3)
        page = desk.get(self.page_of(appointment)).text
        assert "Choose who sees the client instead" in page
        assert "Works here no longer" in page
        add_team_member(client_id=ada.pk, user=stranger, role="prescriber", by=coordinator, now=NOW)
        page = desk.get(self.page_of(appointment)).text
        assert re.search(rf'value="{re.escape(NINE.isoformat())}"[^>]*checked', page)
        done = desk.post(self.move_of(page), {"starts_at": NINE.isoformat(), "version": "0"}, follow=True)
        assert "Moved." in done.text
        appointment.refresh_from_db()
        assert (appointment.clinician, appointment.starts_at, appointment.times_moved) == (stranger, NINE, 1)
        assert AuditEvent.objects.get(action="appointment_moved").detail["clinician_id"] == str(stranger.pk)
        assert said() == []

    def test_a_time_that_is_taken_is_refused(
        self, desk: Browser, ada: Client, appointment: Appointment, stranger: User
    ) -> None:
        AvailabilityFactory(clinician=stranger, weekday=3)
        asked = {"clinician": str(stranger.pk), "from_day": "2026-03-05"}
        action = self.move_of(desk.get(self.page_of(appointment), asked).text)
        AppointmentFactory(clinician=stranger, starts_at=NINE)
        refused = desk.post(action, {"starts_at": NINE.isoformat(), "version": "0"})
        assert refused.status_code == 409
        assert "not free any more" in refused.text
        appointment.refresh_from_db()
        assert appointment.clinician != stranger

    def test_it_is_not_left_with_who_is_gone(
        self, desk: Browser, appointment: Appointment, prescriber: User, coordinator: User
    ) -> None:
        stands = {"starts_at": NINE.isoformat(), "version": "0"}
        assert desk.post(reverse("scheduling:move", args=[appointment.pk]), stands).status_code == 409
        with pytest.raises(RuleBroken, match="works here no longer"):
            services.move(appointment_id=appointment.pk, starts_at=NINE + HOUR, version=0, by=coordinator, now=NOW)
        wrong = desk.get(self.page_of(appointment), {"clinician": str(prescriber.pk), "from_day": "2026-03-05"})
        assert "Select a valid choice" in wrong.text

    def test_booking_shows_what_is_booked_already(self, desk: Browser, ada: Client, appointment: Appointment) -> None:
        page = desk.get(reverse("scheduling:book", args=[ada.pk])).text
        assert self.page_of(appointment) in page
        assert "Works here no longer" in page


def test_the_care_team_says_who_works_here_no_longer(desk: Browser, ada: Client, therapist: User) -> None:
    pages = [
        reverse("clients:detail", args=[ada.pk]),
        reverse("clients:care_team", args=[ada.pk]),
        ada.get_absolute_url(),
    ]
    assert not any("orks here no longer" in desk.get(page).text for page in pages)
    leave(therapist)
    assert all("orks here no longer" in desk.get(page).text for page in pages)
