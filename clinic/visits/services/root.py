"""What every deed of a visit begins with: the chart, the prescriber, the draft under its lock, its decisions."""

from collections.abc import Sequence
from uuid import UUID

from django.http import Http404

from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.models import DoseChange
from clinic.visits import queries
from clinic.visits.models import FollowUpVisit, MedicationDecision
from clinic.visits.rules.decisions import Asked


def check_prescriber(client: Client, by: User) -> None:
    """Only a prescriber of the client's care team writes visits; RuleBroken for anybody else."""
    if by.role != Role.PRESCRIBER or not queries.prescriber_links(by, client.pk):
        raise RuleBroken("Only a prescriber of this client's care team writes visits.")


def locked_draft(visit_id: UUID, by: User) -> FollowUpVisit:
    """One's own draft under its lock; others' drafts are not there, a signed visit is refused."""
    visit = next(iter(queries.visit_to_lock(by, visit_id)), None)
    if visit is None or (not visit.is_signed and visit.prescriber_id != by.pk):
        raise Http404
    check_prescriber(visit.client, by)
    if visit.is_signed:
        raise RuleBroken("This visit is signed and cannot change. Write an addendum instead.")
    return visit


def as_decision(
    visit: FollowUpVisit, asked: Asked, *, rationale: str = "", change: DoseChange | None = None
) -> MedicationDecision:
    """The row of what was decided for one medication; signed, with its rationale and the change it made."""
    return MedicationDecision(
        visit=visit,
        dose_plan_id=asked.dose_plan_id,
        decision=asked.decision,
        proposal=asked.proposal(),
        rationale=rationale,
        change=change,
    )


def write_decisions(rows: Sequence[MedicationDecision]) -> None:
    """One decision a dose plan: a later one takes the place of what stands."""
    MedicationDecision.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["visit", "dose_plan"],
        update_fields=["decision", "proposal", "rationale", "change", "updated_at"],
    )
