"""The protocols of monitoring as data, and what the medical director decided about them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, Q, QuerySet
from django.http import Http404

from clinic.monitoring.models import ProtocolDecision
from clinic.monitoring.rules.gathering import monitored_ingredients
from clinic.monitoring.rules.protocols import VERIFIED, Decided, Protocol, how_sure, read_protocols, told_for


@dataclass(frozen=True, slots=True)
class ProtocolLine:
    """One protocol with the newest decision about it, if one."""

    protocol: Protocol
    decision: ProtocolDecision | None

    @property
    def told_for(self) -> str:
        """For which medications it is, in words."""
        return told_for(self.protocol)

    @property
    def is_used(self) -> bool:
        """Whether it asks for anything."""
        return self.decision.is_used if self.decision else self.protocol.is_active

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for the medical director: not seen in a first source and not decided."""
        return self.decision is None and self.protocol.status != VERIFIED

    @property
    def stands(self) -> str:
        """How sure it is, in words."""
        return how_sure(self.protocol)


@dataclass(frozen=True, slots=True)
class ProtocolList:
    """The protocols that a filter shows, and how many there are, wait, are used and are not."""

    lines: list[ProtocolLine]
    counts: list[tuple[str, str, int]]


def newest_decisions() -> QuerySet[ProtocolDecision]:
    """The decision in force about each protocol that was decided about."""
    return ProtocolDecision.objects.order_by("key", "-at", "-id").distinct("key")


def ingredients_decided() -> QuerySet[ProtocolDecision, Any]:
    """The ingredients of protocols that somebody decided to use, once or now, for the statement of another list."""
    used = ProtocolDecision.objects.filter(is_used=True).order_by()
    return used.annotate(ingredient=Func(F("ingredients"), function="unnest")).values("ingredient")


def is_monitored(ingredient: str) -> Q:
    """For rows whose `ingredient` is looked up so: whether protocols ask anything of it, or were decided to."""
    return Q(**{f"{ingredient}__in": monitored_ingredients()}) | Q(**{f"{ingredient}__in": ingredients_decided()})


def decided() -> Decided:
    """What was decided about which protocols; one query."""
    return frozenset(newest_decisions().values_list("key", "is_used"))


def decided_in(rows: list[dict[str, Any]]) -> Decided:
    """The same from rows that another statement brought."""
    return frozenset((row["key"], row["is_used"]) for row in rows)


def protocol_list(show: str) -> ProtocolList:
    """Every protocol in the order of the file, or those that wait, are used or are not; one query."""
    decisions = {one.key: one for one in newest_decisions().select_related("by")}
    lines = [ProtocolLine(one, decisions.get(one.key)) for one in read_protocols()]
    shown = {
        "": ("All", lines),
        "waiting": ("Waits for review", [one for one in lines if one.is_waiting]),
        "used": ("In use", [one for one in lines if one.is_used]),
        "off": ("Not in use", [one for one in lines if not one.is_used]),
    }
    counts = [(name, words, len(found)) for name, (words, found) in shown.items()]
    return ProtocolList(shown.get(show, shown[""])[1], counts)


def get_protocol(key: str) -> Protocol:
    """The protocol of a key, or 404."""
    found = next((one for one in read_protocols() if one.key == key), None)
    if found is None:
        raise Http404
    return found


def decisions_of(key: str) -> QuerySet[ProtocolDecision]:
    """Every decision about a protocol, the newest first."""
    return ProtocolDecision.objects.filter(key=key).select_related("by").order_by("-at", "-id")
