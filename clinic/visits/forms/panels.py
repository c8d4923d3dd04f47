"""How one medication stands on the visit page: what is decided, what that would do, what is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import NamedTuple

from clinic.formulary.rules import unknown_limits
from clinic.titration.queries import team_to_promise
from clinic.titration.rules.signing import MONITORED
from clinic.visits.forms.visit import OFFERED, REASONS, VisitForm
from clinic.visits.queries import RunningMedication, VisitPage, checked_decision
from clinic.visits.rules.decisions import CHANGES_DOSE, ONE_DAY, PROMISE_FIELDS, Asked, Decision, field_name
from clinic.visits.rules.preview import Decided

PARTS = (
    "decision",
    "base_version",
    "mg_per_day",
    "on",
    "resume_on",
    "rationale",
    "reason_code",
    "reason_words",
    *PROMISE_FIELDS,
    "seen",
    "written",
)


@dataclass(frozen=True, slots=True)
class Panel:
    """One running medication; `names` are the form's fields, `changed_meanwhile` the words of a newer version."""

    running: RunningMedication
    asked: Asked
    look: Decided
    names: dict[str, str]
    errors: dict[str, Sequence[str]]
    changed_meanwhile: str
    rationale: str
    on_default: str
    team: list[tuple[str, str]]

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What could not be checked, because the formulary has no confirmed number."""
        return unknown_limits(self.running.medication)

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(one.value, one.label) for one in OFFERED]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        return list(REASONS.items())

    @property
    def measured(self) -> list[tuple[str, str]]:
        return list(MONITORED.items())


def panels(page: VisitPage, form: VisitForm) -> list[Panel]:
    """A panel for each running medication, from what is typed, else from what is saved."""
    typed = form.asked() if form.is_bound else page.asked
    undecided = (one for one in page.medications if one.decided_here is None)
    # Asked for only where a finding stops: nobody else is asked to promise anything.
    team = cache(partial(team_to_promise, page.client))
    return [_panel(page, form, one, typed.get(one.dose_plan.pk) or Asked(one.dose_plan.pk), team) for one in undecided]


class Row(NamedTuple):
    """One medication of the page: with a panel, or told as decided in this visit."""

    running: RunningMedication
    panel: Panel | None


def rows(page: VisitPage, shown: Sequence[Panel]) -> list[Row]:
    """The medications that the visit found running, in their order; those it started are told below them."""
    by_plan = {panel.running.dose_plan.pk: panel for panel in shown}
    found = [one for one in page.medications if one.decided_here != Decision.START]
    return [Row(one, by_plan.get(one.dose_plan.pk)) for one in found]


def not_looked_at(shown: Sequence[Panel], form: VisitForm) -> list[str]:
    """Fields of decisions that change a dose and whose preview was not on the page when signing was asked for."""
    return [
        panel.names["decision"]
        for panel in shown
        if panel.asked.decision in CHANGES_DOSE
        and not panel.look.problem
        and form.seen(panel.running.dose_plan.pk) != panel.look.token
    ]


def _panel(
    page: VisitPage,
    form: VisitForm,
    running: RunningMedication,
    asked: Asked,
    team: Callable[[], list[tuple[str, str]]],
) -> Panel:
    dose_plan_id, current = running.dose_plan.pk, running.version.number
    changed_meanwhile = ""
    is_decided_now = asked.decision and asked.base_version == current
    if not is_decided_now and (asked.decision or running.is_changed_by_another):
        changed_meanwhile = running.version.change.words
        asked = replace(asked, decision="")
    asked = replace(asked, base_version=current)
    look = checked_decision(running, asked, seen=page.since.summary, today=page.today)
    names = {part: field_name(dose_plan_id, part) for part in PARTS}
    return Panel(
        running=running,
        asked=asked,
        look=look,
        names=names,
        errors=_errors(form, names),
        changed_meanwhile=changed_meanwhile,
        rationale=asked.rationale or look.rationale,
        on_default=asked.on or (page.today + ONE_DAY).isoformat(),
        team=team() if look.stops else [],
    )


def _errors(form: VisitForm, names: dict[str, str]) -> dict[str, Sequence[str]]:
    """What is wrong with each part, for a form that was sent."""
    if not form.is_bound:
        return {}
    return {part: [str(words) for words in form.errors.get(name) or ()] for part, name in names.items()}
