"""Deeds on side effects: told by the client, entered by staff, ended. Each telling is a row; none is changed."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.core.clock import local_day
from clinic.staff.models import User
from clinic.titration.models import DosePlan, DoseStep, SideEffect, SideEffectNote
from clinic.titration.rules.side_effects import LONGEST_WORDS, Felt, check_felt
from clinic.titration.services.supply import locked_plan


def keep_told_effects(
    *, dose_plan: DosePlan, felt: Sequence[Felt], mg_per_day: Decimal, source: str, now: datetime
) -> None:
    """Keep what a client told by link about side effects on `mg_per_day`, once for each `source`.

    What bothers begins one, or is a note of the one that stands; what bothers no more is a note alone, for a person
    ends it. Called inside the transaction that keeps the answer.
    """
    today = local_day(now)
    begun = [_effect(dose_plan, one, today, mg_per_day) for one in felt if one.severity]
    SideEffect.objects.bulk_create(begun, ignore_conflicts=True)
    standing = {_key(row): row for row in SideEffect.objects.standing().filter(dose_plan=dose_plan)} if felt else {}
    notes = [
        SideEffectNote(
            side_effect=standing[one.key],
            noted_on=today,
            severity=one.severity,
            mg_per_day=mg_per_day,
            source=f"{source}:{one.code}",
            at=now,
        )
        for one in felt
        if one.key in standing
    ]
    SideEffectNote.objects.bulk_create(notes, ignore_conflicts=True)
    if notes:
        record("side_effects_told", by=None, subject=dose_plan, count=len(notes))


@transaction.atomic
def note_side_effect(
    *,
    dose_plan_id: UUID,
    felt: Felt,
    began_on: date | None = None,
    done: str = "",
    remark: str = "",
    by: User,
    now: datetime,
) -> SideEffectNote:
    """Record a side effect of a medication, or how one that stands is now, and what was done about it.

    It is tied to the dose of the day. The very same note again on the same day answers the row that stands.
    """
    dose_plan = locked_plan(dose_plan_id, by)
    today = local_day(now)
    first_on = began_on or today
    check_felt(felt, began_on=first_on, plan_began_on=dose_plan.began_on, today=today)
    standing = {_key(row): row for row in SideEffect.objects.standing().filter(dose_plan=dose_plan)}
    effect = standing.get(felt.key)
    if effect is None:
        effect = _effect(dose_plan, felt, first_on, _mg_on(dose_plan, first_on))
        effect.full_clean()
        effect.save(force_insert=True)
    said = {"noted_on": today, "severity": felt.severity, "done": done, "words": remark.strip(), "by": by}
    note = SideEffectNote(side_effect=effect, mg_per_day=_mg_on(dose_plan, today), at=now, **said)
    same = effect.notes.filter(**said).first()
    if same is not None:
        return same
    note.full_clean()
    note.save(force_insert=True)
    record("side_effect_noted", by=by, subject=note, client_id=dose_plan.client_id, severity=felt.severity, done=done)
    return note


@transaction.atomic
def end_side_effect(*, effect_id: UUID, by: User, now: datetime) -> SideEffect:
    """It does not bother any more: today is the day it ended. Twice ended is once ended."""
    effect = SideEffect.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=effect_id).first()
    if effect is None:
        raise Http404
    if effect.ended_on is None:
        effect.ended_on, effect.ended_by, effect.ended_at = local_day(now), by, now
        effect.save(update_fields=["ended_on", "ended_by", "ended_at", "updated_at"])
        record("side_effect_ended", by=by, subject=effect)
    return effect


def _effect(dose_plan: DosePlan, felt: Felt, on: date, mg_per_day: Decimal) -> SideEffect:
    return SideEffect(
        client_id=dose_plan.client_id,
        dose_plan=dose_plan,
        code=felt.code,
        words=felt.words.strip()[:LONGEST_WORDS],
        began_on=on,
        began_mg=mg_per_day,
    )


def _key(row: SideEffect) -> tuple[str, str]:
    return Felt(row.code, row.words, 0).key


def _mg_on(dose_plan: DosePlan, day: date) -> Decimal:
    """The mg a day of the step that runs on a day, 0 where none does."""
    step = DoseStep.objects.current().on(day).filter(version__dose_plan=dose_plan).first()
    return step.mg_per_day if step else Decimal()
