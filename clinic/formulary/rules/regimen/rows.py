"""The rules themselves: each with its source, its status and whether the medical director has reviewed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from clinic.formulary.rules.regimen.catalogue import Catalogue, Ingredient
from clinic.formulary.rules.regimen.findings import Code, Severity
from clinic.formulary.rules.regimen.person import Person, Pregnancy, Sex

NOT_REVIEWED = " (not yet reviewed by the medical director)"
UNVERIFIED = "U"


@dataclass(frozen=True, slots=True)
class Side:
    """Which medications a rule means: any with one of the wanted tokens and none of the unwanted."""

    wanted: frozenset[str]
    unwanted: frozenset[str] = frozenset()

    def covers(self, ingredient: Ingredient) -> bool:
        """Whether the rule means this ingredient; of several that a text names together, any of them."""
        if ingredient.parts:
            return any(map(self.covers, ingredient.parts))
        return bool(self.wanted & ingredient.tokens) and not self.unwanted & ingredient.tokens


@dataclass(frozen=True, slots=True)
class Codes:
    """ICD-10-CM codes by prefix: F50 covers F50.2; the unwanted ones are taken out again."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    def cover(self, person: Person) -> bool:
        """Whether the client has such a condition."""
        codes = (code.upper().replace(".", "") for code in person.conditions)
        return any(code.startswith(self.wanted) and not code.startswith(self.unwanted) for code in codes)


@dataclass(frozen=True, slots=True)
class Amount:
    """A daily amount in mg up to which an ingredient is not counted."""

    ingredient: str
    most_mg: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule carries; one whose status is U and which nobody reviewed is inactive and never speaks."""

    rule: str
    severity: Severity
    text: str
    source: str
    status: str
    version: str
    reviewed_on: str = ""

    @property
    def is_active(self) -> bool:
        """Seen in a source (V, V2), or reviewed by the medical director."""
        return self.status != UNVERIFIED or bool(self.reviewed_on)

    def words(self, **values: object) -> str:
        """The sentence for a prescriber; it says so where the medical director has not reviewed the rule."""
        return self.text.format(**values) + ("" if self.reviewed_on else NOT_REVIEWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRule(Rule):
    """Two medications that concern each other: an interaction, or a duplicate of which one is expected."""

    side_a: Side
    side_b: Side
    not_counted: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WashoutRule(Rule):
    """`started` begins `days` after the last day of `stopped` at the soonest."""

    stopped: Side
    started: Side
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRule(Rule):
    """A maximum in mg a day; without any condition it is the general one of its ingredient.

    One that `replaces_general` may be higher; of all others that apply the lowest counts. Ages are completed
    years and kidney functions mL/min, from (counted) and below (not counted).
    """

    ingredient: str
    max_mg: Decimal
    is_general: bool = False
    replaces_general: bool = False
    age_from: int | None = None
    age_below: int | None = None
    egfr_from: Decimal | None = None
    egfr_below: Decimal | None = None
    conditions: Codes | None = None
    taken_with: Side | None = None
    taken_with_too: Side | None = None
    not_taken_with: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRule(Rule):
    """A medication that a condition, or a kidney function below so many mL/min, makes risky."""

    medications: Side
    conditions: Codes
    egfr_below: Decimal | None

    def concerns(self, person: Person) -> bool:
        """Whether the client is known to have the condition."""
        is_low = self.egfr_below is not None and person.egfr is not None and person.egfr < self.egfr_below
        return is_low or self.conditions.cover(person)


@dataclass(frozen=True, slots=True, kw_only=True)
class PregnancyRule(Rule):
    """A risk with pregnancy; `severity_unknown` where it is not known whether there is one (None: not said)."""

    medications: Side
    severity_unknown: Severity | None

    def severity_for(self, person: Person) -> Severity | None:
        """How grave for this client; a possible pregnancy counts as one, an unknown one unless the sex is male."""
        if person.pregnancy in (Pregnancy.YES, Pregnancy.POSSIBLE):
            return self.severity
        is_open = person.pregnancy is Pregnancy.UNKNOWN and person.sex is not Sex.MALE
        return self.severity_unknown if is_open else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeRule(Rule):
    """A medication at an age in completed years, from (counted) and below (not counted)."""

    medications: Side
    age_from: int | None
    age_below: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRule(Rule):
    """Medications that add up: so many together, at an age, from a QTc in ms, with a condition where given."""

    code: Code
    counted: Side
    not_counted: tuple[Amount, ...]
    at_least: int
    age_from: int | None
    qtc_from_ms: Decimal | None
    sex: Sex | None
    conditions: Codes | None

    def concerns(self, person: Person) -> bool:
        """Whether what is known of the client, age apart, makes the rule speak; an unknown sex may be any."""
        if self.qtc_from_ms is not None and (person.qtc_ms is None or person.qtc_ms < self.qtc_from_ms):
            return False
        if self.sex is not None and person.sex not in (None, self.sex):
            return False
        return self.conditions is None or self.conditions.cover(person)


@dataclass(frozen=True, eq=False)
class RuleSet:
    """All rules, active and not, with the names they are found by; `version` is the day of the newest."""

    version: str
    catalogue: Catalogue
    interactions: tuple[PairRule, ...]
    washouts: tuple[WashoutRule, ...]
    limits: tuple[LimitRule, ...]
    duplicates: tuple[PairRule, ...]
    conditions: tuple[ConditionRule, ...]
    pregnancy: tuple[PregnancyRule, ...]
    ages: tuple[AgeRule, ...]
    loads: tuple[LoadRule, ...]

    @property
    def by_kind(self) -> Mapping[str, tuple[Rule, ...]]:
        """All rules by what they are about."""
        return {
            "interactions": self.interactions,
            "washouts": self.washouts,
            "dose_limits": self.limits,
            "duplicates": self.duplicates,
            "conditions": self.conditions,
            "pregnancy": self.pregnancy,
            "ages": self.ages,
            "loads": self.loads,
        }

    @property
    def active_count(self) -> int:
        """How many rules speak."""
        return sum(rule.is_active for rules in self.by_kind.values() for rule in rules)
