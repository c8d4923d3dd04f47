"""Tests that must be answered for before the first dose of a medication is signed; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clinic.monitoring.rules.protocols import Protocol
from clinic.monitoring.rules.results import FOUND, KINDS


@dataclass(frozen=True, slots=True)
class StopByTest:
    """A test that stops the first signature until a reason is given: nobody made it, or it found what it looks for."""

    kind: str
    code: str
    words: str

    @property
    def key(self) -> str:
        """What an override names: the test."""
        return self.kind

    def to_json(self) -> dict[str, Any]:
        """As it is kept beside its override."""
        return {"code": self.code, "text": self.words, "test": self.kind}


def stop_of(protocol: Protocol, newest: tuple[date, Decimal] | None) -> StopByTest | None:
    """What a test that is asked for before the first dose says: missing, or found; None where it is not found.

    Whom the source means (at-risk ancestry for HLA-B*15:02) is asked of the prescriber and never guessed.
    """
    kind = protocol.kinds[0]
    label = KINDS[kind].label
    if newest is None:
        return StopByTest(kind, "test_missing", f"{label} is not known. {protocol.words}.")
    taken_on, value = newest
    if value == FOUND:
        return StopByTest(kind, "test_found", f"{label} was found, {taken_on:%b} {taken_on.day}, {taken_on.year}.")
    return None


def stopping(series: Sequence[Sequence[Protocol]]) -> list[Protocol]:
    """The protocols among those of an ingredient whose test stops a first signature."""
    return [row for rows in series for row in rows if row.stops_start]
