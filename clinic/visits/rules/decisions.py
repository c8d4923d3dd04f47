"""What is decided for one medication, and the dose plan that follows from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import models

from clinic.core.rules import RuleBroken
from clinic.titration.rules import DosePlanResult, Step, build_plan, running, step_on
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.order import Time
from clinic.titration.rules.reading import AMOUNT
from clinic.titration.rules.schedules import Held
from clinic.titration.rules.signing import EVERY_FINDING, WILL_MONITOR, Override, Promise
from clinic.titration.rules.telling import Kind
from clinic.visits.rules.note import too_long

ONE_DAY = timedelta(days=1)
LONGEST_RATIONALE = 500
LONGEST_REASON = 300
LONGEST_HOLD_DAYS = 365


class Decision(models.TextChoices):
    """What a prescriber decides for one medication at a visit; the last three are signed in the plan editor."""

    CONTINUE = "continue", "Continue"
    INCREASE = "increase", "Increase"
    DECREASE = "decrease", "Decrease"
    START = "start", "Start"
    STOP = "stop", "Stop"
    HOLD = "hold", "Hold"
    CHANGE = "change", "Change of plan"
    SWITCH = "switch", "Switch"
    TAPER = "taper", "Taper"


PROMISE_FIELDS = ("monitors", "monitor_by", "monitor_owner")
PROPOSAL_FIELDS = (
    "base_version", "mg_per_day", "on", "resume_on", "rationale", "reason_code", "reason_words", *PROMISE_FIELDS,
)  # fmt: skip
CHANGES_DOSE = frozenset({Decision.INCREASE, Decision.DECREASE, Decision.HOLD, Decision.STOP})
NEW_AMOUNT = frozenset({Decision.INCREASE, Decision.DECREASE})
DONE_WORDS = {Decision.START: "Started", Decision.SWITCH: "Switched", Decision.STOP: "Stopped"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision as it was typed; amounts and days are texts, so that a draft keeps what is not finished.

    `base_version` is the version of the dose plan it was decided on.
    """

    dose_plan_id: UUID
    decision: str = ""
    base_version: int = 0
    mg_per_day: str = ""
    on: str = ""
    resume_on: str = ""
    rationale: str = ""
    reason_code: str = ""
    reason_words: str = ""
    monitors: str = ""
    monitor_by: str = ""
    monitor_owner: str = ""

    def proposal(self) -> dict[str, Any]:
        """As it is kept with the draft."""
        return {name: getattr(self, name) for name in PROPOSAL_FIELDS}

    @property
    def changes_dose(self) -> bool:
        return self.decision in CHANGES_DOSE

    @property
    def override(self) -> Override | None:
        """The reason for every finding that stops, with what is promised where it is "will monitor"."""
        if not self.reason_code:
            return None
        return Override(EVERY_FINDING, self.reason_code, self.reason_words, self._promise())

    def _promise(self) -> Promise | None:
        if self.reason_code != WILL_MONITOR:
            return None
        try:
            return Promise(self.monitors, date.fromisoformat(self.monitor_by), UUID(self.monitor_owner))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Proposed:
    """The dose plan a decision asks for: its order, laid out, and the day it takes effect."""

    order: dict[str, Any]
    plan: DosePlanResult
    on: date
    from_mg: Decimal
    to_mg: Decimal

    @property
    def steps(self) -> list[Step]:
        """What is taken from the day of the change on."""
        return running.steps_after(self.plan.steps, self.on)


def decision_signed(kind: str, amounts_mg: Sequence[Decimal], *, is_replaced: bool) -> Decision:
    """What a change that was signed in the plan editor is called as a decision of the visit.

    `amounts_mg`: of the steps from the day of the change on. Falling in more than one step is a taper; `is_replaced`:
    another medication was signed in its place.
    """
    if is_replaced:
        return Decision.SWITCH
    falls = all(later < earlier for earlier, later in pairwise(amounts_mg))
    if len(amounts_mg) > 1 and falls:
        return Decision.TAPER
    return Decision.CHANGE if kind == Kind.REPLAN else Decision(kind)


def done_words(decision: Decision) -> str:
    """Such as "Switched in this visit"."""
    return f"{DONE_WORDS.get(decision, 'Changed')} in this visit"


def asked_fields(asked: Asked) -> dict[str, str]:
    """A decision by form field, for the form and for showing both texts after a stale save."""
    texts = {"decision": str(asked.decision), **asked.proposal()}
    del texts["base_version"]
    return {field_name(asked.dose_plan_id, name): text for name, text in texts.items()}


def field_name(dose_plan_id: UUID, name: str) -> str:
    """The form field of one part of the decision for one dose plan."""
    return f"d{dose_plan_id.hex}_{name}"


def propose(
    asked: Asked, order: Mapping[str, Any], hold: Callable[[Mapping[str, Any]], Held], *, medication: str, today: date
) -> Proposed | None:
    """The dose plan that a decision asks for, as `hold` has it under its limits; None where the dose goes on.

    Increase and decrease keep the times of day and hold the new amount until the plan's own end; steps planned
    after it fall away. A hold ends on its day and the plan goes on, moved. RuleBroken names the field.
    """
    if not asked.changes_dose:
        return None
    old = build_plan(order)
    on = _day(asked.on, "on", f"Give the first day for {medication}.")
    if on < today:
        raise RuleBroken("The past of a dose plan never changes. Choose today or a later day.", field="on")
    before_mg = running.mg_on(old, on - ONE_DAY) if on > old.order.start_on else running.mg_on(old, on)
    wanted = _ordered(asked, order, old, on, before_mg)
    plan = hold(wanted).plan
    return Proposed(order=wanted, plan=plan, on=on, from_mg=before_mg, to_mg=running.mg_on(plan, on))


def _ordered(
    asked: Asked, order: Mapping[str, Any], old: DosePlanResult, on: date, before_mg: Decimal
) -> dict[str, Any]:
    if asked.decision == Decision.STOP:
        return running.order_with(order, {"on": on.isoformat(), "action": "stop"})
    if asked.decision == Decision.HOLD:
        return running.order_from(on, order, _held_rows(asked, old, on))
    mg_per_day = read_mg(asked.mg_per_day)
    _check_direction(asked.decision, mg_per_day, before_mg)
    step = step_on(old, on) or step_on(old, on - ONE_DAY)
    row = running.amount_row(old, mg_per_day, _times(old, step), _days_left(old, on))
    return running.order_from(on, order, [{**row, "every_days": step.every_days if step and step.doses else 1}])


def _held_rows(asked: Asked, old: DosePlanResult, on: date) -> list[dict[str, Any]]:
    if not asked.resume_on:
        return [{"doses": {}}]
    resume_on = _day(asked.resume_on, "resume_on", "Give the day on which it is taken again.")
    days = (resume_on - on).days
    if not 0 < days <= LONGEST_HOLD_DAYS:
        raise RuleBroken("It is taken again after the first day without it, within a year.", field="resume_on")
    return running.held(old, on, days)


def _check_direction(decision: str, mg_per_day: Decimal, before_mg: Decimal) -> None:
    before = f"the {plain(before_mg)} mg a day taken before"
    if decision == Decision.INCREASE and mg_per_day <= before_mg:
        raise RuleBroken(f"An increase is more than {before}.", field="mg_per_day")
    if decision == Decision.DECREASE and mg_per_day >= before_mg:
        raise RuleBroken(f"A decrease is less than {before}.", field="mg_per_day")


def _times(plan: DosePlanResult, step: Step | None) -> list[Time]:
    """The times of day of the running step; after a pause those of the last step that took something."""
    taken = [one for one in plan.steps if one.doses and (step is None or one.first_on <= step.first_on)]
    source = step if step is not None and step.doses else (taken[-1] if taken else None)
    return [dose.time for dose in source.doses] if source else [Time.MORNING]


def _days_left(plan: DosePlanResult, on: date) -> int | None:
    return (plan.last_on - on).days + 1 if plan.last_on is not None and plan.last_on >= on else None


def read_mg(text: str) -> Decimal:
    """A daily amount in mg from what was typed: "37.5"; "37.5 mg" and "1,200" are understood."""
    number = text.lower().removesuffix("mg").replace(",", "").strip()
    if not AMOUNT.fullmatch(number) or not Decimal(number):
        raise RuleBroken("Give the new amount in mg a day, such as 37.5.", field="mg_per_day")
    return Decimal(number)


def _day(text: str, field: str, otherwise: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RuleBroken(otherwise, field=field) from None


def written_rationale(decision: str, medication: str, today_mg: Decimal, proposed: Proposed | None, seen: str) -> str:
    """The rationale as the portal writes it before the prescriber edits it; `seen` sums up what happened since."""
    if not decision:
        return ""
    words = _decided_words(Decision(decision), medication, today_mg, proposed)
    return f"{words}. {seen}".strip()[:LONGEST_RATIONALE]


def _decided_words(decision: Decision, medication: str, today_mg: Decimal, proposed: Proposed | None) -> str:
    if decision is Decision.CONTINUE or decision is Decision.START:
        return f"{decision.label} {medication}{f' {plain(today_mg)} mg a day' if today_mg else ' as planned'}"
    if proposed is None:
        return f"{decision.label} {medication}"
    day = f"{proposed.on:%b} {proposed.on.day}, {proposed.on.year}"
    if decision in NEW_AMOUNT:
        amounts = f"from {plain(proposed.from_mg)} mg to {plain(proposed.to_mg)} mg a day"
        return f"{decision.label} {medication} {amounts} from {day}"
    return f"{decision.label} {medication} from {day}"


def too_long_in(asked: Asked, medication: str) -> list[tuple[str, str]]:
    """Texts that a draft keeps as they were typed and that are longer than what can be signed, each by its part."""
    texts = (
        ("rationale", "the rationale", asked.rationale, LONGEST_RATIONALE),
        ("reason_words", "the reason in words", asked.reason_words, LONGEST_REASON),
    )
    return [
        (part, problem.words)
        for part, what, text, most in texts
        for problem in too_long(part, f"{what} for {medication}", text, most)
    ]


def token_of(asked: Asked) -> str:
    """What a preview stands for: a change of any part of it needs a new look."""
    parts = (asked.decision, asked.base_version, asked.mg_per_day, asked.on, asked.resume_on)
    return "|".join(str(part) for part in parts)
