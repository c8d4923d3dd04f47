"""How each problem of the plan goes, and what was measured at a visit: kept as typed, judged before it is signed."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.db import models

from clinic.core.rules import RuleBroken, refuse, unless
from clinic.monitoring.rules import KINDS, Given, check_result, check_together, entered_words, result_words
from clinic.visits.rules.note import DomainWords, Note, Problem

# Measured at a visit in fields of their own; whatever else is measured has its own page.
VITALS = ("weight", "systolic", "diastolic", "heart_rate")
LONGEST_VISIT_MINUTES = 600


class Course(models.TextChoices):
    """How a problem goes since the last visit."""

    IMPROVED = "improved", "Improved"
    STABLE = "stable", "Stable"
    WORSE = "worse", "Worse"


AT_GOAL = {"yes": "At goal", "no": "Not at goal"}


def problem_field(key: str, name: str) -> str:
    """The form field of one part of what is said of one problem: its `course`, or whether it is `at_goal`."""
    return f"problem_{key.replace('-', '')}_{name}"


def refusals_of_problems(problems: Mapping[str, Mapping[str, str]]) -> list[RuleBroken | None]:
    """A problem improved, is stable or worse, and is at its goal or not; nothing else is said of it by buttons."""
    refusals = []
    for key, said in problems.items():
        is_course, is_answer = said.get("course", "") in {"", *Course.values}, said.get("at_goal", "") in {"", *AT_GOAL}
        refusals.append(unless(is_course, "Choose how it goes from the list.", field=problem_field(key, "course")))
        refusals.append(unless(is_answer, "Choose whether it is at goal.", field=problem_field(key, "at_goal")))
    return refusals


def problem_words(problems: Mapping[str, Mapping[str, str]]) -> list[DomainWords]:
    """Each problem that something is said of: "Improved, not at goal"."""
    return [DomainWords(said.get("text", ""), _said(said)) for said in problems.values()]


def _said(said: Mapping[str, str]) -> str:
    course, goal = said.get("course", ""), said.get("at_goal", "")
    told = [Course(course).label if course else "", AT_GOAL.get(goal, "")]
    words = ", ".join(part for part in told if part).lower()
    return words[:1].upper() + words[1:]


def read_vitals(vitals: Mapping[str, str]) -> list[Given]:
    """What was measured, from what was typed. RuleBroken names the field of a slip of typing; see `check_result`."""
    found, slips = list[Given](), list[RuleBroken]()
    for code in VITALS:
        typed = vitals.get(code, "").strip()
        if typed:
            unit = vitals.get("weight_unit", "") if code == "weight" else ""
            try:
                found.append(_vital(code, typed, unit or KINDS[code].unit))
            except RuleBroken as slip:
                slips.append(RuleBroken(slip.reason, field=vital_field(code)))
    refuse(*slips)
    return found


def _vital(code: str, typed: str, unit: str) -> Given:
    given = Given(code, _number(typed), unit)
    check_result(given)
    return given


def _number(typed: str) -> Decimal:
    """A number as it is typed, "74.5" or "74,5"."""
    try:
        number = Decimal(typed.replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise RuleBroken("Enter a number alone, such as 74.5.")
    return number


def vital_field(code: str) -> str:
    """The form field of a vital sign."""
    return f"vital_{code}"


def vital_words(vitals: Mapping[str, str]) -> list[DomainWords]:
    """What was measured, as it is read: in the unit of its kind, and as it was typed where that is another one."""
    lines = []
    for one in read_vitals(vitals):
        typed = entered_words(one)
        words = result_words(one.kind, one.value, one.unit)
        lines.append(DomainWords(KINDS[one.kind].label, f"{words} ({typed})" if typed else words))
    return lines


def missing_of(note: Note) -> list[Problem]:
    """What is wrong with what was measured and with the time spent: numbers without slips, both of a blood pressure."""
    problems = []
    try:
        measured = read_vitals(note.vitals)
        if measured:
            check_together(measured)
    except RuleBroken as slip:
        problems += [Problem(one.field or vital_field("systolic"), one.reason) for one in slip.each()]
    if note.minutes and not _is_minutes(note.minutes):
        problems.append(Problem("minutes", "Give the time spent in whole minutes, such as 25."))
    return problems


def _is_minutes(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and 0 < int(typed) <= LONGEST_VISIT_MINUTES


def tidy_problems(problems: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """The problems of which something is said."""
    return {key: dict(said) for key, said in problems.items() if said.get("course") or said.get("at_goal")}


def tidy_vitals(vitals: Mapping[str, str]) -> dict[str, str]:
    """What was typed; a unit counts only beside its number."""
    typed = {name: text.strip() for name, text in vitals.items() if text.strip()}
    if "weight" not in typed:
        typed.pop("weight_unit", None)
    return typed


def measured_fields(note: Note) -> dict[str, str]:
    """Problems and vital signs by form field."""
    fields = {vital_field(name): note.vitals.get(name, "") for name in (*VITALS, "weight_unit")}
    for key, said in note.problems.items():
        fields |= {problem_field(key, name): said.get(name, "") for name in ("course", "at_goal")}
    return fields
