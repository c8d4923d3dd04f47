"""Check-ins that nobody answered, and the duties that stand for them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from clinic.checkins.models import (
    CheckIn,
    CheckInState,
)
from clinic.checkins.queries.answers import KIND
from clinic.checkins.rules import Occasion, Protocol
from clinic.clients.models import ClientStatus
from clinic.core.queries import prepared
from clinic.messaging.models import Reminder
from clinic.worklist.models import WorkItem

# A silence older than this was somebody else's to see: a clinic that begins with it is not flooded.
LOOKED_BACK = timedelta(days=7)
# Read of one dose plan to find where a series of silences began.
NEWEST = 100


def newly_silent(protocols: Mapping[Occasion, Protocol], *, today: date, now: datetime) -> list[CheckIn]:
    """Check-ins of clients in care whose message left longer ago than their protocol waits, still without an answer."""
    left = Reminder.objects.filter(about_kind=KIND, about_id=OuterRef("pk"))
    late = Q(pk=None)
    for occasion, protocol in protocols.items():
        before = now - timedelta(hours=protocol.silent_after_hours)
        late |= Q(Exists(left.filter(accepted_at__lte=before)), occasion=occasion)
    waiting = CheckIn.objects.filter(
        late,
        state__in=[CheckInState.PLANNED, CheckInState.EXPIRED],
        silent_at=None,
        due_on__gte=today - LOOKED_BACK,
        client__status=ClientStatus.ACTIVE,
    )
    return list(waiting.select_related("client", "dose_plan__medication", "dose_plan__prescriber").order_by("due_on"))


@prepared
def newest_of_plan(dose_plan_id: UUID) -> QuerySet[CheckIn, Any]:
    """Check-ins of a dose plan that were answered or seen to be silent: key and whether silent, newest first."""
    seen = CheckIn.objects.filter(dose_plan=dose_plan_id).filter(Q(state="answered") | Q(silent_at__isnull=False))
    is_silent = Case(When(state="answered", then=Value(False)), default=Value(True), output_field=BooleanField())
    shown = seen.exclude(state="withdrawn").order_by("-due_on", "-id").annotate(is_silent=is_silent)
    return shown.values_list("pk", "is_silent")[:NEWEST]


def silence_about(checkin_id: UUID) -> str:
    """The cause under which the silence of one check-in stands on the board."""
    return f"checkin:{checkin_id}:silent"


def series_about(first_id: UUID) -> str:
    """The cause under which a series of silences, by its first, stands among the duties of the prescriber."""
    return f"checkin:{first_id}:silences"


def open_silences(dose_plan_id: UUID) -> list[str]:
    """The causes of duties that are open because check-ins of this dose plan were not answered."""
    silent = CheckIn.objects.filter(dose_plan=dose_plan_id, silent_at__isnull=False).values_list("pk", flat=True)
    abouts = [about for pk in silent for about in (silence_about(pk), series_about(pk))]
    if not abouts:
        return []
    found = WorkItem.objects.open().filter(about__in=abouts).values_list("about", flat=True)
    return [about for about in found if about]
