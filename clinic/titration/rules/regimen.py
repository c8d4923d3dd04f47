"""One question of the contract `check_regimen`: read, its plans laid out in days, checked and answered."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from clinic.formulary.rules.regimen import Person, Pregnancy, RuleSet, Sex, Span, Taken, check
from clinic.titration.rules.plan import DosePlanResult, build_plan
from clinic.titration.rules.reading import BadOrder, Fields, read_amount

QUESTION_FIELDS = frozenset({"id", "today", "client", "medications"})
CLIENT_FIELDS = frozenset({"birth_date", "sex", "pregnancy", "conditions", "allergies", "egfr", "qtc_ms"})
SPAN_FIELDS = frozenset({"first_on", "last_on", "mg_per_day"})
MEDICATION_FIELDS = frozenset({"ingredient", "plan"}) | SPAN_FIELDS
NOT_KNOWN = "unknown"


def answer_question(question: Mapping[str, Any], rules: RuleSet) -> dict[str, Any]:
    """The findings of one question as the contract writes them, and how many rules of which day were checked.

    Raises BadOrder with the path of the field that is wrong, such as "medications[1].plan.taper.amount".
    """
    fields = Fields(question, "", QUESTION_FIELDS)
    today = fields.day("today")
    person = _person(fields.needed("client") if fields.has("client") else {}, today)
    taken = [_taken(path, entry) for path, entry in _entries(fields, "medications", needed=True)]
    found = check(person, taken, rules, today)
    checked = {"rules": rules.active_count, "version": rules.version}
    return {"findings": [finding.to_json() for finding in found], "checked": checked}


def spans_of_plan(plan: DosePlanResult) -> tuple[Span, ...]:
    """The steps of a dose plan as days and amounts; a step of no dose is days on which nothing is taken."""
    return tuple(
        Span(step.first_on, step.last_on, step.mg_per_day, step.every_days) for step in plan.steps if step.mg_per_day
    )


def _person(raw: object, today: date) -> Person:
    client = Fields(raw, "client", CLIENT_FIELDS)
    birth_on = client.day("birth_date") if client.has("birth_date") else None
    if birth_on and birth_on > today:
        raise BadOrder("client.birth_date", "This is after the day of the question.")
    sex = client.choice("sex", Sex) if client.has("sex") and client.needed("sex") != NOT_KNOWN else None
    return Person(
        birth_on=birth_on,
        sex=sex,
        pregnancy=client.choice("pregnancy", Pregnancy) if client.has("pregnancy") else Pregnancy.UNKNOWN,
        conditions=_texts(client, "conditions"),
        allergies=_texts(client, "allergies"),
        egfr=client.amount_if_any("egfr"),
        qtc_ms=client.amount_if_any("qtc_ms"),
    )


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(_text(path, entry) for path, entry in _entries(fields, name))


def _entries(fields: Fields, name: str, *, needed: bool = False) -> list[tuple[str, Any]]:
    """The entries of a list that may be empty, each with its path; left out it is empty unless it is needed."""
    if not needed and not fields.has(name):
        return []
    return [] if fields.needed(name) == [] else fields.items(name)


def _text(path: str, entry: object) -> str:
    if not isinstance(entry, str) or not entry.strip():
        raise BadOrder(path, "Give a text.")
    return entry


def _taken(path: str, raw: object) -> Taken:
    fields = Fields(raw, path, MEDICATION_FIELDS)
    name = _text(fields.path("ingredient"), fields.needed("ingredient"))
    if fields.has("plan"):
        for other in sorted(SPAN_FIELDS):
            if fields.has(other):
                raise BadOrder(fields.path(other), "Give either a plan or days and an amount, not both.")
        return Taken(name, spans_of_plan(_plan(fields.path("plan"), fields.needed("plan"))))
    first_on, last_on = _day(fields, "first_on"), _day(fields, "last_on")
    if first_on and last_on and last_on < first_on:
        raise BadOrder(fields.path("last_on"), "This is before the first day.")
    mg = read_amount(fields.needed("mg_per_day"), fields.path("mg_per_day")) if fields.has("mg_per_day") else None
    return Taken(name, (Span(first_on, last_on, mg),))


def _day(fields: Fields, name: str) -> date | None:
    return fields.day(name) if fields.has(name) else None


def _plan(path: str, order: object) -> DosePlanResult:
    """The plan of an order; what is wrong in it is named with its path inside the question."""
    if not isinstance(order, Mapping):
        raise BadOrder(path, "Give an object with fields here.")
    try:
        return build_plan(order)
    except BadOrder as refused:
        raise BadOrder(f"{path}.{refused.field}", refused.reason) from refused
