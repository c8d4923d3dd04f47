"""The safety plan: six steps in the client's own words, versions that never change, copies, paper, a page by link."""

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pypdf
import pytest
import time_machine
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.messaging.models import OutboxMessage, Reminder, ReminderState, SignedLink
from clinic.messaging.services import send_due
from clinic.risk import services
from clinic.risk.models import SafetyPlan, SafetyPlanCopy
from clinic.risk.queries import safety as queries
from clinic.risk.rules.safety import STEPS
from clinic.scales.models import ScaleResponse
from clinic.staff.models import User
from tests.factories.clients import ContactPointFactory
from tests.factories.messaging import daytime_zone
from tests.factories.risk import RiskAlertFactory, SafetyPlanFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 4, 16, 30, tzinfo=dt.UTC)
WORDS = {step.name: f"My words of {step.name}." for step in STEPS}
TYPED = {**WORDS, "version": "0", "review_on": ""}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def plan(ada: Client, prescriber: User) -> SafetyPlan:
    row: SafetyPlan = SafetyPlanFactory(client=ada, signed_by=prescriber)
    return row


def sign(ada: Client, by: User, **more: Any) -> SafetyPlan:
    said: dict[str, Any] = {"version": 0, "review_on": None, **WORDS, **more}
    return services.sign_safety_plan(client_id=ada.pk, by=by, now=NOW, **said)


@pytest.mark.parametrize("who", ["prescriber", "therapist"])
def test_it_is_written_with_the_client_and_signed(
    browser: Browser, ada: Client, request: pytest.FixtureRequest, who: str
) -> None:
    user = request.getfixturevalue(who)
    browser.force_login(user)
    page = reverse("risk:safety_plan", args=[ada.pk])
    assert "No safety plan" in browser.get(page).text
    assert browser.get(reverse("risk:print_safety_plan", args=[ada.pk])).status_code == 302
    write = reverse("risk:write_safety_plan", args=[ada.pk])
    assert browser.get(write).status_code == 200
    for _ in range(2):
        shown = browser.post(write, TYPED, follow=True).text
    assert all(words in shown for words in WORDS.values())
    plan = SafetyPlan.objects.get()
    assert (plan.number, plan.signed_by) == (1, user)
    assert AuditEvent.objects.filter(action="safety_plan_signed", client_id=ada.pk).count() == 1
    assert str(plan) == "Safety plan 1"


def test_the_next_version_begins_from_the_last_which_stays(
    browser: Browser, ada: Client, plan: SafetyPlan, prescriber: User
) -> None:
    browser.force_login(prescriber)
    write = reverse("risk:write_safety_plan", args=[ada.pk])
    form = browser.get(write).context["form"]
    assert form["warning_signs"].value() == "I stop answering my phone."
    browser.post(write, {**TYPED, "version": "1", "review_on": "2026-09-01"})
    page = browser.get(reverse("risk:safety_plan", args=[ada.pk])).text
    assert "Version 2, signed Jun 4, 2026" in page
    assert "again on Sep 1, 2026" in page
    assert "Version 1, signed Mar 4, 2026" in page
    assert "I stop answering my phone." in page


@pytest.mark.parametrize("missing", [step.name for step in STEPS])
def test_each_step_says_something(browser: Browser, ada: Client, prescriber: User, missing: str) -> None:
    browser.force_login(prescriber)
    answer = browser.post(reverse("risk:write_safety_plan", args=[ada.pk]), {**TYPED, missing: " "})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [missing])
    with pytest.raises(RuleBroken) as refused:
        sign(ada, prescriber, **{missing: "  "})
    assert refused.value.field == missing


def test_the_day_to_look_again_lies_ahead(ada: Client, prescriber: User) -> None:
    with pytest.raises(RuleBroken) as refused:
        sign(ada, prescriber, review_on=NOW.date())
    assert refused.value.field == "review_on"


def test_two_who_write_at_once_see_both_texts(browser: Browser, ada: Client, prescriber: User, therapist: User) -> None:
    sign(ada, therapist, warning_signs="What he heard.")
    with pytest.raises(StaleRecord):
        sign(ada, prescriber)
    browser.force_login(prescriber)
    answer = browser.post(reverse("risk:write_safety_plan", args=[ada.pk]), TYPED)
    assert answer.status_code == 422
    assert "What he heard." in answer.text
    assert "Theo Therapist signed version 1 of this plan meanwhile" in answer.text
    assert sign(ada, prescriber, version=1).number == 2


def raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


CHANGES: dict[str, Callable[[], object]] = {
    "update": lambda: SafetyPlan.objects.update(warning_signs="forged"),
    "delete": lambda: SafetyPlan.objects.all().delete(),
    "raw": lambda: raw("UPDATE risk_safetyplan SET warning_signs = 'forged'"),
    "copy": lambda: SafetyPlanCopy.objects.update(name="forged"),
    "copy deleted": lambda: SafetyPlanCopy.objects.all().delete(),
}


@pytest.mark.parametrize("way", CHANGES)
def test_the_database_refuses_every_change(ada: Client, plan: SafetyPlan, prescriber: User, way: str) -> None:
    services.give_copy(client_id=ada.pk, holder="client", given_on=NOW.date(), by=prescriber, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        CHANGES[way]()
    assert SafetyPlan.objects.get().warning_signs == "I stop answering my phone."


def test_without_its_trigger_a_change_would_go_through(plan: SafetyPlan) -> None:
    raw("SET CONSTRAINTS ALL IMMEDIATE")
    raw("ALTER TABLE risk_safetyplan DISABLE TRIGGER USER")
    SafetyPlan.objects.update(warning_signs="forged")
    assert SafetyPlan.objects.get().warning_signs == "forged"


def test_who_has_a_copy_is_written_down(browser: Browser, ada: Client, plan: SafetyPlan, prescriber: User) -> None:
    browser.force_login(prescriber)
    address = reverse("risk:give_copy", args=[ada.pk])
    refused = browser.post(address, {"holder": "family", "given_on": "2026-06-04"})
    assert (refused.status_code, list(refused.context["copy"].errors)) == (422, ["name"])
    early = browser.post(address, {"holder": "client", "given_on": "2026-06-05"})
    assert list(early.context["copy"].errors) == ["given_on"]
    for _ in range(2):
        page = browser.post(
            address, {"holder": "family", "name": "Noel, brother", "given_on": "2026-06-04"}, follow=True
        ).text
    assert "Family: Noel, brother, since Jun 4, 2026" in page
    assert AuditEvent.objects.filter(action="safety_plan_copy_given").count() == 1
    assert str(SafetyPlanCopy.objects.get()) == "Family"
    sign(ada, prescriber, version=1)
    assert "Noel, brother, version 1" in browser.get(reverse("risk:safety_plan", args=[ada.pk])).text


@pytest.mark.parametrize(
    "deed",
    [
        lambda words: services.give_copy(holder="client", given_on=NOW.date(), **words),
        lambda words: services.send_safety_plan_link(**words),
        lambda words: services.show_safety_plan_link(**words),
    ],
)
def test_without_a_plan_there_is_nothing_to_give(ada: Client, prescriber: User, stranger: User, deed: Any) -> None:
    with pytest.raises(RuleBroken, match="no safety plan"):
        deed({"client_id": ada.pk, "by": prescriber, "now": NOW})
    with pytest.raises(Http404):
        deed({"client_id": ada.pk, "by": stranger, "now": NOW})


def test_it_is_printed(browser: Browser, ada: Client, prescriber: User) -> None:
    sign(ada, prescriber, coping_alone='#panic("x") *walk*\nthe dog', review_on=dt.date(2026, 9, 1))
    browser.force_login(prescriber)
    answer = browser.get(reverse("risk:print_safety_plan", args=[ada.pk]))
    assert answer.headers["Content-Type"] == "application/pdf"
    pdf = pypdf.PdfReader(io.BytesIO(answer.content))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
    for words in ("My safety plan", "Ada Byron", '#panic("x") *walk* the dog', "988", "911", "(801) 555-0100"):
        assert words in text
    assert [text.index(step.title) for step in STEPS] == sorted(text.index(step.title) for step in STEPS)
    assert "Sep 1, 2026" in text


def token_of(ada: Client, by: User) -> str:
    return services.show_safety_plan_link(client_id=ada.pk, by=by, now=NOW).split("/")[-2]


def test_the_client_reads_it_by_link(browser: Browser, ada: Client, plan: SafetyPlan, prescriber: User) -> None:
    browser.force_login(prescriber)
    shown = browser.post(reverse("risk:show_safety_plan", args=[ada.pk])).context["link"]
    assert "safety" not in shown, "the address tells nothing"
    assert "risk" not in shown
    phone, address = Browser(), "/" + shown.split("/", 3)[3]
    first = phone.get(address).text
    assert not any(words in first for words in ("Ada", "safety plan", "phone."))
    assert phone.post(address, {"year": "1901"}).status_code == 422
    read = phone.post(address, {"year": "1990"}, follow=True)
    assert "I stop answering my phone." in read.text
    assert "tel:988" in read.text
    assert read.headers["Referrer-Policy"] == "no-referrer"
    copy = SafetyPlanCopy.objects.get()
    assert (copy.holder, copy.recorded_by) == ("client", None)
    assert "opened by link" in browser.get(reverse("risk:safety_plan", args=[ada.pk])).text
    browser.post(reverse("risk:end_safety_plan_links", args=[ada.pk]))
    assert phone.get(address).status_code == 404


def test_in_spanish(browser: Browser, ada: Client, plan: SafetyPlan, prescriber: User) -> None:
    Client.objects.filter(pk=ada.pk).update(language="es")
    address = reverse("safety_page", args=[token_of(ada, prescriber)])
    read = browser.post(address, {"year": "1990"}, follow=True).text
    assert '<html lang="es">' in read
    for words in ("Su plan de seguridad", "Hola, Ada", "Cómo noto que se acerca una crisis", "Llame al 911"):
        assert words in read
    assert "I stop answering my phone." in read, "their own words stay"
    assert not any(step.title in read for step in STEPS)


def test_reading_changes_nothing(ada: Client, plan: SafetyPlan, prescriber: User) -> None:
    token = token_of(ada, prescriber)
    before = list(SignedLink.objects.values()), AuditEvent.objects.count()
    for _ in range(3):
        Browser().get(reverse("safety_page", args=[token]))
    assert before == (list(SignedLink.objects.values()), AuditEvent.objects.count())


def test_five_wrong_years_close_the_link(browser: Browser, ada: Client, plan: SafetyPlan, prescriber: User) -> None:
    address = reverse("safety_page", args=[token_of(ada, prescriber)])
    answers = [browser.post(address, {"year": "1901"}).status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 404, 404]


def test_one_address_may_not_knock_without_end(browser: Browser) -> None:
    guess = reverse("safety_page", args=["z" * 43])
    assert {browser.get(guess).status_code for _ in range(60)} == {404}
    assert browser.get(guess).status_code == 429


def test_a_link_that_opens_nothing_more_between_two_steps(ada: Client, plan: SafetyPlan, prescriber: User) -> None:
    token = token_of(ada, prescriber)
    Client.objects.update(status="discharged")
    assert queries.open_plan(token, now=NOW) is None
    services.enter_safety_plan(token=token, year=1990, now=NOW)
    assert not SafetyPlanCopy.objects.exists()


def test_the_link_is_sent_in_neutral_words(browser: Browser, ada: Client, plan: SafetyPlan, prescriber: User) -> None:
    browser.force_login(prescriber)
    address = reverse("risk:send_safety_plan", args=[ada.pk])
    assert browser.post(address).status_code == 422, "no way agreed to"
    ContactPointFactory(client=ada, value="ada@mail.example")
    Client.objects.update(time_zone=daytime_zone())
    for _ in range(2):
        assert browser.post(address).status_code == 302
    assert Reminder.objects.count() == 1
    assert queries.still_wanted([ada.pk]) == {ada.pk}
    Reminder.objects.update(next_try_at=NOW - dt.timedelta(days=9))
    send_due()
    sent = OutboxMessage.objects.get()
    assert not re.search("safety|crisis|risk|plan|Ada", sent.subject + sent.text)
    browser.post(address)
    assert sorted(Reminder.objects.values_list("step", flat=True)) == [1, 2]
    services.end_safety_plan_links(client_id=ada.pk, by=prescriber, now=NOW)
    assert Reminder.objects.filter(state=ReminderState.CANCELLED).count() == 1


def test_the_alert_shows_the_plan_to_whoever_deals_with_it(
    browser: Browser, ada: Client, plan: SafetyPlan, coordinator: User
) -> None:
    alert = RiskAlertFactory(client=ada)
    browser.force_login(coordinator)
    assert "I stop answering my phone." in browser.get(reverse("risk:alert", args=[alert.pk])).text


def test_the_care_team_reads_and_writes_nothing(
    browser: Browser, ada: Client, plan: SafetyPlan, coordinator: User
) -> None:
    browser.force_login(coordinator)
    page = browser.get(reverse("risk:safety_plan", args=[ada.pk])).text
    assert "Walk the dog." in page
    assert "Write the next version" not in page
    assert browser.get(reverse("risk:write_safety_plan", args=[ada.pk])).status_code == 403


def test_the_chart_says_whether_there_is_a_plan(browser: Browser, ada: Client, prescriber: User) -> None:
    browser.force_login(prescriber)
    chart = ada.get_absolute_url()
    assert "No safety plan" not in browser.get(chart).text
    with transaction.atomic():
        ScaleResponse.objects.create(
            client=ada, instrument="phq9", version="1", answers=[0] * 8 + [1], total=1, flags=["self_harm"],
            answered_at=NOW, answered_by="client",
        )  # fmt: skip
        assert "No safety plan" in browser.get(chart).text
        transaction.set_rollback(True)
    RiskAlertFactory(client=ada)
    assert "No safety plan" in browser.get(chart).text
    SafetyPlanFactory(client=ada, signed_by=prescriber)
    page = browser.get(chart).text
    assert "Safety plan of Mar 4, 2026" in page
    assert "No safety plan" not in page
