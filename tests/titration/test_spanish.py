"""The Spanish words of a day say the same amounts, times and units as the English ones."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from clinic.titration.rules.order import Time
from clinic.titration.rules.spanish import day_words_in_spanish
from clinic.titration.rules.units import Form, Release

JUNE_1 = dt.date(2026, 6, 1)


@dataclass(frozen=True)
class Signed:
    """A step of two weeks as it is kept."""

    doses: list[dict[str, Any]]
    first_on: dt.date = JUNE_1
    last_on: dt.date | None = JUNE_1 + dt.timedelta(days=13)
    every_days: int = 1
    mg_per_day: Decimal = Decimal(50)
    words: str = ""


def dose(time: str, mg: str, *units: dict[str, Any]) -> dict[str, Any]:
    return {"time": time, "mg": mg, "units": list(units)}


def solid(count: str, strength: str, form: str = "tablet", release: str = "IR") -> dict[str, Any]:
    return {"count": count, "strength_mg": strength, "form": form, "release": release}


SOLUTION = {"count": "1.5", "mg_per_ml": "20", "form": "solution", "release": "IR"}


@pytest.mark.parametrize(
    ("doses", "words"),
    [
        ([dose("morning", "50", solid("2", "25"))], "50 mg por la mañana (2 tabletas de 25 mg)"),
        ([dose("noon", "1", solid("0.5", "2"))], "1 mg al mediodía (media tableta de 2 mg)"),
        ([dose("bedtime", "3", solid("1.5", "2"))], "3 mg al acostarse (1½ tabletas de 2 mg)"),
        ([dose("evening", "30", SOLUTION)], "30 mg por la tarde (1.5 mL de solución de 20 mg/mL)"),
        (
            [
                dose("morning", "75", solid("1", "75", "capsule", "ER")),
                dose("evening", "62.5", solid("1", "50", "tablet", "DR"), solid("1", "12.5", "tablet", "ODT")),
            ],
            "75 mg por la mañana (1 cápsula de liberación prolongada de 75 mg), 62.5 mg por la tarde (1 tableta de "
            "liberación retardada de 50 mg + 1 tableta que se disuelve en la boca de 12.5 mg)",
        ),
        ([dose("morning", "7")], "7 mg por la mañana (no se puede formar con los productos elegidos)"),
    ],
)
def test_amounts_times_and_units_are_those_of_the_record(doses: list[dict[str, Any]], words: str) -> None:
    assert day_words_in_spanish(Signed(doses), JUNE_1) == words


def test_days_without_a_dose_say_so() -> None:
    every_other = Signed([dose("morning", "50", solid("2", "25"))], every_days=2)
    assert day_words_in_spanish(every_other, JUNE_1 + dt.timedelta(days=1)) == "hoy ninguna dosis"
    assert day_words_in_spanish(every_other, JUNE_1 + dt.timedelta(days=30)) == "hoy ninguna dosis"
    assert day_words_in_spanish(Signed([], mg_per_day=Decimal()), JUNE_1) == "hoy ninguna dosis: en pausa"


def test_every_time_form_and_release_has_its_words() -> None:
    for time in Time:
        for form in (Form.TABLET, Form.CAPSULE):
            for release in Release:
                told = day_words_in_spanish(Signed([dose(time, "5", solid("1", "5", form, release))]), JUNE_1)
                assert told.startswith("5 mg ")
