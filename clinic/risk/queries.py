"""Reads of alerts."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from clinic.clients.queries import chart_open_to, naming
from clinic.core.queries import prepared
from clinic.risk.models import RiskAlert
from clinic.staff.models import User


def open_alerts(user: User) -> QuerySet[RiskAlert]:
    """Alerts not closed yet on people this user may see; those nobody has taken on come first, oldest first."""
    alerts = RiskAlert.objects.open().visible_to(user).select_related("client", "acknowledged_by")
    return alerts.order_by("-acknowledged_at", "raised_at")


@prepared
def first_open_alerts(user: User, limit: int) -> QuerySet[RiskAlert]:
    """The alerts that a page's banner names."""
    shown = ("kind", "raised_at", *naming("client"), "acknowledged_by__full_name")
    return open_alerts(user).only(*shown)[:limit]


def get_alert(user: User, alert_id: UUID) -> RiskAlert:
    """One alert on a person this user may see, else 404."""
    alerts = RiskAlert.objects.visible_to(user).select_related("client", "raised_by", "acknowledged_by", "closed_by")
    alerts = alerts.annotate(is_chart_open=chart_open_to(user, "client"))
    reach = ["client__contact_points", "client__related_people"]
    return get_object_or_404(alerts.prefetch_related(*reach), pk=alert_id)
