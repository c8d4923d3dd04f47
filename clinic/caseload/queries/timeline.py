"""The whole timeline of a client: doses, scores, symptoms, side effects, results, visits and life events."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet

from clinic.caseload.queries import record
from clinic.caseload.queries import scores as scores_read
from clinic.caseload.queries.marks import missed_marks, visit_marks, worry_marks
from clinic.caseload.queries.who import MINE
from clinic.caseload.rules import ranges, timeline
from clinic.caseload.rules.axis import Mark
from clinic.caseload.rules.courses import Course
from clinic.caseload.rules.ranges import Range
from clinic.caseload.rules.strips import Span
from clinic.caseload.rules.timeline import History, Picture, ScorePoint, ScoreSeries, TableRow
from clinic.checkins.models import CheckInAnswer
from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.core.queries import prepared
from clinic.core.rows import Rows
from clinic.intake.models import LifeEvent
from clinic.monitoring.models import Measurement
from clinic.monitoring.rules import label_of, result_words
from clinic.monitoring.rules.results import KINDS, VITALS
from clinic.scales.models import ScaleResponse
from clinic.scales.queries import SymptomLine, symptom_lines, symptom_rows
from clinic.scales.rules.symptoms import LEAST, MOST
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.staff.permissions import Permission
from clinic.titration.models import MissedDoses, SideEffect
from clinic.visits.models import FollowUpVisit

# Of each kind the newest: more than one a week for five years, so that the statement stays bounded.
MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class EventLine:
    """One life event with its number in the picture; None where it lies before what is drawn."""

    id: UUID
    number: int | None
    on: date
    words: str
    by: str


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """What the page of the timeline shows; `offered` are the medications to choose from, `drawn` those it draws."""

    range: Range
    picture: Picture | None
    table: list[TableRow]
    offered: list[Course]
    drawn: list[UUID]
    events: list[EventLine]


def timeline_page(
    user: User, client: Client, *, code: str = "", wanted: Collection[UUID] = (), now: datetime
) -> TimelinePage:
    """One to four medications over a range with all that happened meanwhile; visits for those who may read them."""
    today = local_day(now)
    chosen_range = ranges.range_of(code)
    since = chosen_range.since(today)
    [found] = _everything(client.pk, now - timedelta(days=chosen_range.days + 1), since)
    offered = ranges.within(record.dose_courses(found["step_rows"], found["missed_rows"]), since)
    drawn = ranges.chosen(offered, wanted)
    responses = found["response_rows"]
    visits = found["visit_rows"] if user.may(Permission.READ_VISIT) else []
    history = History(
        courses=drawn,
        scores=[
            *scores_read.score_series(responses, scores_read.instruments_of(responses), sex=client.sex),
            *map(_symptom_series, filter(_is_rated, symptom_lines(found["symptom_rows"]))),
        ],
        visits=visit_marks(found["appointment_rows"], visits, today),
        worries=worry_marks(found["answer_rows"]),
        missed=missed_marks(found["missed_rows"]),
        effects=[Span(row["began_on"], row["ended_on"], _effect_words(row)) for row in found["effect_rows"]],
        results=_results(found["result_rows"]),
        events=[Mark(row["happened_on"], row["words"]) for row in found["event_rows"]],
    )
    picture = timeline.picture(history, since=since, today=today, frame=chosen_range.frame)
    return TimelinePage(
        range=chosen_range,
        picture=picture,
        table=timeline.table(history, since=since, today=today),
        offered=offered,
        drawn=[course.dose_plan_id for course in drawn],
        events=_events(found["event_rows"], picture),
    )


@prepared
def _everything(client_id: UUID, since_at: datetime, since: date) -> QuerySet[Client, Any]:
    """Every list in one statement, of the range alone."""
    parts = record.record_parts(since_at)
    responses = ScaleResponse.objects.filter(**MINE, answered_at__gte=since_at).newest_first()
    worrying = CheckInAnswer.objects.filter(**MINE, answered_at__gte=since_at, is_worrying=True)
    missed = MissedDoses.objects.filter(version__dose_plan__client=OuterRef("pk"), goes_on_on__gte=since)
    named = {"medication": F("version__dose_plan__medication__name"), "plan_id": F("version__dose_plan")}
    appointments = Appointment.objects.standing().filter(**MINE, starts_at__gte=since_at).order_by("-starts_at")
    visits = FollowUpVisit.objects.filter(**MINE, visited_on__gte=since).order_by("-visited_on")
    effects = SideEffect.objects.filter(**MINE).order_by("-began_on", "-id")
    results = Measurement.objects.standing().filter(**MINE, taken_at__gte=since_at, kind__in=_tests())
    events = LifeEvent.objects.standing().filter(**MINE, happened_on__gte=since).order_by("happened_on", "id")
    about = {"medication": F("dose_plan__medication__name"), "day_mg": F("began_mg")}
    return Client.objects.filter(pk=client_id).values(
        step_rows=parts["step_rows"],
        missed_rows=Rows(
            missed.order_by("-first_missed_on").values("first_missed_on", "goes_on_on", **named)[:MOST_ROWS]
        ),
        response_rows=Rows(responses.values("instrument", "total", "band", "answered_at")[:MOST_ROWS]),
        answer_rows=Rows(worrying.order_by("-answered_at").values("answered_at", "worries")[:MOST_ROWS]),
        appointment_rows=Rows(appointments.values("starts_at", "kind", "status")[:MOST_ROWS]),
        visit_rows=Rows(visits.values("visited_on")[:MOST_ROWS]),
        effect_rows=Rows(effects.values("words", "began_on", "ended_on", **about)[:MOST_ROWS]),
        result_rows=Rows(results.order_by("-taken_at").values("kind", "value", "unit", "taken_at")[:MOST_ROWS]),
        event_rows=Rows(events.values("id", "happened_on", "words", by_name=F("recorded_by__full_name"))[:MOST_ROWS]),
        symptom_rows=Rows(symptom_rows(MINE)),
    )


def _tests() -> list[str]:
    """The kinds of results that are drawn: laboratory values, levels and the heart's, not vital signs."""
    return sorted(code for code, kind in KINDS.items() if kind.group != VITALS)


def _results(found: list[dict[str, Any]]) -> list[Mark]:
    """One mark a day, with all that was measured then."""
    by_day: dict[date, list[str]] = {}
    for row in found:
        words = f"{label_of(row['kind'])} {result_words(row['kind'], row['value'], row['unit'])}"
        by_day.setdefault(local_day(row["taken_at"]), []).append(words)
    return [Mark(on, ", ".join(words)) for on, words in by_day.items()]


def _effect_words(row: dict[str, Any]) -> str:
    return f"{row['words']}, on {row['medication']} {row['day_mg'].normalize():,f} mg"


def _is_rated(line: SymptomLine) -> bool:
    return bool(line.ratings)


def _symptom_series(line: SymptomLine) -> ScoreSeries:
    points = tuple(ScorePoint(rating.on, rating.value, "") for rating in reversed(line.ratings))
    return ScoreSeries(f"“{line.words}”", LEAST, MOST, (), points)


def _events(found: list[dict[str, Any]], picture: Picture | None) -> list[EventLine]:
    """Numbered as in the picture, oldest first."""
    numbered, number = [], 0
    for row in found:
        is_drawn = picture is not None and picture.axis.shows(row["happened_on"])
        number += is_drawn
        shown = number if is_drawn else None
        numbered.append(EventLine(row["id"], shown, row["happened_on"], row["words"], row["by_name"]))
    return numbered
