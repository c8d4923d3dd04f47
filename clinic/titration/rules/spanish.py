"""What is taken on a day in Spanish, from the doses as they were signed: amounts, times and units are never guessed.

The English words stay those of the record; these stand on pages of clients who speak Spanish.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from clinic.titration.rules.numbers import plain
from clinic.titration.rules.order import Time
from clinic.titration.rules.signed import SignedStep, is_running_on, is_taken_on
from clinic.titration.rules.units import Form, Release

NO_DOSE_TODAY = "hoy ninguna dosis"
PAUSED_TODAY = "hoy ninguna dosis: en pausa"
NOTHING_MAKES_IT = "no se puede formar con los productos elegidos"
WHEN = {
    Time.MORNING: "por la mañana",
    Time.NOON: "al mediodía",
    Time.EVENING: "por la tarde",
    Time.BEDTIME: "al acostarse",
}
KIND = {Form.TABLET: "tableta", Form.CAPSULE: "cápsula", Form.SOLUTION: "solución"}
HOW_RELEASED = {
    Release.IR: "",
    Release.ER: " de liberación prolongada",
    Release.DR: " de liberación retardada",
    Release.ODT: " que se disuelve en la boca",
}


class StepWithDoses(SignedStep, Protocol):
    """A signed step with its doses as the contract writes them."""

    @property
    def doses(self) -> Sequence[Mapping[str, Any]]: ...


def day_words_in_spanish(step: StepWithDoses, day: date) -> str:
    """Such as "50 mg por la mañana (2 tabletas de 25 mg)"; a pause and a day between two doses say so."""
    if is_running_on(step, day) and not step.mg_per_day:
        return PAUSED_TODAY
    if not is_taken_on(step, day):
        return NO_DOSE_TODAY
    return ", ".join(_dose_words(dose) for dose in step.doses)


def _dose_words(dose: Mapping[str, Any]) -> str:
    made_of = " + ".join(_unit_words(unit) for unit in dose["units"]) or NOTHING_MAKES_IT
    return f"{plain(Decimal(dose['mg']))} mg {WHEN[Time(dose['time'])]} ({made_of})"


def _unit_words(unit: Mapping[str, Any]) -> str:
    count, released = Decimal(unit["count"]), HOW_RELEASED[Release(unit["release"])]
    kind = KIND[Form(unit["form"])]
    if "mg_per_ml" in unit:
        return f"{plain(count)} mL de {kind}{released} de {plain(Decimal(unit['mg_per_ml']))} mg/mL"
    strength = f"{released} de {plain(Decimal(unit['strength_mg']))} mg"
    whole, half = divmod(count, 1)
    if not whole:
        return f"media {kind}{strength}"
    more = "s" if count > 1 else ""
    return f"{plain(whole)}{'½' if half else ''} {kind}{more}{strength}"
