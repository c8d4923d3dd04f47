"""Deeds on results: enter them, withdraw a wrong one. Nothing is ever changed or deleted."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.http import Http404
from django.utils import timezone

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.intake.services.history import locked_client
from clinic.monitoring import rules
from clinic.monitoring.models import Measurement, WhyWithdrawn
from clinic.monitoring.rules import KINDS, Given
from clinic.staff.models import User
from clinic.titration.services import doubt_promises, doubt_result, judge_results, keep_promises

ENTERED = "staff"


@transaction.atomic
def record_results(
    *, client_id: UUID, results: Sequence[Given], taken_at: datetime, note: str = "", by: User, now: datetime
) -> list[Measurement]:
    """Enter what was measured at one time, all of it or nothing.

    Each is kept in the unit of its kind, ends the duty of whoever promised it, and judges the dose steps
    that wait for it, unless a newer one of its kind stands.
    A result that stands already with the same value and time is one with it.
    """
    client = locked_client(client_id, by)
    rules.check_taken_at(timezone.localtime(taken_at), now=now, born_on=client.birth_on)
    rules.check_together(results)
    kept = [_record(client, one, taken_at, note.strip(), by) for one in results]
    keep_promises(client_id=client.pk, kinds=[one.kind for one in kept], taken_at=taken_at, by=by, now=now)
    later = Measurement.objects.standing().filter(client=client, taken_at__gt=taken_at)
    outdated = set(later.values_list("kind", flat=True))
    values = {one.kind: one.value for one in kept if one.kind not in outdated}
    judge_results(client_id=client.pk, values=values, taken_at=taken_at, by=by, now=now)
    return kept


@transaction.atomic
def record_result(
    *,
    client_id: UUID,
    kind: str,
    value: Decimal,
    unit: str,
    taken_at: datetime,
    note: str = "",
    by: User,
    now: datetime,
) -> Measurement:
    """Enter one result, kept in the unit of its kind."""
    [kept] = record_results(
        client_id=client_id, results=[Given(kind, value, unit)], taken_at=taken_at, note=note, by=by, now=now
    )
    return kept


def _record(client: Client, given: Given, taken_at: datetime, note: str, by: User) -> Measurement:
    value = rules.check_result(given)
    kind = KINDS[given.kind]
    same = Measurement.objects.standing().filter(client=client, kind=kind.code, value=value, taken_at=taken_at)
    if standing := same.first():
        return standing
    measurement = Measurement(
        client=client,
        kind=kind.code,
        loinc=kind.loinc,
        value=value,
        unit=kind.unit,
        entered_as=rules.entered_words(given),
        taken_at=taken_at,
        note=note,
        origin=ENTERED,
        recorded_by=by,
    )
    measurement.full_clean()
    measurement.save(force_insert=True)
    record("result_recorded", by=by, subject=measurement, kind=kind.code)
    return measurement


@transaction.atomic
def withdraw_result(*, measurement_id: UUID, because: str, by: User, now: datetime) -> Measurement:
    """Take back a wrong result: it counts no more and stays to be seen. Twice withdrawn is once withdrawn.

    A step that it let begin waits again, a promise that it kept is open again.
    """
    rows = Measurement.objects.visible_to(by).select_for_update(of=("self",))
    measurement = rows.filter(pk=measurement_id).first()
    if measurement is None:
        raise Http404
    rules.check_withdrawal(
        recorded_by=measurement.recorded_by_id,
        by=by.pk,
        role=by.acting_role,
        because=because,
        known=WhyWithdrawn.values,
    )
    if measurement.withdrawn_at is None:
        measurement.withdrawn_at, measurement.withdrawn_by = now, by
        measurement.withdrawn_because = because
        measurement.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because", "updated_at"])
        record("result_withdrawn", by=by, subject=measurement, because=because)
        _take_back(measurement, by=by, now=now)
    return measurement


def _take_back(measurement: Measurement, *, by: User, now: datetime) -> None:
    """What followed from a result that was withdrawn no longer holds."""
    client_id, kind, taken_at = measurement.client_id, measurement.kind, measurement.taken_at
    doubt_result(client_id=client_id, kind=kind, value=measurement.value, taken_at=taken_at, now=now)
    standing = Measurement.objects.standing().filter(client=client_id, kind=kind)
    last = standing.aggregate(last=Max("taken_at"))["last"]
    doubt_promises(client_id=client_id, kind=kind, taken_at=taken_at, last_standing_at=last, by=by, now=now)
