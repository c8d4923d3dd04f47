"""What must hold before a dose plan is signed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen import Severity
from clinic.titration.rules.findings import Code, Finding
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.plan import DosePlanResult
from clinic.titration.rules.safety import UNAVAILABLE, UNAVAILABLE_WORDS

WILL_MONITOR = "will_monitor"
# What a promise to monitor may name, as results are entered; "other" is closed by hand.
MONITORED = {
    "qtc": "ECG (QTc)",
    "systolic": "Blood pressure",
    "heart_rate": "Heart rate",
    "weight": "Weight",
    "sodium": "Sodium",
    "potassium": "Potassium",
    "creatinine": "Creatinine",
    "egfr": "eGFR",
    "glucose": "Glucose",
    "hba1c": "HbA1c",
    "tsh": "TSH",
    "prolactin": "Prolactin",
    "alt": "ALT",
    "anc": "Neutrophils (ANC)",
    "lithium": "Lithium level",
    "valproate": "Valproate level",
    "carbamazepine": "Carbamazepine level",
    "clozapine": "Clozapine level",
    "other": "Something else",
}
LONGEST_PROMISE_DAYS = 366
# An override under this key is one reason for every finding of a decision.
EVERY_FINDING = "*"


@dataclass(frozen=True, slots=True)
class Promise:
    """What is measured, by which day, and by whom: "will monitor" made into a duty."""

    monitors: str
    by_on: date
    owner_id: UUID


@dataclass(frozen=True, slots=True)
class Override:
    """A prescriber's reason for signing although a finding says stop; `code` is the key of what stops."""

    code: str
    reason_code: str
    words: str
    promise: Promise | None = None


class IsStop(Protocol):
    """What stops a signature: its key for the override, its sentence, its code, and how it is kept."""

    @property
    def key(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def words(self) -> str: ...
    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class PlanStop:
    """A finding of the dose plan itself that stops its signature."""

    finding: Finding

    @property
    def key(self) -> str:
        """One reason holds for all findings of one code."""
        return self.finding.code

    @property
    def code(self) -> str:
        return self.finding.code

    @property
    def words(self) -> str:
        return finding_words(self.finding)

    def to_json(self) -> dict[str, Any]:
        return self.finding.to_json()


def check_start(plan: DosePlanResult, today: date) -> None:
    """A dose plan begins today or later and takes something; what was taken before belongs to the history."""
    if plan.order.start_on < today:
        raise RuleBroken("A dose plan begins today or later, not on a day that is past.", field="start_on")
    if not any(step.doses for step in plan.steps):
        raise RuleBroken("This plan takes nothing. Give at least one dose.", field="start_on")


def check_change_day(on: date | None, changed_on: date | None, today: date) -> date:
    """The day a change takes effect: today or later, for the past of a dose plan never changes.

    `on` is the day it is meant from, `changed_on` the first day on which an amount differs (None: no day).
    """
    day = on or changed_on
    if day is None:
        raise RuleBroken("This changes nothing: the plan reads the same as before.")
    if min(day, changed_on or day) < today:
        raise RuleBroken("The past of a dose plan never changes. Choose today or a later day.", field="on")
    if changed_on is not None and changed_on < day:
        raise RuleBroken("This would change days before the day it is meant from.", field="on")
    return day


def check_runs(stop_on: date | None, today: date) -> None:
    """A dose plan that has ended stays as it is; taking the medication again is a new dose plan."""
    if stop_on is not None and stop_on <= today:
        raise RuleBroken("This dose plan has ended. Start a new one to give the medication again.")


def check_treats(treats: str) -> None:
    """Each medication says what it is for."""
    if not treats.strip():
        raise RuleBroken("Say what this medication treats.", field="treats")


def check_consent(*, may_begin: bool) -> None:
    """The first dose is signed once the client consents to the medication, or an emergency says why not yet."""
    if not may_begin:
        raise RuleBroken("Consent to this medication is missing. Say how the client consented.", field="consent_how")


def check_reason(reason: str) -> None:
    """Each change says why, for everyone who reads the plan later."""
    if not reason.strip():
        raise RuleBroken("Say why the dose plan changes.", field="reason")


def check_overrides(stops: Sequence[IsStop], overrides: Iterable[Override], today: date) -> dict[str, Override]:
    """Each finding that says stop has a coded reason and words; answers the reasons by key of what stops.

    All that lack one are refused together, each beside its own field. "Will monitor" says what is measured, by which
    day after today and by whom.
    """
    given = {override.code: override for override in overrides}
    reasons: dict[str, Override] = {}
    refusals: list[RuleBroken] = []
    for stop in stops:
        try:
            reasons[stop.key] = _checked_reason(stop, given.get(stop.key) or given.get(EVERY_FINDING), today)
        except RuleBroken as refusal:
            refusals.append(refusal)
    if refusals:
        raise RuleBroken.all_of(refusals)
    return reasons


def _checked_reason(stop: IsStop, override: Override | None, today: date) -> Override:
    field = f"override_{stop.key}"
    if override is None or not override.reason_code or not override.words.strip():
        raise RuleBroken(f"{stop.words} Give a reason to sign all the same, or change the plan.", field=field)
    if (stop.key == UNAVAILABLE) != (override.reason_code == UNAVAILABLE):
        words = "The reason “Checks unavailable” is for that case, and for that alone."
        raise RuleBroken(f"{stop.words} {words}", field=field)
    check_promise(override, today, field=field)
    return override


def check_promise(override: Override, today: date, *, field: str) -> None:
    """ "Will monitor" says what is measured, by which day after today within a year, and by whom."""
    promise = override.promise
    if override.reason_code != WILL_MONITOR:
        if promise is not None:
            raise RuleBroken("Only the reason “Will monitor” promises a measurement.", field=field)
        return
    if promise is None or promise.monitors not in MONITORED:
        raise RuleBroken("Will monitor: say what is measured, by when and by whom.", field=field)
    if not today < promise.by_on <= today + timedelta(days=LONGEST_PROMISE_DAYS):
        raise RuleBroken("Will monitor: choose a day after today, within a year.", field=field)


def check_products(wanted: Sequence[Mapping[str, Any]], offered: Sequence[Mapping[str, Any]]) -> None:
    """A dose plan is made of products of its medication alone, as the formulary lists them."""
    on_offer = {key for product in offered for key in _keys(product)}
    if not all(key in on_offer for product in wanted for key in _keys(product)):
        raise RuleBroken("Choose strengths from those listed for this medication.", field="products")


def finding_words(finding: Finding) -> str:
    """A finding as one sentence for the prescriber, with its day, amount and limit."""
    day = f"{finding.first_on:%b} {finding.first_on.day}, {finding.first_on.year}"
    value = plain(finding.value)
    limit = plain(finding.limit) if finding.limit is not None else ""
    if finding.code is Code.ABOVE_MAX:
        until = f" to {finding.last_on:%b} {finding.last_on.day}, {finding.last_on.year}" if finding.last_on else ""
        # The value is the highest of the run; its first day may have less.
        return f"Up to {value} mg a day from {day}{until} is above the maximum of {limit} mg a day."
    if finding.code is Code.STEP_TOO_LARGE:
        return f"The rise of {value} mg on {day} is above the largest rise of {limit} mg."
    if finding.code is Code.STEP_TOO_SOON:
        return f"The rise on {day} comes {_days(value)} after the step before; the shortest time is {_days(limit)}."
    if finding.code is Code.REDUCTION_FAST:
        return f"The cut of {value} % on {day} is faster than {limit} %."
    if finding.code is Code.OFF_SCHEDULE:
        schedule = f"the label's schedule for what this client takes has {limit} mg a day then"
        return f"{value} mg a day from {day} is off schedule: {schedule}."
    return f"{value} mg from {day} cannot be made from the products chosen. {_nearest(finding)}"


def _nearest(finding: Finding) -> str:
    near = [f"{plain(mg)} mg" for mg in (finding.below_mg, finding.above_mg) if mg is not None]
    return f"The nearest: {' and '.join(near)}."


def _days(number: str) -> str:
    return f"{number} day" if number == "1" else f"{number} days"


def _keys(product: Mapping[str, Any]) -> list[tuple[str, str, Decimal, bool]]:
    """What tells products apart: form, release, strength or concentration, and whether it may be halved."""
    named = (str(product["form"]), str(product["release"]))
    amounts = product.get("strengths_mg") or [product["mg_per_ml"]]
    return [(*named, Decimal(str(amount)), bool(product.get("scored"))) for amount in amounts]


def overridden_words(written: Mapping[str, Any]) -> str:
    """What an override was given for, read back: the sentence of the rule or of the dose plan's own finding."""
    if written["code"] == UNAVAILABLE:
        return UNAVAILABLE_WORDS
    return str(written["text"]) if "text" in written else finding_words(read_finding(written))


def read_finding(written: Mapping[str, Any]) -> Finding:
    """A finding as it was signed, read back from the contract's words."""

    def amount(name: str) -> Decimal | None:
        return Decimal(written[name]) if written.get(name) is not None else None

    return Finding(
        code=Code(written["code"]),
        severity=Severity(written["severity"]),
        first_on=date.fromisoformat(written["first_on"]),
        value=Decimal(written["value"]),
        limit=amount("limit"),
        last_on=date.fromisoformat(written["last_on"]) if written["last_on"] else None,
        below_mg=amount("below_mg"),
        above_mg=amount("above_mg"),
    )
