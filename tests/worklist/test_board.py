"""The coordinator's board."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.clients.models import Client, ContactKind
from clinic.staff.models import User
from clinic.worklist.models import DutyKind, Outcome, WorkItem
from tests.factories.clients import ContactPointFactory
from tests.factories.worklist import WorkItemFactory

BOARD = "/worklist/"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def desk(browser: Browser, coordinator: User) -> Browser:
    browser.force_login(coordinator)
    return browser


def test_urgent_stands_first_then_what_is_due_first(desk: Browser, ada: Client) -> None:
    now = timezone.now()
    WorkItemFactory(client=ada, reason="Due later", due_at=now + 9 * HOUR)
    WorkItemFactory(client=ada, reason="Long overdue", due_at=now - 30 * HOUR)
    WorkItemFactory(client=ada, reason="Pressing", urgent=True, due_at=now + 99 * HOUR)
    page = desk.get(BOARD).content.decode()
    assert page.index("Pressing") < page.index("Long overdue") < page.index("Due later")
    assert page.count("Overdue</span>") == 1


def test_numbers_to_call_stand_on_the_row(desk: Browser, ada: Client) -> None:
    ContactPointFactory(client=ada, kind=ContactKind.PHONE, value="+18015550199", may_call=True, may_email=False)
    ContactPointFactory(client=ada, kind=ContactKind.PHONE, value="+18015550111", may_email=False)
    item = WorkItemFactory(client=ada)
    for page in (desk.get(BOARD).text, desk.get(f"/worklist/{item.pk}/close/").text):
        assert "tel:+18015550199" in page
        assert "5550111" not in page


def test_what_a_closed_account_had_is_offered_to_be_taken(desk: Browser, ada: Client, prescriber: User) -> None:
    item = WorkItemFactory(client=ada, owner=prescriber)
    take = f"/worklist/{item.pk}/take/"
    assert take not in desk.get(BOARD).text
    assert take not in desk.get(BOARD, {"whose": "nobody"}).text
    User.objects.get_queryset().filter(pk=prescriber.pk).update(is_active=False)
    page = desk.get(BOARD, {"whose": "nobody"}).text
    assert take in page
    assert "Paula Prescriber works here no longer" in page
    assert "Paula" not in desk.get(f"/worklist/{item.pk}/close/").text


def test_a_colleague_who_left_is_seen_to_on_the_pages_that_end_the_duty(desk: Browser, ada: Client) -> None:
    item = WorkItemFactory(client=ada, kind=DutyKind.LEAVER)
    assert "See to it" in desk.get(BOARD).text
    page = desk.get(f"/worklist/{item.pk}/close/").text
    assert reverse("clients:care_team", args=[ada.pk]) in page
    assert reverse("scheduling:book", args=[ada.pk]) in page
    assert "Close this duty" not in page
    refused = desk.post(f"/worklist/{item.pk}/close/", {"outcome": "done"})
    assert (refused.status_code, "ends by itself once" in refused.text) == (422, True)


def test_a_call_without_a_number_says_so(desk: Browser, ada: Client) -> None:
    WorkItemFactory(client=ada, kind=DutyKind.CHECK_INSURANCE)
    assert "No phone that may be called" not in desk.get(BOARD).text
    WorkItemFactory(client=ada)
    assert "No phone that may be called" in desk.get(BOARD).text


def test_filters_narrow_the_rows_and_say_how_many_there_are(desk: Browser, ada: Client, coordinator: User) -> None:
    WorkItemFactory(client=ada, reason="Mine to call", owner=coordinator)
    WorkItemFactory(client=ada, reason="Check the card", kind=DutyKind.CHECK_INSURANCE)
    WorkItemFactory(client=ada, reason="Put away", snoozed_until=timezone.now() + HOUR)
    everything = desk.get(BOARD).content.decode()
    assert "Every kind (2)" in everything
    assert "Put away" not in everything
    assert "Check the card" not in desk.get(BOARD, {"whose": "mine"}).content.decode()
    assert "Mine to call" not in desk.get(BOARD, {"whose": "nobody"}).content.decode()
    assert "Put away" in desk.get(BOARD, {"whose": "put_off"}).content.decode()
    by_kind = desk.get(BOARD, {"kind": "check_insurance"}).content.decode()
    assert "Check the card" in by_kind
    assert "Mine to call" not in by_kind


def test_one_click_closes_a_duty(desk: Browser, ada: Client, coordinator: User) -> None:
    item = WorkItemFactory(client=ada)
    assert f"/worklist/{item.pk}/close/" in desk.get(BOARD).content.decode()
    page = desk.post(f"/worklist/{item.pk}/close/", {"outcome": "reached"}, follow=True)
    assert "Nothing is waiting" in page.content.decode()
    item.refresh_from_db()
    assert (item.outcome, item.closed_by) == (Outcome.REACHED, coordinator)


def test_a_duty_closed_by_somebody_else_meanwhile_says_so(desk: Browser, ada: Client) -> None:
    item = WorkItemFactory(client=ada, outcome=Outcome.DONE, closed_at=timezone.now())
    page = desk.post(f"/worklist/{item.pk}/close/", {"outcome": "reached"})
    assert page.status_code == 422
    assert "already closed" in page.content.decode()
    taken = desk.post(f"/worklist/{item.pk}/take/", follow=True).content.decode()
    assert "already closed" in taken
    item.refresh_from_db()
    assert item.outcome == Outcome.DONE
    assert "What came of it" in desk.get(f"/worklist/{item.pk}/close/").content.decode()


def test_a_duty_needs_an_outcome_to_close(desk: Browser, ada: Client) -> None:
    item = WorkItemFactory(client=ada)
    page = desk.post(f"/worklist/{item.pk}/close/", {"outcome": "", "note": "typed"})
    assert page.status_code == 422
    assert "typed" in page.content.decode()
    assert WorkItem.objects.open().exists()


def test_take_and_put_off(desk: Browser, ada: Client, coordinator: User) -> None:
    item = WorkItemFactory(client=ada)
    desk.post(f"/worklist/{item.pk}/take/")
    assert "comes back" in desk.post(f"/worklist/{item.pk}/put-off/", {"days": 1}, follow=True).content.decode()
    item.refresh_from_db()
    assert item.owner == coordinator
    assert item.snoozed_until is not None
    assert "1 to 30 days" in desk.post(f"/worklist/{item.pk}/put-off/", {"days": 99}, follow=True).content.decode()


def test_who_takes_a_duty_second_is_told_whose_it_is(desk: Browser, ada: Client, prescriber: User) -> None:
    item = WorkItemFactory(client=ada)
    # The board was opened before; a colleague was faster.
    item.owner = prescriber
    item.save(update_fields=["owner"])
    told = desk.post(f"/worklist/{item.pk}/take/", follow=True).content.decode()
    assert f"{prescriber} has this duty." in told
    item.refresh_from_db()
    assert item.owner == prescriber


def test_opening_the_page_changes_nothing(desk: Browser, ada: Client) -> None:
    item = WorkItemFactory(client=ada)
    for deed in ("take", "put-off"):
        assert desk.get(f"/worklist/{item.pk}/{deed}/").status_code == 405
    assert desk.get(f"/worklist/{item.pk}/close/").status_code == 200
    item.refresh_from_db()
    assert (item.owner, item.snoozed_until, item.closed_at) == (None, None, None)


def test_a_duty_out_of_scope_is_as_good_as_missing(browser: Browser, ada: Client, stranger: User) -> None:
    item = WorkItemFactory(client=ada)
    browser.force_login(stranger)
    assert browser.post(f"/worklist/{item.pk}/close/", {"outcome": "done"}).status_code == 404
    assert browser.post(f"/worklist/{item.pk}/take/").status_code == 404
    assert "Nothing is waiting" in browser.get(BOARD).content.decode()


def test_auditors_and_administrators_have_no_board(browser: Browser, auditor: User, administrator: User) -> None:
    for user in (auditor, administrator):
        browser.force_login(user)
        assert browser.get(BOARD).status_code == 403


@pytest.mark.parametrize("rows", [2, 40])
def test_the_board_asks_the_database_as_often_for_many_rows_as_for_few(desk: Browser, rows: int) -> None:
    WorkItemFactory.create_batch(rows)
    desk.get(BOARD)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert desk.get(BOARD).content.decode().count("data-row") == rows
    assert len(asked) == 5


def test_more_rows_than_a_page_are_said(desk: Browser) -> None:
    WorkItemFactory.create_batch(61)
    page = desk.get(BOARD).content.decode()
    assert page.count("data-row") == 60
    assert "There are more" in page
