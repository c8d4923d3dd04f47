"""What the clinic has set: when check-ins are asked, and how soon an answer wants a person."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from clinic.checkins import rules
from clinic.checkins.models import ProtocolChange, TriageChange
from clinic.checkins.rules import Level, Occasion, Protocol, TriageRule, WorryCode
from clinic.scales.queries import offered_instruments
from clinic.scales.rules.instruments import SELF


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
        instrument=row.instrument,
    )


def instruments_by_link() -> dict[str, str]:
    """The instruments that a client can fill in alone, by their code: the shipped ones and the clinic's own."""
    offered = offered_instruments().values()
    return {one.code: one.title for one in offered if one.completed_by == SELF and not one.needs_sex}


def triage_in_force() -> dict[WorryCode, TriageRule]:
    """What the clinic has set of each rule of triage, and the default where it has set nothing."""
    return {line.rule.code: line.rule for line in triage_lines()}


@dataclass(frozen=True)
class TriageLine:
    """One rule of the page: what is in force, by which change, and who set it when; no one for a default."""

    rule: TriageRule
    number: int
    set_by: str
    set_at: datetime | None


def triage_lines() -> list[TriageLine]:
    """Every rule of triage, dangers first."""
    newest = TriageChange.objects.order_by("code", "-number").distinct("code").select_related("by")
    found = {row.code: row for row in newest}
    return [
        TriageLine(TriageRule(code, Level(row.level), row.at_least), row.number, row.by.full_name, row.at)
        if (row := found.get(code))
        else TriageLine(rules.DEFAULT_RULES[code], 0, "", None)
        for code in WorryCode
    ]
