"""The general maximum of each ingredient, from the numbers of its medications."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.regimen.findings import Severity
from clinic.formulary.rules.regimen.rows import LimitRule

TEXT = "{a} comes to {mg} mg a day, over {max_mg} mg, the maximum for an adult; consider a lower dose."
# Names a rule that has no row of its own: its version is that of the medications' file.
GENERAL = "limit-general"


def general_limits(medications: Sequence[Mapping[str, str]]) -> tuple[LimitRule, ...]:
    """The greatest confirmed maximum in mg a day over all medications of an ingredient.

    There is none where one of them has no confirmed maximum in mg: a lower one must not stand for it.
    """
    rows: dict[str, list[Mapping[str, str]]] = {}
    for row in medications:
        rows.setdefault(row["ingredient"], []).append(row)
    return tuple(limit for ingredient, own in rows.items() if (limit := _general_limit(ingredient, own)))


def _general_limit(ingredient: str, rows: Sequence[Mapping[str, str]]) -> LimitRule | None:
    maxima = [_confirmed_maximum(row) for row in rows]
    known = [maximum for maximum in maxima if maximum is not None]
    if len(known) < len(rows):
        return None
    max_mg = max(known)
    source = rows[known.index(max_mg)]
    return LimitRule(
        rule=f"{GENERAL}-{ingredient.replace(' ', '-')}",
        severity=Severity.STOP,
        text=TEXT,
        source=source["source"],
        status=source["status"],
        version="",
        reviewed_on=source.get("reviewed_on", ""),
        ingredient=ingredient,
        max_mg=max_mg,
        is_general=True,
    )


def _confirmed_maximum(row: Mapping[str, str]) -> Decimal | None:
    if "max_mg" in row["unconfirmed"].split(";") or row["not_computed_because"] or not row["max_mg"]:
        return None
    try:
        return Decimal(row["max_mg"])
    except InvalidOperation as problem:
        raise RuleBroken(f"The maximum of {row['name']} cannot be used: {row['max_mg']!r} is no number.") from problem
