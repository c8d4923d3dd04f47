"""The side effects of a client, as a list within a statement about them and as a page shows them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef

from clinic.core.rows import Rows, RowsWithin
from clinic.staff.queries import name_of
from clinic.titration.models import SideEffect, SideEffectNote
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.side_effects import DONE, SEVERITIES

EFFECTS_READ = 40


@dataclass(frozen=True, slots=True)
class EffectNote:
    """One telling of a side effect: how much, on how many mg a day, what was done; nobody's name is the client's."""

    on: date
    severity: str
    mg_per_day: Decimal
    done: str
    words: str
    by: str

    @property
    def dose(self) -> str:
        """The dose of that day."""
        return f"{plain(self.mg_per_day)} mg" if self.mg_per_day else "no dose"


@dataclass(frozen=True, slots=True)
class EffectLine:
    """One side effect of one medication with its notes, the newest first."""

    effect_id: UUID
    words: str
    medication: str
    began_on: date
    began_mg: Decimal
    ended_on: date | None
    ended_by: str
    severity: int
    notes: tuple[EffectNote, ...]

    @property
    def began_dose(self) -> str:
        """On what it began."""
        return f"{plain(self.began_mg)} mg" if self.began_mg else "no dose"

    @property
    def how_much(self) -> str:
        """How much it bothered when it was spoken of last."""
        return SEVERITIES[self.severity]

    @property
    def tone(self) -> str:
        """By how much it bothers; one that has ended is quiet."""
        return "quiet" if self.ended_on or self.severity < max(SEVERITIES) else "warn"


def effect_parts() -> dict[str, Rows]:
    """The newest side effects with their notes, for a statement about a client."""
    notes = SideEffectNote.objects.filter(side_effect=OuterRef("pk")).order_by("-noted_on", "-at")
    told = notes.values("noted_on", "severity", "done", "words", day_mg=F("mg_per_day"), by_name=name_of("by"))
    effects = SideEffect.objects.filter(client=OuterRef("pk")).order_by("-began_on", "-id")
    shown = effects.values(
        "id", "words", "began_on", "began_mg", "ended_on", ended_name=name_of("ended_by"),
        medication=F("dose_plan__medication__name"), note_rows=RowsWithin(told),
    )[:EFFECTS_READ]  # fmt: skip
    return {"effect_rows": Rows(shown)}


def effects_of(rows: list[dict[str, Any]]) -> list[EffectLine]:
    """The side effects of that list, those that stand first, of them the worst first."""
    return sorted(map(_line, rows), key=lambda line: (line.ended_on is not None, -line.severity))


def _line(row: dict[str, Any]) -> EffectLine:
    notes = tuple(
        EffectNote(
            on=note["noted_on"],
            severity=SEVERITIES[note["severity"]],
            mg_per_day=note["day_mg"],
            done=DONE.get(note["done"], ""),
            words=note["words"],
            by=note["by_name"] or "the client",
        )
        for note in row["note_rows"]
    )
    return EffectLine(
        effect_id=row["id"],
        words=row["words"],
        medication=row["medication"],
        began_on=row["began_on"],
        began_mg=row["began_mg"],
        ended_on=row["ended_on"],
        ended_by=row["ended_name"] or "",
        severity=row["note_rows"][0]["severity"] if row["note_rows"] else 0,
        notes=notes,
    )
