"""Pregnancy: asked, kept answer by answer, told where it matters; not asked is never no."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.http import Http404
from django.test import Client as Browser
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.intake import queries, rules, services
from clinic.intake.models import PregnancyAnswer, PsychiatricEvaluation
from clinic.staff.models import User
from tests.factories.formulary import MedicationFactory
from tests.factories.intake import RECEIVED, PregnancyAnswerFactory, signed_evaluation
from tests.factories.plans import SignedPlanFactory

NOW = RECEIVED
TODAY = dt.date(2026, 3, 2)
DUE = dt.date(2026, 9, 4)
# What the other short forms of the page send when nothing is typed into them.
GAPS = {"allergy-severity": "unknown", "trial-response": "unknown", "trial-why_stopped": "unknown"}


@pytest.fixture
def about(ada: Client, prescriber: User) -> dict[str, Any]:
    return {"client_id": ada.pk, "by": prescriber, "now": NOW}


@pytest.fixture
def desk(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


def test_the_newest_answer_counts_and_the_others_stay(about: dict[str, Any], ada: Client) -> None:
    assert queries.newest_pregnancy_answer(ada) is None
    first = services.record_pregnancy(status="possible", **about)
    later = services.record_pregnancy(status="yes", due_on=DUE, **about | {"now": NOW + dt.timedelta(days=3)})
    assert queries.newest_pregnancy_answer(ada) == later
    assert queries.history(ada).pregnancy == [later, first]
    assert AuditEvent.objects.filter(action="pregnancy_recorded", client_id=ada.pk).count() == 2
    assert str(later) == "Pregnant"


def test_the_same_answer_twice_on_a_day_is_one(about: dict[str, Any]) -> None:
    first = services.record_pregnancy(status="no", **about)
    assert services.record_pregnancy(status="no", **about) == first
    assert services.record_pregnancy(status="no", **about | {"now": NOW + dt.timedelta(days=90)}) != first
    services.record_pregnancy(status="unknown", **about | {"now": NOW + dt.timedelta(days=91)})
    assert PregnancyAnswer.objects.count() == 3


@pytest.mark.parametrize(
    ("status", "due_on"),
    [("no", DUE), ("possible", DUE), ("yes", TODAY - dt.timedelta(days=32)), ("yes", TODAY + dt.timedelta(days=311))],
)
def test_a_due_date_belongs_to_a_pregnancy_and_lies_near(about: dict[str, Any], status: str, due_on: dt.date) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.record_pregnancy(status=status, due_on=due_on, **about)
    assert refused.value.field == "due_on"
    assert not PregnancyAnswer.objects.exists()


def test_answers_never_change(about: dict[str, Any]) -> None:
    answer = services.record_pregnancy(status="no", **about)
    for deed in (answer.delete, lambda: PregnancyAnswer.objects.update(status="yes")):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            deed()


def test_it_is_written_only_for_ones_own_clients(ada: Client, stranger: User) -> None:
    with pytest.raises(Http404):
        services.record_pregnancy(client_id=ada.pk, status="no", by=stranger, now=NOW)


def test_all_but_men_are_asked() -> None:
    assert [rules.may_be_pregnant(sex) for sex in ("female", "other", "unknown", "male")] == [True, True, True, False]


@pytest.mark.parametrize(("sex", "is_open"), [("female", True), ("unknown", True), ("male", False)])
def test_the_history_page_asks(desk: Browser, ada: Client, sex: str, is_open: bool) -> None:
    Client.objects.update(sex=sex)
    page = desk.get(f"/intake/history/{ada.pk}/").content.decode()
    section = page[page.index('id="pregnancy"') : page.index('id="medication"')]
    assert ("Not asked yet" in section, "<details open" in section) == (is_open, is_open)


def test_an_answer_is_recorded_on_the_history_page(desk: Browser, ada: Client) -> None:
    day = timezone.localdate() + dt.timedelta(days=100)
    sent = GAPS | {"pregnancy-status": "yes", "pregnancy-due_on": day.isoformat(), "do": "add_pregnancy"}
    answer = desk.post(f"/intake/history/{ada.pk}/save/", sent)
    assert answer.url.endswith("#pregnancy")  # type: ignore[attr-defined]
    assert ada.pregnancy_answers.get().due_on == day
    assert "Pregnant" in desk.get(f"/intake/history/{ada.pk}/").content.decode()


def test_a_due_date_alone_is_no_answer(desk: Browser, ada: Client) -> None:
    sent = GAPS | {"pregnancy-status": "", "pregnancy-due_on": timezone.localdate().isoformat(), "do": "add_pregnancy"}
    answer = desk.post(f"/intake/history/{ada.pk}/save/", sent)
    assert answer.status_code == 422
    assert "Choose an answer" in answer.content.decode()


def test_the_evaluation_asks_and_is_signed_with_the_answer(desk: Browser, ada: Client, prescriber: User) -> None:
    draft = services.start_evaluation(client_id=ada.pk, by=prescriber, now=NOW)
    assert 'name="pregnancy-status"' in desk.get(f"/intake/evaluations/{draft.pk}/").content.decode()
    services.record_pregnancy(client_id=ada.pk, status="yes", due_on=DUE, by=prescriber, now=NOW)
    signed = signed_evaluation(ada, prescriber)
    assert signed.signed_history["pregnancy"] == [["Pregnant", "2026-09-04"]]
    assert "Pregnant, due Sep 4, 2026" in desk.get(f"/intake/evaluations/{signed.pk}/").content.decode()
    assert PsychiatricEvaluation.objects.get().content_hash == services.hash_of(signed, queries.content_of(signed))


Shown = Callable[[], str]


@pytest.fixture
def chart(desk: Browser, ada: Client) -> Shown:
    return lambda: desk.get(ada.get_absolute_url()).content.decode()


@pytest.fixture
def dosing(desk: Browser, ada: Client, prescriber: User) -> Shown:
    SignedPlanFactory(client=ada, written_by=prescriber)
    MedicationFactory()
    return lambda: desk.get(f"/dose-plans/of/{ada.pk}/start/").content.decode()


def test_where_nobody_asked_the_dose_plan_pages_prompt_quietly(ada: Client, chart: Shown, dosing: Shown) -> None:
    Client.objects.update(sex="female")
    assert "Pregnancy not asked" in dosing()
    assert "Pregnancy" not in chart()
    Client.objects.update(sex="male")
    assert "Pregnancy" not in dosing()


@pytest.mark.parametrize("status", ["no", "unknown"])
def test_once_asked_nothing_prompts(ada: Client, chart: Shown, dosing: Shown, status: str) -> None:
    Client.objects.update(sex="female")
    PregnancyAnswerFactory(client=ada, status=status)
    assert "Pregnan" not in dosing()
    assert "Pregnan" not in chart()


def test_what_matters_stands_at_the_head(ada: Client, chart: Shown, dosing: Shown) -> None:
    PregnancyAnswerFactory(client=ada, status="possible", recorded_at=NOW - dt.timedelta(days=30))
    for page in (chart, dosing):
        assert "Possibly pregnant" in page()
    PregnancyAnswerFactory(client=ada, status="yes", due_on=DUE)
    assert "Pregnant, due Sep 4, 2026" in chart()
    assert "due Sep 4, 2026" in dosing()
