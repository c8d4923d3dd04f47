"""A duty exists once for one cause, and ends once."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.worklist import services
from clinic.worklist.models import DutyKind, Outcome, WorkItem
from tests.factories.worklist import WorkItemFactory

NOW = dt.datetime(2026, 3, 4, 18, tzinfo=dt.UTC)


def opened(ada: Client | None, **words: Any) -> WorkItem:
    given: dict[str, Any] = {
        "kind": DutyKind.SILENT_CHECKIN,
        "about": "checkin:1",
        "reason": "No answer for 2 days.",
        "owner_role": Role.COORDINATOR,
        "due_at": NOW + dt.timedelta(days=1),
        "client": ada,
        "by": None,
        "now": NOW,
    }
    return services.open_item(**(given | words))


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_one_cause_has_one_duty(ada: Client) -> None:
    assert opened(ada) == opened(ada, reason="Asked again")
    assert WorkItem.objects.get().reason == "No answer for 2 days."
    assert actions() == ["duty_opened"]


def test_a_duty_without_a_cause_is_opened_each_time(ada: Client) -> None:
    assert opened(ada, about=None) != opened(ada, about=None)


def test_a_closed_cause_stays_closed(ada: Client, coordinator: User) -> None:
    item = opened(ada)
    services.close_item(item_id=item.pk, outcome=Outcome.REACHED, by=coordinator, now=NOW)
    assert opened(ada, urgent=True).closed_at == NOW
    assert actions() == ["duty_opened", "duty_closed"]


def test_an_urgent_cause_raises_a_duty_that_was_put_off(ada: Client, coordinator: User) -> None:
    item = opened(ada)
    services.snooze_item(item_id=item.pk, days=3, by=coordinator, now=NOW)
    raised = opened(ada, urgent=True, due_at=NOW)
    assert (raised.urgent, raised.due_at, raised.snoozed_until) == (True, NOW, None)
    assert opened(ada, urgent=False).urgent
    assert actions() == ["duty_opened", "duty_snoozed", "duty_raised"]


def test_a_reason_too_long_is_refused(ada: Client) -> None:
    with pytest.raises(ValidationError):
        opened(ada, reason="x" * 301)


def test_a_duty_closes_itself_when_its_cause_is_gone(ada: Client) -> None:
    opened(ada)
    done = {"about": "checkin:1", "outcome": Outcome.NO_LONGER_NEEDED, "by": None, "now": NOW}
    assert services.close_about(**done)  # type: ignore[arg-type]
    assert not services.close_about(**done)  # type: ignore[arg-type]
    item = WorkItem.objects.get()
    assert (item.outcome, item.closed_at, item.closed_by) == (Outcome.NO_LONGER_NEEDED, NOW, None)


def test_closing_keeps_outcome_note_and_who(ada: Client, coordinator: User) -> None:
    item = opened(ada)
    services.close_item(
        item_id=item.pk, outcome=Outcome.LEFT_MESSAGE, note="Calls back Friday", by=coordinator, now=NOW
    )
    item.refresh_from_db()
    assert (item.outcome, item.outcome_note, item.closed_by) == (
        "left_message",
        "Calls back Friday",
        coordinator,
    )


def test_a_closed_duty_cannot_be_closed_taken_or_put_off(ada: Client, coordinator: User) -> None:
    item = opened(ada)
    services.close_about(about="checkin:1", outcome=Outcome.DONE, by=None, now=NOW)
    with pytest.raises(RuleBroken, match="already closed"):
        services.close_item(item_id=item.pk, outcome=Outcome.DONE, by=coordinator, now=NOW)
    with pytest.raises(RuleBroken, match="already closed"):
        services.take_item(item_id=item.pk, by=coordinator, now=NOW)
    with pytest.raises(RuleBroken, match="already closed"):
        services.snooze_item(item_id=item.pk, days=1, by=coordinator, now=NOW)


@pytest.mark.parametrize("days", [0, -1, 31])
def test_a_duty_is_put_off_by_1_to_30_days(ada: Client, coordinator: User, days: int) -> None:
    with pytest.raises(RuleBroken, match="1 to 30 days"):
        services.snooze_item(item_id=opened(ada).pk, days=days, by=coordinator, now=NOW)


def test_a_duty_put_off_comes_back_in_the_morning(ada: Client, coordinator: User) -> None:
    item = services.snooze_item(item_id=opened(ada).pk, days=1, by=coordinator, now=NOW)
    assert item.snoozed_until is not None
    assert timezone.localtime(item.snoozed_until).isoformat() == "2026-03-05T08:00:00-07:00"
    assert not WorkItem.objects.waiting(NOW).exists()
    assert WorkItem.objects.waiting(item.snoozed_until).exists()


def test_taking_a_duty_makes_it_ones_own(ada: Client, coordinator: User) -> None:
    assert services.take_item(item_id=opened(ada).pk, by=coordinator, now=NOW).owner == coordinator


def test_a_duty_is_not_left_to_a_closed_account(ada: Client, coordinator: User, prescriber: User) -> None:
    item = opened(ada, owner=prescriber)
    with pytest.raises(RuleBroken, match="Paula Prescriber has this duty"):
        services.take_item(item_id=item.pk, by=coordinator, now=NOW)
    assert not WorkItem.objects.unheld().exists()
    User.objects.get_queryset().filter(pk=prescriber.pk).update(is_active=False)
    assert WorkItem.objects.unheld().get() == item
    assert services.take_item(item_id=item.pk, by=coordinator, now=NOW).owner == coordinator


def test_what_ends_by_itself_is_ended_by_nobodys_word(ada: Client, coordinator: User) -> None:
    item = opened(ada, kind=DutyKind.LEAVER)
    with pytest.raises(RuleBroken, match="ends by itself"):
        services.close_item(item_id=item.pk, outcome=Outcome.DONE, by=coordinator, now=NOW)
    assert services.close_about(about="checkin:1", outcome=Outcome.NO_LONGER_NEEDED, by=None, now=NOW)


def test_a_duty_says_what_is_left_to_do(ada: Client, coordinator: User) -> None:
    item = opened(ada)
    services.snooze_item(item_id=item.pk, days=3, by=coordinator, now=NOW)
    later = NOW + dt.timedelta(days=9)
    assert services.restate_about(about="checkin:1", reason="Less.", due_at=later, urgent=False)
    item.refresh_from_db()
    assert (item.reason, item.due_at, item.snoozed_until is None) == ("Less.", NOW + dt.timedelta(days=1), False)
    assert services.restate_about(about="checkin:1", reason="Less.", due_at=NOW, urgent=True)
    item.refresh_from_db()
    assert (item.urgent, item.due_at, item.snoozed_until) == (True, NOW, None)
    services.close_about(about="checkin:1", outcome=Outcome.DONE, by=None, now=NOW)
    assert not services.restate_about(about="checkin:1", reason="More.", due_at=NOW, urgent=True)
    assert actions() == ["duty_opened", "duty_snoozed", "duty_restated", "duty_restated", "duty_closed"]


def test_a_clinician_has_the_duties_of_their_role_for_their_clients(ada: Client, prescriber: User) -> None:
    theirs = opened(ada, owner_role=Role.PRESCRIBER)
    WorkItemFactory(client=ada)
    others = WorkItemFactory(owner_role=Role.PRESCRIBER)
    given = WorkItemFactory(owner_role=Role.THERAPIST, owner=prescriber)
    assert set(WorkItem.objects.visible_to(prescriber)) == {theirs, given}
    with pytest.raises(Http404):
        services.take_item(item_id=others.pk, by=prescriber, now=NOW)


def test_an_administrator_has_no_duties_of_the_care_team(ada: Client, administrator: User) -> None:
    opened(ada)
    assert not WorkItem.objects.visible_to(administrator).exists()
