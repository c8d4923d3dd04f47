"""A client fills in scales on a device of the clinic: staff is signed out, the page leads nowhere, danger is raised."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.checkins.models import Sitting
from clinic.checkins.services import answer_sitting, open_sitting, raise_scale_alerts, sittings
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.risk.models import RiskAlert, RiskKind
from clinic.scales.models import ScaleResponse
from clinic.staff.models import User
from clinic.worklist.models import DutyKind, WorkItem
from tests.checkins.conftest import JUNE_4
from tests.factories.scales import ScaleResponseFactory

pytestmark = pytest.mark.django_db
PHQ9 = [f"phq9-answers[{n}]" for n in range(9)]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(JUNE_4, tick=False):
        yield


def handed(client: Client, by: User, *instruments: str, language: str = "en") -> str:
    return open_sitting(client_id=client.pk, instruments=instruments, language=language, by=by, now=JUNE_4)


def given(token: str, instrument: str, points: list[int]) -> dict[str, Any]:
    return {"token": token, "about_kind": "device", "instrument": instrument, "answers": points, "is_left_out": False}


def answers(total_of_nine: int = 0, ninth: int = 0) -> dict[str, str]:
    points = [min(3, max(0, total_of_nine - 3 * n)) for n in range(8)]
    return {"asked": "phq9", **{name: str(value) for name, value in zip(PHQ9, [*points, ninth], strict=True)}}


def test_handing_over_leaves_the_staff_session_and_shows_the_questions_alone(
    browser: Browser, therapist: User, ada: Client
) -> None:
    browser.force_login(therapist)
    address = reverse("checkins:hand_over", args=[ada.pk])
    assert "You are signed out" in browser.get(address).content.decode()
    given = browser.post(address, {"instruments": ["phq9"], "language": "en"})
    assert given.status_code == 302
    assert given.headers["Location"].startswith("/device/")
    page = browser.get(given.headers["Location"])
    shown = page.content.decode()
    assert "Hello Ada" in shown
    assert "Little interest" in shown
    assert "(1)" not in shown
    assert 'href="/' not in shown.split("<body")[1].replace('href="/static', "")
    assert page.headers["Cache-Control"] == "no-store, private"
    assert browser.get(address).status_code == 302
    assert AuditEvent.objects.filter(action="device_handed_over", by=therapist).count() == 1


def test_nothing_chosen_hands_nothing_over(browser: Browser, therapist: User, ada: Client) -> None:
    browser.force_login(therapist)
    address = reverse("checkins:hand_over", args=[ada.pk])
    answer = browser.post(address, {"language": "en"})
    assert answer.status_code == 422
    assert "Choose at least one." in answer.content.decode()
    assert browser.get(address).status_code == 200
    assert not Sitting.objects.exists()


def test_answers_are_kept_with_version_language_and_way_and_the_page_closes(ada: Client, therapist: User) -> None:
    address = reverse("device_page", args=[handed(ada, therapist, "phq9", "phq9", "gad7", language="es")])
    device = Browser()
    assert "Poco interés o placer" in device.get(address).content.decode()
    assert device.post(address, answers(9)).status_code == 302
    row = ScaleResponse.objects.get()
    assert (row.version, row.language, row.answered_by, row.total, row.recorded_by) == ("1", "es", "tablet", 9, None)
    second = device.get(address).content.decode()
    assert "Parte 2 de 2" in second
    assert "Feeling nervous" in second
    done = device.post(address, {"asked": "gad7", "gad7-answers[0]": "1"})
    assert done.status_code == 200
    assert "devuelva el dispositivo" in done.content.decode()
    for again in (device.get(address), device.post(address, {"asked": "gad7", "gad7-answers[0]": "1"})):
        assert again.status_code == 404
        assert "Ada" not in again.content.decode()
    assert ScaleResponse.objects.count() == 2
    assert AuditEvent.objects.filter(action="device_answered").count() == 1


def test_thoughts_of_self_harm_raise_the_alert_at_once_and_show_where_help_is(ada: Client, therapist: User) -> None:
    address = reverse("device_page", args=[handed(ada, therapist, "phq9", "gad7")])
    device = Browser()
    shown = device.post(address, answers(3, ninth=1), follow=True).content.decode()
    alert = RiskAlert.objects.get()
    assert (alert.kind, alert.client, alert.raised_by) == (RiskKind.SELF_HARM, ada, None)
    assert alert.reason.startswith("PHQ-9 on the clinic's device: Answered that thoughts of being better off dead")
    duty = WorkItem.objects.get(kind=DutyKind.CALL_CLIENT)
    assert (duty.due_at, duty.client) == (JUNE_4, ada)
    assert "Call or text 988" in shown
    done = device.post(address, {"asked": "gad7", "leave_out": "1"}).content.decode()
    assert "Please get help now" in done
    assert "tell somebody at the desk" in done
    raise_scale_alerts(now=JUNE_4)
    assert RiskAlert.objects.count() == 1


def test_a_rise_is_a_duty_to_call_as_by_link(ada: Client, therapist: User) -> None:
    ScaleResponseFactory(client=ada, total=4)
    token = handed(ada, therapist, "phq9")
    Browser().post(reverse("device_page", args=[token]), answers(12))
    duty = WorkItem.objects.get(kind=DutyKind.CALL_CLIENT)
    assert duty.reason == "PHQ-9 on the clinic's device: PHQ-9 rose from 4 to 12."
    assert duty.due_at == JUNE_4 + dt.timedelta(days=1)
    assert not RiskAlert.objects.exists()


def test_what_was_left_out_is_kept_nowhere_and_nothing_at_all_is_asked_again(ada: Client, therapist: User) -> None:
    address = reverse("device_page", args=[handed(ada, therapist, "gad7", "phq2")])
    device = Browser()
    refused = device.post(address, {"asked": "gad7"})
    assert refused.status_code == 422
    assert "Nothing is answered yet" in refused.content.decode()
    device.post(address, {"asked": "gad7", "leave_out": "1"})
    late = device.post(address, {"asked": "gad7", "gad7-answers[0]": "3"})
    assert late.status_code == 200
    assert "Little interest" in late.content.decode()
    assert not ScaleResponse.objects.exists()


def test_the_page_closes_by_itself(ada: Client, therapist: User) -> None:
    token = handed(ada, therapist, "phq9")
    with time_machine.travel(JUNE_4 + sittings.OPEN_FOR, tick=False):
        assert Browser().get(reverse("device_page", args=[token])).status_code == 404
        with pytest.raises(RuleBroken, match="finished"):
            answer_sitting(**given(token, "phq9", [0] * 9), now=JUNE_4 + sittings.OPEN_FOR)


def test_sent_twice_at_once_the_second_changes_nothing(ada: Client, therapist: User) -> None:
    token = handed(ada, therapist, "phq2", "gad2")
    first, again = (answer_sitting(**given(token, "phq2", [1, 1]), now=JUNE_4) for _ in range(2))
    assert (first.done, again.done, ScaleResponse.objects.count()) == (1, 1, 1)


def test_what_closed_between_looking_and_keeping_stays_closed(
    ada: Client, therapist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = handed(ada, therapist, "phq2")
    opened = sittings.queries.open_sitting(token, now=JUNE_4)
    Sitting.objects.update(closed_at=JUNE_4)
    monkeypatch.setattr(sittings.queries, "open_sitting", lambda token, about_kind, now: opened)
    with pytest.raises(RuleBroken, match="finished"):
        answer_sitting(**given(token, "phq2", [1, 1]), now=JUNE_4)


@pytest.mark.parametrize("instruments", [[], ["aims"], ["nothing"]])
def test_only_what_a_client_can_fill_in_alone_is_handed_over(
    ada: Client, therapist: User, instruments: list[str]
) -> None:
    with pytest.raises(RuleBroken, match="fill in alone"):
        handed(ada, therapist, *instruments)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sitting.objects.create(client=ada, instruments=[], language="en", opened_by=therapist, opened_at=JUNE_4)


def test_guessing_is_slow(ada: Client) -> None:
    guess = reverse("device_page", args=["z" * 43])
    answers = [Browser().get(guess).status_code for _ in range(61)]
    assert (answers[0], answers[60]) == (404, 429)
    assert str(Sitting(opened_at=JUNE_4)) == "2026-06-04"
