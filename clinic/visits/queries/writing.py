"""What the page of a draft shows, and what stands between it and its signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from clinic.clients.models import CareTeamMember, Client
from clinic.core.clock import local_day
from clinic.core.queries import prepared
from clinic.core.rows import Rows
from clinic.core.rules import RuleBroken
from clinic.intake.models import Allergy
from clinic.monitoring.queries import lines_of_client
from clinic.monitoring.rules.gathering import DueLine
from clinic.plans.models import Goal, MedicationConsent, PlanStatus
from clinic.plans.models import Problem as PlanProblem
from clinic.plans.rules import GoalEntry, goal_words
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.rules.signing import check_promise
from clinic.visits.models import CopiedPassage, FollowUpVisit, NoteTemplate, Phrase, TelehealthConsent
from clinic.visits.queries.response import Response, response_of
from clinic.visits.queries.since import Since, since_last_visit
from clinic.visits.queries.visits import (
    RunningMedication,
    asked_of,
    checked_decision,
    running_medications,
    running_on,
    versions_of,
)
from clinic.visits.rules import decisions as decision_rules
from clinic.visits.rules.copied import passage_field, unreviewed
from clinic.visits.rules.decisions import Asked
from clinic.visits.rules.doses_told import adherence_fields, missing_of_told
from clinic.visits.rules.note import NOTE_MAPS, NOTE_TEXTS, Note, Problem, missing_in, note_fields
from clinic.visits.rules.preview import Decided
from clinic.visits.rules.problems import measured_fields, missing_of
from clinic.visits.rules.supervision import missing_supervisor
from clinic.visits.rules.telehealth import missing_for_telehealth, telehealth_field


@dataclass(frozen=True, slots=True)
class Waiting:
    """Text that was copied into a draft and waits to be reviewed."""

    id: UUID
    part: str
    origin: str
    came_from: str
    text: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """A running medication that this visit has signed nothing about yet."""

    dose_plan_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Around:
    """What the form of a draft is made of; to the medications of `consented` consent stands."""

    medications: list[Undecided]
    passages: list[Waiting]
    phrases: list[dict[str, Any]]
    note_templates: list[dict[str, Any]]
    problems: list[dict[str, Any]]
    consented_on: date | None
    supervisor: str
    is_supervisor_on_team: bool
    has_supervisor_left: bool
    consented: frozenset[UUID]
    allergies: list[dict[str, Any]]
    goals: list[str]


@dataclass(frozen=True, slots=True)
class ToSign:
    """A draft as it is about to be signed; `looks` are previews that were worked out already, by dose plan."""

    visit: FollowUpVisit
    medications: Sequence[RunningMedication]
    asked: Mapping[UUID, Asked]
    around: Around
    today: date
    looks: Mapping[UUID, Decided] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisitPage:
    """All that the page of one visit shows; `asked` is what was decided so far, by dose plan."""

    visit: FollowUpVisit
    client: Client
    today: date
    since: Since
    response: Response
    medications: list[RunningMedication]
    asked: dict[UUID, Asked]
    around: Around
    due: list[DueLine]

    @property
    def without_consent(self) -> list[RunningMedication]:
        """Medications that go on and to which no consent stands."""
        agreed = self.around.consented
        return [one for one in self.medications if not one.has_ended and one.medication.pk not in agreed]

    @property
    def to_sign(self) -> ToSign:
        """The draft as it would be signed now."""
        return ToSign(self.visit, self.medications, self.asked, self.around, self.today)


def around(visit: FollowUpVisit, user: User, today: date) -> Around:
    """Medications to decide about, copied text to review, phrases to use, problems of the plan; one query."""
    [found] = _around(visit.pk, user.pk, today)
    return Around(
        medications=[Undecided(**row) for row in found["medication_rows"]],
        passages=[Waiting(**row) for row in found["passage_rows"]],
        phrases=found["phrase_rows"],
        note_templates=found["note_template_rows"],
        problems=found["problem_rows"],
        consented_on=found["consented_on"],
        supervisor=found["supervisor_name"] or "",
        is_supervisor_on_team=found["is_supervisor_on_team"],
        has_supervisor_left=found["supervisor_works_here"] is False,
        consented=frozenset(row["medication_id"] for row in found["agreed_rows"]),
        allergies=found["allergy_rows"],
        goals=[goal_words(GoalEntry(**row)) for row in found["goal_rows"]],
    )


@prepared
def _around(visit_id: UUID, user_id: UUID, today: date) -> QuerySet[FollowUpVisit, Any]:
    """Every list in one statement: each round trip costs more than reading its few rows."""
    signed_here = Q(signed_by=OuterRef("prescriber"), created_at__gt=OuterRef("created_at"))
    running = versions_of(OuterRef("client")).filter(running_on(today)).exclude(signed_here)
    passages = CopiedPassage.objects.filter(visit=OuterRef("pk"), review="").order_by("created_at")
    usable = Q(prescriber=user_id) | Q(is_shared=True)
    phrases = Phrase.objects.filter(usable).order_by("name", "created_at")
    templates = NoteTemplate.objects.filter(usable).order_by("name", "created_at")
    in_force = {"plan__client": OuterRef("client"), "plan__status": PlanStatus.SIGNED}
    problems = PlanProblem.objects.filter(**in_force).order_by("rank")
    goals = Goal.objects.filter(**in_force).order_by("rank")
    consents = TelehealthConsent.objects.filter(client=OuterRef("client")).order_by("-given_on")
    allergies = Allergy.objects.filter(client=OuterRef("client"), withdrawn_at=None).order_by("recorded_at", "id")
    agreed = MedicationConsent.objects.standing().filter(client=OuterRef("client"))
    links = CareTeamMember.objects.live().filter(
        client=OuterRef("client"), user=OuterRef("prescriber__supervisor"), role=Role.PRESCRIBER
    )
    return FollowUpVisit.objects.filter(pk=visit_id).values(
        medication_rows=Rows(running.values("dose_plan_id", name=F("dose_plan__medication__name"))),
        passage_rows=Rows(passages.values("id", "part", "origin", "came_from", "text")),
        phrase_rows=Rows(phrases.values("name", "text")),
        note_template_rows=Rows(templates.values("name")),
        problem_rows=Rows(problems.values("id", "text")),
        goal_rows=Rows(goals.values("text", "measure", "baseline", "target", "target_on")),
        agreed_rows=Rows(agreed.values("medication_id")),
        allergy_rows=Rows(allergies.values("substance", "reaction", "is_none_known")),
        consented_on=Subquery(consents.values("given_on")[:1]),
        supervisor_name=F("prescriber__supervisor__full_name"),
        supervisor_works_here=F("prescriber__supervisor__is_active"),
        is_supervisor_on_team=Exists(links),
    )


def visit_page(user: User, visit: FollowUpVisit, now: datetime) -> VisitPage:
    """The page of a visit; a flat number of queries."""
    today = local_day(now)
    medications = running_medications(visit, today)
    return VisitPage(
        visit=visit,
        client=visit.client,
        today=today,
        since=since_last_visit(visit.client, before=visit),
        response=response_of(visit.client_id, today),
        medications=medications,
        asked=asked_of(visit),
        around=around(visit, user, today),
        due=lines_of_client(visit.client, now),
    )


def fields_of(
    visit: FollowUpVisit, asked: Mapping[UUID, Asked], passages: Sequence[CopiedPassage] = ()
) -> dict[str, str]:
    """The draft as it stands, by form field."""
    note = note_of(visit)
    fields = note_fields(note) | measured_fields(note) | adherence_fields(note.adherence)
    fields |= {telehealth_field(name): text for name, text in note.telehealth.items()}
    fields |= {passage_field(one.pk.hex): one.text for one in passages}
    for one in asked.values():
        fields |= decision_rules.asked_fields(one)
    return fields


def what_is_missing(draft: ToSign) -> list[Problem]:
    """All that stands between a draft and its signature: parts of the note, a sound decision for each medication."""
    note, visit = note_of(draft.visit), draft.visit
    problems = [*missing_in(note), *missing_of_told(note.adherence), *missing_of(note)]
    consented_on = draft.around.consented_on
    problems += missing_for_telehealth(note, modality=visit.modality, consented_on=consented_on, today=draft.today)
    problems += [unreviewed(one.id.hex, one.came_from, one.part) for one in draft.around.passages]
    problems += missing_supervisor(
        draft.around.supervisor,
        is_on_team=draft.around.is_supervisor_on_team,
        has_left=draft.around.has_supervisor_left,
    )
    for medication in draft.medications:
        if medication.decided_here is None:
            name = partial(decision_rules.field_name, medication.dose_plan.pk)
            problems += [Problem(name(part), words) for part, words in _missing(draft, medication)]
    return problems


def _missing(draft: ToSign, medication: RunningMedication) -> list[tuple[str, str]]:
    name, dose_plan_id = medication.medication.name, medication.dose_plan.pk
    asked = draft.asked.get(dose_plan_id)
    if asked is None or not asked.decision:
        return [("decision", f"Decide about {name}.")]
    if asked.base_version != medication.version.number:
        words = f"The dose plan of {name} was changed meanwhile: {medication.version.change.words}. Decide again."
        return [("decision", words)]
    return [*decision_rules.too_long_in(asked, name), *_unsound(draft, medication, asked)]


def _unsound(draft: ToSign, medication: RunningMedication, asked: Asked) -> list[tuple[str, str]]:
    """What keeps a decision from being carried out, by the part of its form that says so."""
    name, dose_plan_id = medication.medication.name, medication.dose_plan.pk
    decided = draft.looks.get(dose_plan_id)
    if decided is None or decided.asked != asked:
        decided = checked_decision(medication, asked, today=draft.today)
    if decided.problem:
        return [(decided.problem_field, decided.problem)]
    if decided.lacks_reason:
        return [
            ("reason_code", f"A finding about {name} says stop. Give a reason to sign all the same, or decide again.")
        ]
    if decided.stops and asked.override is not None:
        try:
            check_promise(asked.override, draft.today, field="monitors")
        except RuleBroken as refusal:
            return [("monitors", f"{name}: {refusal.reason}")]
    return []


def note_of(visit: FollowUpVisit) -> Note:
    """The note as it stands."""
    return Note(**{name: getattr(visit, name) for name in (*NOTE_TEXTS, *NOTE_MAPS)})
