"""A running plan ordered anew from a day on: what was taken before that day stays as it was."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen import Severity
from clinic.titration.rules.course import split_over_times
from clinic.titration.rules.days import day_of, step_on
from clinic.titration.rules.dispensing import Dispensed, dispense_between
from clinic.titration.rules.findings import Code, Finding
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.order import Time
from clinic.titration.rules.plan import DosePlanResult, build_plan
from clinic.titration.rules.steps import Step

ONE_DAY = timedelta(days=1)
Row = dict[str, Any]


def order_from(
    day: date,
    old_order: Mapping[str, Any],
    new_steps: Sequence[Mapping[str, Any]],
    *,
    products: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The old order up to the day before `day`, then `new_steps` (rows of the contract's `steps`).

    A new step that goes on with the amount of the day before is one with it, so that no rise is counted from
    the day of the change. RuleBroken on `on` for a day outside the plan.
    """
    old = build_plan(old_order)
    if day < old.order.start_on or (old.last_on is not None and day > old.last_on + ONE_DAY):
        raise RuleBroken("This day is not within the dose plan.", field="on")
    rows = _joined([*_rows_before(old, day), *(dict(row) for row in new_steps)])
    kept = {key: old_order[key] for key in ("id", "start_on", "horizon_days", "limits") if key in old_order}
    return {**kept, "products": list(products or old_order["products"]), "steps": rows}


def order_with(old_order: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The old order with one more of the contract's `changes`: pause, back_one_step, slow or stop."""
    return {**old_order, "changes": [*(old_order.get("changes") or []), dict(change)]}


def amount_row(plan: DosePlanResult, mg_per_day: Decimal, times: Sequence[Time], days: int | None = None) -> Row:
    """One step of a daily amount in mg, split over its times as the plan's products allow."""
    doses = split_over_times(mg_per_day, times, plan.order.shelf.smallest_mg)
    row: Row = {"doses": {time.value: plain(mg) for time, mg in doses}}
    return row if days is None else {**row, "days": days}


def amount_then_schedule(plan: DosePlanResult, day: date, mg_per_day: Decimal, times: Sequence[Time]) -> list[Row]:
    """A daily amount from `day` until the next planned step begins; then the plan goes on as it was."""
    later = [step for step in plan.steps if step.first_on > day]
    running = step_on(plan, day)
    end_on = later[0].first_on if later else (running.last_on + ONE_DAY if running and running.last_on else None)
    days = (end_on - day).days if end_on else None
    return [amount_row(plan, mg_per_day, times, days), *(_row(step, step.first_on) for step in later)]


def next_step_early(plan: DosePlanResult, day: date) -> list[Row]:
    """The next planned step begins on `day`; later ones come sooner by as many days. RuleBroken without a next one."""
    coming = next((step for step in plan.steps if step.first_on > day), None)
    if coming is None:
        raise RuleBroken("No step comes after this day.", field="on")
    return rest_of(plan, coming.first_on)


def held(plan: DosePlanResult, day: date, days: int) -> list[Row]:
    """No dose for so many days from `day`; then the rest of the plan, moved by as many days."""
    return [{"doses": {}, "days": days}, *rest_of(plan, day)]


def rest_of(plan: DosePlanResult, day: date) -> list[Row]:
    """The steps from `day` on as rows of an order, the running one with the days it has left."""
    return [_row(step, max(step.first_on, day)) for step in plan.steps if step.last_on is None or step.last_on >= day]


def takes_effect_on(old: DosePlanResult, new: DosePlanResult) -> date | None:
    """The first day on which the amounts of two plans differ, None where none does."""
    edges = [step.first_on for step in (*old.steps, *new.steps)]
    ends = [step.last_on for step in (*old.steps, *new.steps) if step.last_on is not None]
    rhythm = max((step.every_days for step in (*old.steps, *new.steps)), default=1)
    first = min([old.order.start_on, new.order.start_on])
    last = max([*edges, *ends, first]) + timedelta(days=2 * rhythm)
    return next((day for day in _days(first, last) if amounts_on(old, day) != amounts_on(new, day)), None)


def is_higher_anywhere(old: DosePlanResult, new: DosePlanResult, day: date) -> bool:
    """Whether the new plan takes more than the old one on any day from `day` on; lowering and stopping do not."""
    edges = {day, *(step.first_on for step in (*old.steps, *new.steps) if step.first_on > day)}
    edges |= {step.last_on + ONE_DAY for step in (*old.steps, *new.steps) if step.last_on and step.last_on >= day}
    return any(_average_on(new, edge) > _average_on(old, edge) for edge in edges)


def _average_on(plan: DosePlanResult, day: date) -> Decimal:
    """The mg a day of the step that runs, spread over the days between two doses."""
    step = step_on(plan, day)
    return step.mg_per_day / step.every_days if step else Decimal()


def amounts_on(plan: DosePlanResult, day: date) -> tuple[tuple[Time, Decimal], ...]:
    """What is taken on a day: mg by time, nothing outside the plan."""
    taken = day_of(plan, day)
    return tuple((dose.time, dose.mg) for dose in taken.doses) if taken else ()


def mg_on(plan: DosePlanResult, day: date) -> Decimal:
    """The daily amount in mg of the step that runs on a day, 0 outside the plan."""
    step = step_on(plan, day)
    return step.mg_per_day if step else Decimal()


def steps_before(steps: Sequence[Step], day: date) -> list[Step]:
    """The steps up to the day before `day`, a running one cut there."""
    return [_until(step, day - ONE_DAY) for step in steps if step.first_on < day]


def steps_after(steps: Sequence[Step], day: date) -> list[Step]:
    """The steps from `day` on, a running one beginning there."""
    return [
        step if step.first_on >= day else replace(step, first_on=day)
        for step in steps
        if step.last_on is None or step.last_on >= day
    ]


def dispensed_from(plan: DosePlanResult, day: date | None) -> tuple[Dispensed, ...]:
    """What to dispense from a day on (None: for the whole plan), an open-ended step for the order's horizon."""
    if day is None or not plan.steps:
        return plan.dispense
    open_from = max(plan.steps[-1].first_on, day)
    last_on = plan.last_on or open_from + timedelta(days=plan.order.horizon_days - 1)
    return dispense_between(plan.steps, plan.order.shelf, day, last_on)


def findings_from(plan: DosePlanResult, day: date) -> tuple[Finding, ...]:
    """The findings that concern `day` or later; what lies behind cannot be put right by a change."""
    return tuple(finding for finding in plan.findings if _reaches(finding, day))


def unsettled_stops(findings: Sequence[Finding], settled: Sequence[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """Findings that stop and that no earlier override has settled: the same finding of the same day and size."""
    known = {(one["code"], one["first_on"], one["value"]) for one in settled}
    return tuple(
        finding
        for finding in findings
        if finding.severity is Severity.STOP
        and (finding.code, finding.first_on.isoformat(), plain(finding.value)) not in known
    )


def with_moved(
    settled: Sequence[Mapping[str, Any]], old: DosePlanResult, new: DosePlanResult, day: date
) -> list[Mapping[str, Any]]:
    """The settled findings, and those of the plan in force that a change from `day` on merely moves to a later day.

    Every stop of a plan in force was given its reason. A cut, or an amount that no units make, is moved when a taper
    goes on later; anything else only where no day takes more than before.
    """
    before = [one for one in findings_from(old, day) if one.severity is Severity.STOP]
    after = [one for one in findings_from(new, day) if one.severity is Severity.STOP]
    stayed = {_found_as(one) for one in before} & {_found_as(one) for one in after}
    gone = [one for one in before if _found_as(one) not in stayed]
    is_higher = is_higher_anywhere(old, new, day)
    moved = []
    for finding in after:
        is_free = not is_higher or finding.code in {Code.REDUCTION_FAST, Code.NOT_MAKEABLE}
        was = next((one for one in gone if _found_as(one)[1:] == _found_as(finding)[1:]), None)
        if _found_as(finding) not in stayed and is_free and was is not None and was.first_on < finding.first_on:
            gone.remove(was)
            moved.append(finding.to_json())
    return [*settled, *moved]


def _found_as(finding: Finding) -> tuple[date, Code, Decimal, Decimal | None]:
    return finding.first_on, finding.code, finding.value, finding.limit


def _reaches(finding: Finding, day: date) -> bool:
    runs_on = finding.code is Code.ABOVE_MAX and (finding.last_on is None or finding.last_on >= day)
    return runs_on or finding.first_on >= day


def _until(step: Step, day: date) -> Step:
    return step if step.last_on is not None and step.last_on <= day else replace(step, last_on=day)


def _rows_before(plan: DosePlanResult, day: date) -> list[Row]:
    return [_row(step, step.first_on) for step in steps_before(plan.steps, day)]


def _row(step: Step, first_on: date) -> Row:
    row: Row = {"doses": {dose.time.value: plain(dose.mg) for dose in step.doses}, "every_days": step.every_days}
    return row if step.last_on is None else {**row, "days": (step.last_on - first_on).days + 1}


def _joined(rows: Sequence[Row]) -> list[Row]:
    """Neighbours that take the same every day become one."""
    joined: list[Row] = []
    for row in rows:
        before = joined[-1] if joined else None
        if before is not None and before.get("days") and _is_same_daily(before, row):
            days = row.get("days")
            joined[-1] = {**before, "days": before["days"] + days} if days else _open_ended(before)
        else:
            joined.append(row)
    return joined


def _is_same_daily(one: Row, other: Row) -> bool:
    def daily(row: Row) -> dict[str, Decimal] | None:
        doses = {time: Decimal(mg) for time, mg in row["doses"].items() if Decimal(mg)}
        return doses if row.get("every_days", 1) == 1 else None

    return daily(one) is not None and daily(one) == daily(other)


def _open_ended(row: Row) -> Row:
    return {key: value for key, value in row.items() if key != "days"}


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
