"""The leaflet of one medication: what a client should know to decide, in plain words and from signed facts alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from clinic.handouts.rules.calendar import PlanOnPaper, Stretch, stretches_of
from clinic.handouts.rules.watching import ANYTHING_NEW

# The National Library of Medicine's own pages for patients, by RxNorm code.
# Source: https://medlineplus.gov/medlineplus-connect/web-application/
MEDLINEPLUS = "https://connect.medlineplus.gov/application"
RXNORM = "2.16.840.1.113883.6.88"

OPTIONS = (
    "Medication is one part of your plan, beside therapy, daily life and other support. It is your choice: you may "
    "also do without it, now or later. Ask what would change if you did."
)
MISSED = "Missed a dose, or not sure what to take? Take nothing extra and ask us."
NEVER_ALONE = "Never stop on your own: stopping at once can make you feel unwell. Call us first."
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
        watch=(*plan.watch, ANYTHING_NEW),
        read_more=read_more_address(rxcui, language),
    )


def read_more_address(rxcui: str, language: str) -> str:
    """The page of MedlinePlus about a medication, in English or Spanish; empty without a code of RxNorm."""
    if not rxcui.isdigit():
        return ""
    asked = {
        "mainSearchCriteria.v.cs": RXNORM,
        "mainSearchCriteria.v.c": rxcui,
        "informationRecipient.languageCode.c": "es" if language == "es" else "en",
    }
    return f"{MEDLINEPLUS}?{urlencode(asked)}"
