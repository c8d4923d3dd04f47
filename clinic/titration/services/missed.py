"""Missed doses: what was not taken is recorded beside the plan, and the plan goes on or begins again by rule."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.staff.models import User
from clinic.titration import queries
from clinic.titration.models import MissedDoses
from clinic.titration.rules import build_plan, missing, running, signing, telling
from clinic.titration.rules.missing import Onward
from clinic.titration.rules.signing import Override
from clinic.titration.services import dose_plans


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
    around = queries.surroundings_of(dose_plan.client, today=today)
    after = around.after_gap(dose_plan.medication, last_taken_on, today)
    missing.check_onward(onward, after, is_confirmed=is_confirmed)
    label = around.label(dose_plan.medication)
    chosen = label.chosen(template) if onward is Onward.RESTART else None
    offered = queries.offered_products(dose_plan.medication)
    key = chosen.key if chosen else current.template
    held = label.hold(missing.order_after(onward, current.order, gap, template=chosen, offered=offered), key)
    told = telling.tell_gap(dose_plan.medication.name, old, held.plan, gap, onward)
    signed = dose_plans.Signed(*held, running.findings_from(held.plan, today), key, from_day=today)
    change = dose_plans.sign_next(
        dose_plan, current, signed, told, around, reason=reason, overrides=overrides, by=by, now=now
    )
    missed = MissedDoses(
        version=change.version, last_taken_on=last_taken_on, first_missed_on=gap.first_missed_on, goes_on_on=today,
        onward=onward, rule=after.reason, by=by, at=now,
    )  # fmt: skip
    missed.save(force_insert=True)
    record("doses_missed", by=by, subject=dose_plan, version=change.version.number, onward=str(onward))
    return missed
