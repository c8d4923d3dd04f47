"""A refused request leaves one row, whatever happens to the transaction of the deed that refused it."""

from typing import Any

import pytest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import ResolverMatch, reverse

from clinic.audit.context import current_origin
from clinic.audit.middleware import request_context
from clinic.audit.models import AuditEvent
from clinic.audit.services import record_refusal
from clinic.clients.models import Client
from clinic.clients.services import open_chart
from clinic.core.models import new_id
from clinic.staff.models import User


def refused() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action__endswith="_refused"))


def test_a_chart_out_of_scope_leaves_one_row(browser: Browser, ada: Client, stranger: User) -> None:
    browser.force_login(stranger)
    assert browser.get(reverse("caseload:chart", args=[ada.pk])).status_code == 404
    (event,) = refused()
    assert (event.action, event.by, event.client_id) == ("chart_refused", stranger, ada.pk)
    assert (event.detail["view"], event.detail["status"], event.detail["method"]) == ("caseload:chart", 404, "GET")
    assert event.request_id


def test_a_try_at_the_emergency_door_that_opens_nothing_leaves_a_row_without_what_was_typed(
    browser: Browser, ada: Client, stranger: User
) -> None:
    browser.force_login(stranger)
    typed = {"family_name": "Lovelock", "birth_on": "1990-12-10", "reason": "Collapsed in the waiting room"}
    assert browser.post(reverse("clients:break_glass"), typed).status_code == 422
    (event,) = refused()
    assert (event.action, event.by, event.client_id) == ("break_glass_refused", stranger, None)
    assert "Lovelock" not in str(event.detail)


@pytest.mark.parametrize(("proxies", "address"), [(0, "10.0.0.1"), (1, "203.0.113.7"), (2, "192.0.2.1")])
def test_a_row_names_where_the_reader_sits_and_not_the_proxy(
    settings: Any, browser: Browser, ada: Client, prescriber: User, proxies: int, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    browser.force_login(prescriber)
    # What is said in front of the proxies' own words may be made up.
    said = {"X-Forwarded-For": "192.0.2.66, 192.0.2.1, 203.0.113.7"}
    browser.get(reverse("clients:detail", args=[ada.pk]), headers=said, REMOTE_ADDR="10.0.0.1")
    assert AuditEvent.objects.get(action="contact_read").address == address


def test_a_caller_without_an_address_is_answered(browser: Browser, db: None) -> None:
    assert browser.get(reverse("livez"), REMOTE_ADDR="").status_code == 200


def test_outside_a_request_it_is_written_at_once(ada: Client, stranger: User) -> None:
    with pytest.raises(Http404):
        open_chart(client_id=ada.pk, by=stranger, page="chart")
    (event,) = refused()
    assert (event.action, event.request_id) == ("chart_refused", "")


def answered_by(view: Any, user: User, **kwargs: Any) -> None:
    """One request through the middleware, to a view that may catch what it likes."""

    def get_response(request: HttpRequest) -> HttpResponse:
        request.resolver_match = ResolverMatch(view, (), kwargs, url_name="page")
        return HttpResponse(status=view())

    request = RequestFactory().get("/page")
    request.user = user
    request_context(get_response)(request)


def test_a_rolled_back_deed_does_not_take_its_refusal_with_it(prescriber: User) -> None:
    client_id = new_id()

    def view() -> int:
        try:
            with transaction.atomic():
                record_refusal("chart_refused", by=prescriber, client_id=client_id, page="dose plan")
                raise Http404
        except Http404:
            return 404

    answered_by(view, prescriber, plan_id=new_id())
    (event,) = refused()
    assert (event.client_id, event.detail["page"]) == (client_id, "dose plan")


def test_a_refusal_is_written_even_when_the_page_was_answered(prescriber: User) -> None:
    def view() -> int:
        record_refusal("chart_refused", by=prescriber)
        return 200

    answered_by(view, prescriber)
    assert len(refused()) == 1


@pytest.mark.parametrize(("status", "kwargs", "rows"), [(404, {"id": 1}, 1), (404, {}, 0), (403, {}, 1), (200, {}, 0)])
def test_what_counts_as_a_refusal(prescriber: User, status: int, kwargs: dict[str, int], rows: int) -> None:
    answered_by(lambda: status, prescriber, **kwargs)
    assert len(refused()) == rows


def test_one_request_knows_nothing_of_the_next(prescriber: User) -> None:
    def view() -> int:
        record_refusal("chart_refused", by=prescriber)
        return 404

    answered_by(view, prescriber)
    answered_by(lambda: 200, prescriber)
    assert len(refused()) == 1
    assert current_origin.get().request_id == ""
