"""Which field of ours a newer chart may change: only what nobody changed here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any


@dataclass
class Merge:
    """Fields to take over, and fields in which ours and theirs differ for a person to settle."""

    taken: dict[str, Any] = field(default_factory=dict)
    differing: dict[str, tuple[str, str]] = field(default_factory=dict)


def as_text(value: object) -> str:
    """A value as it is compared and shown; instants in UTC, numbers without trailing zeros."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


WHOLE_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def field_words(name: str) -> str:
    """A field as a person calls it: "birth date", "family name"."""
    plain = f"{name.removesuffix('_on')} date" if name.endswith("_on") else name.removesuffix("_id")
    return plain.replace("_", " ")


def value_words(text: str) -> str:
    """A value that was kept as text as a person reads it: a day by its month."""
    return f"{date.fromisoformat(text):%b %-d, %Y}" if WHOLE_DAY.fullmatch(text) else text


def merged(ours: Mapping[str, Any], before: Mapping[str, str] | None, theirs: Mapping[str, Any]) -> Merge:
    """Compare field by field: what stands here, what the last import said (None for never), what this one says.

    Unchanged there: ours stands. Unchanged here, or empty here and never imported: theirs is taken. Changed on both
    sides: a difference.
    """
    result = Merge()
    for name, value in theirs.items():
        now, said = as_text(ours.get(name)), as_text(value)
        was = None if before is None else before.get(name, "")
        if said in (now, was) or (before is None and not said):
            continue
        if now == (was or ""):
            result.taken[name] = value
        else:
            result.differing[name] = (now, said)
    return result
