"""The rota page: who, from, until; gaps and two at once are said; what is taken off stays in the audit."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.models import new_id
from clinic.core.rules import RuleBroken
from clinic.risk import services
from clinic.risk.models import OnCallTurn
from clinic.staff.models import User
from tests.factories.risk import OnCallTurnFactory, on_call

pytestmark = pytest.mark.django_db
# Monday, June 29, 2026, ten in the morning in Denver.
NOW = dt.datetime(2026, 6, 29, 16, 0, tzinfo=dt.UTC)
TURN = {
    "place": "first",
    "hours": "office",
    "starts_at": "2026-07-06T08:00",
    "ends_at": "2026-07-13T08:00",
}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(browser: Browser, administrator: User) -> Browser:
    browser.force_login(administrator)
    return browser


def test_somebody_is_put_on_the_rota(desk: Browser, prescriber: User, administrator: User) -> None:
    address = reverse("risk:rota")
    offered = desk.get(address).context["form"]
    assert offered.initial["starts_at"] == dt.datetime(2026, 7, 6, 14, 0, tzinfo=dt.UTC), "the week's next hand-over"
    for _ in range(2):
        page = desk.post(address, {**TURN, "user": str(prescriber.pk)}, follow=True).text
    assert "Paula Prescriber" in page
    turn = OnCallTurn.objects.get()
    assert (turn.starts_at, turn.added_by) == (dt.datetime(2026, 7, 6, 14, 0, tzinfo=dt.UTC), administrator)
    assert AuditEvent.objects.filter(action="on_call_turn_added", by=administrator).count() == 1


def test_gaps_and_holidays_are_said(desk: Browser, prescriber: User, django_assert_max_num_queries: Any) -> None:
    desk.get(reverse("risk:rota"))
    for _ in range(5):
        OnCallTurnFactory(user=prescriber)
    with django_assert_max_num_queries(12):
        page = desk.get(reverse("risk:rota")).text
    assert "the rota has gaps in the next two weeks" in page
    assert "Second: nobody" in page
    assert "times more" in page
    assert "Fri, Jul 3, 2026: Independence Day (observed)" in page
    assert "two people at once" in page


def test_a_full_rota_has_no_gap_and_says_until_when(
    desk: Browser, prescriber: User, therapist: User, coordinator: User
) -> None:
    on_call(first=prescriber, second=therapist, lead=coordinator)
    page = desk.get(reverse("risk:rota")).text
    assert "No gap in the next two weeks" in page
    assert "for two weeks and longer" in page
    assert "Office hours until Mon, Jun 29, 2026" in page
    assert "then out of hours" in page


def test_a_turn_over_another_covers_it(desk: Browser, prescriber: User, therapist: User) -> None:
    on_call(first=prescriber)
    OnCallTurnFactory(user=therapist, starts_at=NOW, ends_at=NOW + dt.timedelta(hours=2), added_at=NOW)
    page = desk.get(reverse("risk:rota")).text
    assert "Theo Therapist covers Paula Prescriber" in page
    assert "Theo Therapist,\n" in page.split("On call now")[1]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at": "2026-07-06T08:00"}, "ends_at"),
        ({"starts_at": "2026-06-01T08:00", "ends_at": "2026-06-02T08:00"}, "ends_at"),
        ({"user": ""}, "user"),
        ({"starts_at": ""}, "starts_at"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    desk: Browser, prescriber: User, wrong: dict[str, str], field: str
) -> None:
    answer = desk.post(reverse("risk:rota"), {**TURN, "user": str(prescriber.pk), **wrong})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not OnCallTurn.objects.exists()


def test_only_who_deals_with_danger_can_be_on_call(prescriber: User, auditor: User, administrator: User) -> None:
    times = {"starts_at": NOW, "ends_at": NOW + dt.timedelta(days=7)}
    for user in (auditor, administrator):
        with pytest.raises(RuleBroken) as refused:
            services.add_turn(user=str(user.pk), place="first", hours="office", by=administrator, now=NOW, **times)
        assert refused.value.field == "user"


def test_a_turn_is_taken_off_and_stays_written(desk: Browser, prescriber: User) -> None:
    turn = OnCallTurnFactory(user=prescriber)
    address = reverse("risk:withdraw_turn", args=[turn.pk])
    for _ in range(2):
        assert "off the rota" in desk.post(address, follow=True).text
    turn.refresh_from_db()
    assert turn.withdrawn_at == NOW
    assert AuditEvent.objects.filter(action="on_call_turn_withdrawn").count() == 1


def test_what_is_over_stays(desk: Browser, administrator: User) -> None:
    turn = OnCallTurnFactory(ends_at=NOW)
    assert "it stays" in desk.post(reverse("risk:withdraw_turn", args=[turn.pk]), follow=True).text
    with pytest.raises(Http404):
        services.withdraw_turn(turn_id=new_id(), by=administrator, now=NOW)


def test_one_chooses_how_one_is_told(browser: Browser, prescriber: User) -> None:
    browser.force_login(prescriber)
    address = reverse("risk:my_channels")
    assert "Your account has no phone number" in browser.get(address).text
    refused = browser.post(address, {"by_email": "on", "by_sms": "on"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["by_sms"])
    prescriber.phone = "+18015550142"
    prescriber.save()
    browser.post(address, {"by_sms": "on"})
    form = browser.get(address).context["form"]
    assert (form["by_email"].value(), form["by_sms"].value()) == (False, True)
