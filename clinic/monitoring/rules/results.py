"""What can be measured: each kind with its unit, and the slips of typing that are refused.

Limits are wide on purpose and say nothing clinical: they only catch a slipped digit or the wrong unit. They are no
reference ranges, and no value is ever judged by them. Conversions are exact ones alone: by definition of the unit,
or the same amount written in another way. LOINC codes as on loinc.org; empty where none was confirmed.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from uuid import UUID

from clinic.core.rules import RuleBroken
from clinic.staff.roles import Role

ONE = Decimal(1)
KEPT = Decimal("0.0001")
KILOGRAMS_IN_A_POUND = Decimal("0.45359237")
CENTIMETERS_IN_AN_INCH = Decimal("2.54")
TEN = Decimal(10)
THOUSAND = Decimal(1000)
NO_BREAK = "\N{NO-BREAK SPACE}"

VITALS = "Vital signs"
LABORATORY = "Laboratory"
LEVELS = "Medication levels"
HEART = "Heart (ECG)"
GROUPS = (VITALS, LABORATORY, LEVELS, HEART)
# Answered on a scale, never entered as a result.
SCALES = "Rating scales"

# How other systems write the units that we write otherwise. LOINC 33914-3 is per 1.73 m² even where the text of
# its unit leaves that out.
SPELLINGS: Mapping[str, str] = {
    "mm[Hg]": "mmHg",
    "/min": "bpm",
    "{beats}/min": "bpm",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "mL/min/1.73m2": "mL/min/1.73 m²",
    "mL/min": "mL/min/1.73 m²",
    "m[IU]/L": "mIU/L",
    "u[IU]/mL": "µIU/mL",
    "uIU/mL": "µIU/mL",
    "msec": "ms",
    "meq/L": "mEq/L",
    "lbs": "lb",
    "[lb_av]": "lb",
    "[in_i]": "in",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that is measured. `also` holds other units with the factor to the kind's own; `places` are shown.

    `answers` are the words of a test that is found or not found, by the value that is kept.
    """

    code: str
    label: str
    group: str
    unit: str
    loinc: str
    lowest: Decimal
    highest: Decimal
    places: int = 0
    also: Mapping[str, Decimal] = field(default_factory=dict)
    is_typed: bool = True
    answers: Mapping[Decimal, str] = field(default_factory=dict)

    @property
    def units(self) -> list[str]:
        """The units it may be entered in, its own first."""
        return [self.unit, *self.also]


@dataclass(frozen=True, slots=True)
class Given:
    """One result as somebody enters it."""

    kind: str
    value: Decimal
    unit: str


def _kind(
    code: str,
    label: str,
    group: str,
    unit: str,
    loinc: str,
    limits: tuple[int | str, int | str],
    places: int = 0,
    also: Mapping[str, Decimal] | None = None,
    *,
    is_typed: bool = True,
    answers: Mapping[Decimal, str] | None = None,
) -> Kind:
    lowest, highest = (Decimal(limit) for limit in limits)
    return Kind(code, label, group, unit, loinc, lowest, highest, places, also or {}, is_typed, answers or {})


POUNDS = {"lb": KILOGRAMS_IN_A_POUND}
INCHES = {"in": CENTIMETERS_IN_AN_INCH}
# One charge an ion: as many milliequivalents as millimoles.
CHARGED_ONCE = {"mEq/L": ONE}
COUNTS = {"10³/µL": THOUSAND}
NOT_FOUND, FOUND = Decimal(0), Decimal(1)
GENE = {NOT_FOUND: "not found", FOUND: "found"}
PREGNANCY = {NOT_FOUND: "negative", FOUND: "positive"}

PRESSURE = ("systolic", "diastolic")
KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        _kind("weight", "Weight", VITALS, "kg", "29463-7", (10, 400), 1, POUNDS),
        _kind("systolic", "Systolic blood pressure", VITALS, "mmHg", "8480-6", (40, 300)),
        _kind("diastolic", "Diastolic blood pressure", VITALS, "mmHg", "8462-4", (20, 200)),
        _kind("heart_rate", "Heart rate", VITALS, "bpm", "8867-4", (20, 300)),
        _kind("height", "Height", VITALS, "cm", "8302-2", (50, 260), 1, INCHES),
        _kind("waist", "Waist", VITALS, "cm", "8280-0", (30, 300), 1, INCHES),
        _kind("hba1c", "HbA1c", LABORATORY, "%", "4548-4", (2, 25), 1),
        _kind("glucose", "Glucose", LABORATORY, "mg/dL", "2345-7", (10, 2000)),
        _kind("cholesterol", "Cholesterol", LABORATORY, "mg/dL", "2093-3", (20, 2000)),
        _kind("triglycerides", "Triglycerides", LABORATORY, "mg/dL", "2571-8", (10, 20000)),
        _kind("hdl", "HDL cholesterol", LABORATORY, "mg/dL", "2085-9", (1, 300)),
        _kind("ldl", "LDL cholesterol", LABORATORY, "mg/dL", "2089-1", (1, 1500)),
        _kind("creatinine", "Creatinine", LABORATORY, "mg/dL", "2160-0", ("0.1", 30), 2),
        _kind("egfr", "eGFR", LABORATORY, "mL/min/1.73 m²", "33914-3", (1, 250)),
        _kind("sodium", "Sodium", LABORATORY, "mmol/L", "2951-2", (80, 200), 0, CHARGED_ONCE),
        _kind("potassium", "Potassium", LABORATORY, "mmol/L", "2823-3", (1, 15), 1, CHARGED_ONCE),
        _kind("calcium", "Calcium", LABORATORY, "mg/dL", "17861-6", (3, 25), 1),
        _kind("magnesium", "Magnesium", LABORATORY, "mg/dL", "19123-9", ("0.2", 15), 1),
        _kind("tsh", "TSH", LABORATORY, "mIU/L", "3016-3", (0, 1000), 3, {"µIU/mL": ONE}),
        _kind("prolactin", "Prolactin", LABORATORY, "ng/mL", "2842-3", (0, 20000), 1),
        _kind("alt", "ALT", LABORATORY, "U/L", "1742-6", (0, 30000)),
        _kind("ast", "AST", LABORATORY, "U/L", "1920-8", (0, 30000)),
        _kind("wbc", "White blood cells", LABORATORY, "cells/µL", "6690-2", (0, 1000000), 0, COUNTS),
        _kind("anc", "Neutrophils (ANC)", LABORATORY, "cells/µL", "751-8", (0, 200000), 0, COUNTS),
        _kind("platelets", "Platelets", LABORATORY, "10³/µL", "777-3", (0, 5000)),
        _kind("troponin", "Troponin", LABORATORY, "ng/L", "", (0, 1000000), 0, {"pg/mL": ONE, "ng/mL": THOUSAND}),
        _kind("crp", "CRP", LABORATORY, "mg/L", "", (0, 2000), 1, {"mg/dL": TEN}),
        _kind("hla_b1502", "HLA-B*15:02", LABORATORY, "finding", "", (0, 1), answers=GENE),
        _kind("pregnancy_test", "Pregnancy test", LABORATORY, "finding", "", (0, 1), answers=PREGNANCY),
        _kind("lithium", "Lithium level", LEVELS, "mmol/L", "14334-7", (0, 10), 2, CHARGED_ONCE),
        _kind("valproate", "Valproate level", LEVELS, "mcg/mL", "4086-5", (0, 2000), 1, {"mg/L": ONE}),
        _kind("carbamazepine", "Carbamazepine level", LEVELS, "mcg/mL", "3432-2", (0, 200), 1, {"mg/L": ONE}),
        _kind("clozapine", "Clozapine level", LEVELS, "ng/mL", "", (0, 20000), 0, {"mcg/L": ONE}),
        _kind("nortriptyline", "Nortriptyline level", LEVELS, "ng/mL", "3872-9", (0, 10000), 0, {"mcg/L": ONE}),
        _kind("qtc", "QTc", HEART, "ms", "8636-3", (200, 900), 0, {"s": THOUSAND}),
        _kind("qt", "QT, not corrected", HEART, "ms", "8634-8", (150, 1000), 0, {"s": THOUSAND}, is_typed=False),
        _kind("aims", "AIMS", SCALES, "points", "", (0, 28), is_typed=False),
    )
}


def together(values: Sequence[str], unit: str) -> str:
    """Values in words that were taken together; two of one unit as blood pressure is told: "130/85 mmHg"."""
    *first, last = values
    return "/".join([*(value.removesuffix(f"{NO_BREAK}{unit}") for value in first), last])


def label_of(code: str) -> str:
    """What a kind is called on pages; a code that is not in the catalogue is read out."""
    return KINDS[code].label if code in KINDS else code.replace("_", " ").capitalize()


def unit_words(unit: str) -> str:
    """A unit as we write it, however another system spelt it."""
    return SPELLINGS.get(unit, unit)


def in_own_unit(code: str, value: Decimal, unit: str) -> Decimal | None:
    """A value in the unit of its kind; None where the kind or the unit is not known, and then nothing is guessed."""
    kind, unit = KINDS.get(code), unit_words(unit)
    if kind is None or unit not in kind.units:
        return None
    return (value * kind.also.get(unit, ONE)).quantize(KEPT, ROUND_HALF_UP)


def shown_unit(code: str, unit: str) -> str:
    """The unit that a value is shown in: values shown in one unit may be compared."""
    return KINDS[code].unit if code in KINDS and unit_words(unit) in KINDS[code].units else unit_words(unit)


def result_words(code: str, value: Decimal, unit: str) -> str:
    """A value as it is shown: in the unit of its kind, rounded to its places; "74.8 kg". Unknown ones as they came."""
    own = in_own_unit(code, value, unit)
    if own is not None and own in KINDS[code].answers:
        return KINDS[code].answers[own]
    shown = value if own is None else own.quantize(ONE.scaleb(-KINDS[code].places), ROUND_HALF_UP)
    return f"{shown.normalize():,f}{NO_BREAK}{shown_unit(code, unit)}"


def entered_words(given: Given) -> str:
    """How a result was typed where that was not in the unit of its kind: "165 lb"; else nothing."""
    return "" if given.unit == KINDS[given.kind].unit else f"{given.value.normalize():f} {given.unit}"


def check_result(given: Given) -> Decimal:
    """The value in the unit of its kind. Refused: what is not in the catalogue, and what only a slip of typing gives.

    RuleBroken names `kind`, `unit` or `value`. The limits are no reference range.
    """
    kind = KINDS.get(given.kind)
    if kind is None or not kind.is_typed:
        raise RuleBroken("This kind of result is not entered here.", field="kind")
    own = in_own_unit(given.kind, given.value, given.unit)
    if own is None:
        raise RuleBroken(f"{kind.label} is entered in {' or '.join(kind.units)}.", field="unit")
    if not kind.lowest <= own <= kind.highest:
        raise RuleBroken(
            f"{kind.label} {given.value.normalize():,f} {given.unit} looks like a slip of typing: check the number "
            f"and the unit. Entries from {_taken_from_to(kind, given.unit)} are taken.",
            field="value",
        )
    return own


def _taken_from_to(kind: Kind, unit: str) -> str:
    """The limits of a kind in the unit in which somebody typed; rounded so that both are themselves taken."""
    factor = kind.also.get(unit_words(unit), ONE)
    if factor == ONE:
        return f"{kind.lowest:,f} to {kind.highest:,f} {unit}"
    hundredth = ONE.scaleb(-2)
    lowest = (kind.lowest / factor).quantize(hundredth, ROUND_CEILING).normalize()
    highest = (kind.highest / factor).quantize(hundredth, ROUND_FLOOR).normalize()
    return f"{lowest:,f} to {highest:,f} {unit}"


def check_together(results: Iterable[Given]) -> None:
    """Something is entered, each kind once, and of a blood pressure both numbers, the upper one above the lower."""
    by_kind: dict[str, Given] = {}
    for one in results:
        if one.kind in by_kind:
            raise RuleBroken(f"{label_of(one.kind)} is entered twice. Keep one.")
        by_kind[one.kind] = one
    if not by_kind:
        raise RuleBroken("Nothing is entered yet.")
    systolic, diastolic = by_kind.get("systolic"), by_kind.get("diastolic")
    if (systolic is None) != (diastolic is None):
        raise RuleBroken("A blood pressure has two numbers: enter both.")
    if systolic is not None and diastolic is not None and systolic.value <= diastolic.value:
        raise RuleBroken("The systolic pressure lies above the diastolic: check both numbers.")


def check_taken_at(taken_at: datetime, *, now: datetime, born_on: date) -> None:
    """A result was taken in the client's life and not in the future."""
    if taken_at > now:
        raise RuleBroken("This lies in the future. Enter when it was taken.", field="taken_at")
    if taken_at.date() < born_on:
        raise RuleBroken("This lies before the client was born.", field="taken_at")


def may_withdraw(*, recorded_by: UUID | None, by: UUID, role: str) -> bool:
    """A prescriber may withdraw any result; whoever else enters results, what they entered themselves."""
    return role == Role.PRESCRIBER or recorded_by == by


def check_withdrawal(*, recorded_by: UUID | None, by: UUID, role: str, because: str, known: Container[str]) -> None:
    """A result is withdrawn for one of the known reasons, by somebody who may."""
    if because not in known:
        raise RuleBroken("Say why it is withdrawn.", field="because")
    if not may_withdraw(recorded_by=recorded_by, by=by, role=role):
        raise RuleBroken("Somebody else entered this. Ask them or a prescriber to withdraw it.")
