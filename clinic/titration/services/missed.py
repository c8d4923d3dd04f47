"""Missed doses: what was not taken is recorded beside the plan, and the plan goes on or begins again by rule."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.staff.models import User
from clinic.titration import queries
from clinic.titration.models import DosePlanVersion, MissedDoses
from clinic.titration.rules import build_plan, missing, running, signing, telling
from clinic.titration.rules.missing import Gap, Onward
from clinic.titration.rules.signing import Override
from clinic.titration.services import dose_plans
from clinic.titration.services.overrides import write_overrides


@transaction.atomic
def record_missed_doses(
    *,
    dose_plan_id: UUID,
    base_version: int,
    last_taken_on: date,
    onward: Onward,
    template: str = "",
    is_confirmed: bool = False,
    reason: str,
    overrides: Sequence[Override] = (),
    by: User,
    now: datetime,
) -> MissedDoses:
    """Record that doses since `last_taken_on` were not taken, and sign how the plan goes on from today.

    By the restart rules going on may be refused, or need `is_confirmed`; a restart names its `template`. What was
    planned before today stays as it was signed, with the gap beside it. StaleRecord when another version was
    signed after `base_version`.
    """
    dose_plan, current = dose_plans.locked(dose_plan_id, base_version, by)
    today = dose_plans.day_of(now)
    signing.check_runs(current.stop_on, today)
    signing.check_reason(reason)
    old = build_plan(current.order)
    gap = missing.gap_of(old, last_taken_on, today)
    taking = queries.taking_of(dose_plan.client, today)
    after = taking.after_gap(dose_plan.medication, last_taken_on, today)
    missing.check_onward(onward, after, is_confirmed=is_confirmed)
    label = taking.label(dose_plan.medication)
    chosen = label.chosen(template) if onward is Onward.RESTART else None
    offered = queries.offered_products(dose_plan.medication)
    order = missing.order_after(onward, current.order, gap, template=chosen, offered=offered)
    key = chosen.key if chosen else current.template
    held = label.hold(order, key)
    findings = running.findings_from(held.plan, today)
    before = queries.before_change(dose_plan, old, held.plan, today, today=today)
    reasons = signing.check_overrides(before.stops, overrides, today)
    DosePlanVersion.objects.filter(pk=current.pk).update(superseded_at=now, updated_at=now)
    signed = dose_plans.Signed(held.order, held.plan, findings, before.regimen, key, from_day=today)
    version = dose_plans.sign_version(dose_plan, signed, number=current.number + 1, by=by, now=now)
    dose_plans.carry_steps(version, current, held.plan, today)
    write_overrides(version, before.stops, reasons)
    told = telling.tell_gap(dose_plan.medication.name, old, held.plan, gap, onward)
    dose_plans.write_change(version, dose_plan, told, today, reason=reason.strip())
    missed = _write_gap(version, gap, onward, rule=after.reason)
    record("doses_missed", by=by, subject=dose_plan, version=version.number, onward=str(onward))
    return missed


def _write_gap(version: DosePlanVersion, gap: Gap, onward: Onward, *, rule: str) -> MissedDoses:
    missed = MissedDoses(
        version=version,
        last_taken_on=gap.last_taken_on,
        first_missed_on=gap.first_missed_on,
        goes_on_on=gap.today,
        onward=onward,
        rule=rule,
        by=version.signed_by,
        at=version.signed_at,
    )
    missed.save(force_insert=True)
    return missed
