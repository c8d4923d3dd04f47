"""Reads of alerts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.shortcuts import get_object_or_404

from clinic.clients.models import Client
from clinic.clients.queries import chart_open_to, naming
from clinic.core.queries import prepared
from clinic.risk.models import RiskAlert
from clinic.risk.queries.telling import clock
from clinic.risk.rules.escalation import next_place
from clinic.risk.rules.rota import Place
from clinic.staff.models import User
from clinic.staff.ties import Tie


@dataclass(frozen=True)
class Countdown:
    """Who is told next and when, while nobody has taken the alert on; both None once all were told."""

    place: Place | None
    at: datetime | None


@dataclass(frozen=True)
class OpenAlert:
    """An alert as the pages of the team show it; `countdown` is None once somebody has taken it on."""

    alert: RiskAlert
    countdown: Countdown | None

    @property
    def client(self) -> Client:
        return self.alert.client


def with_countdown(alert: RiskAlert, now: datetime) -> OpenAlert:
    """An alert with its running clock."""
    if alert.holder is not None or alert.closed_at is not None:
        return OpenAlert(alert, None)
    return OpenAlert(alert, Countdown(*(next_place(alert.raised_at, clock(), now=now) or (None, None))))


def open_alerts(user: User) -> QuerySet[RiskAlert]:
    """Alerts not closed yet on people this user may see; those nobody has taken on come first, oldest first."""
    alerts = RiskAlert.objects.open().visible_to(user).select_related("client", "acknowledged_by")
    taken_at = Case(When(acknowledged_by__is_active=True, then="acknowledged_at"))
    return alerts.order_by(taken_at.desc(), "raised_at")


@prepared
def first_open_alerts(user: User, limit: int) -> QuerySet[RiskAlert]:
    """The alerts that a page's banner names."""
    taken_by = ("acknowledged_by", "acknowledged_by__full_name", "acknowledged_by__is_active")
    shown = ("kind", "raised_at", "closed_at", *taken_by, *naming("client"))
    return open_alerts(user).only(*shown)[:limit]


def any_in_danger(user: User) -> Exists:
    """Whether an alert is open on anybody whom this user may see, for the statement of a page."""
    return Exists(RiskAlert.objects.open().visible_to(user))


def others_in_danger(user: User) -> Exists:
    """Whether an alert is open on anybody else that this user may see, for a statement about one client."""
    return Exists(RiskAlert.objects.open().visible_to(user).exclude(client=OuterRef("pk")))


def held_by(user: User, now: datetime) -> list[Tie]:
    """How many open alerts somebody has taken on."""
    held = RiskAlert.objects.open().filter(acknowledged_by=user).count()
    return [Tie(held, "open risk alert that they took on", "open risk alerts that they took on")]


def get_alert(user: User, alert_id: UUID) -> RiskAlert:
    """One alert on a person this user may see, else 404."""
    alerts = RiskAlert.objects.visible_to(user).select_related("client", "raised_by", "acknowledged_by", "closed_by")
    alerts = alerts.select_related("false_alarm__said_by")
    alerts = alerts.annotate(is_chart_open=chart_open_to(user, "client"))
    reach = ["client__contact_points", "client__related_people"]
    return get_object_or_404(alerts.prefetch_related(*reach), pk=alert_id)
