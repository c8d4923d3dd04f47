"""The chart page of one client."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import OuterRef, QuerySet, Subquery

from clinic.audit.models import AuditEvent
from clinic.caseload.queries import lines, record
from clinic.caseload.queries import scores as scores_read
from clinic.caseload.queries.lines import Named
from clinic.caseload.queries.marks import missed_marks, visit_marks, worry_marks
from clinic.caseload.queries.record import PlanOnChart
from clinic.caseload.queries.scores import NewestScore
from clinic.caseload.queries.who import ADULT, Who, who, who_parts
from clinic.caseload.rules import courses as courses_rules
from clinic.caseload.rules import news as news_rules
from clinic.caseload.rules.courses import Course, Segment
from clinic.caseload.rules.drawing import Drawn, drawn
from clinic.caseload.rules.news import Happening
from clinic.caseload.rules.timeline import History
from clinic.clients.models import Client
from clinic.clients.queries import open_client
from clinic.core.clock import local_day
from clinic.core.queries import prepared
from clinic.core.rows import Shown
from clinic.core.templatetags.clinic_ui import DatedLine, clock, day, weekday
from clinic.monitoring.queries import due_lines
from clinic.monitoring.rules.gathering import DueLine
from clinic.risk.queries.alerts import others_in_danger
from clinic.scales.queries import newest_pack
from clinic.scheduling.models import AppointmentKind, Modality
from clinic.staff.models import User
from clinic.staff.permissions import Permission
from clinic.titration.rules import day_words
from clinic.titration.rules.gates import GateKind, Wish, wish_words
from clinic.titration.rules.signed import is_taken_on
from clinic.titration.rules.words import how_often

TWO_YEARS = timedelta(days=730)
# Of the client all but what the search alone reads.
CLIENT_FIELDS = [field.attname for field in Client._meta.concrete_fields if field.attname != "search_text"]
ANSWERS_SHOWN = 5
VISITS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Dose(Shown):
    """One medication today, in words, and what the signed plan says comes next.

    `rhythm` tells how often where it is not every day, on a day without a dose with the doses. `waits_for` is the
    gate of the next step, `unagreed_id` the medication where no consent to it stands.
    """

    dose_plan_id: UUID
    medication: str
    treats: str
    today: str
    rhythm: str
    next_day: str
    waits_for: str
    next: str
    unagreed_id: UUID | None


@dataclass(frozen=True, slots=True)
class Visit(Shown):
    """One appointment to come."""

    when: str
    what: str


@dataclass(frozen=True, slots=True)
class PlanShown(Shown):
    """The plan in force in words."""

    id: UUID
    signed: str
    client_words: str
    goals: list[Named]
    kinds: list[tuple[str, list[Named]]]
    standing: str


@dataclass(frozen=True, slots=True)
class Chart(Shown):
    """All that the chart page shows of one client, beside who the client is."""

    age: int
    is_minor: bool
    who: Who
    doses: list[Dose]
    next_visit: Visit | None
    timeline: Drawn
    answers: list[DatedLine]
    doses_missed: str
    scores: list[Named]
    plan: PlanShown | None
    plan_draft_id: UUID | None
    evaluations: list[DatedLine]
    diagnoses: list[Named]
    measurements: list[Named]
    due: list[DueLine]
    trials: list[Named]
    visits: list[DatedLine]
    changes: list[DatedLine]
    observations: list[DatedLine]
    team: list[Named]
    looked_at: datetime | None
    news: list[DatedLine]
    are_others_in_danger: bool

    @property
    def has_evaluation(self) -> bool:
        """Whether there is an evaluation that this reader may read."""
        return bool(self.evaluations)


@prepared
def record_open_to(
    reader: User, client_id: UUID, today: date, now: datetime, since: datetime, before: datetime
) -> QuerySet[Client, dict[str, Any]]:
    """The client with their whole record, if their chart is open to the reader: what `chart` is made of.

    Appointments since `since`, and when the reader last read this chart before `before`: the sitting of now. Scales
    of the clinic's own are no rows of the client: `packs_at` tells a record apart from one before they changed.
    """
    reads = AuditEvent.objects.filter(client_id=OuterRef("pk"), by=reader, action="chart_read", at__lt=before)
    return open_client.build(reader, client_id).values(
        *CLIENT_FIELDS,
        **who_parts(today),
        **record.record_parts(since),
        next_at=Subquery(record.appointments_from(now).values("starts_at")[:1]),
        next_works_here=Subquery(record.appointments_from(now).values("clinician__is_active")[:1]),
        packs_at=newest_pack(),
        looked_at=Subquery(reads.order_by("-at").values("at")[:1]),
        are_others_in_danger=others_in_danger(reader),
    )


def client_of(found: dict[str, Any]) -> Client:
    """The client of a record that was found."""
    return Client.from_db(DEFAULT_DB_ALIAS, CLIENT_FIELDS, [found[name] for name in CLIENT_FIELDS])


def times_of(now: datetime) -> tuple[date, datetime, datetime, datetime]:
    """The times that `record_open_to` is told."""
    return local_day(now), now, now - TWO_YEARS, now - news_rules.ONE_SITTING


def chart(client: Client, found: dict[str, Any], *, today: date, can: Set[Permission]) -> Chart:
    """The chart of a client from their record as it was found; notes only where they may be read.

    Depends on nothing else, so that the chart of the very same record is the very same all day.
    """
    since = today - TWO_YEARS
    visits = found["visit_rows"] if Permission.READ_VISIT in can else []
    person = who(found)
    courses = record.dose_courses(found["step_rows"], found["missed_rows"])
    plan, draft_id = record.plan_in_force(found["plan_rows"])
    scales = scores_read.instruments_of(found["response_rows"])
    scores = scores_read.newest_scores(found["response_rows"], scales, courses_rules.treated_from(courses, today))
    history = History(
        courses=tuple(courses),
        scores=tuple(scores_read.score_series(found["response_rows"], scales, sex=client.sex)),
        visits=tuple(visit_marks(found["appointment_rows"], visits, today)),
        worries=tuple(worry_marks(a for a in found["answer_rows"] if a["is_worrying"])),
        missed=tuple(missed_marks(found["missed_rows"])),
    )
    age = client.age_on(today)
    return Chart(
        age=age,
        is_minor=age < ADULT,
        who=person,
        doses=_doses(courses, found, today),
        next_visit=_next_visit(found),
        timeline=drawn(history, since=since, today=today),
        answers=[lines.answer_line(row) for row in found["answer_rows"][:ANSWERS_SHOWN]],
        doses_missed=lines.missed_words(found["answer_rows"]),
        scores=[lines.score_line(score) for score in scores],
        plan=_plan(plan) if plan else None,
        plan_draft_id=draft_id,
        evaluations=[lines.evaluation_line(row) for row in found["evaluation_rows"]]
        if Permission.READ_EVALUATION in can
        else [],
        diagnoses=[Named(one["code"], one["text"], "") for one in _diagnoses(found["evaluation_rows"])],
        measurements=lines.measurement_lines(found["measurement_rows"]),
        due=due_lines(found, client, today),
        trials=[lines.trial_line(trial) for trial in person.trials],
        visits=[lines.visit_line(row) for row in visits[:VISITS_SHOWN]],
        changes=[lines.change_line(row) for row in found["change_rows"]],
        observations=[lines.observation_line(row) for row in found["observation_rows"]],
        team=[lines.member_line(member) for member in person.team],
        looked_at=found["looked_at"],
        news=_news(found, visits, person, plan, scores),
        are_others_in_danger=found["are_others_in_danger"],
    )


def _plan(plan: PlanOnChart) -> PlanShown:
    seen = f"Acknowledged by {', '.join(plan.seen_by)}." if plan.seen_by else "No therapist has acknowledged it yet."
    return PlanShown(
        id=plan.id,
        signed=f"version {plan.number}, signed {day(plan.signed_at)} by {plan.signed_by}",
        client_words=lines.shortened(plan.client_words, lines.TEXT_SHOWN),
        goals=[lines.goal_line(goal) for goal in plan.goals],
        kinds=[(label, [lines.intervention_line(row) for row in rows]) for label, rows in plan.kinds],
        standing=f"{seen} Review on {day(plan.review_on)}." if plan.review_on else seen,
    )


def _doses(courses: list[Course], found: dict[str, Any], today: date) -> list[Dose]:
    waiting = {(row["dose_plan_id"], row["step_first_on"]): row for row in found["gate_rows"]}
    agreed = {row["medication_id"] for row in found["agreed_rows"]}
    unagreed = {s["dose_plan_id"]: s["medication_id"] for s in found["step_rows"] if s["medication_id"] not in agreed}
    return [_dose(course, waiting, unagreed, today) for course in courses if course.is_running(today)]


def _dose(
    course: Course, waiting: dict[tuple[UUID, date], dict[str, Any]], unagreed: dict[UUID, UUID], today: date
) -> Dose:
    held, coming = course.on(today), course.after(today)
    words = day_words(held, today) if held else "not begun yet"
    planned = [coming.words] if coming else []
    if course.stop_on:
        planned.append(f"Stops {weekday(course.stop_on)}")
    return Dose(
        dose_plan_id=course.dose_plan_id,
        medication=course.medication,
        treats=course.treats,
        today=words[0].upper() + words[1:],
        rhythm=_rhythm(held, today) if held and held.every_days > 1 else "",
        next_day=weekday(coming.first_on) if coming else "",
        waits_for=_waits_for(waiting.get((course.dose_plan_id, coming.first_on)) if coming else None),
        next=". ".join(planned) or "No change planned",
        unagreed_id=unagreed.get(course.dose_plan_id),
    )


def _waits_for(gate: dict[str, Any] | None) -> str:
    if gate is None:
        return ""
    return wish_words(Wish(GateKind(gate["waits_for"]), gate["measured"], gate["good_from"], gate["good_to"]))


def _rhythm(held: Segment, today: date) -> str:
    return how_often(held.every_days) if is_taken_on(held, today) else held.words


def _next_visit(found: dict[str, Any]) -> Visit | None:
    row = next((row for row in reversed(found["appointment_rows"]) if row["starts_at"] == found["next_at"]), None)
    if row is None:
        return None
    kind, modality = AppointmentKind(row["kind"]).label, Modality(row["modality"]).label.lower()
    when = f"{weekday(row['starts_at'])}, {clock(row['starts_at'])}"
    left = "" if found["next_works_here"] else f". {row['with_name']} works here no longer"
    return Visit(when, f"{kind} with {row['with_name']}, {modality}{left}")


def _news(
    found: dict[str, Any],
    visits: list[dict[str, Any]],
    person: Who,
    plan: PlanOnChart | None,
    scores: list[NewestScore],
) -> list[DatedLine]:
    if not found["looked_at"]:
        return []
    happened = news_rules.news(_happenings(found, visits, person, plan, scores), since=found["looked_at"])
    return [DatedLine(day(happening.at), happening.words) for happening in happened]


def _diagnoses(evaluations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the newest evaluation that is signed."""
    return next((one["diagnosis_rows"] for one in evaluations if one["signed_at"]), [])


def _happenings(
    found: dict[str, Any],
    visits: list[dict[str, Any]],
    person: Who,
    plan: PlanOnChart | None,
    scores: list[NewestScore],
) -> Iterator[Happening]:
    """Everything on the chart that carries the instant at which it came there."""
    yield from (Happening(c["at"], c["words"]) for c in found["change_rows"])
    for a in found["answer_rows"]:
        said = f"Check-in answered: {lines.feeling_words(a)}"
        yield Happening(a["answered_at"], f"{said}. {lines.worries_in_words(a)}" if a["is_worrying"] else said)
    for score in scores:
        of = f" of {score.maximum}" if score.maximum is not None else ""
        yield Happening(score.answered_at, f"{score.title}: {score.total}{of}, {score.change or score.band}")
    if plan:
        yield Happening(plan.signed_at, f"Plan {plan.number} signed by {plan.signed_by}")
    for name, rows in (("Evaluation", found["evaluation_rows"]), ("Visit", visits)):
        signed = (row for row in rows if row["signed_at"])
        yield from (Happening(s["signed_at"], f"{name} signed by {s['by_name']}") for s in signed)
    yield from (Happening(o["at"], f"Observation by {o['by_name']}") for o in found["observation_rows"])
    yield from (Happening(a.raised_at, f"Risk alert: {a.kind}") for a in person.alerts)
    yield from (Happening(a.recorded_at, f"Allergy: {a.words}") for a in person.allergies)
    yield from (Happening(r.recorded_at, f"Reported medication: {r.name} {r.dose}".strip()) for r in person.reported)
