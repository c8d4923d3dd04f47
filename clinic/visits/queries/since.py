"""What happened to a client since the last visit, read from the rows of many apps."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from clinic.checkins.models import CheckIn, CheckInAnswer, CheckInState
from clinic.clients.models import Client
from clinic.core.queries import prepared
from clinic.monitoring.models import Measurement
from clinic.scales.models import ScaleResponse
from clinic.scales.rules.scoring import FOLLOWED
from clinic.scheduling.models import Appointment, AppointmentStatus
from clinic.titration.models import DoseChange
from clinic.titration.queries import changes_since
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules import since as since_rules
from clinic.visits.rules.since import Line
from clinic.visits.sources import lines_from_above

SCORES_READ = 60
ROWS_READ = 40
EVER = date.min


@dataclass(frozen=True, slots=True)
class Since:
    """What happened since the last signed visit; `on` is the day of that visit, None where this is the first."""

    on: date | None
    lines: list[Line]

    @property
    def summary(self) -> str:
        """One sentence for a rationale."""
        return since_rules.summary(self.lines)


def newest_visits(client: Client, k: int) -> QuerySet[FollowUpVisit]:
    """The last signed visits of a client, newest first; one query."""
    signed = FollowUpVisit.objects.filter(client=client, signed_at__isnull=False)
    return signed.select_related("prescriber").order_by("-visited_on", "-signed_at")[:k]


def since_last_visit(client: Client, *, before: FollowUpVisit | None = None) -> Since:
    """What happened since the last signed visit, or so far, newest first; a flat number of queries.

    The day of that visit counts as since: what came in after the client had left is not lost.
    """
    visits = newest_visits(client, 1) if before is None else _visits_before(client.pk, before.pk, before.visited_on)
    last = next(iter(visits), None)
    on = last.visited_on if last else None
    instant = day_bounds(on or EVER)[0]
    lines = [
        *_answer_lines(client, instant),
        *_silent_lines(client, on or EVER),
        *since_rules.score_lines(_score_facts(client), on),
        *_change_lines(client, instant),
        *since_rules.measurement_lines(_measurement_facts(client, instant)),
        *_no_show_lines(client, instant),
        *lines_from_above(client, instant),
    ]
    return Since(on, since_rules.in_order(lines))


@prepared
def _visits_before(client_id: UUID, visit_id: UUID, day: date) -> QuerySet[FollowUpVisit]:
    signed = FollowUpVisit.objects.filter(client=client_id, signed_at__isnull=False).exclude(pk=visit_id)
    return signed.filter(visited_on__lte=day).order_by("-visited_on", "-signed_at")[:1]


def _answer_lines(client: Client, since: datetime) -> list[Line]:
    facts = [
        since_rules.AnswerFact(
            id=row.pk,
            on=timezone.localdate(row.answered_at),
            medication=row.checkin.dose_plan.medication.name,
            step_mg=row.checkin.step_mg,
            feeling=row.feeling,
            doses_missed=row.doses_missed,
            side_effects=row.side_effects,
            in_crisis=row.in_crisis,
            words=row.words,
            worries=row.worry_sentences,
            is_worrying=row.is_worrying,
        )
        for row in _answers(client.pk, since)
    ]
    return since_rules.answer_lines(facts)


@prepared
def _answers(client_id: UUID, since: datetime) -> QuerySet[CheckInAnswer]:
    answers = CheckInAnswer.objects.filter(client=client_id, answered_at__gte=since)
    return answers.select_related("checkin__dose_plan__medication").order_by("-answered_at")[:ROWS_READ]


def _silent_lines(client: Client, on: date) -> list[Line]:
    return [
        Line("silent", row.due_on, f"Check-in about {row.dose_plan.medication} not answered", "note")
        for row in _silent(client.pk, on)
    ]


@prepared
def _silent(client_id: UUID, on: date) -> QuerySet[CheckIn]:
    silent = CheckIn.objects.filter(client=client_id, state=CheckInState.EXPIRED, due_on__gte=on)
    return silent.select_related("dose_plan__medication").order_by("-due_on")[:ROWS_READ]


def _score_facts(client: Client) -> list[since_rules.ScoreFact]:
    return [
        since_rules.ScoreFact(
            instrument=row.instrument,
            version=row.version,
            total=row.total,
            band=row.band,
            flags=row.flags,
            on=timezone.localdate(row.answered_at),
        )
        for row in reversed(_scores(client.pk))
    ]


@prepared
def _scores(client_id: UUID) -> QuerySet[ScaleResponse]:
    followed = ScaleResponse.objects.filter(client=client_id, instrument__in=FOLLOWED)
    return followed.newest_first()[:SCORES_READ]


def _change_lines(client: Client, since: datetime) -> list[Line]:
    return [
        Line(
            "change",
            timezone.localdate(row.at),
            row.words,
            "note",
            who=str(row.by),
            view_name="titration:dose_plan",
            source_id=row.version.dose_plan_id,
        )
        for row in _changes(client, since)
    ]


@prepared
def _changes(client: Client, since: datetime) -> QuerySet[DoseChange]:
    return changes_since(client, since)[:ROWS_READ]


def _measurement_facts(client: Client, since: datetime) -> list[since_rules.MeasurementFact]:
    return [
        since_rules.MeasurementFact(row.kind, row.value, row.unit, timezone.localdate(row.taken_at))
        for row in reversed(_measurements(client.pk, since))
    ]


@prepared
def _measurements(client_id: UUID, since: datetime) -> QuerySet[Measurement]:
    standing = Measurement.objects.standing().filter(client=client_id, taken_at__gte=since)
    return standing.order_by("-taken_at")[:ROWS_READ]


def _no_show_lines(client: Client, since: datetime) -> list[Line]:
    return [
        Line(
            "no_show",
            timezone.localdate(row.starts_at),
            f"Did not come: {row.get_kind_display().lower()}",
            "warn",
            who=str(row.clinician),
            view_name="scheduling:appointment",
            source_id=row.pk,
        )
        for row in _no_shows(client.pk, since)
    ]


@prepared
def _no_shows(client_id: UUID, since: datetime) -> QuerySet[Appointment]:
    missed = Appointment.objects.filter(client=client_id, status=AppointmentStatus.NO_SHOW, starts_at__gte=since)
    return missed.select_related("clinician").order_by("-starts_at")[:ROWS_READ]


def day_bounds(day: date) -> tuple[datetime, datetime]:
    zone = timezone.get_default_timezone()
    return datetime.combine(day, time.min, zone), datetime.combine(day, time.max, zone)
