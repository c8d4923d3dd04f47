"""A safety rule as its reviewer reads it, before anybody takes anything."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from clinic.formulary.rules.reading import DATA
from clinic.formulary.rules.regimen import Severity, read_rows

SEVERITY_WORDS = {Severity.STOP: "Stop", Severity.WARN: "Caution", Severity.NOTE: "Note"}
UNSAID = "…"
# By placeholder of a rule's text, what of the rule fills it before anybody takes anything.
GAPS = {
    "a": ("medications", "side_a", "ingredient", "stopped"),
    "b": ("side_b", "started"),
    "max_mg": ("max_mg",),
    "days": ("days",),
}


def rule_words(definition: Mapping[str, Any]) -> str:
    """A rule's sentence as it reads of anybody: medications by name or class; what only a client tells is left open."""
    said = {gap: _sides(definition, names) for gap, names in GAPS.items()}
    whole = str(definition.get("text", "")).format_map(defaultdict(lambda: UNSAID, said | {"all": "these medications"}))
    return whole[:1].upper() + whole[1:]


def _sides(definition: Mapping[str, Any], names: Iterable[str]) -> str:
    *rest, last = str(next((definition[name] for name in names if definition.get(name)), UNSAID)).split(";")
    words = _class_words()
    first = ", ".join(words.get(one, one) for one in rest)
    return f"{first} or {words.get(last, last)}" if first else words.get(last, last)


@cache
def _class_words() -> dict[str, str]:
    return {row["class"]: row["words"] for row in read_rows(DATA, "classes")}
