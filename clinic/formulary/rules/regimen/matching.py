"""Which rules speak of which medications, remembered: the same few come together again and again."""

from functools import lru_cache
from typing import NamedTuple

from clinic.formulary.rules.regimen.catalogue import Ingredient
from clinic.formulary.rules.regimen.rows import (
    AgeRule,
    ConditionRule,
    LimitRule,
    LoadRule,
    PairRule,
    PregnancyRule,
    RuleSet,
    WashoutRule,
)

PAIRS = 1 << 15
ONES = 1 << 12


class PairMatch(NamedTuple):
    """A rule of two medications; `is_turned` where the second of them is the rule's first side."""

    rule: PairRule
    is_turned: bool


@lru_cache(maxsize=PAIRS)
def interactions_of(rules: RuleSet, one: Ingredient, other: Ingredient) -> tuple[PairMatch, ...]:
    """The active interactions of two ingredients, in the order of the rules."""
    return _pairs(rules.interactions, one, other)


@lru_cache(maxsize=PAIRS)
def duplicate_of(rules: RuleSet, one: Ingredient, other: Ingredient) -> PairMatch | None:
    """The first active rule by which two ingredients are one too many, None where there is none."""
    return next(iter(_pairs(rules.duplicates, one, other)), None)


@lru_cache(maxsize=PAIRS)
def washouts_of(rules: RuleSet, stopped: Ingredient, started: Ingredient) -> tuple[WashoutRule, ...]:
    """The active wash-outs from one ingredient to another."""
    return tuple(
        rule
        for rule in rules.washouts
        if rule.is_active and rule.stopped.covers(stopped) and rule.started.covers(started)
    )


@lru_cache(maxsize=ONES)
def limits_of_ingredient(rules: RuleSet, ingredient: Ingredient) -> tuple[LimitRule, ...]:
    """The active maxima of an ingredient."""
    return tuple(rule for rule in rules.limits if rule.is_active and rule.ingredient == ingredient.name)


@lru_cache(maxsize=ONES)
def conditions_of(rules: RuleSet, ingredient: Ingredient) -> tuple[ConditionRule, ...]:
    """The active rules on conditions that mean an ingredient."""
    return tuple(rule for rule in rules.conditions if rule.is_active and rule.medications.covers(ingredient))


@lru_cache(maxsize=ONES)
def pregnancy_of(rules: RuleSet, ingredient: Ingredient) -> tuple[PregnancyRule, ...]:
    """The active rules on pregnancy that mean an ingredient."""
    return tuple(rule for rule in rules.pregnancy if rule.is_active and rule.medications.covers(ingredient))


@lru_cache(maxsize=ONES)
def ages_of(rules: RuleSet, ingredient: Ingredient) -> tuple[AgeRule, ...]:
    """The active rules on age that mean an ingredient."""
    return tuple(rule for rule in rules.ages if rule.is_active and rule.medications.covers(ingredient))


@lru_cache(maxsize=ONES)
def loads_of(rules: RuleSet, ingredient: Ingredient) -> frozenset[LoadRule]:
    """The active loads that an ingredient adds to."""
    return frozenset(rule for rule in rules.loads if rule.is_active and rule.counted.covers(ingredient))


def _pairs(rules: tuple[PairRule, ...], one: Ingredient, other: Ingredient) -> tuple[PairMatch, ...]:
    found = []
    for rule in rules:
        if rule.is_active:
            if rule.side_a.covers(one) and rule.side_b.covers(other):
                found.append(PairMatch(rule, is_turned=False))
            elif rule.side_a.covers(other) and rule.side_b.covers(one):
                found.append(PairMatch(rule, is_turned=True))
    return tuple(found)
