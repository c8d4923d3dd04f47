"""Ranges that a source gives for a result: shown beside it, and no value is judged by them.

Only ranges of a source stand here. Of everything else the range is that of the laboratory which measured it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from clinic.monitoring.rules.protocols import NOT_REVIEWED, SECONDARY


@dataclass(frozen=True, slots=True)
class Range:
    """From where to where, in the unit of the kind; what it is the range of, its status and source."""

    low: Decimal
    high: Decimal
    what: str
    status: str
    source: str

    @property
    def words(self) -> str:
        """Such as "50 to 125, trough (simpleandpractical)"; one from a secondary source says so."""
        remark = f"; {NOT_REVIEWED}" if self.status == SECONDARY else ""
        return f"{self.low.normalize():f} to {self.high.normalize():f}, {self.what} ({self.source}{remark})"


RANGES: Mapping[str, Range] = {
    "lithium": Range(
        Decimal("0.6"), Decimal("1.2"), "long-term, 12 hours after a dose", SECONDARY, "label quoted by droracle 79148"
    ),
    "valproate": Range(Decimal(50), Decimal(125), "trough", "V", "simpleandpractical"),
    "nortriptyline": Range(Decimal(50), Decimal(150), "above 100 mg a day", SECONDARY, "droracle 453061"),
    "clozapine": Range(Decimal(350), Decimal(550), "aimed at", SECONDARY, "clinical facts 4: clozapine"),
}
