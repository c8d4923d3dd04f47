"""The leaflet of one medication: what a client should know to decide, in plain words and from signed facts alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic.formulary.rules.patient_pages import read_more_address
from clinic.handouts.rules.calendar import PlanOnPaper, Stretch, stretches_of
from clinic.handouts.rules.watching import ANYTHING_NEW

MISSED = "Missed a dose, or not sure what to take? Take nothing extra and ask us."
QUESTIONS = (
    "What should get better, and when would I notice?",
    "Which side effects are common, which are dangerous?",
    "Does it go with everything else I take, with alcohol, with driving, with a pregnancy?",
    "How long would I take it, and how would we end it?",
    "What else could we do, with it or instead of it?",
)


@dataclass(frozen=True, slots=True)
class Leaflet:
    """What is printed of one medication; `read_more` is empty where no code leads to a page."""

    medication: str
    drug_class: str
    treats: str
    doses: tuple[Stretch, ...]
    watch: Sequence[str]
    read_more: str


def leaflet_of(plan: PlanOnPaper, *, drug_class: str, rxcui: str, language: str, today: date) -> Leaflet:
    """The leaflet of a signed dose plan; warnings only where a confirmed one of the label stands behind them."""
    return Leaflet(
        medication=plan.medication,
        drug_class=drug_class,
        treats=plan.treats,
        doses=stretches_of(plan, today, date.max),
        watch=(*plan.watch, ANYTHING_NEW["en"]),
        read_more=read_more_address(rxcui, language),
    )
