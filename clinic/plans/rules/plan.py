"""What a plan must hold before it is signed, and what differs between two of its versions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TypeVar

from clinic.core.rules import RuleBroken, refuse, unless

MEDICATION_ALONE = (
    "Medication is the only kind of help in this plan. Medication is one part of a plan: "
    "think of therapy, lifestyle and other supports."
)


LABELS = {"baseline": "now", "target_on": "by"}


@dataclass(frozen=True, slots=True)
class ProblemEntry:
    """What the plan is about; `code` is ICD-10-CM where it is a diagnosis."""

    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class GoalEntry:
    """What shall be reached, by which measure, from where to where and by when."""

    text: str
    measure: str = ""
    baseline: str = ""
    target: str = ""
    target_on: date | None = None


@dataclass(frozen=True, slots=True)
class InterventionEntry:
    """One thing done toward the goals: `kind` medication, therapy, lifestyle or support, and who is responsible."""

    kind: str
    text: str
    responsible: str
    how_often: str = ""


@dataclass(frozen=True, slots=True)
class PlanContent:
    """All that a plan says, without who signed it and when."""

    client_words: str = ""
    review_on: date | None = None
    client_agreed_on: date | None = None
    problems: tuple[ProblemEntry, ...] = field(default=())
    goals: tuple[GoalEntry, ...] = field(default=())
    interventions: tuple[InterventionEntry, ...] = field(default=())


Entry = TypeVar("Entry", ProblemEntry, GoalEntry, InterventionEntry)


def missing_for_signing(content: PlanContent) -> list[str]:
    """What a plan still lacks: a problem, a goal with measure and target, an intervention, a day of review."""
    checks = {
        "Name at least one problem.": content.problems,
        "Set at least one goal with its measure and target.": any(
            goal.measure and goal.target for goal in content.goals
        ),
        "Say what will be done: at least one intervention.": content.interventions,
        "Choose the day on which the plan is looked at again.": content.review_on,
    }
    return [sentence for sentence, holds in checks.items() if not holds]


def cautions_for_signing(content: PlanContent) -> list[str]:
    """What does not forbid signing but is said plainly beside it."""
    kinds = {one.kind for one in content.interventions}
    unmeasured = [goal.text for goal in content.goals if not (goal.measure and goal.target)]
    cautions = [MEDICATION_ALONE] if kinds == {"medication"} else []
    cautions += [
        f"The goal “{text}” has no measure and target: nobody can tell when it is reached." for text in unmeasured
    ]
    if content.client_agreed_on is None:
        cautions.append("The client has not yet agreed to this plan.")
    return cautions


def check_signable(content: PlanContent, today: date) -> None:
    """A plan is signed only when it says what it is about, where it leads, what is done and when it is reviewed."""
    missing, review_on, agreed_on = missing_for_signing(content), content.review_on, content.client_agreed_on
    is_to_come, is_past = review_on is None or review_on >= today, agreed_on is None or agreed_on <= today
    refuse(
        unless(not missing, " ".join(missing)),
        unless(is_to_come, "The day of review is past. Choose one that is still to come.", field="review_on"),
        unless(is_past, "The client cannot have agreed on a day still to come.", field="client_agreed_on"),
    )


def check_draft(status: str) -> None:
    """Only a draft is written in or signed; a signed plan is changed by a new version."""
    if status != "draft":
        raise RuleBroken("This plan is signed and cannot change. Write a new version of it.")


def changes_in_words(old: PlanContent, new: PlanContent) -> list[str]:
    """What a newer version says differently, one plain sentence each, in the order of the plan."""
    return [
        *_value_changed("The client's own words", old.client_words, new.client_words),
        *_entries_changed("Problem", old.problems, new.problems, problem_words),
        *_entries_changed("Goal", old.goals, new.goals, goal_words),
        *_entries_changed("Intervention", old.interventions, new.interventions, intervention_words),
        *_value_changed("Review", _day(old.review_on), _day(new.review_on)),
        *_value_changed("Client agreed", _day(old.client_agreed_on), _day(new.client_agreed_on)),
    ]


def _value_changed(label: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield f"{label}: {old or 'nothing'} → {new or 'nothing'}"


def _entries_changed(
    label: str, old: Sequence[Entry], new: Sequence[Entry], words: Callable[[Entry], str]
) -> Iterator[str]:
    """Entries are the same one while their text is; what else differs in them is named."""
    before = {entry.text: entry for entry in old}
    after = {entry.text: entry for entry in new}
    for text, entry in after.items():
        if text not in before:
            yield f"{label} added: {words(entry)}"
        elif entry != before[text]:
            yield f"{label} changed: {text} ({'; '.join(_differences(before[text], entry))})"
    yield from (f"{label} removed: {words(entry)}" for text, entry in before.items() if text not in after)


def _differences(old: Entry, new: Entry) -> Iterator[str]:
    for one in fields(old):
        before, after = getattr(old, one.name), getattr(new, one.name)
        if before != after:
            label = LABELS.get(one.name, one.name.replace("_", " "))
            yield f"{label} {_said(before)} → {_said(after)}"


def _said(value: object) -> str:
    return _day(value) if isinstance(value, date) else str(value or "none")


def problem_words(problem: ProblemEntry) -> str:
    """A problem on one line, with its code."""
    return f"{problem.text} ({problem.code})" if problem.code else problem.text


def goal_words(goal: GoalEntry) -> str:
    """A goal on one line: measure, from where to where, by when."""
    way = f"{goal.measure} {goal.baseline or '?'} → {goal.target}" if goal.measure else ""
    details = [way, f"by {_day(goal.target_on)}" if goal.target_on else ""]
    told = ", ".join(detail for detail in details if detail)
    return f"{goal.text} ({told})" if told else goal.text


def intervention_words(intervention: InterventionEntry) -> str:
    """An intervention on one line: how often, of which kind, who is responsible."""
    often = f", {intervention.how_often}" if intervention.how_often else ""
    return f"{intervention.text}{often} ({intervention.kind}, {intervention.responsible})"


def _day(day: date | None) -> str:
    return f"{day:%b} {day.day}, {day.year}" if day else ""
