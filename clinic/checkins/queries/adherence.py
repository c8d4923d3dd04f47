"""What clients said of missed doses."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet

from clinic.checkins.models import CheckInAnswer
from clinic.checkins.rules.adherence import DosesTold
from clinic.core.clock import local_day

ANSWERS_READ = 40


def doses_told() -> QuerySet[CheckInAnswer, Any]:
    """The newest answers about doses, as a list within a statement about a client."""
    answers = CheckInAnswer.objects.filter(client=OuterRef("pk")).order_by("-answered_at")
    shown = answers.values("id", "answered_at", "doses_missed", "missed_because", plan_id=F("checkin__dose_plan"))
    return shown[:ANSWERS_READ]


def told_as(row: dict[str, Any]) -> DosesTold:
    """One row of that list."""
    on = local_day(row["answered_at"])
    return DosesTold(row["id"], row["plan_id"], on, row["doses_missed"], row["missed_because"])
