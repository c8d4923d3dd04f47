"""Deeds on coverage. Nothing is submitted to a payer from here: the care team writes down what it did."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.core.models import values_of
from clinic.core.rules import SENT_TWICE
from clinic.coverage import rules
from clinic.coverage.models import Coverage, EligibilityCheck, PriorAuthorization
from clinic.formulary.models import Medication
from clinic.staff.models import User


@transaction.atomic
def add_cover(*, client_id: UUID, payer: str, by: User, origin: str = "staff", **facts: Any) -> Coverage:
    """Write down a client's insurance as it stands on the card; the same card again is the cover that stands."""
    rules.check_days(facts.get("began_on"), facts.get("ended_on"))
    cover = Coverage(client_id=client_id, payer=payer, origin=origin, **facts)
    cover.full_clean()
    Client.objects.select_for_update(no_key=True).get(pk=client_id)
    if standing := Coverage.objects.filter(**values_of(cover, but=("origin",))).first():
        return standing
    cover.save()
    record("cover_added", by=by, subject=cover)
    return cover


@transaction.atomic
def end_cover(*, coverage_id: UUID, ended_on: date, by: User) -> Coverage:
    """The cover holds no longer after a day; the same day again changes nothing."""
    cover = Coverage.objects.select_for_update().get(pk=coverage_id)
    if cover.ended_on == ended_on:
        return cover
    rules.check_days(cover.began_on, ended_on)
    cover.ended_on = ended_on
    cover.save(update_fields=["ended_on", "updated_at"])
    record("cover_ended", by=by, subject=cover)
    return cover


@transaction.atomic
def check_eligibility(
    *, coverage_id: UUID, method: str, result: str, by: User, now: datetime, reference: str = "", note: str = ""
) -> EligibilityCheck:
    """Write down what the payer said of a cover, how it was asked and by whom.

    The very same words of the same person within ten minutes are one check.
    """
    cover = Coverage.objects.select_for_update().get(pk=coverage_id)
    check = EligibilityCheck(
        coverage=cover, checked_at=now, checked_by=by, method=method, result=result, reference=reference, note=note
    )
    check.full_clean()
    said = EligibilityCheck.objects.filter(**values_of(check, but=("checked_at",)), checked_at__gt=now - SENT_TWICE)
    if standing := said.first():
        return standing
    check.save()
    record("eligibility_checked", by=by, subject=check, client_id=cover.client_id, result=result)
    return check


@transaction.atomic
def need_prior_authorization(
    *, coverage_id: UUID, medication: Medication, by: User, note: str = ""
) -> PriorAuthorization:
    """A payer wants to be asked before it pays for a medication: from here on somebody tracks it.

    The same need, while nothing is submitted yet, is the one that is tracked already.
    """
    cover = Coverage.objects.select_for_update().get(pk=coverage_id)
    authorization = PriorAuthorization(client_id=cover.client_id, coverage=cover, medication=medication, note=note)
    authorization.full_clean()
    if standing := PriorAuthorization.objects.filter(**values_of(authorization)).first():
        return standing
    authorization.save()
    record("prior_authorization_needed", by=by, subject=authorization)
    return authorization


@transaction.atomic
def move_prior_authorization(
    *,
    authorization_id: UUID,
    status: str,
    by: User,
    today: date,
    reference: str = "",
    expires_on: date | None = None,
    note: str = "",
) -> PriorAuthorization:
    """Write down where a prior authorization stands; an approval runs from today until its last day."""
    row = PriorAuthorization.objects.select_for_update().get(pk=authorization_id)
    rules.check_move(row.status, status, expires_on=expires_on)
    row.status = status
    row.reference = reference or row.reference
    row.note = note or row.note
    if status == "submitted":
        row.submitted_on = today
    if status == "approved":
        row.approved_from, row.expires_on = today, expires_on
    row.full_clean()
    row.save(update_fields=["status", "reference", "note", "submitted_on", "approved_from", "expires_on", "updated_at"])
    record(f"prior_authorization_{status}", by=by, subject=row)
    return row
