"""What stands between a draft and its signature, each point linked to its place on the page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clinic.visits.forms.panels import Panel
from clinic.visits.forms.visit import VisitForm
from clinic.visits.queries import VisitPage, what_is_missing

# Drawn as a group of choices, which has the name of its frame.
FRAMED = {"risk_answer": "div_id_risk_answer"}


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """One point: `place` is the id of what it links to, `field` empties it once something is filled in there."""

    words: str
    place: str
    field: str


def open_points(page: VisitPage, form: VisitForm, shown: Sequence[Panel]) -> list[OpenPoint]:
    """Every point, in the order of the page; previews that are drawn already are not worked out again."""
    looks = {panel.running.dose_plan.pk: panel.look for panel in shown}
    problems = what_is_missing(replace(page.to_sign, looks=looks))
    return [
        OpenPoint(
            words=problem.words,
            place=FRAMED.get(problem.field, f"id_{problem.field}"),
            field="" if problem.field not in form.fields or form[problem.field].value() else problem.field,
        )
        for problem in problems
    ]
