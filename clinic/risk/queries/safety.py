"""Reads of safety plans, and of the links that open them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from clinic.clients.models import Client, ClientStatus
from clinic.messaging.models import SignedLink
from clinic.messaging.queries import open_link
from clinic.risk.models import SafetyPlan

KIND = "safety_plan"


def versions_of(client_id: UUID) -> QuerySet[SafetyPlan]:
    """Every version of a client's plan with who has a copy, the one in force first."""
    plans = SafetyPlan.objects.filter(client=client_id).select_related("signed_by")
    return plans.prefetch_related("copies__recorded_by")


def plan_in_force(client_id: UUID) -> SafetyPlan | None:
    """The newest version of a client's plan."""
    return SafetyPlan.objects.filter(client=client_id).select_related("signed_by").first()


def still_wanted(client_ids: Collection[UUID]) -> set[UUID]:
    """Read just before messages leave: the client is in care and has a plan."""
    in_care = Client.objects.filter(pk__in=client_ids, status=ClientStatus.ACTIVE, deceased_on=None)
    return set(in_care.filter(safety_plans__isnull=False).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class OpenPlan:
    """A plan behind a live link."""

    link: SignedLink
    client: Client
    plan: SafetyPlan


def open_plan(token: str, *, now: datetime) -> OpenPlan | None:
    """The plan in force that a live link opens; none once the client has left: the clinic's numbers would mislead."""
    link = open_link(token, about_kind=KIND, now=now)
    if link is None or link.client.status != ClientStatus.ACTIVE or link.client.deceased_on is not None:
        return None
    plan = plan_in_force(link.client_id)
    return OpenPlan(link, link.client, plan) if plan else None


def today_of(client: Client, now: datetime) -> date:
    """The client's own day."""
    return now.astimezone(ZoneInfo(client.time_zone)).date()
