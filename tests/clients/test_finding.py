"""Looking for clients is written down: who was shown, never what was typed."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients import services
from clinic.clients.models import Client, ClientStatus
from clinic.clients.queries import PAGE
from clinic.staff.models import User
from tests.clients.test_pages import TYPED
from tests.factories.clients import ClientFactory
from tests.factories.intake import EnquiryFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 4)
SEARCH = "clients:search"


@pytest.fixture
def front_desk(browser: Browser, coordinator: User) -> Browser:
    browser.force_login(coordinator)
    return browser


def written() -> list[tuple[str, list[str]]]:
    """What was done and whom it showed, the oldest first; the count is that of the keys."""
    events = list(AuditEvent.objects.order_by("at", "id"))
    assert [event.detail["found"] for event in events] == [len(event.shown) for event in events]
    assert [set(event.detail) for event in events] == [{"found", "clients"}] * len(events)
    return [(event.action, event.shown) for event in events]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["whole page", "while typing"])
def test_a_search_is_one_event_with_whom_it_showed(
    front_desk: Browser, coordinator: User, headers: dict[str, str]
) -> None:
    second, first = ClientFactory(family_name="Byron-Lovelace"), ClientFactory(family_name="Byron")
    ClientFactory(family_name="Hopper")
    answer = front_desk.post(reverse(SEARCH), {"q": "byron"}, headers=headers)
    shown = [str(client.id) for client in answer.context["found"]]
    assert sorted(shown) == sorted([str(first.pk), str(second.pk)])
    assert written() == [("clients_searched", shown)]
    event = AuditEvent.objects.get()
    assert (event.by, event.acting_role, event.client_id, event.subject_id) == (coordinator, "coordinator", None, "")
    assert event.request_id


@pytest.mark.parametrize("typed", ["xylophone", "--", "1990-02-30"])
def test_a_search_that_finds_nobody_is_an_event_too(front_desk: Browser, ada: Client, typed: str) -> None:
    assert "Nobody found" in front_desk.post(reverse(SEARCH), {"q": typed}).text
    assert written() == [("clients_searched", [])]


def test_who_may_see_nobody_searches_in_writing(ada: Client, auditor: User) -> None:
    assert services.search_clients(text="byron", by=auditor, today=TODAY) == []
    assert written() == [("clients_searched", [])]


def test_nothing_typed_is_no_search(front_desk: Browser, ada: Client) -> None:
    front_desk.get(reverse(SEARCH))
    front_desk.post(reverse(SEARCH), {"q": "  "})
    assert not AuditEvent.objects.exists()


def test_what_was_typed_is_nowhere_in_the_audit(front_desk: Browser, ada: Client) -> None:
    for typed in ("byron", "byron kanarienvogel", "kanarienvogel"):
        front_desk.post(reverse(SEARCH), {"q": typed})
    front_desk.post(reverse("clients:create"), {**TYPED, "family_name": "Kanarienvogel", "given_names": "Ada"})
    assert Client.objects.filter(family_name="Kanarienvogel").exists()
    rows = [str(row).lower() for row in AuditEvent.objects.values()]
    assert len(rows) > 4
    assert not [row for row in rows if "kanarienvogel" in row or "byron" in row]


def test_a_search_and_its_event_are_one_query_beside_the_session(
    front_desk: Browser, ada: Client, django_assert_num_queries: Any
) -> None:
    front_desk.post(reverse(SEARCH), {"q": "byron"})
    with django_assert_num_queries(3):
        front_desk.post(reverse(SEARCH), {"q": "byron"}, headers={"HX-Request": "true"})


def test_each_page_of_the_list_is_an_event(front_desk: Browser, django_assert_max_num_queries: Any) -> None:
    people = [str(ClientFactory(family_name=f"N{n:02}").pk) for n in range(PAGE + 2)]
    first = front_desk.get(reverse("clients:list")).context["page"]
    with django_assert_max_num_queries(12):
        front_desk.get(reverse("clients:list"), {"before": first.older})
    front_desk.get(reverse("clients:list"), {"status": ClientStatus.PAUSED})
    assert written() == [
        ("clients_listed", people[:PAGE]),
        ("clients_listed", people[PAGE:]),
        ("clients_listed", []),
    ]


def test_looking_for_duplicates_before_a_client_is_made_is_an_event(front_desk: Browser, ada: Client) -> None:
    same = {**TYPED, "given_names": "Ada", "family_name": "Byron", "birth_on": "1990-12-10"}
    answer = front_desk.post(reverse("clients:create"), same)
    assert [one.client for one in answer.context["duplicates"]] == [ada]
    assert written() == [("duplicates_searched", [str(ada.pk)])]


def test_a_form_sent_twice_looks_for_nobody(front_desk: Browser) -> None:
    for _ in range(2):
        assert front_desk.post(reverse("clients:create"), TYPED).status_code == 302
    assert AuditEvent.objects.filter(action="duplicates_searched").count() == 1


def test_who_an_enquiry_may_be_is_an_event_while_nobody_is_matched(front_desk: Browser, ada: Client) -> None:
    enquiry = EnquiryFactory(given_names="Ada", family_name="Byron", birth_on=ada.birth_on)
    page = reverse("intake:enquiry", args=[enquiry.pk])
    assert "Byron" in front_desk.get(page).text
    assert written() == [("duplicates_searched", [str(ada.pk)])]
    assert AuditEvent.objects.get().subject_id == str(enquiry.pk)
    enquiry.client = ada
    enquiry.save(update_fields=["client"])
    front_desk.get(page)
    assert AuditEvent.objects.count() == 1
