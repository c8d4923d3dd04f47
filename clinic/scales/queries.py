"""Reads of scales: what the clinic may use, and what was answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404

from clinic.clients.models import Client
from clinic.core.queries import prepared
from clinic.core.rows import Rows, RowsWithin
from clinic.scales.models import ContentPack, ScaleResponse, SymptomRating, TargetSymptom
from clinic.scales.rules import INSTRUMENTS, Instrument, read_definition
from clinic.scales.rules.symptoms import rating_words
from clinic.staff.models import User

SHOWN = 20
# The newest ratings of one symptom: five years of one a week.
RATED = 260


def responses_of(client: Client) -> list[ScaleResponse]:
    """The newest responses of a client to any instrument, `own_title` of each that the clinic loaded itself."""
    return with_titles(ScaleResponse.objects.filter(client=client).newest_first()[:SHOWN])


def with_titles(responses: Iterable[ScaleResponse]) -> list[ScaleResponse]:
    """Responses with `own_title` of each scale that the clinic loaded itself; asks the database only for those."""
    found = list(responses)
    scales = known_instruments(row.instrument for row in found)
    for row in found:
        if row.instrument in scales:
            row.own_title = scales[row.instrument].title
    return found


@prepared
def filled_between(client_id: UUID, instrument: str, first: datetime, last: datetime) -> QuerySet[ScaleResponse]:
    """Responses of a client to an instrument that were answered from one instant to another, both included."""
    return ScaleResponse.objects.filter(client=client_id, instrument=instrument, answered_at__range=(first, last))


def offered_instruments() -> dict[str, Instrument]:
    """Every instrument that may be asked, by its code: the shipped ones and the clinic's own. One query."""
    packs = ContentPack.objects.in_use().order_by("code").values_list("code", "definition", "file_name")
    return {**INSTRUMENTS, **{code: _read(definition, name) for code, definition, name in packs}}


def known_instruments(codes: Iterable[str]) -> Mapping[str, Instrument]:
    """The instruments of responses, those out of use included; asks the database only for the clinic's own."""
    own = set(codes) - set(INSTRUMENTS)
    if not own:
        return INSTRUMENTS
    packs = ContentPack.objects.filter(code__in=own).order_by("accepted_at")
    found = {pack.code: _read(pack.definition, pack.file_name) for pack in packs}
    return {**INSTRUMENTS, **found}


def newest_pack() -> Subquery:
    """When the clinic loaded a scale last, for a statement: what was read of its own scales before may be old."""
    return Subquery(ContentPack.objects.order_by("-accepted_at").values("accepted_at")[:1])


def content_packs() -> list[tuple[Instrument, ContentPack]]:
    """Every scale that the clinic has loaded, with who accepted its terms."""
    packs = ContentPack.objects.select_related("accepted_by", "retired_by").order_by("code", "-accepted_at")
    return [(_read(pack.definition, pack.file_name), pack) for pack in packs]


def get_pack(pack_id: UUID) -> ContentPack:
    """One scale that the clinic has loaded, else 404."""
    return get_object_or_404(ContentPack, pk=pack_id)


@dataclass(frozen=True, slots=True)
class Rated:
    """How much of a target symptom was there on a day, 0 to 10."""

    value: int
    on: date


@dataclass(frozen=True, slots=True)
class SymptomLine:
    """A target symptom with its ratings, newest first, one a day."""

    id: UUID
    words: str
    began_on: date
    ended_on: date | None
    ratings: tuple[Rated, ...]

    @property
    def newest(self) -> str:
        """Where it stands and where it stood before."""
        return rating_words([rating.value for rating in self.ratings])


def symptom_rows(about: Mapping[str, object]) -> QuerySet[TargetSymptom, Any]:
    """The target symptoms of a client with their newest ratings, for a statement about that client."""
    ratings = SymptomRating.objects.filter(symptom=OuterRef("pk")).order_by("-rated_at", "-id")
    return (
        TargetSymptom.objects.filter(**about)
        .order_by("began_on", "id")
        .values(
            "id", "words", "began_on", "ended_on", rating_rows=RowsWithin(ratings.values("value", "rated_on")[:RATED])
        )
    )


def symptom_lines(found: Iterable[dict[str, Any]]) -> list[SymptomLine]:
    """Target symptoms from such rows; of several ratings on one day the newest counts."""
    lines = []
    for row in found:
        by_day: dict[date, int] = {}
        for rating in row["rating_rows"]:
            by_day.setdefault(rating["rated_on"], rating["value"])
        ratings = tuple(Rated(value, on) for on, value in sorted(by_day.items(), reverse=True))
        lines.append(SymptomLine(row["id"], row["words"], row["began_on"], row["ended_on"], ratings))
    return lines


def symptoms_of(client_id: UUID) -> list[SymptomLine]:
    """The target symptoms of a client, those that ended among them; one query."""
    [found] = _symptoms(client_id)
    return symptom_lines(found["symptom_rows"])


@prepared
def _symptoms(client_id: UUID) -> QuerySet[Client, Any]:
    return Client.objects.filter(pk=client_id).values(symptom_rows=Rows(symptom_rows({"client": OuterRef("pk")})))


def get_symptom(user: User, symptom_id: UUID) -> TargetSymptom:
    """One target symptom of a client whose chart is open to this user, else 404."""
    return get_object_or_404(TargetSymptom.objects.visible_to(user), pk=symptom_id)


@lru_cache(maxsize=64)
def _read(definition: str, file_name: str) -> Instrument:
    """A definition never changes once it was accepted, so that it is read once in the life of a process."""
    return read_definition(definition, file_name)
