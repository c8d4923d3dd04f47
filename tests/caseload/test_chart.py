"""The chart page: who may open it, what stands on it, what it costs."""

import datetime as dt
import gzip

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.caseload.queries.chart import record_open_to, times_of
from clinic.caseload.queries.lines import effect_words, worry_words
from clinic.caseload.views.chart import drawn_chart
from clinic.clients.models import CareTeamMember, Client, RelatedPerson, SharingConsent
from clinic.core.clock import local_day
from clinic.intake.models import Allergy, Origin
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from tests.caseload.histories import DAY, dosed, plan_with_parts, plant, scored, sign, visited
from tests.factories.clients import CareTeamMemberFactory, ClientFactory
from tests.factories.formulary import ProductFactory
from tests.factories.risk import RiskAlertFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.titration import TABLETS, started

EVERY_OTHER_DAY = {"doses": {"morning": "50"}, "every_days": 2}


def chart_of(client: Client) -> str:
    return f"/chart/{client.pk}/"


def text(browser: Browser, user: User, client: Client) -> str:
    """The page as one line of text, for reading sentences over line ends."""
    browser.force_login(user)
    return " ".join(browser.get(chart_of(client)).content.decode().split())


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


def test_somebody_outside_the_care_team_finds_nothing(browser: Browser, ada: Client, stranger: User) -> None:
    browser.force_login(stranger)
    assert browser.get(chart_of(ada)).status_code == 404
    assert AuditEvent.objects.filter(action="chart_refused", by=stranger, client_id=ada.pk).exists()


def test_a_therapist_finds_nothing_without_consent_to_share(browser: Browser, ada: Client, therapist: User) -> None:
    SharingConsent.objects.update(revoked_at=timezone.now(), revoked_by=therapist)
    browser.force_login(therapist)
    assert browser.get(chart_of(ada)).status_code == 404


def test_a_coordinator_not_on_the_team_finds_nothing(browser: Browser, ada: Client, coordinator: User) -> None:
    CareTeamMember.objects.filter(user=coordinator).update(ended_at=timezone.now(), ended_by=coordinator)
    browser.force_login(coordinator)
    assert browser.get(chart_of(ada)).status_code == 404


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_roles_without_clinical_reading_are_refused(
    browser: Browser, ada: Client, role: str, request: pytest.FixtureRequest
) -> None:
    browser.force_login(request.getfixturevalue(role))
    assert browser.get(chart_of(ada)).status_code == 403


def test_each_look_is_recorded_once(browser: Browser, ada: Client, prescriber: User) -> None:
    text(browser, prescriber, ada)
    read = AuditEvent.objects.get(action="chart_read")
    assert (read.by, read.client_id, read.detail) == (prescriber, ada.pk, {"page": "chart"})


def test_allergies_not_asked_differ_from_none_known(browser: Browser, ada: Client, prescriber: User) -> None:
    assert "Not asked yet" in text(browser, prescriber, ada)
    none = {"is_none_known": True, "origin": Origin.STAFF, "recorded_at": timezone.now()}
    Allergy.objects.create(client=ada, substance="none known", **none)
    page = text(browser, prescriber, ada)
    assert "None known" in page
    assert "Not asked yet" not in page


def test_a_minors_guardian_stands_on_the_chart(browser: Browser, ada: Client, prescriber: User) -> None:
    RelatedPerson.objects.create(client=ada, kind="guardian", name="Anne Byron", relationship="mother")
    assert "Guardian" not in text(browser, prescriber, ada)
    Client.objects.update(birth_on=timezone.localdate() - 365 * 15 * DAY)
    assert "Anne Byron, mother" in text(browser, prescriber, ada)


def test_danger_stands_first(browser: Browser, ada: Client, prescriber: User) -> None:
    RiskAlertFactory(client=ada)
    page = text(browser, prescriber, ada)
    assert page.index("Pressed “I need help now”") < page.index("Takes today")
    assert "Nobody has taken it on." in page


def test_the_charts_own_alert_stands_once_beside_those_of_others(
    browser: Browser, ada: Client, prescriber: User
) -> None:
    alert = RiskAlertFactory(client=ada)
    RiskAlertFactory(client=ClientFactory())
    browser.force_login(prescriber)
    page = browser.get(ada.get_absolute_url()).text
    assert page.count(reverse("risk:alert", args=[alert.pk])) == 1
    assert "All open alerts" not in page
    other = RiskAlertFactory(client=CareTeamMemberFactory(user=prescriber).client)
    page = browser.get(ada.get_absolute_url()).text
    assert page.count(reverse("risk:alert", args=[alert.pk])) == 1
    assert page.count(reverse("risk:alert", args=[other.pk])) == 1


def test_todays_dose_and_what_comes_next_stand_in_words(
    browser: Browser, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    sign(plan_with_parts(ada, prescriber, 1), prescriber, now - 20 * DAY)
    dosed(ada, prescriber, None, now - 10 * DAY)
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=now + 3 * DAY)
    page = text(browser, prescriber, ada)
    assert "50 mg in the morning (1 x 50 mg tablet)" in page
    assert "75 mg in the morning (1 x 50 mg tablet + 1 x 25 mg tablet)" in page
    assert "Medication check with Paula Prescriber" in page
    assert "Nobody has acknowledged it yet" in page


def test_everything_of_the_record_stands_on_the_chart(
    browser: Browser, ada: Client, prescriber: User, therapist: User, now: dt.datetime
) -> None:
    plant(ada, prescriber, therapist, now)
    AuditEvent.objects.create(action="chart_read", by=prescriber, client_id=ada.pk, at=now - 365 * DAY)
    page = text(browser, prescriber, ada)
    for words in (
        "Check-in answered: a little",
        "Plan 1 signed by Paula Prescriber",
        "substance 1: hives (severe)",
        "melatonin 0",
        "Asked for somebody to call",
        "headache (",
        "Called, all right",
        "1 point lower since",
        "I want to sleep and to work again.",
        "Weekly CBT",
        "Walk 30 minutes",
        "Peer group",
        "Medication is one part of the plan",
        "F33.1",
        "fluoxetine 0",
        "72.5 kg",
        "Secret assessment",
        "Secret recommendation",
        "Less withdrawn 0",
        "Acknowledged by Theo Therapist.",
        "<svg",
        "The same as a table",
    ):
        assert words in page, words


def test_a_coordinator_reads_a_summary_without_notes(
    browser: Browser, ada: Client, prescriber: User, therapist: User, coordinator: User, now: dt.datetime
) -> None:
    plant(ada, prescriber, therapist, now)
    page = text(browser, coordinator, ada)
    assert "F33.1" in page
    assert "50 mg in the morning" in page
    assert "Secret assessment" not in page
    assert "Secret recommendation" not in page


def test_an_empty_chart_says_what_comes(browser: Browser, ada: Client, prescriber: User) -> None:
    page = text(browser, prescriber, ada)
    assert "No medication here" in page
    assert "Nothing to draw yet" in page
    assert "No appointment is booked" in page
    assert "You have not opened this chart before today" in page


def test_what_is_new_is_told_since_the_readers_own_last_look(
    browser: Browser, ada: Client, prescriber: User, therapist: User, now: dt.datetime
) -> None:
    AuditEvent.objects.create(action="chart_read", by=prescriber, client_id=ada.pk, at=now - 2 * DAY)
    AuditEvent.objects.create(action="chart_read", by=therapist, client_id=ada.pk, at=now - DAY / 2)
    scored(ada, now - 3 * DAY, 17)
    visited(ada, prescriber, now - DAY)
    page = text(browser, prescriber, ada)
    assert "Visit signed by Paula Prescriber" in page
    assert "PHQ-9: 17" not in page
    assert "Nothing new." in text(browser, therapist, ada)


def test_a_reload_does_not_make_news_old(browser: Browser, ada: Client, prescriber: User, now: dt.datetime) -> None:
    AuditEvent.objects.create(action="chart_read", by=prescriber, client_id=ada.pk, at=now - 2 * DAY)
    visited(ada, prescriber, now - DAY)
    assert "Visit signed" in text(browser, prescriber, ada)
    assert "Visit signed" in text(browser, prescriber, ada)


def test_a_draft_plan_is_named(browser: Browser, ada: Client, prescriber: User) -> None:
    plan_with_parts(ada, prescriber, 1)
    page = text(browser, prescriber, ada)
    assert "A new version is being written" in page
    assert "No plan is signed yet." in page


def test_deeds_offered_follow_the_role(browser: Browser, ada: Client, coordinator: User, therapist: User) -> None:
    assert "Record a scale" not in text(browser, coordinator, ada)
    assert "Start an evaluation" not in text(browser, therapist, ada)


@pytest.mark.parametrize(("drugs", "times"), [(1, 1), (4, 30)])
def test_the_chart_asks_as_often_for_a_long_record_as_for_a_short_one(
    browser: Browser, ada: Client, prescriber: User, therapist: User, now: dt.datetime, drugs: int, times: int
) -> None:
    plant(ada, prescriber, therapist, now, drugs=drugs, times=times)
    browser.force_login(prescriber)
    browser.get(chart_of(ada))
    drawn_chart.cache_clear()
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(chart_of(ada))
    assert len(asked) <= 20
    assert len(asked) == 3
    assert len(gzip.compress(page.content)) < 60_000


def test_an_unchanged_record_is_drawn_once_and_whatever_changes_is_drawn_anew(
    browser: Browser, ada: Client, prescriber: User, therapist: User, coordinator: User, now: dt.datetime
) -> None:
    plant(ada, prescriber, therapist, now)
    drawn_chart.cache_clear()
    assert "Evaluations" in text(browser, prescriber, ada)
    assert "Evaluations" in text(browser, prescriber, ada)
    assert (drawn_chart.cache_info().hits, drawn_chart.cache_info().misses) == (1, 1)
    assert "Evaluations" not in text(browser, coordinator, ada)
    allergy = Allergy.objects.create(client=ada, substance="latex", recorded_by=prescriber, recorded_at=now)
    assert "latex" in text(browser, prescriber, ada)
    Allergy.objects.filter(pk=allergy.pk).update(withdrawn_at=now)
    assert "latex" not in text(browser, prescriber, ada)
    Client.objects.filter(pk=ada.pk).update(birth_on=dt.date(1950, 3, 2))
    assert "Mar 2, 1950" in text(browser, prescriber, ada)


def test_a_chart_that_stays_the_same_is_another_one_on_the_next_day(ada: Client, prescriber: User) -> None:
    now = timezone.now()
    found = record_open_to.fetch({}, prescriber, ada.pk, *times_of(now))
    today = drawn_chart(found, local_day(now), prescriber.permissions)
    assert drawn_chart(found, local_day(now), prescriber.permissions) is today
    assert drawn_chart(found, local_day(now) + DAY, prescriber.permissions) is not today


def test_the_next_appointment_is_the_first_one_to_come_and_goes_when_it_has_begun(
    browser: Browser, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    for hours in (-2, 3, 50):
        AppointmentFactory(client=ada, clinician=prescriber, starts_at=now + dt.timedelta(hours=hours))
    record = record_open_to(prescriber, ada.pk, *times_of(now))[0]
    assert record["next_at"] == now + dt.timedelta(hours=3)
    later = record_open_to(prescriber, ada.pk, *times_of(now + dt.timedelta(hours=3, seconds=1)))[0]
    assert later["next_at"] == now + dt.timedelta(hours=50)


def test_the_next_appointment_tells_that_its_clinician_left(
    browser: Browser, ada: Client, prescriber: User, therapist: User, now: dt.datetime
) -> None:
    AppointmentFactory(client=ada, clinician=therapist, starts_at=now + dt.timedelta(hours=3))
    said = [text(browser, prescriber, ada)]
    User.objects.filter(pk=therapist.pk).update(is_active=False)
    said.append(text(browser, prescriber, ada))
    before, after = (page.partition("Next appointment")[2].partition("</p>")[0] for page in said)
    assert therapist.full_name in before
    assert "works here no longer" not in before
    assert f"{therapist.full_name} works here no longer" in after


def test_other_clients_rows_never_stand_on_a_chart(
    browser: Browser, ada: Client, prescriber: User, therapist: User, now: dt.datetime
) -> None:
    other = ClientFactory(given_names="Grace")
    CareTeamMemberFactory(client=other, user=prescriber)
    plant(other, prescriber, therapist, now)
    page = text(browser, prescriber, ada)
    assert DosePlan.objects.filter(client=other).exists()
    for words in ("sertraline", "Secret", "substance", "Less withdrawn", "PHQ-9:"):
        assert words not in page


@pytest.mark.parametrize(
    ("begun_days_ago", "steps", "words"),
    [
        (-5, [{"doses": {"morning": "50"}}], "Not begun yet"),
        (1, [EVERY_OTHER_DAY], "No dose today <small>50 mg in the morning (1 x 50 mg tablet), every other day"),
        (2, [EVERY_OTHER_DAY], "50 mg in the morning (1 x 50 mg tablet) <small>every other day"),
        (
            6,
            [{"doses": {"morning": "50"}, "days": 4}, {"doses": {}, "days": 9}, {"doses": {"morning": "25"}}],
            "No dose today: paused",
        ),
    ],
)
def test_a_day_without_a_dose_says_so(
    browser: Browser,
    ada: Client,
    prescriber: User,
    now: dt.datetime,
    begun_days_ago: int,
    steps: list[dict[str, object]],
    words: str,
) -> None:
    sign(plan_with_parts(ada, prescriber, 1), prescriber, now - 20 * DAY)
    medication = ProductFactory().medication
    first_on = timezone.localdate(now) - begun_days_ago * DAY
    order = {"start_on": first_on.isoformat(), "horizon_days": 30, "products": TABLETS, "steps": steps}
    started(ada, medication, prescriber, now - 20 * DAY, order)
    assert words in text(browser, prescriber, ada).replace('">', "> ")


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ({"code": "wants_call", "sentence": "Asked for a call."}, "Asked for a call"),
        ({"code": "much_worse"}, "much worse"),
        ("much_worse", "much worse"),
    ],
)
def test_a_worry_reads_as_words_however_it_was_kept(kept: object, words: str) -> None:
    assert worry_words(kept) == words


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ({"code": "dry_mouth", "words": "Dry mouth", "bother": 9}, "Dry mouth"),
        ({"code": "dry_mouth"}, "dry mouth"),
        ("dry_mouth", "dry mouth"),
    ],
)
def test_a_side_effect_reads_as_words_however_it_was_kept(kept: object, words: str) -> None:
    assert effect_words(kept) == words


def test_a_scale_from_elsewhere_is_shown_by_its_code(
    browser: Browser, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    scored(ada, now - 2 * DAY, 33, "ymrs")
    scored(ada, now - 9 * DAY, 40, "ymrs")
    assert "ymrs 33" in text(browser, prescriber, ada)
