"""Deeds on safety plans: sign a version, write down who has a copy."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.risk.models import SafetyPlan, SafetyPlanCopy
from clinic.risk.queries.safety import plan_in_force
from clinic.risk.rules import safety as laws
from clinic.staff.models import User


@transaction.atomic
def sign_safety_plan(
    *, client_id: UUID, version: int, review_on: date | None, by: User, now: datetime, **words: str
) -> SafetyPlan:
    """Sign what was written with the client as the next version; earlier ones stay as they were.

    `version` is the one that was in force when writing began; StaleRecord where another was signed meanwhile. The
    very same words sent again by the same person are the version that stands. Raises RuleBroken.
    """
    client = locked_client(client_id, by)
    laws.check_plan(words, review_on=review_on, today=local_day(now))
    said = {step.name: words[step.name].strip() for step in laws.STEPS}
    standing = plan_in_force(client.pk)
    if standing and (standing.words, standing.review_on, standing.signed_by_id) == (said, review_on, by.pk):
        return standing
    number = standing.number if standing else 0
    if standing and number != version:
        raise StaleRecord(
            f"{standing.signed_by} signed version {number} of this plan meanwhile. Both texts are below.",
            theirs=standing.words,
            version=number,
        )
    plan = SafetyPlan(client=client, number=number + 1, review_on=review_on, signed_at=now, signed_by=by, **said)
    plan.full_clean()
    plan.save(force_insert=True)
    record("safety_plan_signed", by=by, subject=plan, number=plan.number)
    return plan


@transaction.atomic
def give_copy(
    *, client_id: UUID, holder: str, name: str = "", given_on: date, by: User, now: datetime
) -> SafetyPlanCopy:
    """Write down who has a copy of the plan in force since when; said twice it is one copy. Raises RuleBroken."""
    plan = plan_in_force(locked_client(client_id, by).pk)
    if plan is None:
        raise RuleBroken("There is no safety plan to give.")
    laws.check_copy(holder, name, given_on=given_on, today=local_day(now))
    return keep_copy(plan, holder=holder, name=name.strip(), given_on=given_on, by=by, now=now)


def keep_copy(
    plan: SafetyPlan, *, holder: str, name: str, given_on: date, by: User | None, now: datetime
) -> SafetyPlanCopy:
    """One row for one copy; `by` is None where the client opened the plan by link."""
    fresh = SafetyPlanCopy(plan=plan, holder=holder, name=name, given_on=given_on, recorded_at=now, recorded_by=by)
    fresh.clean_fields()
    SafetyPlanCopy.objects.bulk_create([fresh], ignore_conflicts=True)
    kept = SafetyPlanCopy.objects.get(plan=plan, holder=holder, name=name, given_on=given_on)
    if kept.pk == fresh.pk:
        record("safety_plan_copy_given", by=by, subject=kept, client_id=plan.client_id, holder=holder)
    return kept


def locked_client(client_id: UUID, by: User) -> Client:
    """The client under a lock, if their chart is open to this person: two who sign at once sign one after the other."""
    found = Client.objects.charts_open_to(by).select_for_update(of=("self",), no_key=True).filter(pk=client_id)
    client = found.first()
    if client is None:
        raise Http404
    return client
