"""The label schedules and restart rules in force, as the medical director left them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from clinic.formulary.models import Decision, RuleKind, SafetyRule
from clinic.formulary.rules.restarts import RestartRule, read_restart_rows, read_restart_rules, restart_rules_of
from clinic.formulary.rules.templates import Templates, read_schedule_rows, read_templates, templates_of

VERIFIED, UNVERIFIED = "V", "U"
OWN_KINDS = (RuleKind.SCHEDULE, RuleKind.RESTART)


@dataclass(frozen=True, slots=True)
class Schedules:
    """Every label schedule, offered or not, and every restart rule."""

    templates: Templates
    restarts: tuple[RestartRule, ...]


# Those of this process, built anew when their rules have changed.
_built: dict[tuple[int, datetime | None], Schedules] = {}


def schedules() -> Schedules:
    """What the medical director accepted counts as seen in a source, what they refused is never offered.

    Where the rules were emptied, the files that they are loaded from stand: no restart rule is lost in silence.
    """
    stamp = (
        SafetyRule.objects.current()
        .filter(kind__in=OWN_KINDS)
        .order_by()
        .aggregate(n=Count("pk"), newest=Max("created_at"))
    )
    return schedules_of((stamp["n"], stamp["newest"]))


def schedules_of(stamp: tuple[int, datetime | None]) -> Schedules:
    """Those of a state of their rules: how many there are and when the newest came."""
    if stamp not in _built:
        built = _build()
        _built.clear()
        _built[stamp] = built
    return _built[stamp]


def _build() -> Schedules:
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in OWN_KINDS}
    # Offered in the order of the files, the usual schedule first; what left the files comes last.
    place = {row["rule"]: n for n, row in enumerate([*read_schedule_rows(), *read_restart_rows()])}
    current = SafetyRule.objects.current().filter(kind__in=OWN_KINDS)
    for rule in sorted(current, key=lambda rule: (place.get(rule.key, len(place)), rule.key)):
        rows[rule.kind].append(_decided(rule))
    return Schedules(
        templates=templates_of(rows[RuleKind.SCHEDULE]) if rows[RuleKind.SCHEDULE] else read_templates(),
        restarts=restart_rules_of(rows[RuleKind.RESTART]) if rows[RuleKind.RESTART] else read_restart_rules(),
    )


def _decided(rule: SafetyRule) -> dict[str, Any]:
    """The row of its file, with the status that the decision gives it."""
    status = {Decision.ACCEPTED.value: VERIFIED, Decision.REFUSED.value: UNVERIFIED}.get(rule.decision)
    if rule.kind == RuleKind.SCHEDULE:
        row = dict(rule.definition["schedule"])
        return row if status is None else {**row, "status": status}
    row = dict(rule.definition["restart"])
    return row if status is None else {**row, "rule_status": status, "number_status": status}
