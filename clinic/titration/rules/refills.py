"""Requests to renew the supply of a dose plan: judged by rule, decided by a prescriber.

The clinic transmits no prescription: what comes of a request is a record and a text for the pharmacist. No number of
days or of refills stands here: none has a source good enough (clinical facts 2, 21 CFR 1306: unverified). Where the
clinic has set a number of its own it is held against that; else the fact is shown and the prescriber judges.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen import Severity
from clinic.titration.rules.signed import is_running_on
from clinic.titration.rules.strengths import Strength, counted_words
from clinic.titration.rules.supply import Draw, KeptStep, Supply, units_between

ONE_DAY = timedelta(days=1)
# The clinic's own limit, wide on purpose: it only catches a slip of typing and says nothing clinical.
LONGEST_SUPPLY_DAYS = 366


class RefillOutcome(StrEnum):
    """What became of a request."""

    APPROVED = "approved"
    CHANGED = "changed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing a rule noticed about a request: `stop` refuses what is asked, `warn` and `note` state facts."""

    severity: Severity
    code: str
    words: str

    def to_json(self) -> dict[str, str]:
        """As it is kept with the decision."""
        return {"severity": self.severity, "code": self.code, "words": self.words}


@dataclass(frozen=True, slots=True)
class ClinicLimits:
    """What the clinic has set for itself, in days; None: not set, nothing is held against it."""

    visit_within_days: int | None = None
    controlled_days: int | None = None


@dataclass(frozen=True, slots=True)
class RefillFacts:
    """What is known when a request is judged.

    `overdue` tells in words what was to be monitored by now, `waits` which coming steps begin only after what.
    """

    today: date
    medication: str
    dea_schedule: str
    draws: Sequence[Draw]
    stop_on: date | None
    supply: Supply | None
    last_visit_on: date | None
    next_visit_on: date | None
    overdue: Sequence[str]
    waits: Sequence[str]
    is_cover: bool
    limits: ClinicLimits

    @property
    def running(self) -> Draw | None:
        """The step that runs today."""
        return next((draw for draw in self.draws if is_running_on(draw.step, self.today)), None)

    @property
    def first_on(self) -> date:
        """The first day that a new supply is for: the run-out where one is counted, else today."""
        return (self.supply.run_out_on if self.supply else None) or self.today


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a request, and the step that may be renewed (None: none may)."""

    remarks: tuple[Remark, ...]
    offered: KeptStep | None

    @property
    def stops(self) -> list[Remark]:
        """Why what is asked for cannot be approved as it is."""
        return [remark for remark in self.remarks if remark.severity is Severity.STOP]

    @property
    def warnings(self) -> list[Remark]:
        """What the prescriber must weigh."""
        return [remark for remark in self.remarks if remark.severity is Severity.WARN]


def judge(asked: KeptStep, days: int | None, facts: RefillFacts) -> Judgement:
    """Hold a request against the plan in force: a superseded step is refused and the current step offered.

    Last visit, overdue monitoring and a controlled schedule (DEA) are stated as facts, or held against what the
    clinic has set for itself.
    """
    found = [
        *_step_remarks(asked, facts),
        *_visit_remarks(facts),
        *(Remark(Severity.WARN, "overdue_monitoring", words) for words in facts.overdue),
        *(Remark(Severity.WARN, "step_waits", f"{words} Its units are counted as planned.") for words in facts.waits),
        *_schedule_remarks(days, facts),
        *_supply_remarks(facts),
    ]
    if facts.is_cover:
        words = "You cover for the prescriber of this plan: you may renew the same dose only."
        found.append(Remark(Severity.NOTE, "cover", words))
    rank = list(Severity)
    running = facts.running
    offered = running.step if running is not None and running.units != {} else None
    return Judgement(tuple(sorted(found, key=lambda one: rank.index(one.severity))), offered)


def is_same_dose(one: KeptStep, other: KeptStep) -> bool:
    """Whether two steps take the same doses of the same units in the same rhythm."""
    return bool(one.doses == other.doses and one.every_days == other.every_days)


def _step_remarks(asked: KeptStep, facts: RefillFacts) -> Iterable[Remark]:
    if facts.stop_on is not None and facts.stop_on <= facts.today:
        words = f"{facts.medication} is no longer taken since {_day(facts.stop_on)}: there is nothing to renew."
        yield Remark(Severity.STOP, "ended", words)
        return
    running = facts.running
    if running is not None and is_same_dose(asked, running.step):
        return
    now = f"The plan now says: {running.step.words}." if running else "The plan takes nothing today."
    coming = next((d.step for d in facts.draws if d.step.first_on > facts.today and is_same_dose(asked, d.step)), None)
    if coming is not None:
        words = f"“{asked.words}” begins on {_day(coming.first_on)} only. {now}"
        yield Remark(Severity.STOP, "not_yet", words)
        return
    yield Remark(Severity.STOP, "superseded", f"“{asked.words}” is a superseded step. {now}")


def _visit_remarks(facts: RefillFacts) -> Iterable[Remark]:
    if facts.last_visit_on is None:
        yield Remark(Severity.WARN, "no_visit", "No visit is known.")
    else:
        days, most = (facts.today - facts.last_visit_on).days, facts.limits.visit_within_days
        words = f"Last visit {_days(days)} ago, on {_day(facts.last_visit_on)}"
        if most is not None and days > most:
            yield Remark(Severity.WARN, "last_visit", f"{words}: longer than the {_days(most)} this clinic has set.")
        else:
            yield Remark(Severity.NOTE, "last_visit", f"{words}.")
    if facts.next_visit_on is None:
        yield Remark(Severity.WARN, "no_next_visit", "No next visit is booked.")
    else:
        yield Remark(Severity.NOTE, "next_visit", f"Next visit on {_day(facts.next_visit_on)}.")


def _schedule_remarks(days: int | None, facts: RefillFacts) -> Iterable[Remark]:
    if not facts.dea_schedule:
        return
    words = f"Controlled medication, DEA schedule {facts.dea_schedule}"
    most = facts.limits.controlled_days
    if most is None:
        no_limit = "how many days and refills the law allows is not checked here"
        yield Remark(Severity.WARN, "controlled", f"{words}: {no_limit}.")
    elif days is not None and days > most:
        yield Remark(Severity.STOP, "controlled", f"{words}: more than the {_days(most)} this clinic has set.")
    else:
        yield Remark(Severity.WARN, "controlled", f"{words}: at most {_days(most)} at a time, as this clinic has set.")


def _supply_remarks(facts: RefillFacts) -> Iterable[Remark]:
    supply = facts.supply
    if supply is None:
        yield Remark(Severity.NOTE, "not_counted", "No fill is known, so it cannot be counted how long it lasts.")
    elif supply.out_since is not None:
        yield Remark(Severity.NOTE, "out", f"By count, none is on hand since {_day(supply.out_since)}.")
    elif supply.run_out_on is None:
        yield Remark(Severity.NOTE, "no_run_out", "By count, what is on hand does not run out under this plan.")
    else:
        left = f"by count, what is on hand lasts {_days(supply.days_ahead or 0)}"
        yield Remark(Severity.NOTE, "run_out", f"Runs out on {_day(supply.run_out_on)}: {left}.")


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a prescriber approves: the supply of a step and what follows it, from a day on, in units.

    `taken` tells the steps of these days in words, each with its first day among them.
    """

    step: KeptStep
    first_on: date
    days: int
    units: tuple[tuple[Strength, Decimal], ...]
    taken: tuple[tuple[date, str], ...]

    @property
    def last_on(self) -> date:
        """The last day it is for."""
        return self.first_on + timedelta(days=self.days - 1)


def suggested_days(asked: int | None, facts: RefillFacts) -> int | None:
    """What the prescriber is shown first: the days asked for, else those up to the day of the next visit."""
    if asked is not None:
        return asked
    days = (facts.next_visit_on - facts.first_on).days + 1 if facts.next_visit_on else 0
    return days if days > 0 else None


def renew(judgement: Judgement, days: int | None, facts: RefillFacts) -> Renewal:
    """Count the units of a renewal of the current step: from the run-out on, over the steps that follow by plan.

    Refused where nothing may be renewed, beyond a clinic's own limit for controlled medications, and for a cover
    prescriber beyond the days of the same dose.
    """
    if judgement.offered is None:
        raise RuleBroken("The plan takes nothing that could be renewed. Decline, or change the dose plan first.")
    check_days(days)
    if days is None:
        raise RuleBroken("Say for how many days.", field="days")
    most = facts.limits.controlled_days
    if facts.dea_schedule and most is not None and days > most:
        raise RuleBroken(f"This clinic has set at most {_days(most)} for a controlled medication.", field="days")
    last_on = facts.first_on + timedelta(days=days - 1)
    if facts.is_cover:
        _check_same_dose(judgement.offered, last_on, facts)
    units = units_between(facts.draws, facts.first_on, last_on)
    if not units:
        nothing = "takes nothing" if units is not None else "takes amounts that no units make"
        raise RuleBroken(f"The plan {nothing} from {_day(facts.first_on)} to {_day(last_on)}.", field="days")
    counted = tuple((strength, strength.handed_out(count)) for strength, count in units.items())
    taken = tuple(
        (max(one.step.first_on, facts.first_on), one.step.words)
        for one in facts.draws
        if one.step.first_on <= last_on and (one.step.last_on or last_on) >= facts.first_on
    )
    return Renewal(judgement.offered, facts.first_on, days, counted, taken)


def _check_same_dose(offered: KeptStep, last_on: date, facts: RefillFacts) -> None:
    """A cover prescriber renews the dose of today alone: the days asked may not reach a step of another dose."""
    other = next(
        (d.step for d in facts.draws if d.step.first_on > facts.today and not is_same_dose(d.step, offered)), None
    )
    ends_on = other.first_on - ONE_DAY if other is not None else facts.stop_on and facts.stop_on - ONE_DAY
    if ends_on is None or last_on <= ends_on:
        return
    most = (ends_on - facts.first_on).days + 1
    only = f"at most {_days(most)}" if most > 0 else "nothing, what is on hand reaches that far"
    raise RuleBroken(
        f"A cover prescriber renews the same dose only, which the plan takes until {_day(ends_on)}: {only}.",
        field="days",
    )


def check_days(days: int | None) -> None:
    """A request says for how many days, 1 to 366, or leaves that to the prescriber."""
    if days is not None and not 1 <= days <= LONGEST_SUPPLY_DAYS:
        raise RuleBroken(f"Say for how many days, 1 to {LONGEST_SUPPLY_DAYS}.", field="days")


def check_decision(
    outcome: RefillOutcome, judgement: Judgement, reason: str, *, days: int | None, asked: int | None
) -> None:
    """What the rules refuse is not approved as asked; another amount, a decline and what warns need a reason."""
    if outcome is RefillOutcome.APPROVED and judgement.stops:
        said = " ".join(remark.words for remark in judgement.stops)
        raise RuleBroken(f"{said} Approve the current step with a changed amount, or decline.")
    if outcome is RefillOutcome.APPROVED and asked is not None and days != asked:
        raise RuleBroken(f"{_days(asked)} were asked for. Approve that, or a changed amount.")
    if reason.strip():
        return
    if outcome is not RefillOutcome.APPROVED:
        raise RuleBroken("Say why.", field="reason")
    if judgement.warnings:
        raise RuleBroken("Say why it is approved in spite of what the rules warn of.", field="reason")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whom the text for the pharmacist is about and who decided."""

    client: str
    born_on: date
    medication: str
    prescriber: str
    decided_on: date


def pharmacist_text(renewal: Renewal, head: Letterhead) -> str:
    """What is told to the pharmacist: whose supply, which days, which units, how it is taken; no prescription."""
    return "\n".join(
        [
            f"{head.client}, born {_day(head.born_on)}",
            f"{head.medication}: supply for {_days(renewal.days)}, {_day(renewal.first_on)} to {_day(renewal.last_on)}",
            f"Units: {counted_words(renewal.units)}",
            *(f"From {_day(first_on)}: {words}" for first_on, words in renewal.taken),
            f"Decided by {head.prescriber} on {_day(head.decided_on)}.",
            "This is no prescription. The prescriber sends the prescription by the clinic's prescribing system.",
        ]
    )


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"
