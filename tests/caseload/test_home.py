"""The home of each role: what waits today, and what to do when nothing does."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.caseload.queries import desk
from clinic.clients.models import BreakGlassAccess, CareTeamMember, Client, ClientStatus
from clinic.coordination.models import ChangeAcknowledgement, Observation
from clinic.coverage.models import Coverage, EligibilityCheck
from clinic.intake.models import Enquiry, TherapistReferral
from clinic.scheduling.models import Appointment, AppointmentStatus
from clinic.staff.models import User
from clinic.visits.models import FollowUpVisit
from clinic.worklist.models import DutyKind
from tests.caseload.histories import DAY, answered, dosed, plan_with_parts, scored, sign
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, SharingConsentFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.staff import UserFactory
from tests.factories.worklist import WorkItemFactory

ROLES = ["prescriber", "therapist", "coordinator", "administrator", "auditor"]


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def noon() -> dt.datetime:
    """Today at noon in the clinic."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)


def text(browser: Browser, user: User) -> str:
    browser.force_login(user)
    page = browser.get("/")
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def enquired(now: dt.datetime, name: str = "Joe") -> Enquiry:
    return Enquiry.objects.create(
        given_names=name, family_name="Doe", birth_on=dt.date(1990, 1, 1), phone="+18015550100", contact_wish="call",
        what_is_going_on="Cannot sleep", received_at=now,
    )  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_home_says_what_comes(browser: Browser, role: str, request: pytest.FixtureRequest) -> None:
    page = text(browser, request.getfixturevalue(role))
    assert "<h1> Home </h1>" in page
    assert 'class="absent"' in page


def test_nobody_signed_in_is_sent_to_sign_in(browser: Browser) -> None:
    assert browser.get("/", follow=False).status_code == 302


def test_a_visit_of_today_shows_its_readiness(
    browser: Browser, ada: Client, prescriber: User, therapist: User, now: dt.datetime, noon: dt.datetime
) -> None:
    sign(plan_with_parts(ada, prescriber, 1), prescriber, now - 20 * DAY)
    change = dosed(ada, prescriber, therapist, now - 5 * DAY)
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=noon)
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=noon + DAY)
    page = text(browser, prescriber)
    assert page.count("12:00") == 1
    assert "No score in 14 days" in page
    assert "Worrying check-in" not in page
    answered(change.version.dose_plan, now - DAY, is_worrying=True)
    scored(ada, now - DAY, 17)
    Observation.objects.create(client=ada, text="Calmer in session", by=therapist, at=now - DAY)
    page = text(browser, prescriber)
    assert "Worrying check-in" in page
    assert "New observation" in page
    assert "No score in 14 days" not in page
    assert "Asked for somebody to call." in page
    assert "Calmer in session" in page


def test_a_visit_with_all_in_hand_is_ready_until_its_note_waits(
    browser: Browser, ada: Client, prescriber: User, now: dt.datetime, noon: dt.datetime
) -> None:
    appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=noon)
    scored(ada, now - DAY, 4)
    assert "Ready</span>" in text(browser, prescriber)
    visit = FollowUpVisit.objects.create(
        client=ada, prescriber=prescriber, appointment=appointment, visited_on=noon.date()
    )
    assert "Note not signed" in text(browser, prescriber)
    visit.signed_at, visit.signed_by, visit.content_hash = now, prescriber, "planted"
    visit.save()
    assert "Note signed" in text(browser, prescriber)


def test_a_session_with_a_closed_chart_tells_nothing_of_it(
    browser: Browser, ada: Client, therapist: User, now: dt.datetime, noon: dt.datetime
) -> None:
    ada.sharing_consents.update(revoked_at=now, revoked_by=therapist)
    AppointmentFactory(client=ada, clinician=therapist, starts_at=noon)
    page = text(browser, therapist)
    assert "Chart closed to you" in page
    assert "No score" not in page


def test_what_was_begun_waits_to_be_signed(browser: Browser, ada: Client, prescriber: User, now: dt.datetime) -> None:
    FollowUpVisit.objects.create(client=ada, prescriber=prescriber, visited_on=now.date())
    plan_with_parts(ada, prescriber, 1)
    page = text(browser, prescriber)
    assert "Visit note: Ada Byron" in page
    assert "Plan: Ada Byron" in page


def test_a_plan_that_a_therapist_wrote_waits_for_the_clients_prescriber(
    browser: Browser, ada: Client, prescriber: User, therapist: User, stranger: User
) -> None:
    plan_with_parts(ada, therapist, 1)
    assert "Plan: Ada Byron" in text(browser, prescriber)
    assert "Ada Byron" not in text(browser, stranger)


def test_every_change_waits_for_the_therapist_until_acknowledged(
    browser: Browser, ada: Client, prescriber: User, therapist: User, now: dt.datetime
) -> None:
    CareTeamMember.objects.update(started_at=now - 30 * DAY)
    plan = sign(plan_with_parts(ada, prescriber, 1), prescriber, now - 2 * DAY)
    change = dosed(ada, prescriber, None, now - DAY)
    page = text(browser, therapist)
    assert change.words in page
    assert "plan, version 1" in page
    assert f"/plans/{plan.pk}/acknowledge/" in page
    ChangeAcknowledgement.objects.create(change=change, by=therapist, at=now)
    assert change.words not in text(browser, therapist)


def test_changes_from_before_a_therapist_came_do_not_wait(
    browser: Browser, ada: Client, prescriber: User, therapist: User, now: dt.datetime
) -> None:
    sign(plan_with_parts(ada, prescriber, 1), prescriber, now - 20 * DAY)
    change = dosed(ada, prescriber, None, now - 10 * DAY)
    assert change.words not in text(browser, therapist)


def test_changes_of_other_clients_do_not_wait(
    browser: Browser, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    CareTeamMember.objects.update(started_at=now - 30 * DAY)
    sign(plan_with_parts(ada, prescriber, 1), prescriber, now - 20 * DAY)
    change = dosed(ada, prescriber, None, now - DAY)
    other = UserFactory(acting_role="therapist")
    assert change.words not in text(browser, other)


def test_a_therapist_sees_the_state_of_their_referrals(
    browser: Browser, ada: Client, therapist: User, coordinator: User, now: dt.datetime
) -> None:
    referral = TherapistReferral.objects.create(client=ada, referred_by=therapist, referred_at=now, question="Sleep?")
    assert "Waiting" in text(browser, therapist)
    referral.handled_at, referral.handled_by = now, coordinator
    referral.save()
    assert "Handled" in text(browser, therapist)


def test_a_coordinator_sees_enquiries_duties_and_the_day(
    browser: Browser, ada: Client, coordinator: User, prescriber: User, now: dt.datetime, noon: dt.datetime
) -> None:
    enquired(now)
    WorkItemFactory(client=ada, kind=DutyKind.SILENT_CHECKIN, urgent=True, due_at=now - DAY)
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=noon)
    page = text(browser, coordinator)
    for words in ("Joe Doe", "No answer to a check-in", "1 urgent", "1 overdue", "medication check with Paula"):
        assert words in page, words


def test_insurance_is_to_be_checked_before_a_visit_of_the_next_days(
    browser: Browser, ada: Client, coordinator: User, now: dt.datetime
) -> None:
    AppointmentFactory(client=ada, starts_at=now + 2 * DAY)
    assert "All checked" not in text(browser, coordinator)
    cover = Coverage.objects.create(client=ada, payer="Payer", origin="staff")
    EligibilityCheck.objects.create(
        coverage=cover, checked_at=now - 40 * DAY, checked_by=coordinator, method="phone", result="active"
    )
    assert "All checked" not in text(browser, coordinator)
    EligibilityCheck.objects.create(
        coverage=cover, checked_at=now - DAY, checked_by=coordinator, method="phone", result="active"
    )
    assert "All checked" in text(browser, coordinator)


def test_a_client_seen_lately_without_a_next_visit_is_named(
    browser: Browser, ada: Client, coordinator: User, now: dt.datetime
) -> None:
    AppointmentFactory(client=ada, starts_at=now - 20 * DAY)
    assert "Everybody seen lately" not in text(browser, coordinator)
    AppointmentFactory(client=ada, starts_at=now + 20 * DAY)
    assert "Everybody seen lately" in text(browser, coordinator)


def test_the_front_desk_sees_who_is_booked_today_with_somebody_who_left(
    browser: Browser, ada: Client, coordinator: User, prescriber: User, now: dt.datetime
) -> None:
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=now)
    assert "works here no longer" not in text(browser, coordinator)
    User.objects.filter(pk=prescriber.pk).update(is_active=False)
    assert f"{prescriber.full_name} works here no longer" in text(browser, coordinator)


def test_a_client_without_a_next_visit_is_named_once_and_the_latest_first(
    ada: Client, prescriber: User, now: dt.datetime
) -> None:
    grace, gone = ClientFactory(), ClientFactory(status=ClientStatus.DISCHARGED)
    for client, days in ((ada, 30), (ada, 20), (grace, 10), (gone, 5)):
        AppointmentFactory(client=client, starts_at=now - days * DAY)
    cancelled = {"status": AppointmentStatus.CANCELLED, "cancelled_at": now}
    AppointmentFactory(client=ada, starts_at=now - 20 * DAY, **cancelled)
    AppointmentFactory(client=grace, starts_at=now + 5 * DAY, **cancelled)
    shown = [(line.name, line.address) for line in desk.clients_without_next_visit(now)]
    assert shown == [(f"Book {client}", reverse("scheduling:book", args=[client.pk])) for client in (grace, ada)]


def test_an_administrator_sees_accounts_without_a_second_factor(browser: Browser, administrator: User) -> None:
    UserFactory(full_name="Nora Nofactor", second_factor=False)
    page = text(browser, administrator)
    assert "Nora Nofactor" in page
    assert "Amos Administrator <small>" not in page


def test_emergency_looks_wait_for_review(
    browser: Browser, ada: Client, administrator: User, auditor: User, stranger: User, now: dt.datetime
) -> None:
    BreakGlassAccess.objects.create(
        client=ada, user=stranger, reason="Collapsed outside", opened_at=now, expires_at=now + DAY
    )
    for user in (administrator, auditor):
        page = text(browser, user)
        assert "Collapsed outside" in page
        assert "Byron" not in page


def test_an_auditor_sees_what_was_refused(browser: Browser, ada: Client, auditor: User, stranger: User) -> None:
    browser.force_login(stranger)
    browser.get(f"/chart/{ada.pk}/")
    page = text(browser, auditor)
    assert "Chart refused" in page
    assert "Stan Stranger" in page
    assert "127.0.0.1 · chart" in page


def crowd(rows: int, team: list[User], now: dt.datetime, noon: dt.datetime) -> None:
    """As many clients with everything that a home shows."""
    prescriber, therapist = team
    for n in range(rows):
        client = ClientFactory()
        for user in team:
            CareTeamMemberFactory(client=client, user=user, started_at=now - 30 * DAY)
        SharingConsentFactory(client=client, recorded_by=prescriber)
        sign(plan_with_parts(client, prescriber, 1), prescriber, now - 20 * DAY)
        change = dosed(client, prescriber, None, now - 5 * DAY)
        answered(change.version.dose_plan, now - DAY, is_worrying=True)
        Observation.objects.create(client=client, text="Calmer", by=UserFactory(), at=now - DAY)
        FollowUpVisit.objects.create(client=client, prescriber=prescriber, visited_on=now.date())
        TherapistReferral.objects.create(client=client, referred_by=therapist, referred_at=now, question="Sleep?")
        for user, hours in ((prescriber, n / 2), (therapist, n / 2 + 12)):
            at = noon - dt.timedelta(hours=12) + dt.timedelta(hours=hours)
            AppointmentFactory(client=client, clinician=user, starts_at=at)
        AppointmentFactory(client=ClientFactory(), starts_at=now - 20 * DAY)
        AppointmentFactory(client=ClientFactory(), starts_at=now + 2 * DAY)
        WorkItemFactory(client=client)
        enquired(now)
        BreakGlassAccess.objects.create(
            client=client, user=therapist, reason="Emergency", opened_at=now, expires_at=now + DAY
        )


@pytest.mark.parametrize(
    ("role", "queries"),
    [("prescriber", 3), ("therapist", 3), ("coordinator", 7), ("administrator", 9), ("auditor", 5)],
)
def test_a_home_asks_as_often_for_many_rows_as_for_few(
    browser: Browser,
    prescriber: User,
    therapist: User,
    now: dt.datetime,
    noon: dt.datetime,
    role: str,
    queries: int,
    request: pytest.FixtureRequest,
) -> None:
    browser.force_login(request.getfixturevalue(role))
    for rows in (1, 5):
        crowd(rows, [prescriber, therapist], now, noon)
        browser.get("/")
        with CaptureQueriesContext(connection) as asked:
            browser.get("/")
        assert len(asked) == queries
        Appointment.objects.update(status=AppointmentStatus.CANCELLED, cancelled_at=now)


@pytest.mark.parametrize("role", ["prescriber", "therapist"])
def test_what_was_promised_stands_on_the_home_of_its_owner(
    browser: Browser, ada: Client, now: dt.datetime, role: str, request: pytest.FixtureRequest
) -> None:
    owner = request.getfixturevalue(role)
    promised = {"kind": DutyKind.MONITOR, "owner": owner, "owner_role": role}
    late = WorkItemFactory(client=ada, reason="ECG (QTc): promised", due_at=now - DAY, **promised)
    WorkItemFactory(client=None, reason="Call the laboratory", due_at=now + DAY, **promised)
    WorkItemFactory(client=ada, reason="Not yet", due_at=now, snoozed_until=now + DAY, **promised)
    WorkItemFactory(client=ada, reason="Of somebody else", due_at=now, **{**promised, "owner": UserFactory()})
    browser.force_login(owner)
    page = browser.get("/").text
    assert page.count("Overdue") == 1
    assert page.index("ECG (QTc): promised") < page.index("Call the laboratory")
    assert reverse("worklist:close_item", args=[late.pk]) in page
    assert "Not yet" not in page
    assert "Of somebody else" not in page
