"""From plain rows to a RuleSet: every row is checked, and one that would be wrong in use is refused by name.

The rows may come from the data files or from the database; they are dictionaries of texts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from string import Formatter
from typing import Any, TypeVar

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.entries import STATUSES
from clinic.formulary.rules.regimen.catalogue import Catalogue, Ingredient
from clinic.formulary.rules.regimen.findings import Code, Severity
from clinic.formulary.rules.regimen.limits import general_limits
from clinic.formulary.rules.regimen.person import Sex
from clinic.formulary.rules.regimen.rows import (
    AgeRule,
    Amount,
    Codes,
    ConditionRule,
    LimitRule,
    LoadRule,
    PairRule,
    PregnancyRule,
    Rule,
    RuleSet,
    Side,
    WashoutRule,
)
from clinic.formulary.rules.search import folded

Row = Mapping[str, str]
Kind = TypeVar("Kind", bound=Rule)
NAMES = ("ingredients", "classes", "medications")
KINDS = (*NAMES, "interactions", "washouts", "dose_limits", "duplicates", "conditions", "pregnancy", "ages", "loads")


def rule_set(rows_by_kind: Mapping[str, Sequence[Row]], version: str) -> RuleSet:
    """Check all rows and build the rules; RuleBroken names the row that would be wrong in use.

    Raises RuleBroken as well where a whole kind is missing or empty: a check that fails quietly is worse than none.
    """
    for kind in KINDS:
        if not rows_by_kind.get(kind):
            raise RuleBroken(f"The rules cannot be used: there are no {kind.replace('_', ' ')}.")
    try:
        return _built(rows_by_kind, version)
    except (KeyError, AttributeError) as problem:
        raise RuleBroken(f"The rules cannot be used: a row has no {problem}.") from problem


def with_maxima(rules: RuleSet, medications: Sequence[Row]) -> RuleSet:
    """The same rules with the confirmed maxima of these medications, in mg a day, in the place of those they had.

    Raises RuleBroken where there are no medications.
    """
    if not medications:
        raise RuleBroken("The rules cannot be used: there are no medications.")
    own = (limit for limit in rules.limits if not limit.is_general)
    return replace(rules, limits=(*general_limits(medications), *own))


def _built(rows_by_kind: Mapping[str, Sequence[Row]], version: str) -> RuleSet:
    catalogue = _catalogue(rows_by_kind["ingredients"], rows_by_kind["classes"])
    reader = _Reader(_tokens(catalogue, rows_by_kind["classes"]))
    seen: set[str] = set()

    def read(kind: str, make: Callable[[Row], Kind]) -> tuple[Kind, ...]:
        return tuple(_checked(row, make, seen) for row in rows_by_kind[kind])

    return RuleSet(
        version=version,
        catalogue=catalogue,
        interactions=read("interactions", reader.interaction),
        washouts=read("washouts", reader.washout),
        limits=(*general_limits(rows_by_kind["medications"]), *read("dose_limits", reader.limit)),
        duplicates=read("duplicates", reader.duplicate),
        conditions=read("conditions", reader.condition),
        pregnancy=read("pregnancy", reader.pregnancy),
        ages=read("ages", reader.age),
        loads=read("loads", reader.load),
    )


def _catalogue(ingredients: Sequence[Row], classes: Sequence[Row]) -> Catalogue:
    class_by_name = {folded(name): row["class"] for row in classes for name in (row["class"], *_list(row["names"]))}
    rows = {row["ingredient"]: row for row in ingredients}
    by_name: dict[str, Ingredient] = {}
    for name, row in rows.items():
        parts = [name, *_list(row["contains"])]
        if missing := [part for part in parts if part not in rows]:
            raise RuleBroken(f"The ingredient {name} cannot be used: {missing[0]} is no ingredient.")
        tokens = frozenset(parts).union(*(_list(rows[part]["classes"]) for part in parts))
        if missing := sorted(tokens - set(rows) - set(class_by_name.values())):
            raise RuleBroken(f"The ingredient {name} cannot be used: {missing[0]} is no class.")
        ingredient = Ingredient(name, tokens, tuple(parts[1:]))
        for written in (name, *_list(row["names"])):
            if by_name.setdefault(folded(written), ingredient) is not ingredient:
                raise RuleBroken(f"The ingredient {name} cannot be used: {written} means another one, too.")
    return Catalogue(by_name, class_by_name)


def _tokens(catalogue: Catalogue, classes: Sequence[Row]) -> frozenset[str]:
    names = {ingredient.name for ingredient in catalogue.by_name.values()}
    return frozenset(names | {row["class"] for row in classes})


def _checked(row: Row, make: Callable[[Row], Kind], seen: set[str]) -> Kind:
    name = row.get("rule") or "without a name"
    try:
        made = make(row)
        if name in seen or not row["rule"]:
            raise ValueError("its name is missing or used twice")
        seen.add(name)
        return made
    except (ValueError, InvalidOperation, KeyError, AttributeError) as problem:
        raise RuleBroken(f"The rule {name} cannot be used: {problem}.") from problem


@dataclass(frozen=True)
class _Reader:
    """Reads one row of each kind; `tokens` are all names a rule may mean medications by."""

    tokens: frozenset[str]

    def interaction(self, row: Row) -> PairRule:
        side_a, side_b = self.side(row["side_a"]), self.side(row["side_b"])
        return PairRule(**_common(row, {"a", "b"}), side_a=side_a, side_b=side_b)

    def duplicate(self, row: Row) -> PairRule:
        side_a, side_b = self.side(row["side_a"]), self.side(row["side_b"])
        common = _common({**row, "severity": Severity.WARN}, {"a", "b"})
        return PairRule(**common, side_a=side_a, side_b=side_b, not_counted=self.amounts(row["not_counted"]))

    def washout(self, row: Row) -> WashoutRule:
        days = int(row["days"])
        if days < 1:
            raise ValueError("a wash-out is at least one day")
        common = _common({**row, "severity": Severity.STOP}, {"a", "b", "days", "earliest_on"})
        return WashoutRule(**common, stopped=self.side(row["stopped"]), started=self.side(row["started"]), days=days)

    def limit(self, row: Row) -> LimitRule:
        common = _common({**row, "severity": Severity.STOP}, {"a", "mg", "max_mg"})
        rule = LimitRule(
            **common,
            ingredient=self.token(row["ingredient"]),
            max_mg=_positive(row["max_mg"]),
            replaces_general=row["replaces_general"] == "yes",
            age_from=_years(row["age_from"]),
            age_below=_years(row["age_below"]),
            egfr_from=_number(row["egfr_from"]),
            egfr_below=_number(row["egfr_below"]),
            conditions=_codes(row["conditions"]) if row["conditions"] else None,
            taken_with=self.side_if_any(row["taken_with"]),
            taken_with_too=self.side_if_any(row["taken_with_too"]),
            not_taken_with=self.side_if_any(row["not_taken_with"]),
        )
        conditions = (rule.age_from, rule.age_below, rule.egfr_from, rule.egfr_below, rule.conditions, rule.taken_with)
        if all(condition is None for condition in conditions):
            raise ValueError("it says for whom it is in no column")
        return rule

    def condition(self, row: Row) -> ConditionRule:
        rule = ConditionRule(
            **_common(row, {"a"}),
            medications=self.side(row["medications"]),
            conditions=_codes(row["conditions"]),
            egfr_below=_number(row["egfr_below"]),
        )
        if not rule.conditions.wanted and rule.egfr_below is None:
            raise ValueError("it names no condition")
        return rule

    def pregnancy(self, row: Row) -> PregnancyRule:
        unknown = Severity(row["severity_unknown"]) if row["severity_unknown"] else None
        common = _common(row, {"a", "pregnancy"})
        return PregnancyRule(**common, medications=self.side(row["medications"]), severity_unknown=unknown)

    def age(self, row: Row) -> AgeRule:
        age_from, age_below = _years(row["age_from"]), _years(row["age_below"])
        if age_from is None and age_below is None:
            raise ValueError("it names no age")
        medications = self.side(row["medications"])
        return AgeRule(**_common(row, {"a"}), medications=medications, age_from=age_from, age_below=age_below)

    def load(self, row: Row) -> LoadRule:
        at_least = int(row["at_least"])
        if at_least < 1:
            raise ValueError("at least one medication makes a load")
        return LoadRule(
            **_common(row, {"all", "qtc_ms"}),
            code=Code(f"additive_{row['load']}"),
            counted=self.side(row["counted"]),
            not_counted=self.amounts(row["not_counted"]),
            at_least=at_least,
            age_from=_years(row["age_from"]),
            qtc_from_ms=_number(row["qtc_from_ms"]),
            sex=Sex(row["sex"]) if row["sex"] else None,
            conditions=_codes(row["conditions"]) if row["conditions"] else None,
        )

    def side(self, text: str) -> Side:
        wanted, unwanted = _plus_and_minus(text)
        if not wanted:
            raise ValueError("it names no medication")
        return Side(frozenset(map(self.token, wanted)), frozenset(map(self.token, unwanted)))

    def side_if_any(self, text: str) -> Side | None:
        return self.side(text) if text else None

    def token(self, text: str) -> str:
        if text not in self.tokens:
            raise ValueError(f"{text!r} is neither an ingredient nor a class")
        return text

    def amounts(self, text: str) -> tuple[Amount, ...]:
        pairs = [entry.partition("<=") for entry in _list(text)]
        return tuple(Amount(self.token(name), _positive(most)) for name, _, most in pairs)


def _common(row: Row, placeholders: set[str]) -> dict[str, Any]:
    """What every rule carries, checked: a severity, a sentence, a source unless unverified, a status, a version."""
    if row["status"] not in STATUSES:
        raise ValueError(f"{row['status']!r} is no status")
    if not row["source"] or not row["version"]:
        raise ValueError("it needs a source and a version")
    named = {name for _, name, _, _ in Formatter().parse(row["text"]) if name is not None}
    if not row["text"].endswith(".") or not named or not named <= placeholders:
        raise ValueError("its text is no sentence about the medications")
    words = {name: row[name] for name in ("rule", "text", "source", "status", "version")}
    return {**words, "severity": Severity(row["severity"]), "reviewed_on": row.get("reviewed_on", "")}


def _codes(text: str) -> Codes:
    wanted, unwanted = _plus_and_minus(text.replace(".", "").upper())
    return Codes(tuple(wanted), tuple(unwanted))


def _plus_and_minus(text: str) -> tuple[list[str], list[str]]:
    """The entries of a list, and those that a minus takes out again."""
    entries = _list(text)
    wanted = [entry for entry in entries if not entry.startswith("-")]
    return wanted, [entry.removeprefix("-") for entry in entries if entry.startswith("-")]


def _list(text: str) -> list[str]:
    return [entry for entry in text.split(";") if entry]


def _number(text: str) -> Decimal | None:
    return _positive(text) if text else None


def _positive(text: str) -> Decimal:
    number = Decimal(text)
    if not number > 0:
        raise ValueError(f"{text} is not above zero")
    return number


def _years(text: str) -> int | None:
    return int(text) if text else None
