"""What the regimen check found: one rule over one unbroken run of days."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """What kind of thing was found."""

    INTERACTION = "interaction"
    WASHOUT = "washout"
    DUPLICATE_THERAPY = "duplicate_therapy"
    ABOVE_MAX = "above_max"
    ALLERGY = "allergy"
    CONDITION = "condition"
    PREGNANCY = "pregnancy"
    AGE = "age"
    ADDITIVE_SEROTONERGIC = "additive_serotonergic"
    ADDITIVE_QT = "additive_qt"
    ADDITIVE_SEDATIVE = "additive_sedative"
    ADDITIVE_ANTICHOLINERGIC = "additive_anticholinergic"
    UNKNOWN_MEDICATION = "unknown_medication"


class Severity(StrEnum):
    """How grave, gravest first: `stop` is not signed without a prescriber's override and reason."""

    STOP = "stop"
    WARN = "warn"
    NOTE = "note"


GRAVEST_FIRST = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken from `first_on` (None: since always) to `last_on` (None: no end known).

    `medications` are named as they were asked, in lower case, sorted. `earliest_on` stands for a wash-out alone:
    the first day on which the later medication may begin.
    """

    code: Code
    severity: Severity
    medications: tuple[str, ...]
    first_on: date | None
    last_on: date | None
    text: str
    rule: str
    source: str
    earliest_on: date | None = None

    @property
    def place(self) -> tuple[int, date, Code, tuple[str, ...], str, date]:
        """Where it stands among others: gravest first, then by first day, code and medications."""
        since, until = self.first_on or date.min, self.last_on or date.max
        return GRAVEST_FIRST.index(self.severity), since, self.code, self.medications, self.rule, until

    def to_json(self) -> dict[str, Any]:
        """As the contract `check_regimen` writes it."""
        found: dict[str, Any] = {
            "code": self.code,
            "severity": self.severity,
            "medications": list(self.medications),
            "first_on": self.first_on.isoformat() if self.first_on else None,
            "last_on": self.last_on.isoformat() if self.last_on else None,
            "text": self.text,
            "rule": self.rule,
            "source": self.source,
        }
        return {**found, "earliest_on": self.earliest_on.isoformat()} if self.earliest_on else found
