"""Bringing the safety rules to their data files; what the medical director decided stands."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from clinic.audit.services import record
from clinic.formulary.models import RuleKind, SafetyRule
from clinic.formulary.rules.reading import DATA
from clinic.formulary.rules.regimen import read_rows, read_rules
from clinic.formulary.rules.restarts import read_restart_rows
from clinic.formulary.rules.templates import read_schedule_rows

Row = dict[str, Any]


@dataclass(frozen=True)
class RulesLoaded:
    """What a load did to how many rules; `kept` were decided here and stand as decided, `ended` left the files."""

    created: int
    changed: int
    unchanged: int
    kept: int
    ended: int


@transaction.atomic
def load_rules(*, now: datetime) -> RulesLoaded:
    """Bring the safety rules to the data files; the same files again change nothing.

    A changed row is a new version of its rule, and so is one that comes back.
    A rule that the medical director decided about keeps its decision
    and its wording. One that left the files ends. Raises RuleBroken naming a row that would be wrong in use.
    """
    version = read_rules().version
    standing = {rule.key: rule for rule in SafetyRule.objects.current().select_for_update()}
    numbers = dict(SafetyRule.objects.order_by().values_list("key").annotate(highest=Max("number")))
    counts: Counter[str] = Counter()
    fresh: list[SafetyRule] = []
    ended = dict(standing)
    for kind, row in _rows():
        rule = standing.get(row["rule"])
        ended.pop(row["rule"], None)
        outcome = _outcome(rule, row)
        counts[outcome] += 1
        if outcome in {"created", "changed"}:
            fresh.append(
                SafetyRule(
                    key=row["rule"],
                    number=numbers.get(row["rule"], 0) + 1,
                    kind=kind,
                    definition=row,
                    status=row["status"],
                    data_version=version,
                )
            )
    left = [rule for rule in ended.values() if not rule.decision]
    replaced = [standing[rule.key].pk for rule in fresh if rule.key in standing]
    SafetyRule.objects.filter(pk__in=[*replaced, *(rule.pk for rule in left)]).update(superseded_at=now)
    SafetyRule.objects.bulk_create(fresh)
    loaded = RulesLoaded(
        counts["created"], counts["changed"], counts["unchanged"], counts["kept"] + len(ended) - len(left), len(left)
    )
    if fresh or left:
        record("safety_rules_loaded", by=None, version=version, **asdict(loaded))
    return loaded


def _rows() -> Iterator[tuple[RuleKind, Row]]:
    own = {RuleKind.SCHEDULE: read_schedule_rows, RuleKind.RESTART: read_restart_rows}
    return ((kind, row) for kind in RuleKind for row in (own[kind]() if kind in own else read_rows(DATA, kind)))


def _outcome(rule: SafetyRule | None, row: Row) -> str:
    if rule is None:
        return "created"
    if rule.definition == row:
        return "unchanged"
    return "kept" if rule.decision else "changed"
