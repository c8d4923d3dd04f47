"""Deeds on history: allergies, trials, medications from anyone. What is wrong is withdrawn, never deleted."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.clients.queries import chart_to_lock
from clinic.core.clock import local_day
from clinic.formulary.models import Medication
from clinic.intake import rules
from clinic.intake.models import (
    Allergy,
    MedicationTrial,
    Origin,
    PregnancyAnswer,
    ReportedMedication,
    TrialResponse,
)
from clinic.intake.models.history import WhyStopped
from clinic.staff.models import User

NONE_KNOWN = "No known allergies"


def locked_client(client_id: UUID, by: User) -> Client:
    """The client whose history is written, locked; 404 for a chart that is not open to this person."""
    client = next(iter(chart_to_lock(by, client_id)), None)
    if client is None:
        raise Http404
    return client


@transaction.atomic
def add_allergy(
    *,
    client_id: UUID,
    substance: str = "",
    reaction: str = "",
    severity: str = "unknown",
    is_none_known: bool = False,
    medication: Medication | None = None,
    by: User,
    now: datetime,
) -> Allergy:
    """Record an allergy, or the statement that none is known; naming one withdraws that statement.

    The same substance again answers the row that stands.
    """
    client = locked_client(client_id, by)
    live = list(Allergy.objects.filter(client=client, withdrawn_at=None))
    named = [row for row in live if not row.is_none_known]
    rules.check_allergy(substance=substance, is_none_known=is_none_known, known=[row.substance for row in named])
    wanted = NONE_KNOWN if is_none_known else substance.strip()
    for row in live:
        if rules.same_words(row.substance, wanted):
            return row
        if row.is_none_known:
            _withdraw(row, "allergy_withdrawn", by=by, now=now)
    allergy = Allergy(
        client=client,
        substance=wanted,
        medication=medication,
        reaction="" if is_none_known else reaction.strip(),
        severity=severity,
        is_none_known=is_none_known,
        origin=Origin.STAFF,
        recorded_by=by,
        recorded_at=now,
    )
    allergy.full_clean()
    allergy.save(force_insert=True)
    record("allergy_added", by=by, subject=allergy, none_known=is_none_known)
    return allergy


@transaction.atomic
def add_trial(
    *,
    client_id: UUID,
    name: str,
    highest_mg: Decimal | None = None,
    weeks: int | None = None,
    response: str = TrialResponse.UNKNOWN,
    why_stopped: str = WhyStopped.UNKNOWN,
    detail: str = "",
    medication: Medication | None = None,
    by: User,
    now: datetime,
) -> MedicationTrial:
    """Record a medication tried before: highest dose in mg a day, weeks taken, how it went, why it ended.

    The very same trial again answers the row that stands.
    """
    client = locked_client(client_id, by)
    rules.check_trial(name=name, highest_mg=highest_mg, weeks=weeks)
    told = {"highest_mg": highest_mg, "weeks": weeks, "response": response, "why_stopped": why_stopped}
    for row in MedicationTrial.objects.filter(client=client, withdrawn_at=None, **told):
        if rules.same_words(row.name, name):
            return row
    trial = MedicationTrial(
        client=client,
        medication=medication,
        name=name.strip(),
        detail=detail.strip(),
        recorded_by=by,
        recorded_at=now,
        **told,
    )
    trial.full_clean()
    trial.save(force_insert=True)
    record("trial_added", by=by, subject=trial)
    return trial


@transaction.atomic
def add_reported_medication(
    *,
    client_id: UUID,
    name: str,
    dose_text: str = "",
    mg_per_day: Decimal | None = None,
    prescribed_by: str = "",
    first_on: date | None = None,
    last_on: date | None = None,
    medication: Medication | None = None,
    by: User,
    now: datetime,
) -> ReportedMedication:
    """Record something the client takes that is not prescribed here, in their words where it is not on our list.

    The same medication again, still being taken in the same dose, answers the row that stands.
    """
    client = locked_client(client_id, by)
    rules.check_trial(name=name, highest_mg=mg_per_day, weeks=None)
    rules.check_medication_dates(first_on=first_on, last_on=last_on, today=local_day(now))
    for row in ReportedMedication.objects.filter(client=client, last_on=last_on, dose_text=dose_text.strip()):
        if rules.same_words(row.name, name):
            return row
    reported = ReportedMedication(
        client=client,
        medication=medication,
        name=name.strip(),
        rxcui=medication.rxcui if medication else "",
        dose_text=dose_text.strip(),
        mg_per_day=mg_per_day,
        prescribed_by=prescribed_by.strip(),
        first_on=first_on,
        last_on=last_on,
        origin=Origin.STAFF,
        recorded_by=by,
        recorded_at=now,
    )
    reported.full_clean()
    reported.save(force_insert=True)
    record("reported_medication_added", by=by, subject=reported)
    return reported


@transaction.atomic
def record_pregnancy(
    *, client_id: UUID, status: str, due_on: date | None = None, by: User, now: datetime
) -> PregnancyAnswer:
    """Record what the client says today about being pregnant; it counts until the next answer.

    The same answer again on the same day answers the row that stands.
    """
    client = locked_client(client_id, by)
    today = local_day(now)
    rules.check_pregnancy(status=status, due_on=due_on, today=today)
    last = PregnancyAnswer.objects.filter(client=client).newest_first().first()
    is_the_same = last is not None and (last.status, last.due_on) == (status, due_on)
    if last is not None and is_the_same and local_day(last.recorded_at) == today:
        return last
    answer = PregnancyAnswer(
        client=client, status=status, due_on=due_on, origin=Origin.STAFF, recorded_by=by, recorded_at=now
    )
    answer.full_clean()
    answer.save(force_insert=True)
    record("pregnancy_recorded", by=by, subject=answer)
    return answer


@transaction.atomic
def withdraw_allergy(*, allergy_id: UUID, by: User, now: datetime) -> Allergy:
    """Take back an allergy that was recorded in error; the row stays."""
    allergy = Allergy.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=allergy_id).first()
    if allergy is None:
        raise Http404
    _withdraw(allergy, "allergy_withdrawn", by=by, now=now)
    return allergy


@transaction.atomic
def withdraw_trial(*, trial_id: UUID, by: User, now: datetime) -> MedicationTrial:
    """Take back a trial that was recorded in error; the row stays."""
    trial = MedicationTrial.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=trial_id).first()
    if trial is None:
        raise Http404
    _withdraw(trial, "trial_withdrawn", by=by, now=now)
    return trial


@transaction.atomic
def end_reported_medication(*, reported_id: UUID, by: User, now: datetime) -> ReportedMedication:
    """The client says that they do not take it any more: today is its last day."""
    rows = ReportedMedication.objects.visible_to(by).select_for_update(of=("self",))
    reported = rows.filter(pk=reported_id).first()
    if reported is None:
        raise Http404
    if reported.last_on is None:
        today = local_day(now)
        reported.last_on = max(today, reported.first_on or today)
        reported.save(update_fields=["last_on", "updated_at"])
        record("reported_medication_ended", by=by, subject=reported)
    return reported


def _withdraw(row: Allergy | MedicationTrial, deed: str, *, by: User, now: datetime) -> None:
    """Twice withdrawn is once withdrawn."""
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at", "updated_at"])
        record(deed, by=by, subject=row)
