"""What the clinic has set of when check-ins are asked."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from clinic.checkins import rules
from clinic.checkins.models import (
    ProtocolChange,
)
from clinic.checkins.rules import Occasion, Protocol


def protocols_in_force() -> dict[Occasion, Protocol]:
    """What the clinic has set of each occasion, and the default where it has set nothing."""
    newest = ProtocolChange.objects.order_by("occasion", "-number").distinct("occasion")
    found = {Occasion(row.occasion): _protocol(row) for row in newest}
    return {**rules.DEFAULTS, **found}


def protocol_numbers() -> dict[Occasion, int]:
    """How often the clinic has set the protocol of each occasion."""
    set_by_clinic = ProtocolChange.objects.order_by().values_list("occasion").annotate(n=Max("number"))
    return {**dict.fromkeys(Occasion, 0), **{Occasion(code): number for code, number in set_by_clinic}}


@dataclass(frozen=True)
class ProtocolLine:
    """One protocol of the page: what is in force, by which change, and who set it when; no one for a default."""

    protocol: Protocol
    number: int
    set_by: str
    set_at: datetime | None


def protocol_lines() -> list[ProtocolLine]:
    """Every protocol in the order of a dose plan's days."""
    newest = ProtocolChange.objects.order_by("occasion", "-number").distinct("occasion").select_related("by")
    found = {Occasion(row.occasion): row for row in newest}
    return [
        ProtocolLine(_protocol(row), row.number, row.by.full_name, row.at)
        if (row := found.get(occasion))
        else ProtocolLine(rules.DEFAULTS[occasion], 0, "", None)
        for occasion in Occasion
    ]


def _protocol(row: ProtocolChange) -> Protocol:
    return Protocol(
        occasion=Occasion(row.occasion),
        days=row.days,
        is_on=row.is_on,
        silent_after_hours=row.silent_after_hours,
        silences_told=row.silences_told,
    )
