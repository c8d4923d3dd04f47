"""The medical director's deeds: confirm a medication's numbers, accept or refuse a safety rule."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Decision, Medication, MedicationReview, SafetyRule
from clinic.formulary.rules import review as rules
from clinic.staff.models import User

CHANGED_MEANWHILE = "This was reviewed meanwhile. Look at it as it now stands, then decide again."


@transaction.atomic
def review_medication(
    *, medication_id: UUID, base_version: str, numbers: rules.Numbers, source: str, by: User, now: datetime
) -> Medication:
    """Confirm dose numbers of a medication from the place named: from now on plans are checked with them.

    A number left empty stays unknown. Plans signed before keep the version they were signed under. Refused when
    numbers do not fit together, no source is named, or another review came after `base_version`.
    """
    medication = Medication.objects.select_for_update().filter(pk=medication_id).first()
    if medication is None:
        raise Http404
    if medication.data_version != base_version:
        raise RuleBroken(CHANGED_MEANWHILE)
    rules.check_source(source)
    rules.check_numbers(numbers)
    before = rules.written({name: getattr(medication, name) for name in rules.NUMBERS})
    for name in rules.NUMBERS:
        setattr(medication, name, numbers[name])
    known = {name for name in rules.NUMBERS if numbers[name] is not None}
    medication.unverified_fields = [name for name in medication.unverified_fields if name not in known]
    reviews = MedicationReview.objects.filter(medication=medication).count() + 1
    medication.data_version = rules.reviewed_version(medication.data_version, reviews)
    medication.reviewed_by, medication.reviewed_on = by.full_name, local_day(now)
    medication.full_clean()
    medication.save(
        update_fields=[*rules.NUMBERS, "unverified_fields", "data_version", "reviewed_by", "reviewed_on", "updated_at"]
    )
    MedicationReview.objects.create(
        medication=medication, before=before, after=rules.written(numbers), source=source.strip(), by=by, at=now
    )
    record("medication_reviewed", by=by, subject=medication, version=medication.data_version)
    return medication


@transaction.atomic
def decide_rule(*, rule_id: UUID, is_accepted: bool, note: str = "", by: User, now: datetime) -> SafetyRule:
    """Accept a safety rule, or refuse it with a reason: a new version of the rule, in force from now on.

    Refused when another version came meanwhile.
    """
    seen = SafetyRule.objects.select_for_update().filter(pk=rule_id).first()
    if seen is None:
        raise Http404
    if seen.superseded_at is not None:
        raise RuleBroken(CHANGED_MEANWHILE)
    rules.check_decision(is_accepted=is_accepted, note=note, definition=seen.definition)
    SafetyRule.objects.filter(pk=seen.pk).update(superseded_at=now)
    decided = SafetyRule(
        key=seen.key,
        number=seen.number + 1,
        kind=seen.kind,
        definition=seen.definition,
        status=seen.status,
        data_version=seen.data_version,
        decision=Decision.ACCEPTED if is_accepted else Decision.REFUSED,
        decided_by=by,
        decided_at=now,
        decision_note=note.strip(),
    )
    decided.full_clean()
    decided.save(force_insert=True)
    record("safety_rule_decided", by=by, subject=decided, rule=seen.key, decision=decided.decision)
    return decided
