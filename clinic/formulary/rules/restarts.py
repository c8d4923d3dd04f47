"""Restart rules: after how many days without a medication the label begins again at day 1."""

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.choosing import Choice, choose, groups_taken
from clinic.formulary.rules.entries import STATUSES
from clinic.formulary.rules.templates import DATA, NOT_REVIEWED, Templates

FILE = "restart_rules.csv"
NO_RULE = "No restart rule is on file for this medication."
NOT_ON_FILE = "For this combination no number of days is on file."
IN_TIME = "Within the days after which it may go on."


class Outcome(StrEnum):
    """What a rule makes of missed days: go on, begin again, or the prescriber has to confirm that it may go on."""

    RESUME = "resume"
    CONFIRM = "confirm"
    RESTART = "restart"


@dataclass(frozen=True)
class RestartRule:
    """Begin again when the last dose is more than `more_than_days` days ago (0: not known), with `groups` beside it.

    `rule_status` is that of the sentence, `number_status` that of the days: a confirmed sentence with unconfirmed
    days refuses nothing, it asks the prescriber. An unconfirmed sentence is loaded and does nothing.
    """

    medication: str
    groups: frozenset[str]
    more_than_days: int
    number_status: str
    rule_status: str
    sentence: str
    source: str


@dataclass(frozen=True)
class AfterGap:
    """What follows from missed days: the outcome, the sentence that says why, its source, and the way to restart."""

    outcome: Outcome
    reason: str
    source: str
    restart_with: Choice


@lru_cache(maxsize=2)
def read_restart_rules(folder: Path = DATA) -> tuple[RestartRule, ...]:
    """Read and check the file; RuleBroken names the row that would be wrong in use."""
    return restart_rules_of(_rows(folder))


def read_restart_rows(folder: Path = DATA) -> list[dict[str, Any]]:
    """Every restart rule as a rule that the medical director reviews: its sentence, status and source, and its row."""
    return [
        {
            "rule": f"restart-{row['medication']}-{'-'.join(row['with'].split()) or 'alone'}",
            "text": row["sentence"],
            "status": "U" if "U" in {row["rule_status"], row["number_status"]} else row["number_status"],
            "source": row["source"],
            "restart": row,
        }
        for row in _rows(folder)
    ]


def restart_rules_of(rows: Iterable[Mapping[str, str]]) -> tuple[RestartRule, ...]:
    """Check rows of restart rules and build them; RuleBroken names the one that would be wrong in use."""
    rules = []
    for row in rows:
        rule = RestartRule(
            medication=row["medication"],
            groups=frozenset(row["with"].split()),
            more_than_days=int(row["more_than_days"] or 0),
            number_status=row["number_status"],
            rule_status=row["rule_status"],
            sentence=row["sentence"],
            source=row["source"],
        )
        _check(rule)
        rules.append(rule)
    return tuple(rules)


def restart_line(row: Mapping[str, str]) -> str:
    """After how many days a restart rule begins again, and with what beside it."""
    beside = f", with {row['with'].replace('_', ' ')}" if row["with"] else ""
    days = row["more_than_days"] or "an unknown number of"
    return f"Begin again when the last dose is more than {days} days ago{beside}"


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def after_gap(
    rules: Collection[RestartRule],
    templates: Templates,
    medication: str,
    taken: Collection[str],
    *,
    last_taken_on: date,
    today: date,
    age: int,
    codes: Sequence[str] = (),
    egfr: Decimal | None = None,
) -> AfterGap:
    """Whether a medication last taken on a day may go on today, by what else is taken, and with what to restart.

    Days are counted from the last dose to today. Raises nothing: without a rule it goes on, and that is said.
    """
    again = choose(templates, medication, taken, age=age, codes=codes, egfr=egfr)
    own = [rule for rule in rules if rule.medication == medication and rule.rule_status != "U"]
    if not own:
        return AfterGap(Outcome.RESUME, NO_RULE, "", again)
    matter = frozenset().union(*(rule.groups for rule in own))
    beside = frozenset(groups_taken(templates.groups, taken)) & matter
    rule = next((one for one in own if one.groups == beside), None)
    limit = min(one.more_than_days for one in own) if rule is None else rule.more_than_days
    if (today - last_taken_on).days <= limit:
        return AfterGap(Outcome.RESUME, IN_TIME, own[0].source, again)
    if rule is None:
        return AfterGap(Outcome.CONFIRM, f"{own[0].sentence} {NOT_ON_FILE}", own[0].source, again)
    caution = f" ({NOT_REVIEWED})" if "V2" in {rule.number_status, rule.rule_status} else ""
    outcome = Outcome.CONFIRM if rule.number_status == "U" else Outcome.RESTART
    return AfterGap(outcome, f"{rule.sentence}{caution}", rule.source, again)


def _check(rule: RestartRule) -> None:
    if not {rule.number_status, rule.rule_status} <= set(STATUSES) or not rule.source:
        raise RuleBroken(f"The restart rule of {rule.medication} needs statuses and a source.")
    if rule.more_than_days < 1 and rule.rule_status != "U":
        raise RuleBroken(f"The restart rule of {rule.medication} has no number of days.")
