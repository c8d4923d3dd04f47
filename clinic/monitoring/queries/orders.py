"""What stands on an order for tests that are due."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.core.templatetags.clinic_ui import day
from clinic.monitoring.queries.due import due_of_client
from clinic.monitoring.rules.ordering import OrderedTest, ordered_tests
from clinic.plans.models import PlanStatus, Problem
from clinic.staff.models import User
from clinic.staff.roles import Role


@dataclass(frozen=True, slots=True)
class Order:
    """The tests of one client, for whom to sign, and the diagnoses of the plan in force with their codes."""

    client: Client
    on: date
    tests: list[OrderedTest]
    reasons: list[str]
    prescriber: str


def order_of(user: User, client_id: UUID, now: datetime) -> Order:
    """The order for what is due of a client whose chart is open to this user."""
    client = get_object_or_404(Client.objects.charts_open_to(user), pk=client_id)
    today = local_day(now)
    coded = Problem.objects.filter(plan__client=client, plan__status=PlanStatus.SIGNED).exclude(code="")
    return Order(
        client=client,
        on=today,
        tests=ordered_tests(due_of_client(client.pk, now), today),
        reasons=[f"{code} {text}" for code, text in coded.values_list("code", "text")],
        prescriber=_lead_of(client),
    )


def _lead_of(client: Client) -> str:
    """The prescriber who signs it: the lead of the care team, else any of its prescribers."""
    team = client.care_team.working().filter(role=Role.PRESCRIBER).order_by("-is_lead", "started_at")
    link = team.select_related("user").first()
    return link.user.title if link else ""


def order_on_paper(order: Order) -> dict[str, Any]:
    """The values of the sheet."""
    return {
        "client": order.client.name,
        "born": day(order.client.birth_on),
        "on": day(order.on),
        "paper": "us-letter",
        "clinic": {"name": settings.CLINIC_NAME, "phone": settings.CLINIC_PHONE, "hours": settings.CLINIC_HOURS},
        "tests": [{"measured": one.measured, "when": one.when, "why": one.why} for one in order.tests],
        "reasons": order.reasons,
        "prescriber": order.prescriber,
    }
