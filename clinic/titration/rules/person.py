"""What a check must know about a person. Not known is None and never reads as "none" or "no"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# The systems by which other programs say that a code is ICD-10-CM.
ICD10CM = frozenset({"http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90"})
NOT_ASKED = "unknown"


@dataclass(frozen=True, slots=True)
class MeasuredFacts:
    """The newest eGFR (mL/min/1.73 m²) and QTc (ms), each with the day it was taken; None where none is known.

    No source says after how long such a value counts no more, so none is dropped: who shows it shows the day too.
    """

    egfr: Decimal | None = None
    egfr_on: date | None = None
    qtc_ms: int | None = None
    qtc_on: date | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A person as a check sees them on one day.

    `pregnancy` is yes, no, possible or unknown, as told on `pregnancy_on` (None: never asked). `conditions` are
    ICD-10-CM codes, None where no code is known; `problems_without_code` of the history could not be read as one.
    `allergies` are substances and ingredients; empty says that none is known, None that nobody asked.
    """

    birth_on: date
    sex: str
    pregnancy: str
    pregnancy_on: date | None
    conditions: tuple[str, ...] | None
    problems_without_code: int
    allergies: tuple[str, ...] | None
    measured: MeasuredFacts


@dataclass(frozen=True, slots=True)
class Reported:
    """Something taken that is not prescribed here; `ingredient` is empty where the formulary does not know it.

    `first_on` None: since always; `last_on` None: no end known, else the last day it was taken.
    """

    name: str
    ingredient: str
    first_on: date | None
    last_on: date | None
    mg_per_day: Decimal | None


def conditions_of(diagnoses: Sequence[str], problems: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...] | None, int]:
    """ICD-10-CM codes of diagnoses and of problems (code system, code), each once; and how many problems have none.

    A problem that has ended still counts: labels warn of "a history of" too.
    """
    coded = [code.strip().upper() for system, code in problems if is_icd10cm(system, code)]
    known = tuple(dict.fromkeys([*diagnoses, *coded]))
    return known or None, sum(not is_icd10cm(system, code) for system, code in problems)


def is_icd10cm(system: str, code: str) -> bool:
    """Whether a code says that it is of ICD-10-CM; none is translated from another system."""
    return system.strip() in ICD10CM and bool(code.strip())


def allergies_of(rows: Sequence[tuple[str, str, bool]]) -> tuple[str, ...] | None:
    """Substances and ingredients in lower case, of rows (substance, ingredient, is the statement that none is known).

    No row at all: nobody asked, None.
    """
    if not rows:
        return None
    words = [word.strip().lower() for *named, is_none in rows if not is_none for word in named]
    return tuple(dict.fromkeys(word for word in words if word))
