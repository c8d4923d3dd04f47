"""The auditor's search: filters, pages, the file, and that looking is written down too."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.audit.queries import ROWS
from clinic.audit.rules import SHOWING, deed_words, detail_words, safe_cell
from clinic.audit.services import record, record_shown
from clinic.clients.models import Client
from clinic.core.models import new_id
from clinic.staff.models import User

PAGE = "audit:search"


@pytest.fixture
def desk(browser: Browser, auditor: User) -> Browser:
    browser.force_login(auditor)
    return browser


def found(desk: Browser, **filters: Any) -> list[str]:
    answer = desk.get(reverse(PAGE), filters)
    assert answer.status_code == 200
    return [event.action for event in answer.context["page"].events]


def at(moment: str, action: str, by: User | None = None) -> AuditEvent:
    return AuditEvent.objects.create(action=action, by=by, at=dt.datetime.fromisoformat(moment))


def test_newest_first_and_the_search_itself_comes_next(desk: Browser, prescriber: User, auditor: User) -> None:
    record("plan_signed", by=prescriber)
    assert found(desk) == ["plan_signed"]
    assert found(desk) == ["audit_searched", "plan_signed"]
    event = AuditEvent.objects.filter(action="audit_searched").latest("at")
    assert (event.by, event.acting_role, event.detail["rows"]) == (auditor, "auditor", 2)


def test_by_who_by_deed_and_by_client(desk: Browser, ada: Client, prescriber: User, therapist: User) -> None:
    record("chart_read", by=prescriber, client_id=ada.pk)
    record("plan_signed", by=prescriber, client_id=new_id())
    record("chart_read", by=therapist, client_id=new_id())
    assert found(desk, who=prescriber.pk) == ["plan_signed", "chart_read"]
    assert found(desk, action="chart_read", who=therapist.pk) == ["chart_read"]
    assert found(desk, client=ada.pk) == ["chart_read"]
    looked_for = [e.detail["filters"] for e in AuditEvent.objects.filter(action="audit_searched").order_by("id")]
    assert looked_for[-1] == {"client": str(ada.pk)}


def test_days_are_the_clinics_days(desk: Browser) -> None:
    at("2026-03-02T06:59:00+00:00", "evening_of_the_first")
    at("2026-03-02T07:00:00+00:00", "morning_of_the_second")
    at("2026-03-03T06:59:00+00:00", "evening_of_the_second")
    at("2026-03-03T07:00:00+00:00", "morning_of_the_third")
    day = {"since": "2026-03-02", "until": "2026-03-02"}
    assert found(desk, **day) == ["evening_of_the_second", "morning_of_the_second"]
    assert found(desk, until="2026-03-01") == ["evening_of_the_first"]


def test_the_list_of_deeds_holds_each_kind_once(desk: Browser) -> None:
    for action in ("b_deed", "a_deed", "b_deed"):
        record(action, by=None)
    choices = [value for value, _ in desk.get(reverse(PAGE)).context["form"].fields["action"].choices]
    assert choices == ["", "a_deed", "b_deed"]


def test_pages_of_fifty_go_there_and_back(desk: Browser, django_assert_max_num_queries: Any) -> None:
    rows = [at(f"2026-03-02T10:{n // 60:02}:{n % 60:02}+00:00", f"deed_{n:03}") for n in range(120)]
    last = {"until": "2026-03-02"}
    with django_assert_max_num_queries(12):
        first = desk.get(reverse(PAGE), last).context["page"]
    assert [e.pk for e in first.events] == [e.pk for e in reversed(rows[-ROWS:])]
    assert (first.newer, first.older) == ("", str(rows[-ROWS].pk))

    second = desk.get(reverse(PAGE), last | {"before": first.older}).context["page"]
    assert [e.pk for e in second.events] == [e.pk for e in reversed(rows[20:70])]
    third = desk.get(reverse(PAGE), last | {"before": second.older}).context["page"]
    assert (len(third.events), third.older) == (20, "")
    assert desk.get(reverse(PAGE), last | {"after": third.newer}).context["page"].events == second.events
    back = desk.get(reverse(PAGE), last | {"after": second.newer}).context["page"]
    assert (back.events, back.newer) == (first.events, "")


def test_a_key_that_is_no_row_leads_nowhere(desk: Browser) -> None:
    record("plan_signed", by=None)
    answer = desk.get(reverse(PAGE), {"before": str(new_id())})
    assert "Nothing was found" in answer.content.decode()


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"client": "Ada Byron"}, "Enter a valid UUID"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "before the first one"),
        ({"action": "'; DROP TABLE audit_auditevent"}, "Select a valid choice"),
        ({"since": "yesterday"}, "Enter a valid date"),
    ],
)
@pytest.mark.parametrize("page", ["audit:search", "audit:export"])
def test_a_filter_that_is_none_is_said_beside_it(desk: Browser, page: str, filters: dict[str, str], says: str) -> None:
    answer = desk.get(reverse(page), filters)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_the_file_holds_what_was_found_and_no_formula(desk: Browser, prescriber: User, auditor: User) -> None:
    prescriber.full_name = "=HYPERLINK(1)"
    prescriber.save(update_fields=["full_name"])
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False):
        record("plan_signed", by=prescriber)
        record("chart_read", by=None, page="chart")
    answer = desk.get(reverse("audit:export"), {"action": "plan_signed"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    head, row = csv.reader(io.StringIO(answer.content.decode()))
    assert (head[2], row[1], row[2]) == ("by", "plan_signed", "'=HYPERLINK(1)")
    event = AuditEvent.objects.get(action="audit_exported")
    assert (event.by, event.detail) == (auditor, {"filters": {"action": "plan_signed"}, "rows": 1})


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_a_formula(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


def test_other_cells_stay_as_they_are() -> None:
    assert [safe_cell(cell) for cell in (None, "", "plan_signed", 7, "a=b")] == ["", "", "plan_signed", "7", "a=b"]


@pytest.mark.parametrize("role", ["prescriber", "therapist", "coordinator", "administrator"])
@pytest.mark.parametrize("page", ["audit:search", "audit:export"])
def test_only_an_auditor_searches(browser: Browser, request: pytest.FixtureRequest, role: str, page: str) -> None:
    browser.force_login(request.getfixturevalue(role))
    assert browser.get(reverse(page)).status_code == 403
    (event,) = AuditEvent.objects.all()
    assert (event.action, event.detail["view"], event.detail["status"]) == ("access_refused", page, 403)


@pytest.mark.parametrize("page", [PAGE, "audit:export"])
def test_a_day_at_the_end_of_the_calendar_is_refused(desk: Browser, page: str) -> None:
    assert desk.get(reverse(page), {"until": "9999-12-31"}).status_code < 500


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("chart_read", "Chart read"),
        ("checkin_answered", "Check-in answered"),
        ("break_glass_used", "Break-glass used"),
        ("sign_in_failed", "Sign-in failed"),
    ],
)
def test_deeds_are_read_in_words(desk: Browser, action: str, words: str) -> None:
    assert deed_words(action) == words
    record(action, by=None)
    page = desk.get(reverse(PAGE)).text
    assert f'<option value="{action}">{words}</option>' in page
    assert f'<td data-label="Action">{words}</td>' in page


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("sharing_consent", "sharing consent"),
        ("risk:alert", "risk, alert"),
        (["bothered_a_lot", "much_worse"], "bothered a lot, much worse"),
        ({"alert_id": "01a2-4b"}, "alert id: 01a2-4b"),
        ([], ""),
        (True, "yes"),
        (False, "no"),
        (403, "403"),
        ("F33.1", "F33.1"),
        ("2026-11-27T12:12:08+00:00", "2026-11-27T12:12:08+00:00"),
    ],
)
def test_details_are_told_in_words(kept: object, words: str) -> None:
    assert detail_words(kept) == words


def test_details_of_which_nothing_was_kept_are_left_out(desk: Browser) -> None:
    record("dose_plan_started", by=None, overrides=[], how="spoken")
    page = desk.get(reverse(PAGE)).text
    assert "how: spoken" in page
    assert "overrides" not in page


def test_a_row_tells_its_kind_of_record_in_words(desk: Browser, ada: Client, prescriber: User) -> None:
    record("access_refused", by=prescriber, subject=prescriber, view="risk:alert", ids={"alert_id": "7"})
    AuditEvent.objects.create(action="chart_read", subject_type="gone.record", subject_id="1")
    page = desk.get(reverse(PAGE)).content.decode()
    assert f"User {prescriber.pk}" in page
    assert "<div>view: risk, alert</div>" in page
    assert "<div>ids: alert id: 7</div>" in page
    assert "gone.record 1" in page


def test_a_search_tells_whom_it_showed(desk: Browser, ada: Client, prescriber: User) -> None:
    record_shown("clients_searched", [ada.pk], by=prescriber)
    page = desk.get(reverse(PAGE)).text
    assert '<option value="clients_searched">Clients searched</option>' in page
    assert "<div>found: 1</div>" in page
    assert f'<a href="?client={ada.pk}">{ada.pk}</a>' in page


@pytest.mark.parametrize("action", SHOWING)
def test_what_showed_a_client_among_others_is_found_by_its_kind(
    desk: Browser, ada: Client, prescriber: User, action: str
) -> None:
    other = new_id()
    record_shown(action, [other, ada.pk], by=prescriber)
    record_shown(action, [other], by=prescriber)
    record("chart_read", by=prescriber, client_id=ada.pk)
    page = desk.get(reverse(PAGE), {"client": ada.pk})
    assert [event.action for event in page.context["page"].events] == ["chart_read"]
    assert f'href="?client={ada.pk}&amp;action={action}"' in page.text
    [event] = desk.get(reverse(PAGE), {"client": ada.pk, "action": action}).context["page"].events
    assert event.shown == [str(other), str(ada.pk)]
