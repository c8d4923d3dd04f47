"""What a clinician has still to see of their clients' dose changes, and what the other noticed."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404

from clinic.clients.models import CareTeamMember, Client
from clinic.clients.queries import in_open_charts
from clinic.coordination.models import ChangeAcknowledgement, Observation
from clinic.core.clock import local_day
from clinic.core.queries import prepared
from clinic.plans.models import TreatmentPlan
from clinic.plans.queries import plans_awaiting_acknowledgement
from clinic.staff.models import User
from clinic.titration.models import DoseChange
from clinic.visits.rules.since import Line

CHANGES_SHOWN = 50
OBSERVATIONS_SHOWN = 20


def unacknowledged_changes(user: User, limit: int = CHANGES_SHOWN) -> QuerySet[DoseChange]:
    """Dose changes of this user's own clients, made by others since they came to the team and not acknowledged.

    Newest first, with client, medication and who signed it, in one query. A chart that is not open (no consent
    to share) shows nothing.
    """
    seen = ChangeAcknowledgement.objects.filter(change=OuterRef("pk"), by=user)
    link = CareTeamMember.objects.live().filter(
        client=OuterRef("client"), user=user, role=user.acting_role, started_at__lte=OuterRef("at")
    )
    waiting = DoseChange.objects.filter(in_open_charts(user), Exists(link), ~Exists(seen)).exclude(by=user)
    return waiting.select_related("client", "by", "version__dose_plan__medication").order_by("-at")[:limit]


def get_change(user: User, change_id: UUID) -> DoseChange:
    """One dose change of an open chart, or 404."""
    changes = DoseChange.objects.visible_to(user).select_related("client", "version__dose_plan")
    return get_object_or_404(changes, pk=change_id)


def unacknowledged_plans(user: User) -> QuerySet[TreatmentPlan]:
    """Treatment plans in force that this user has still to see, newest first; one query."""
    return plans_awaiting_acknowledgement(user).order_by("-signed_at")


def newest_observations(client: Client, k: int = OBSERVATIONS_SHOWN) -> QuerySet[Observation]:
    """What was noticed about a client, newest first; one query."""
    return Observation.objects.filter(client=client).select_related("by", "change").order_by("-at")[:k]


@prepared
def observations_since(client_id: UUID, instant: datetime) -> QuerySet[Observation]:
    """What was noticed about a client since an instant, newest first; one query."""
    noticed = Observation.objects.filter(client=client_id, at__gte=instant)
    return noticed.select_related("by").order_by("-at")[:OBSERVATIONS_SHOWN]


def observation_lines(client: Client, instant: datetime) -> list[Line]:
    """The observations as lines of what happened since the last visit."""
    return [
        Line(
            "observation",
            local_day(row.at),
            row.text,
            "note",
            who=f"{row.by}",
            view_name="coordination:observe",
            source_id=client.pk,
        )
        for row in observations_since(client.pk, instant)
    ]
