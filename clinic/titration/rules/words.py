"""The plain words of units, doses and steps: chart, note, print, clients' page and check-in say the same."""

from decimal import Decimal

from clinic.titration.rules.numbers import plain
from clinic.titration.rules.order import Time
from clinic.titration.rules.steps import Dose, Step
from clinic.titration.rules.units import Release, Solid, Unit

HALF = Decimal("0.5")
NO_DOSE = "no dose"
NOTHING_MAKES_IT = "cannot be made from the products chosen"
WHEN = {
    Time.MORNING: "in the morning",
    Time.NOON: "at noon",
    Time.EVENING: "in the evening",
    Time.BEDTIME: "at bedtime",
}
HOW_RELEASED = {
    Release.IR: "",
    Release.ER: "extended-release ",
    Release.DR: "delayed-release ",
    Release.ODT: "orally disintegrating ",
}


def unit_words(unit: Unit) -> str:
    """Such as "2 x 25 mg tablet", "half a 2 mg tablet", "1½ x 2 mg tablet", "1.5 mL of 20 mg/mL solution"."""
    product = unit.product
    kind = f"{HOW_RELEASED[product.release]}{product.form}"
    if not isinstance(product, Solid):
        return f"{plain(unit.count)} mL of {plain(product.mg_per_ml)} mg/mL {kind}"
    name = f"{plain(product.strength_mg)} mg {kind}"
    whole, half = divmod(unit.count, 1)
    if not whole:
        return f"half a {name}"
    return f"{plain(whole)}{'½' if half else ''} x {name}"


def dose_words(dose: Dose) -> str:
    """Such as "50 mg in the morning (2 x 25 mg tablet)", or that nothing makes the amount."""
    made_of = " + ".join(unit_words(unit) for unit in dose.units) or NOTHING_MAKES_IT
    return f"{plain(dose.mg)} mg {WHEN[dose.time]} ({made_of})"


def step_words(step: Step) -> str:
    """A step's doses in the order of the day, and how often where it is not daily; "no dose" for a pause."""
    doses = ", ".join(dose_words(dose) for dose in step.doses)
    return with_rhythm(doses, step.every_days) if doses else NO_DOSE


def with_rhythm(doses: str, every_days: int) -> str:
    """The words of doses, and how often they are taken where that is not daily."""
    return doses if every_days == 1 else f"{doses}, {how_often(every_days)}"


def how_often(every_days: int) -> str:
    """Such as "every day", "every other day", "every 3 days"."""
    return {1: "every day", 2: "every other day"}.get(every_days, f"every {every_days} days")
