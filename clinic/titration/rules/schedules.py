"""Label schedules held against plans: whose pace a plan follows, and where it rises above a safety control."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from clinic.core.rules import RuleBroken
from clinic.formulary.rules import Choice, Template
from clinic.formulary.rules.regimen import Severity
from clinic.titration.rules.findings import Code, Finding
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.plan import DosePlanResult, build_plan
from clinic.titration.rules.steps import Step

ANY_PRODUCT = {"form": "tablet", "release": "IR", "strengths_mg": ["1"]}
ANY_DAY = date(2000, 1, 1)
# An order may bring limits of its own on cuts; these stand as the label has them now, whatever it had before.
OF_THE_LABEL = frozenset({"max_mg_per_day", "max_step_mg", "min_step_interval_days"})
Rung = tuple[Decimal, int]


class Held(NamedTuple):
    """An order with the limits it is held against, and the plan it makes with all that was found."""

    order: dict[str, Any]
    plan: DosePlanResult


@dataclass(frozen=True)
class Label:
    """What an order of one medication for one client is held against: general limits, templates, the fitting one."""

    general: Mapping[str, Any]
    templates: tuple[Template, ...]
    choice: Choice

    def named(self, key: str) -> Template | None:
        """The offered template of that key; None for no key, and for one that is offered no more."""
        return next((one for one in self.templates if one.key == key), None)

    def chosen(self, key: str) -> Template:
        """The template a prescriber has just chosen; RuleBroken where it is not offered for this medication."""
        found = self.named(key)
        if found is None:
            raise RuleBroken("This schedule is not offered for this medication.", field="way")
        return found

    def hold(self, order: Mapping[str, Any], chosen: str = "") -> Held:
        """The order under its limits, and its plan with what the fitting schedule finds."""
        limits = limits_for(order, self.general, self.templates, self.named(chosen))
        own = {name: limit for name, limit in (order.get("limits") or {}).items() if name not in OF_THE_LABEL}
        held = {**order, "limits": {**own, **limits}}
        return Held(held, with_schedule(build_plan(held), self.choice.template))


def limits_for(
    order: Mapping[str, Any],
    general: Mapping[str, Any],
    templates: Iterable[Template],
    chosen: Template | None = None,
) -> dict[str, Any]:
    """What an order is held against: the medication's general limits, or a label schedule's own.

    A schedule of the label is not refused for the medication's general pace: where the order's steps rise as one
    of the templates does, each step at least as long, the largest rise and shortest interval are that template's
    own. The maximum is the lower of the medication's and the chosen template's, which is that of its indication.
    """
    limits = dict(general)
    plan = build_plan({**order, "limits": {}})
    candidates = [chosen, *templates] if chosen is not None else list(templates)
    followed = next((one for one in candidates if one.kind == "titration" and follows(plan, one)), None)
    if followed is not None:
        limits |= _pace_of(followed)
    if chosen is not None and chosen.max_mg_per_day is not None:
        most = [Decimal(mg) for mg in (chosen.max_mg_per_day, limits.get("max_mg_per_day")) if mg is not None]
        limits["max_mg_per_day"] = plain(min(most))
    return limits


def follows(plan: DosePlanResult, template: Template) -> bool:
    """Whether a plan begins as a template and every rise of it is one of the template's, not sooner.

    A step may last longer, be left out at the end, or be taken again after a step back; a cut is no rise.
    """
    written = _laid_out(template, plan.order.start_on)
    rises = [((_rung(one), _rung(two)), _days(one)) for one, two in pairwise(written)]
    if not plan.steps or _rung(plan.steps[0]) != _rung(written[0]):
        return False
    return all(
        any(rise == (_rung(one), _rung(two)) and _days(one) >= least for rise, least in rises)
        for one, two in pairwise(plan.steps)
        if _mean(two) > _mean(one)
    )


def tapers_from(templates: Iterable[Template], mg_per_day: Decimal) -> list[Template]:
    """The label's tapers that begin no higher than what is taken: to stop is never to take more first."""
    return [
        one
        for one in templates
        if one.kind == "taper" and all(_mean(step) <= mg_per_day for step in _laid_out(one, ANY_DAY))
    ]


def with_schedule(plan: DosePlanResult, schedule: Template | None) -> DosePlanResult:
    """The plan with what a safety control or a fixed dose finds: days on which it takes more, or another dose.

    A safety control is held against the plan day by day until its last step, by the mean a day where a dose is not
    daily; a fixed dose against every step.
    """
    if schedule is None or not plan.steps:
        return plan
    if schedule.kind == "fixed":
        found = _off_the_fixed(plan, _laid_out(schedule, plan.order.start_on)[0])
    elif schedule.is_safety_control:
        found = _above(plan, _laid_out(schedule, plan.order.start_on))
    else:
        return plan
    findings = sorted([*plan.findings, *found], key=lambda finding: (finding.first_on, finding.code))
    return replace(plan, findings=tuple(findings))


def _laid_out(template: Template, start_on: date) -> tuple[Step, ...]:
    """The steps of a template; their amounts and days alone are read, so any product will do."""
    return build_plan({"start_on": start_on.isoformat(), "products": [ANY_PRODUCT], **template.regimen}).steps


def _above(plan: DosePlanResult, written: Sequence[Step]) -> list[Finding]:
    """The first day of each step that takes more than the schedule has on that day."""
    found = []
    for step in plan.steps:
        first = next((one for one in written if _is_above(step, one)), None)
        if first is not None:
            day = max(step.first_on, first.first_on)
            found.append(Finding(Code.OFF_SCHEDULE, Severity.STOP, day, _mean(step), _mean(first)))
    return found


def _is_above(step: Step, written: Step) -> bool:
    begins_in_time = step.last_on is None or step.last_on >= written.first_on
    ends_in_time = written.last_on is not None and step.first_on <= written.last_on
    return begins_in_time and ends_in_time and _mean(step) > _mean(written)


def _off_the_fixed(plan: DosePlanResult, dose: Step) -> list[Finding]:
    return [
        Finding(Code.OFF_SCHEDULE, Severity.STOP, step.first_on, step.mg_per_day, dose.mg_per_day)
        for step in plan.steps
        if step.doses and _rung(step) != _rung(dose)
    ]


def _pace_of(template: Template) -> dict[str, Any]:
    """The largest rise and the shortest step before a rise of a schedule; nothing where it has one dose."""
    rises = [
        (two.mg_per_day - one.mg_per_day, _days(one))
        for one, two in pairwise(_laid_out(template, ANY_DAY))
        if _mean(two) > _mean(one)
    ]
    if not rises:
        return {}
    largest = max(rise for rise, _ in rises)
    return {"max_step_mg": plain(largest), "min_step_interval_days": min(days for _, days in rises)}


def _rung(step: Step) -> Rung:
    return step.mg_per_day, step.every_days


def _mean(step: Step) -> Decimal:
    return step.mg_per_day / step.every_days


def _days(step: Step) -> int:
    return (step.last_on - step.first_on).days + 1 if step.last_on else 0
