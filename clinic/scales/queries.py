"""Reads of scales: what the clinic may use, and what was answered."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from clinic.clients.models import Client
from clinic.core.queries import prepared
from clinic.scales.models import ContentPack, ScaleResponse
from clinic.scales.rules import INSTRUMENTS, Instrument, read_definition

SHOWN = 20


def responses_of(client: Client) -> list[ScaleResponse]:
    """The newest responses of a client to any instrument, `own_title` of each that the clinic loaded itself."""
    found = list(ScaleResponse.objects.filter(client=client).newest_first()[:SHOWN])
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


def content_packs() -> list[ContentPack]:
    """Every scale that the clinic has loaded, with who accepted its terms."""
    return list(ContentPack.objects.select_related("accepted_by", "retired_by").order_by("code", "-accepted_at"))


def get_pack(pack_id: UUID) -> ContentPack:
    """One scale that the clinic has loaded, else 404."""
    return get_object_or_404(ContentPack, pk=pack_id)


@lru_cache(maxsize=64)
def _read(definition: str, file_name: str) -> Instrument:
    """A definition never changes once it was accepted, so that it is read once in the life of a process."""
    return read_definition(definition, file_name)
