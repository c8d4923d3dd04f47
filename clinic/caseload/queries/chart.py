"""The chart page of one client."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.caseload.queries import record
from clinic.caseload.queries.record import NewestScore, PlanOnChart
from clinic.caseload.queries.who import ADULT, Who, who
from clinic.caseload.rules import news as news_rules
from clinic.caseload.rules import timeline
from clinic.caseload.rules.courses import Course, Segment
from clinic.caseload.rules.news import Happening
from clinic.caseload.rules.timeline import History, Mark, Picture, TableRow
from clinic.checkins.rules import BOTHER, FEELINGS
from clinic.clients.models import Client
from clinic.core.queries import prepared
from clinic.scheduling.models import AppointmentKind, AppointmentStatus, Modality
from clinic.staff.models import User
from clinic.staff.permissions import Permission
from clinic.titration.rules import day_words
from clinic.titration.rules.signed import is_taken_on
from clinic.titration.rules.words import how_often

TWO_YEARS = timedelta(days=730)
ANSWERS_SHOWN = 5
VISITS_SHOWN = 6
CAME = {AppointmentStatus.ARRIVED, AppointmentStatus.DONE}


@dataclass(frozen=True, slots=True)
class Dose:
    """One medication today, in words, and what the signed plan says comes next.

    `rhythm` tells how often where it is not every day, on a day without a dose with the doses.
    """

    dose_plan_id: UUID
    medication: str
    treats: str
    today: str
    rhythm: str
    next: Segment | None
    stop_on: date | None


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment to come."""

    id: UUID
    starts_at: datetime
    kind: str
    modality: str
    with_name: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All that the chart page shows of one client."""

    client: Client
    age: int
    is_minor: bool
    who: Who
    doses: list[Dose]
    next_visit: Visit | None
    picture: Picture | None
    table: list[TableRow]
    answers: list[dict[str, Any]]
    scores: list[NewestScore]
    plan: PlanOnChart | None
    plan_draft_id: UUID | None
    evaluations: list[dict[str, Any]]
    diagnoses: list[dict[str, Any]]
    measurements: list[dict[str, Any]]
    visits: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    observations: list[dict[str, Any]]
    looked_at: datetime | None
    news: list[Happening]


def chart(user: User, client: Client, *, now: datetime) -> Chart:
    """Read the chart for one reader; notes of evaluations and visits only for those who may read them."""
    today = timezone.localdate(now)
    person = who(client, today)
    courses = record.dose_courses(client.pk)
    booked = record.appointments(client.pk, now - TWO_YEARS)
    answers = [_answer(row) for row in record.answers(client.pk)]
    responses = record.responses(client.pk)
    plan, draft_id = record.plans(client.pk)
    evaluations = record.evaluations(client.pk)
    visits = record.visits(client.pk) if user.may(Permission.READ_VISIT) else []
    changes = [_change(row, user) for row in record.changes(client.pk)]
    observations = record.observations(client.pk)
    looked_at = last_look(user, client, now=now)
    history = History(
        courses=courses,
        scores=record.score_series(responses, sex=client.sex),
        visits=_visit_marks(booked, visits, today),
        worries=[Mark(_day(a["answered_at"]), a["worry_words"]) for a in answers if a["is_worrying"]],
    )
    since = today - TWO_YEARS
    happened = _happenings(person, changes, answers, responses, plan, evaluations, visits, observations)
    return Chart(
        client=client,
        age=client.age_on(today),
        is_minor=client.age_on(today) < ADULT,
        who=person,
        doses=[_dose(course, today) for course in courses if course.is_running(today)],
        next_visit=_next_visit(booked, now),
        picture=timeline.picture(history, since=since, today=today),
        table=timeline.table(history, since=since, today=today),
        answers=answers[:ANSWERS_SHOWN],
        scores=record.newest_scores(responses),
        plan=plan,
        plan_draft_id=draft_id,
        evaluations=evaluations if user.may(Permission.READ_EVALUATION) else [],
        diagnoses=next((e["diagnosis_rows"] for e in evaluations if e["signed_at"]), []),
        measurements=record.measurements(client.pk),
        visits=visits[:VISITS_SHOWN],
        changes=changes,
        observations=observations,
        looked_at=looked_at,
        news=news_rules.news(happened, since=looked_at) if looked_at else [],
    )


def last_look(user: User, client: Client, *, now: datetime) -> datetime | None:
    """When this reader last read this chart, before the sitting of now."""
    return next(iter(_reads(client.pk, user.pk, now - news_rules.ONE_SITTING)), None)


@prepared
def _reads(client_id: UUID, user_id: UUID, before: datetime) -> QuerySet[AuditEvent, datetime]:
    read = AuditEvent.objects.filter(client_id=client_id, by=user_id, action="chart_read", at__lt=before)
    return read.order_by("-at").values_list("at", flat=True)[:1]


def _day(instant: datetime) -> date:
    return timezone.localdate(instant)


def _dose(course: Course, today: date) -> Dose:
    held = course.on(today)
    return Dose(
        dose_plan_id=course.dose_plan_id,
        medication=course.medication,
        treats=course.treats,
        today=day_words(held, today) if held else "not begun yet",
        rhythm=_rhythm(held, today) if held and held.every_days > 1 else "",
        next=course.after(today),
        stop_on=course.stop_on,
    )


def _rhythm(held: Segment, today: date) -> str:
    return how_often(held.every_days) if is_taken_on(held, today) else held.words


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    row["feeling_words"] = FEELINGS[row["feeling"]].lower()
    row["worry_lines"] = [worry_words(worry) for worry in row["worries"]]
    row["worry_words"] = "; ".join(row["worry_lines"]) or "worrying answer"
    row["effects"] = [effect_words(effect) for effect in row["side_effects"]]
    return row


def worry_words(worry: Any) -> str:
    """One reason why an answer worries: its sentence, or its code read out where only that was kept."""
    said = worry.get("sentence") or worry.get("code", "") if isinstance(worry, dict) else str(worry)
    return str(said).replace("_", " ").rstrip(".")


def effect_words(effect: Any) -> str:
    """One side effect and how much it bothers: "Headache (yes, a little)"."""
    if not isinstance(effect, dict):
        return str(effect).replace("_", " ")
    words = str(effect.get("words") or effect.get("code", "")).replace("_", " ")
    bother = BOTHER.get(effect.get("bother", -1), "")
    return f"{words} ({bother.lower()})" if bother else words


def _change(row: dict[str, Any], user: User) -> dict[str, Any]:
    row["seen_names"] = [seen["name"] for seen in row["seen_rows"]]
    row["is_seen_by_me"] = any(seen["id"] == str(user.pk) for seen in row["seen_rows"])
    return row


def _next_visit(booked: list[dict[str, Any]], now: datetime) -> Visit | None:
    coming = [row for row in booked if row["starts_at"] >= now]
    if not coming:
        return None
    row = coming[-1]
    return Visit(
        row["id"],
        row["starts_at"],
        AppointmentKind(row["kind"]).label,
        Modality(row["modality"]).label,
        row["with_name"],
    )


def _visit_marks(booked: list[dict[str, Any]], visits: list[dict[str, Any]], today: date) -> list[Mark]:
    """Days on which the client was seen: by appointment kept or by a visit written."""
    marks = {_day(row["starts_at"]): AppointmentKind(row["kind"]).label for row in booked if row["status"] in CAME}
    marks |= {row["visited_on"]: "Medication check" for row in visits}
    return [Mark(on, words) for on, words in marks.items() if on <= today]


def _happenings(
    person: Who,
    changes: list[dict[str, Any]],
    answers: list[dict[str, Any]],
    responses: list[dict[str, Any]],
    plan: PlanOnChart | None,
    evaluations: list[dict[str, Any]],
    visits: list[dict[str, Any]],
    observations: list[dict[str, Any]],
) -> Iterator[Happening]:
    """Everything on the chart that carries the instant at which it came there."""
    yield from (Happening(c["at"], c["words"]) for c in changes)
    for a in answers:
        said = f"Check-in answered: {a['feeling_words']}"
        yield Happening(a["answered_at"], f"{said}. {a['worry_words']}" if a["is_worrying"] else said)
    for score in record.newest_scores(responses):
        of = f" of {score.maximum}" if score.maximum is not None else ""
        yield Happening(score.answered_at, f"{score.title}: {score.total}{of}, {score.change or score.band}")
    if plan:
        yield Happening(plan.signed_at, f"Plan {plan.number} signed by {plan.signed_by}")
    yield from (
        Happening(e["signed_at"], f"Evaluation signed by {e['by_name']}") for e in evaluations if e["signed_at"]
    )
    yield from (Happening(v["signed_at"], f"Visit signed by {v['by_name']}") for v in visits if v["signed_at"])
    yield from (Happening(o["at"], f"Observation by {o['by_name']}") for o in observations)
    yield from (Happening(a.raised_at, f"Risk alert: {a.kind}") for a in person.alerts)
    yield from (Happening(a.recorded_at, f"Allergy: {a.words}") for a in person.allergies)
    yield from (Happening(r.recorded_at, f"Reported medication: {r.name} {r.dose}".strip()) for r in person.reported)
