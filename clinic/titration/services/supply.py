"""Deeds on supply: record a fill, take back a wrong one, and the duty when it ends before the next visit."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from clinic.audit.services import record
from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import queries
from clinic.titration.models import DosePlan, Fill, WhyWithdrawn
from clinic.titration.queries import CountedPlan
from clinic.titration.rules import supply
from clinic.titration.rules.strengths import Strength
from clinic.worklist import services as worklist
from clinic.worklist.models import DutyKind, Outcome

# The clinic's own habit, no clinical number: earlier a run-out is nobody's duty yet.
SEEN_TO_AHEAD = timedelta(days=14)


@transaction.atomic
def record_fill(
    *, dose_plan_id: UUID, strength: Strength, count: Decimal, filled_on: date, how_known: str, by: User, now: datetime
) -> Fill:
    """Record that so much of a strength came to the client on a day, and how that is known.

    A fill that stands already with the same strength, amount and day is one with it. `count` is in pieces or mL.
    """
    dose_plan = locked_plan(dose_plan_id, by)
    today = local_day(now)
    counted = queries.counted_plan(dose_plan, now)
    filled = supply.Fill(filled_on, strength, count)
    supply.check_fill(filled, queries.offered_strengths(counted, today), today=today)
    key = {"form": strength.form, "release": strength.release, "mg": strength.mg}
    same = dose_plan.fills.standing().filter(**key, count=count, filled_on=filled_on)
    if standing := same.first():
        return Fill.objects.get(pk=standing.pk)
    fill = Fill(
        client=dose_plan.client,
        dose_plan=dose_plan,
        **key,
        count=count,
        filled_on=filled_on,
        how_known=how_known,
        recorded_by=by,
        recorded_at=now,
    )
    fill.full_clean()
    fill.save(force_insert=True)
    record("fill_recorded", by=by, subject=fill, dose_plan=str(dose_plan.pk), how_known=how_known)
    _see_to(dose_plan, by=by, now=now)
    return fill


@transaction.atomic
def withdraw_fill(*, fill_id: UUID, because: str, by: User, now: datetime) -> Fill:
    """Take back a wrong fill: it counts no more and stays to be seen. Twice withdrawn is once withdrawn.

    A prescriber may take back any; whoever else records fills, their own.
    """
    fill = Fill.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=fill_id).first()
    if fill is None:
        raise Http404
    if because not in WhyWithdrawn.values:
        raise RuleBroken("Say why it is withdrawn.", field="because")
    if not queries.may_withdraw(fill.recorded_by_id, by):
        raise RuleBroken("Somebody else recorded this. Ask them or a prescriber to withdraw it.")
    if fill.withdrawn_at is None:
        fill.withdrawn_at, fill.withdrawn_by, fill.withdrawn_because = now, by, because
        fill.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because", "updated_at"])
        record("fill_withdrawn", by=by, subject=fill, because=because)
        _see_to(fill.dose_plan, by=by, now=now)
    return fill


@transaction.atomic
def look_at_supply(*, now: datetime) -> int:
    """Make a duty of each supply that ends within 14 days and before the next visit; end those whose reason is gone.

    Asked again, it changes nothing more. A changed dose plan is seen at the next look. Answers how many duties wait.
    """
    counted = queries.counted_plans_with_fills(now)
    wanted = {queries.runs_out_about(one): one for one in counted if _is_pressing(one, now)}
    for about in set(queries.open_run_outs()) - wanted.keys():
        worklist.close_about(about=about, outcome=Outcome.NO_LONGER_NEEDED, by=None, now=now)
    for about, one in wanted.items():
        _open_duty(about, one, by=None, now=now)
    return len(wanted)


def locked_plan(dose_plan_id: UUID, by: User) -> DosePlan:
    """A dose plan of an open chart under its lock, so that two entries about its supply come one after the other."""
    plans = DosePlan.objects.visible_to(by).select_for_update(of=("self",)).select_related("client", "medication")
    dose_plan = plans.filter(pk=dose_plan_id).first()
    if dose_plan is None:
        raise Http404
    return dose_plan


def _see_to(dose_plan: DosePlan, *, by: User, now: datetime) -> None:
    """The duties about one supply after it changed."""
    counted = queries.counted_plan(dose_plan, now)
    wanted = queries.runs_out_about(counted) if _is_pressing(counted, now) else ""
    for about in queries.open_run_outs(dose_plan.pk):
        if about != wanted:
            worklist.close_about(about=about, outcome=Outcome.NO_LONGER_NEEDED, by=by, now=now)
    if wanted:
        _open_duty(wanted, counted, by=by, now=now)


def _is_pressing(counted: CountedPlan, now: datetime) -> bool:
    run_out_on = counted.supply.run_out_on if counted.supply else None
    is_near = run_out_on is not None and run_out_on <= local_day(now) + SEEN_TO_AHEAD
    return is_near and counted.runs_out_first


def _open_duty(about: str, counted: CountedPlan, *, by: User | None, now: datetime) -> None:
    supplied, visit = counted.supply, counted.next_visit_on
    assert supplied is not None  # noqa: S101 - narrows the type alone
    none_left_on = supplied.out_since or supplied.run_out_on
    assert none_left_on is not None  # noqa: S101 - narrows the type alone
    until = f"the next visit is on {_day(visit)}" if visit else "no visit is booked"
    worklist.open_item(
        kind=DutyKind.RUNS_OUT,
        about=about,
        reason=f"{counted.dose_plan.medication}: by count none is left on {_day(none_left_on)}, {until}"[:300],
        owner_role=Role.COORDINATOR,
        due_at=timezone.make_aware(datetime.combine(none_left_on, time.min)),
        client=counted.dose_plan.client,
        by=by,
        now=now,
    )


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
