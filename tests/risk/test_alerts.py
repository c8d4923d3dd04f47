"""Alerts about danger: raised once, taken on by one, closed only with what came of it, seen on every page."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import CareTeamMember, Client, ContactKind
from clinic.core.rules import RuleBroken
from clinic.risk import services
from clinic.risk.models import RiskAlert, RiskKind
from clinic.risk.services import alerts
from clinic.staff.models import User
from tests.factories.clients import ContactPointFactory
from tests.factories.risk import RiskAlertFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 4, 16, 30, tzinfo=dt.UTC)
DONE = {"disposition": "safe_at_home", "what_was_done": "Spoke with Ada; her sister stays with her."}


@pytest.fixture
def alert(ada: Client) -> RiskAlert:
    row: RiskAlert = RiskAlertFactory(client=ada)
    return row


def test_one_source_raises_one_alert(ada: Client, prescriber: User) -> None:
    words: dict[str, Any] = {"client": ada, "kind": RiskKind.CLINICIAN, "reason": "Said so", "by": prescriber}
    first = services.raise_alert(source="visit:1", now=NOW, **words)
    assert services.raise_alert(source="visit:1", now=NOW, **words) == first
    assert services.raise_alert(source="visit:2", now=NOW, **words) != first
    assert AuditEvent.objects.filter(action="risk_alert_raised").count() == 2


def test_one_person_takes_it_on(alert: RiskAlert, prescriber: User, therapist: User) -> None:
    services.acknowledge_alert(alert_id=alert.pk, by=prescriber, now=NOW)
    with pytest.raises(RuleBroken, match="Paula Prescriber has already taken this alert on"):
        services.acknowledge_alert(alert_id=alert.pk, by=therapist, now=NOW)


@pytest.mark.parametrize(
    ("disposition", "words", "field"), [("", "Called", "disposition"), ("safe_at_home", "  ", "what_was_done")]
)
def test_it_cannot_be_closed_without_saying_what_came_of_it(
    alert: RiskAlert, prescriber: User, disposition: str, words: str, field: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.close_alert(alert_id=alert.pk, disposition=disposition, what_was_done=words, by=prescriber, now=NOW)
    assert refused.value.field == field


def test_closing_takes_it_on_and_is_final(alert: RiskAlert, prescriber: User, coordinator: User) -> None:
    closed = services.close_alert(alert_id=alert.pk, by=prescriber, now=NOW, **DONE)
    assert (closed.acknowledged_by, closed.closed_by, closed.closed_at) == (prescriber, prescriber, NOW)
    assert services.close_alert(alert_id=alert.pk, by=prescriber, now=NOW, **DONE) == closed, "said twice"
    for deed in (
        lambda: services.close_alert(alert_id=alert.pk, by=coordinator, now=NOW, **DONE),
        lambda: services.acknowledge_alert(alert_id=alert.pk, by=coordinator, now=NOW),
    ):
        with pytest.raises(RuleBroken, match="already closed"):
            deed()


def test_who_took_it_on_stays_when_another_closes_it(alert: RiskAlert, prescriber: User, coordinator: User) -> None:
    services.acknowledge_alert(alert_id=alert.pk, by=prescriber, now=NOW)
    closed = services.close_alert(alert_id=alert.pk, by=coordinator, now=NOW, **DONE)
    assert (closed.acknowledged_by, closed.closed_by) == (prescriber, coordinator)


def test_a_stranger_can_do_nothing_with_it(alert: RiskAlert, stranger: User) -> None:
    with pytest.raises(Http404):
        services.close_alert(alert_id=alert.pk, by=stranger, now=NOW, **DONE)


def test_closing_without_its_audit_row_does_not_stand(
    alert: RiskAlert, prescriber: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*words: Any, **more: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(alerts, "record", broken)
    with pytest.raises(DatabaseError):
        services.close_alert(alert_id=alert.pk, by=prescriber, now=NOW, **DONE)
    alert.refresh_from_db()
    assert alert.closed_at is None


def test_every_page_of_the_team_carries_the_banner_until_it_is_closed(
    browser: Browser, alert: RiskAlert, coordinator: User
) -> None:
    browser.force_login(coordinator)
    page = browser.get("/messages/outbox/").content.decode()
    assert "Risk alert" in page
    assert "Ada Byron: asked for help now" in page
    assert "nobody has taken it on" in page
    services.acknowledge_alert(alert_id=alert.pk, by=coordinator, now=NOW)
    assert "Cora Coordinator has taken it on" in browser.get("/messages/outbox/").content.decode()
    services.close_alert(alert_id=alert.pk, by=coordinator, now=NOW, **DONE)
    assert "Ada Byron" not in browser.get("/messages/outbox/").content.decode()


def test_the_banner_names_nobody_to_those_who_may_not_know(
    browser: Browser, alert: RiskAlert, administrator: User, stranger: User
) -> None:
    browser.force_login(administrator)
    assert "Ada Byron" not in browser.get("/messages/outbox/").content.decode()
    browser.force_login(stranger)
    assert "Ada Byron" not in browser.get(reverse("risk:open_alerts")).content.decode()


def test_the_list_shows_those_nobody_has_taken_on_first(
    browser: Browser, ada: Client, prescriber: User, django_assert_max_num_queries: Any
) -> None:
    RiskAlertFactory(client=ada, reason="taken", acknowledged_at=NOW, acknowledged_by=prescriber)
    RiskAlertFactory(client=ada, reason="waiting")
    browser.force_login(prescriber)
    browser.get(reverse("risk:open_alerts"))
    with django_assert_max_num_queries(9):
        page = browser.get(reverse("risk:open_alerts")).content.decode().split("<table")[1]
    assert page.index("waiting") < page.index("taken")


def test_without_alerts_the_list_says_when_one_comes(browser: Browser, prescriber: User) -> None:
    browser.force_login(prescriber)
    assert "No open alerts" in browser.get(reverse("risk:open_alerts")).content.decode()


def test_from_alert_to_closed(browser: Browser, alert: RiskAlert, prescriber: User) -> None:
    ContactPointFactory(
        client=alert.client, kind=ContactKind.PHONE, value="+18015550111", may_email=False, may_call=True
    )
    browser.force_login(prescriber)
    address = reverse("risk:alert", args=[alert.pk])
    assert 'href="tel:+18015550111"' in browser.get(address).content.decode()
    assert AuditEvent.objects.filter(action="risk_alert_read", client_id=alert.client_id).exists()
    taken = browser.post(reverse("risk:acknowledge", args=[alert.pk]), follow=True).content.decode()
    assert "I take this on" not in taken
    again = browser.post(reverse("risk:acknowledge", args=[alert.pk]), follow=True).content.decode()
    assert "already" not in again
    close = reverse("risk:close", args=[alert.pk])
    refused = browser.post(close, {"what_was_done": "Called her"})
    assert refused.status_code == 422
    assert "Choose what came of it." in refused.content.decode()
    assert "Called her" in refused.content.decode()
    assert browser.post(close, DONE).status_code == 302
    assert "her sister stays with her" in browser.get(address).content.decode()


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("auditor", 403), ("administrator", 403)])
@pytest.mark.parametrize("view", ["alert", "acknowledge", "close"])
def test_an_alert_is_closed_to_others(
    browser: Browser, alert: RiskAlert, request: pytest.FixtureRequest, who: str, status: int, view: str
) -> None:
    browser.force_login(request.getfixturevalue(who))
    address = reverse(f"risk:{view}", args=[alert.pk])
    response = browser.get(address) if view == "alert" else browser.post(address, DONE)
    assert response.status_code == status


SEEN = {
    "kind": "harm_to_others",
    "reason": "Said she would hurt her neighbour tonight.",
    "done_so_far": "Called her sister.",
}


@pytest.mark.parametrize("who", ["prescriber", "therapist"])
def test_a_clinician_raises_one_from_the_chart_and_all_the_team_sees_it(
    browser: Browser, ada: Client, coordinator: User, request: pytest.FixtureRequest, who: str
) -> None:
    user = request.getfixturevalue(who)
    browser.force_login(user)
    address = reverse("risk:raise_alert", args=[ada.pk])
    for page in (ada.get_absolute_url(), reverse("clients:detail", args=[ada.pk])):
        assert address in browser.get(page).text
    assert browser.get(address).status_code == 200
    done = browser.post(address, SEEN, follow=True)
    assert "Called her sister." in done.text
    assert browser.post(address, SEEN, follow=True).redirect_chain == done.redirect_chain, "a second click is no second"
    raised = RiskAlert.objects.get()
    assert (raised.kind, raised.raised_by, raised.client) == ("harm_to_others", user, ada)
    (event,) = AuditEvent.objects.filter(action="risk_alert_raised")
    assert (event.by, event.client_id) == (user, ada.pk)
    assert "hurt her neighbour" in browser.get(ada.get_absolute_url()).text
    browser.force_login(coordinator)
    assert "Ada Byron: danger to somebody else" in browser.get("/").text


def test_without_consent_to_share_a_therapist_still_raises_one(browser: Browser, ada: Client, therapist: User) -> None:
    ada.sharing_consents.update(revoked_at=NOW, revoked_by=therapist)
    browser.force_login(therapist)
    assert browser.get(ada.get_absolute_url()).status_code == 404
    assert browser.post(reverse("risk:raise_alert", args=[ada.pk]), SEEN).status_code == 302


@pytest.mark.parametrize("missing", ["kind", "reason", "done_so_far"])
def test_what_is_missing_is_said_and_what_was_typed_stays(
    browser: Browser, ada: Client, prescriber: User, missing: str
) -> None:
    browser.force_login(prescriber)
    answer = browser.post(reverse("risk:raise_alert", args=[ada.pk]), {**SEEN, missing: " "})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [missing]
    assert all(words in answer.text for name, words in SEEN.items() if name != missing)
    assert not RiskAlert.objects.exists()


@pytest.mark.parametrize("missing", ["reason", "done_so_far"])
def test_no_alert_without_its_words(ada: Client, prescriber: User, missing: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        services.raise_alert_by_hand(client=ada, by=prescriber, now=NOW, **{**SEEN, missing: "  "})
    assert refused.value.field == missing


def test_new_danger_after_the_end_is_a_new_alert(ada: Client, prescriber: User) -> None:
    first = services.raise_alert_by_hand(client=ada, by=prescriber, now=NOW, **SEEN)
    services.close_alert(alert_id=first.pk, by=prescriber, now=NOW, **DONE)
    assert services.raise_alert_by_hand(client=ada, by=prescriber, now=NOW, **SEEN) != first


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("coordinator", 403), ("auditor", 403), ("administrator", 403)]
)
def test_nobody_else_raises_one(
    browser: Browser, ada: Client, request: pytest.FixtureRequest, who: str, status: int
) -> None:
    browser.force_login(request.getfixturevalue(who))
    assert browser.post(reverse("risk:raise_alert", args=[ada.pk]), SEEN).status_code == status
    assert not RiskAlert.objects.exists()


@pytest.mark.parametrize("view", ["acknowledge", "close"])
def test_get_changes_nothing(browser: Browser, alert: RiskAlert, prescriber: User, view: str) -> None:
    browser.force_login(prescriber)
    assert browser.get(reverse(f"risk:{view}", args=[alert.pk])).status_code == 405


def test_the_chart_is_offered_to_those_it_opens_to(
    browser: Browser, alert: RiskAlert, prescriber: User, coordinator: User
) -> None:
    chart = f'href="{alert.client.get_absolute_url()}"'
    CareTeamMember.objects.filter(client=alert.client, user=coordinator).delete()
    for user, is_open in ((prescriber, True), (coordinator, False)):
        browser.force_login(user)
        assert (chart in browser.get(reverse("risk:alert", args=[alert.pk])).text) is is_open


def false_alarm(ada: Client, by: User) -> RiskAlert:
    """Raised by hand and found to be none by the same person."""
    alert = services.raise_alert_by_hand(client=ada, by=by, now=NOW, **SEEN)
    words = {"disposition": "not_a_risk", "what_was_done": "She was joking; her sister was there."}
    for _ in range(2):
        services.close_alert(alert_id=alert.pk, by=by, now=NOW, **words)
    return alert


def test_who_raised_it_does_not_switch_it_off_alone(
    browser: Browser, ada: Client, prescriber: User, coordinator: User
) -> None:
    alert = false_alarm(ada, prescriber)
    assert RiskAlert.objects.untaken().exists(), "its clock runs on"
    assert AuditEvent.objects.filter(action="risk_false_alarm_said").count() == 1
    address = reverse("risk:alert", args=[alert.pk])
    browser.force_login(prescriber)
    assert (
        "another person must agree"
        in browser.post(
            reverse("risk:close", args=[alert.pk]),
            {"disposition": "not_a_risk", "what_was_done": "Said again."},
            follow=True,
        ).text
    )
    assert "checked" not in browser.get(address).text
    browser.force_login(coordinator)
    form = browser.get(address).context["form"]
    assert (form["disposition"].value(), form["what_was_done"].value()) == (
        "not_a_risk",
        "She was joking; her sister was there.",
    )
    browser.post(reverse("risk:close", args=[alert.pk]), form.initial)
    alert.refresh_from_db()
    assert (alert.disposition, alert.closed_by) == ("not_a_risk", coordinator)


def test_who_raised_it_may_close_it_in_earnest(ada: Client, prescriber: User) -> None:
    alert = services.raise_alert_by_hand(client=ada, by=prescriber, now=NOW, **SEEN)
    assert services.close_alert(alert_id=alert.pk, by=prescriber, now=NOW, **DONE).closed_at == NOW


def test_the_database_refuses_a_false_alarm_closed_alone(ada: Client, prescriber: User) -> None:
    alert = services.raise_alert_by_hand(client=ada, by=prescriber, now=NOW, **SEEN)
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskAlert.objects.filter(pk=alert.pk).update(
            disposition="not_a_risk", what_was_done="x", closed_at=NOW, closed_by=prescriber
        )
