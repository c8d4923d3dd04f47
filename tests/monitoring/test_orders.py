"""An order for tests that are due: what stands on it, that it is written down, that nothing due prints nothing."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client as Browser
from django.utils import timezone
from pypdf import PdfReader

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.monitoring.rules.due import DosePlanDays, DueItem, Known, StepDays, due_items
from clinic.monitoring.rules.gain import Weighed
from clinic.monitoring.rules.ordering import OrderedTest, ordered_tests
from clinic.monitoring.rules.protocols import Person
from clinic.plans import services as plans
from clinic.plans.rules import GoalEntry, InterventionEntry, PlanContent, ProblemEntry
from clinic.staff.models import User
from tests.factories.clients import CareTeamMemberFactory
from tests.monitoring.test_due_pages import DAY, begun, text
from tests.monitoring.test_gathering import JUNE_1, PLAN, june

pytestmark = pytest.mark.django_db


def items(
    ingredient: str, today: dt.date, weights: list[Weighed] | None = None, **taken: list[dt.date]
) -> list[DueItem]:
    plan = DosePlanDays(PLAN, ingredient.capitalize(), ingredient, None, (StepDays(JUNE_1, None, 600.0),))
    return due_items([plan], Known(Person(35, None), taken, today, weights=weights or []))


def test_each_test_stands_once_with_its_window_and_reason() -> None:
    found = {one.measured: one for one in ordered_tests(items("lithium", june(2)), june(2))}
    level = "Lithium: 12 hours after a dose, 5 to 7 days after the start and after each change"
    assert found["Lithium level"] == OrderedTest("Lithium level", "Jun 6, 2026 to Jun 8, 2026", level)
    assert found["TSH"].when == "as soon as possible"
    late = {one.measured: one for one in ordered_tests(items("lithium", june(20)), june(20))}
    assert late["Lithium level"].when == "as soon as possible"


def test_what_opens_and_has_no_end_and_what_only_ends() -> None:
    level = ordered_tests([one for one in items("lithium", june(2)) if one.by_on == june(8)], june(7))
    assert [one.when for one in level] == ["by Jun 8, 2026"]
    [later] = [one for one in items("lithium", june(2)) if one.by_on == june(8)]
    opens = ordered_tests([replace(later, by_on=None)], june(2))
    assert [one.when for one in opens] == ["not before Jun 6, 2026"]
    pressure = items("atomoxetine", june(1), systolic=[JUNE_1], heart_rate=[JUNE_1])
    assert ordered_tests(pressure, june(1)) == []


def test_what_is_done_here_is_not_ordered() -> None:
    weights = [Weighed(JUNE_1, Decimal(80)), Weighed(june(40), Decimal(90))]
    found = ordered_tests(items("olanzapine", june(41), weights), june(41))
    names = {one.measured for one in found}
    assert {"Weight", "Waist", "Blood pressure", "AIMS", "Weight gain"}.isdisjoint(names)
    assert "Blood count" in names


def test_it_prints_with_diagnoses_and_is_written_down(
    browser: Browser, ada: Client, prescriber: User, coordinator: User
) -> None:
    now = timezone.now()
    begun(ada, prescriber, now - 9 * DAY)
    draft = plans.start_draft(client_id=ada.pk, by=prescriber, now=now)
    content = PlanContent(
        problems=(ProblemEntry("Bipolar II disorder", "F31.81"),),
        goals=(GoalEntry("Sleeps", "hours", "4", "7"),),
        interventions=(InterventionEntry("medication", "Lithium", "prescriber"),),
        review_on=timezone.localdate(now) + 30 * DAY,
    )
    saved = plans.save_draft(plan_id=draft.pk, version=draft.version, content=content, by=prescriber, now=now)
    plans.sign_plan(plan_id=saved.pk, by=prescriber, now=now)
    assert f"/monitoring/of/{ada.pk}/order/" in text(browser, coordinator, f"/monitoring/of/{ada.pk}/")
    answer = browser.get(f"/monitoring/of/{ada.pk}/order/")
    assert answer.headers["Content-Type"] == "application/pdf"
    printed = " ".join(PdfReader(BytesIO(answer.content)).pages[0].extract_text().split())
    assert "Lithium level" in printed
    assert "F31.81 Bipolar II disorder" in printed
    assert prescriber.title in printed
    event = AuditEvent.objects.get(action="test_order_exported")
    assert (event.by, event.client_id) == (coordinator, ada.pk)


def test_it_is_not_for_the_signature_of_who_works_here_no_longer(
    browser: Browser, ada: Client, prescriber: User, stranger: User
) -> None:
    begun(ada, prescriber, timezone.now() - 9 * DAY)
    CareTeamMemberFactory(client=ada, user=stranger, is_lead=False)
    browser.force_login(stranger)
    for signs in (prescriber, stranger):
        answer = browser.get(f"/monitoring/of/{ada.pk}/order/")
        assert signs.title in PdfReader(BytesIO(answer.content)).pages[0].extract_text()
        User.objects.get_queryset().filter(pk=prescriber.pk).update(is_active=False)


def test_nothing_due_prints_nothing(browser: Browser, ada: Client, prescriber: User) -> None:
    browser.force_login(prescriber)
    answer = browser.get(f"/monitoring/of/{ada.pk}/order/", follow=True)
    assert "No test is due that would be ordered." in answer.content.decode()
    assert not AuditEvent.objects.filter(action="test_order_exported").exists()


def test_the_list_of_what_is_due_leads_to_it(browser: Browser, ada: Client, prescriber: User) -> None:
    begun(ada, prescriber, timezone.now() - 9 * DAY)
    assert f"/monitoring/of/{ada.pk}/order/" in text(browser, prescriber, "/monitoring/due/")
