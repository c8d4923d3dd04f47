"""The rules of the data files, read once: the start of the rule set, and all there is for the command."""

import csv
from functools import lru_cache
from pathlib import Path

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.reading import DATA
from clinic.formulary.rules.regimen.building import KINDS, rule_set
from clinic.formulary.rules.regimen.catalogue import Recognized
from clinic.formulary.rules.regimen.rows import RuleSet


@lru_cache(maxsize=2)
def read_rules(folder: Path = DATA) -> RuleSet:
    """Read and check all rule files; RuleBroken says which file or row cannot be used, or that there is none.

    The version is the day of the newest rule.
    """
    rows_by_kind = {kind: read_rows(folder, kind) for kind in KINDS}
    versions = [row.get("version") or "" for rows in rows_by_kind.values() for row in rows]
    return rule_set(rows_by_kind, version=max(versions, default=""))


def recognize(written: str) -> Recognized | None:
    """What a text means by the names of the data files; None where it names nothing known."""
    return read_rules().catalogue.recognize(written)


def name_to_check(written: str, ingredient: str) -> str:
    """The name that something told is checked by: of what is linked its ingredient, unless its words say more.

    Without a link, the words; `ingredient` is empty then.
    """
    found = recognize(written)
    if not ingredient or (found and ingredient in found.names and (found.ingredient.name != ingredient or found.rest)):
        return written
    return ingredient


def allergens(written: str) -> frozenset[str]:
    """What an allergy is held against, by the names of the data files: ingredients and classes; none where none is."""
    return read_rules().catalogue.allergens(written)


def read_rows(folder: Path, kind: str) -> list[dict[str, str]]:
    """The rows of one data file as they stand; RuleBroken where it cannot be read."""
    path = folder / f"{kind}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeError, csv.Error) as problem:
        raise RuleBroken(f"The rules cannot be used: {path.name} cannot be read ({problem}).") from problem
