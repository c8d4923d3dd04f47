"""How many doses a client says were missed of one medication, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from clinic.checkins.rules.asking import WHY_MISSED

FEW = 4


@dataclass(frozen=True, slots=True)
class DosesTold:
    """One answer about a dose plan: doses missed in the 7 days before it, and the reason where it was given."""

    answer_id: UUID
    dose_plan_id: UUID
    on: date
    missed: int
    because: str


def told_words(told: Sequence[tuple[date, int]], because: str = "") -> str:
    """The newest answer with its reason, and how many doses the few before it add; days and doses, the newest first.

    Such as "2 doses missed in the 7 days before Mar 5, 2026 (“I forgot”); 3 in the last 4 check-ins".
    """
    on, missed = told[0]
    reason = f" (“{WHY_MISSED[because]}”)" if missed and because else ""
    words = f"{_doses(missed)} missed in the 7 days before {on:%b} {on.day}, {on.year}{reason}"
    few = [number for _, number in told[:FEW]]
    return f"{words}; {sum(few) or 'none'} in the last {len(few)} check-ins" if len(few) > 1 else words


def _doses(number: int) -> str:
    return {0: "no dose", 1: "1 dose"}.get(number, f"{number} doses")
