"""Scales sent by link before a visit: which are due, sent once, answered once, and how the link is told of."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.checkins import queries, rules
from clinic.checkins.models import Sitting
from clinic.checkins.services import send_scales
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.messaging.models import Reminder
from clinic.messaging.services import mint_link
from clinic.plans.models import Goal, TreatmentPlan
from clinic.risk.models import RiskAlert
from clinic.scales.models import ScaleResponse
from clinic.staff.models import User
from clinic.worklist.models import WorkItem
from tests.checkins.conftest import JUNE_4
from tests.factories.clients import ContactPointFactory
from tests.factories.plans import TreatmentPlanFactory
from tests.factories.scales import ScaleResponseFactory

TODAY = dt.date(2026, 6, 4)
LONG_AGO, LATELY = TODAY - dt.timedelta(days=14), TODAY - dt.timedelta(days=13)


class TestRules:
    def test_what_the_goals_name_and_was_not_answered_lately_is_due(self) -> None:
        assert rules.scales_due([], {}, on=TODAY) == ["phq9"]
        assert rules.scales_due(["gad7", "phq9"], {"gad7": LONG_AGO}, on=TODAY) == ["phq9", "gad7"]
        assert rules.scales_due(["gad7", "phq9"], {"phq9": LATELY}, on=TODAY) == ["gad7"]
        with pytest.raises(RuleBroken, match="in the last 14 days"):
            rules.scales_due(["gad7"], {"gad7": LATELY}, on=TODAY)

    @pytest.mark.parametrize(
        ("state", "has_way", "words", "may_send"),
        [
            ("", True, "", True),
            ("", False, "Agreed to no messages", False),
            ("due", True, "on its way", False),
            ("accepted", False, "no answer yet", False),
            ("refused", True, "did not arrive", True),
            ("gave_up", False, "Agreed to no messages", False),
        ],
    )
    def test_how_a_link_stands(self, state: str, has_way: bool, words: str, may_send: bool) -> None:
        link = rules.scale_link(state, has_way=has_way)
        assert words in (link.sign[0] if link.sign else "")
        assert (bool(link.sign), link.may_send) == (bool(words), may_send)


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(JUNE_4, tick=False):
        yield


@pytest.fixture
def reached(ada: Client) -> Client:
    ContactPointFactory(client=ada)
    return ada


@pytest.fixture
def page(reached: Client, prescriber: User) -> str:
    sitting = send_scales(client_id=reached.pk, by=prescriber, now=JUNE_4)
    about = {"about_kind": queries.BY_LINK, "about_id": sitting.pk}
    token = mint_link(client_id=reached.pk, expires_at=JUNE_4 + rules.LINK_LASTS, **about)
    return reverse("scales_page", args=[token])


def filled(ninth: int = 0) -> dict[str, str]:
    return {"asked": "phq9", **{f"phq9-answers[{n}]": "0" for n in range(8)}, "phq9-answers[8]": str(ninth)}


def test_sent_twice_it_is_one_message_and_one_sitting(reached: Client, prescriber: User) -> None:
    plan = TreatmentPlanFactory(client=reached, written_by=prescriber)
    Goal.objects.create(plan=plan, text="Less worry", measure="GAD-7")
    TreatmentPlan.objects.update(status="signed", signed_at=JUNE_4, signed_by=prescriber)
    first, again = (send_scales(client_id=reached.pk, by=prescriber, now=JUNE_4) for _ in range(2))
    assert first == again
    assert first.instruments == ["gad7"]
    [message] = Reminder.objects.filter(about_kind="scales")
    assert message.about_id == first.pk
    assert AuditEvent.objects.filter(action="scales_sent_by_link", by=prescriber).count() == 1
    assert queries.sittings_still_wanted([first.pk]) == {first.pk}
    assert queries.sittings_useful_until([first.pk]) == {first.pk: JUNE_4 + rules.LINK_LASTS}
    Reminder.objects.update(state="accepted", accepted_at=JUNE_4, closed_at=JUNE_4)
    send_scales(client_id=reached.pk, by=prescriber, now=JUNE_4)
    assert Reminder.objects.count() == 1


def test_one_that_did_not_arrive_is_sent_anew(reached: Client, prescriber: User) -> None:
    send_scales(client_id=reached.pk, by=prescriber, now=JUNE_4)
    Reminder.objects.update(state="refused", closed_at=JUNE_4)
    send_scales(client_id=reached.pk, by=prescriber, now=JUNE_4)
    assert sorted(Reminder.objects.values_list("state", flat=True)) == ["due", "refused"]
    assert Sitting.objects.count() == 1


def test_without_consent_or_with_nothing_due_nothing_is_sent(ada: Client, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="Agreed to no messages about check-ins"):
        send_scales(client_id=ada.pk, by=prescriber, now=JUNE_4)
    ContactPointFactory(client=ada)
    ScaleResponseFactory(client=ada, answered_at=JUNE_4)
    with pytest.raises(RuleBroken, match="was answered"):
        send_scales(client_id=ada.pk, by=prescriber, now=JUNE_4)
    assert not Sitting.objects.exists()


def test_the_page_asks_the_year_and_then_the_questions_and_closes(page: str, reached: Client) -> None:
    phone = Browser()
    assert "Little interest" not in phone.get(page).text
    assert "Little interest" not in phone.post(page, filled()).text
    phone.post(page, {"year": str(reached.birth_on.year)})
    for _ in range(2):
        phone.head(page)
        assert "Little interest" in phone.get(page).text
    assert not ScaleResponse.objects.exists()
    done = phone.post(page, filled())
    assert "You need not do anything else" in done.text
    assert "hand the device back" not in done.text
    row = ScaleResponse.objects.get()
    assert (row.answered_by, row.recorded_by, row.total) == ("client", None, 0)
    assert phone.get(page).status_code == phone.post(page, filled()).status_code == 404
    assert ScaleResponse.objects.count() == 1
    assert Reminder.objects.get().state == "cancelled"
    assert AuditEvent.objects.filter(action="scales_answered_by_link").count() == 1


def test_answers_sent_when_the_hour_of_the_year_is_over_are_kept(page: str, reached: Client) -> None:
    phone = Browser()
    phone.post(page, {"year": str(reached.birth_on.year)})
    with time_machine.travel(JUNE_4 + dt.timedelta(hours=2), tick=False):
        asked = phone.post(page, filled()).text
        assert "What you filled in is kept" in asked
        assert '<input type="hidden" name="phq9-answers[8]" value="0">' in asked
        wrong = phone.post(page, {"year": "1901", **filled()})
        assert (wrong.status_code, 'name="phq9-answers[8]"' in wrong.text) == (422, True)
        assert not ScaleResponse.objects.exists()
        done = phone.post(page, {"year": str(reached.birth_on.year), **filled()})
    assert "You need not do anything else" in done.text
    assert ScaleResponse.objects.get().total == 0


def test_danger_by_link_is_an_alert_at_once_and_there_is_no_desk(page: str, reached: Client) -> None:
    phone = Browser()
    phone.post(page, {"year": str(reached.birth_on.year)})
    done = phone.post(page, filled(ninth=1)).text
    assert "Call or text 988" in done
    assert "will call you" in done
    assert "desk" not in done
    assert RiskAlert.objects.get().reason.startswith("PHQ-9 by link: Answered that thoughts")
    assert "PHQ-9 by link" in WorkItem.objects.get(client=reached, kind="call_client").reason


def test_nothing_answered_is_said_in_the_clients_language(page: str, reached: Client) -> None:
    Client.objects.filter(pk=reached.pk).update(language="es")
    phone = Browser()
    phone.post(page, {"year": reached.birth_on.year})
    shown = phone.post(page, {"asked": "phq9"}).content.decode()
    assert "Todavía no ha contestado nada." in shown
    assert "Nothing is answered" not in shown
