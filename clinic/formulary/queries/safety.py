"""The safety rules in force, as the check wants them."""

from datetime import datetime

from django.db.models import Count, Max, Q

from clinic.core.rules import RuleBroken
from clinic.formulary.models import Decision, Medication, SafetyRule
from clinic.formulary.queries.schedules import OWN_KINDS, Schedules, schedules_of
from clinic.formulary.rules import amount_text
from clinic.formulary.rules.reading import DATA
from clinic.formulary.rules.regimen import KINDS, RuleSet, read_rows, rule_set, with_maxima

NAMES = ("ingredients", "classes")
Row = dict[str, str]
Stamp = tuple[int, datetime | None, int, datetime | None]
# The rules of this process, built anew when their table or the confirmed maxima have changed; and those of the table
# alone, which are most of the work and change least.
_built: dict[Stamp, RuleSet] = {}
_of_table: dict[tuple[int, datetime | None], RuleSet] = {}


def safety_rules() -> RuleSet | None:
    """The rules that regimens are checked against; None when there are none or they cannot be read.

    None is never "nothing found": pages say that no check is made, and nothing is signed without that reason.
    """
    rules = SafetyRule.objects.current().order_by().aggregate(n=Count("pk"), newest=Max("created_at"))
    return _rules((rules["n"], rules["newest"], *_maxima()))


def rules_in_force() -> tuple[RuleSet | None, Schedules]:
    """`safety_rules` and `schedules`, by one look at the table of both; two queries while nothing has changed."""
    own = Q(kind__in=OWN_KINDS)
    found = (
        SafetyRule.objects.current()
        .order_by()
        .aggregate(
            n=Count("pk"),
            newest=Max("created_at"),
            n_own=Count("pk", filter=own),
            newest_own=Max("created_at", filter=own),
        )
    )
    rules = _rules((found["n"], found["newest"], *_maxima()))
    return rules, schedules_of((found["n_own"], found["newest_own"]))


def _rules(stamp: Stamp) -> RuleSet | None:
    if stamp not in _built:
        try:
            rules = _build(stamp)
        except RuleBroken:
            return None
        _built.clear()
        _built[stamp] = rules
    return _built[stamp]


def _maxima() -> tuple[int, datetime | None]:
    maxima = Medication.objects.order_by().aggregate(n=Count("pk"), newest=Max("updated_at"))
    return maxima["n"], maxima["newest"]


def _build(stamp: Stamp) -> RuleSet:
    maxima = [_maximum(medication) for medication in Medication.objects.all()]
    table = stamp[:2]
    if table not in _of_table:
        rules = rule_set(_rows(maxima), version=stamp[1].date().isoformat() if stamp[1] else "")
        _of_table.clear()
        _of_table[table] = rules
    return with_maxima(_of_table[table], maxima)


def _rows(maxima: list[Row]) -> dict[str, list[Row]]:
    rows_by_kind: dict[str, list[Row]] = {kind: read_rows(DATA, kind) for kind in NAMES}
    rows_by_kind["medications"] = maxima
    for rule in SafetyRule.objects.current().filter(kind__in=KINDS).exclude(decision=Decision.REFUSED):
        reviewed_on = rule.decided_at.date().isoformat() if rule.decided_at else ""
        rows_by_kind.setdefault(rule.kind, []).append({**rule.definition, "reviewed_on": reviewed_on})
    return rows_by_kind


def _maximum(medication: Medication) -> Row:
    """The confirmed maximum of a medication as its data file would say it."""
    return {
        "name": medication.name,
        "ingredient": medication.ingredient,
        "max_mg": amount_text(medication.max_mg) if medication.max_mg is not None else "",
        "unconfirmed": ";".join(medication.unverified_fields),
        "not_computed_because": medication.not_computed_because,
        "source": medication.source,
        "status": medication.status,
        "reviewed_on": medication.reviewed_on.isoformat() if medication.reviewed_on else "",
    }
