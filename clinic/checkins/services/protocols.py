"""The clinic sets its protocols and its triage; what was in force before stays as a row."""

from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.audit.services import record
from clinic.checkins import queries, rules
from clinic.checkins.models import ProtocolChange, TriageChange
from clinic.checkins.rules import Protocol, TriageRule
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.staff.models import User

MEANWHILE = "Somebody changed this meanwhile. Look at what now stands and save again if you still want to."


@transaction.atomic
def set_protocol(*, protocol: Protocol, version: int, by: User, now: datetime) -> ProtocolChange | None:
    """Set when one check-in is asked and when no answer is a silence; the next look plans by it.

    `version` is the number of the change that was read (0: the default). The same again changes nothing and answers
    None; StaleRecord when another was set after it.
    """
    rules.check_protocol(protocol)
    if protocol.instrument and protocol.instrument not in queries.instruments_by_link():
        raise RuleBroken("Choose a scale that a client can fill in alone.", field="instrument")
    before = queries.protocols_in_force()[protocol.occasion]
    if before == protocol:
        return None
    change = ProtocolChange(
        occasion=protocol.occasion,
        number=queries.protocol_numbers()[protocol.occasion] + 1,
        is_on=protocol.is_on,
        days=protocol.days,
        silent_after_hours=protocol.silent_after_hours,
        silences_told=protocol.silences_told,
        instrument=protocol.instrument,
        by=by,
        at=now,
    )
    if change.number != version + 1 or not _is_kept(change):
        numbers = queries.protocol_numbers()
        raise StaleRecord(MEANWHILE, theirs={"when": before.when}, version=numbers[protocol.occasion])
    record(
        "checkin_protocol_set", by=by, subject=change, occasion=protocol.occasion, now=protocol.when, before=before.when
    )
    return change


@transaction.atomic
def set_triage_rule(*, rule: TriageRule, version: int, by: User, now: datetime) -> TriageChange | None:
    """Set how soon answers that meet one rule want a person, from the next answer on; danger stays urgent.

    `version` is the number of the change that was read (0: the default). The same again changes nothing and answers
    None; StaleRecord when another was set after it.
    """
    rules.check_rule(rule)
    [line] = [line for line in queries.triage_lines() if line.rule.code == rule.code]
    if line.rule == rule:
        return None
    change = TriageChange(
        code=rule.code, number=line.number + 1, level=rule.level, at_least=rule.at_least, by=by, at=now
    )
    if line.number != version or not _is_kept(change):
        raise StaleRecord(MEANWHILE, theirs={"when": line.rule.level.label}, version=line.number)
    record("triage_rule_set", by=by, subject=change, code=rule.code, level=rule.level, before=line.rule.level)
    return change


def _is_kept(change: ProtocolChange | TriageChange) -> bool:
    """Of two at once with the same number the database keeps one."""
    rows: Any = type(change)._default_manager
    rows.bulk_create([change], ignore_conflicts=True)
    return bool(rows.filter(pk=change.pk).exists())
