"""What happened to a client since the last visit, read from the rows of many apps."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, OuterRef, QuerySet

from clinic.checkins.models import CheckIn, CheckInAnswer, CheckInState
from clinic.clients.models import Client
from clinic.core.clock import day_bounds, local_day
from clinic.core.queries import prepared
from clinic.core.rows import Rows
from clinic.monitoring.models import Measurement
from clinic.monitoring.queries import critical_words
from clinic.scales.models import ScaleResponse
from clinic.scales.queries import SymptomLine, symptom_lines, symptom_rows
from clinic.scales.rules.scoring import FOLLOWED
from clinic.scheduling.models import Appointment, AppointmentKind, AppointmentStatus
from clinic.staff.queries import name_of
from clinic.titration.models import (
    AskedBy,
    DoseChange,
    Fill,
    RefillDecision,
    RefillRequest,
    SideEffect,
    SideEffectNote,
)
from clinic.titration.rules.strengths import Strength
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules import since as since_rules
from clinic.visits.rules.since import Line
from clinic.visits.sources import lines_from_above

SCORES_READ = 60
ROWS_READ = 40
EVER = date.min
OUTCOMES: dict[str, str] = dict(RefillDecision._meta.get_field("outcome").flatchoices)
# The client of the statement around.
MINE = {"client": OuterRef("pk")}


@dataclass(frozen=True, slots=True)
class Since:
    """What happened since the last signed visit, `last`, which is None where this is the first."""

    last: FollowUpVisit | None
    lines: list[Line]
    symptoms: list[SymptomLine] = field(default_factory=list)

    @property
    def on(self) -> date | None:
        """The day of the last visit."""
        return self.last.visited_on if self.last else None

    @property
    def summary(self) -> str:
        """One sentence for a rationale."""
        return since_rules.summary(self.lines)


def newest_visits(client: Client, k: int) -> QuerySet[FollowUpVisit]:
    """The last signed visits of a client, newest first; one query."""
    signed = FollowUpVisit.objects.filter(client=client, signed_at__isnull=False)
    return signed.select_related("prescriber").order_by("-visited_on", "-signed_at")[:k]


def happened_before(client: Client, draft: FollowUpVisit) -> str:
    """What happened since the visit before a draft in one sentence, for why a dose changes that is signed beside it."""
    return since_last_visit(client, before=draft).summary


def since_last_visit(client: Client, *, before: FollowUpVisit | None = None) -> Since:
    """What happened since the last signed visit, or so far, newest first; a flat number of queries.

    The day of that visit counts as since: what came in after the client had left is not lost.
    """
    visits = newest_visits(client, 1) if before is None else _visits_before(client.pk, before.pk, before.visited_on)
    last = next(iter(visits), None)
    on = last.visited_on if last else None
    instant = day_bounds(on or EVER)[0]
    [found] = _happened(client.pk, instant, on or EVER)
    lines = [
        *since_rules.answer_lines(map(_answer, found["answer_rows"])),
        *map(_silent_line, found["silent_rows"]),
        *since_rules.score_lines(map(_score, reversed(found["score_rows"])), on),
        *map(_change_line, found["change_rows"]),
        *since_rules.measurement_lines(map(_measurement, reversed(found["measurement_rows"]))),
        *map(_effect_line, found["effect_rows"]),
        *map(_ended_line, found["ended_rows"]),
        *map(_no_show_line, found["no_show_rows"]),
        *map(_refill_line, found["refill_rows"]),
        *map(_fill_line, found["fill_rows"]),
        *lines_from_above(client, instant),
    ]
    standing = [line for line in symptom_lines(found["symptom_rows"]) if line.ended_on is None]
    sourced = [since_rules.with_source(line, client.pk) for line in lines]
    return Since(last, since_rules.in_order(sourced), standing)


@prepared
def _visits_before(client_id: UUID, visit_id: UUID, day: date) -> QuerySet[FollowUpVisit]:
    signed = FollowUpVisit.objects.filter(client=client_id, signed_at__isnull=False).exclude(pk=visit_id)
    return signed.filter(visited_on__lte=day).order_by("-visited_on", "-signed_at")[:1]


@prepared
def _happened(client_id: UUID, since: datetime, on: date) -> QuerySet[Client, Any]:
    """Every list in one statement: each round trip costs more than reading its few rows."""
    return Client.objects.filter(pk=client_id).values(
        answer_rows=Rows(_answers(since)),
        silent_rows=Rows(_silent(on)),
        score_rows=Rows(_scores()),
        change_rows=Rows(_changes(since)),
        measurement_rows=Rows(_measurements(since)),
        effect_rows=Rows(_effects(on)),
        ended_rows=Rows(_ended_effects(since)),
        no_show_rows=Rows(_no_shows(since)),
        refill_rows=Rows(_refills(since)),
        fill_rows=Rows(_fills(on)),
        symptom_rows=Rows(symptom_rows(MINE)),
    )


def _answers(since: datetime) -> QuerySet[CheckInAnswer, Any]:
    found = CheckInAnswer.objects.filter(**MINE, answered_at__gte=since).order_by("-answered_at")
    said = ("id", "answered_at", "feeling", "doses_missed", "side_effects", "in_crisis", "words", "worries")
    about = {"medication": F("checkin__dose_plan__medication__name"), "step_mg": F("checkin__step_mg")}
    rows: QuerySet[CheckInAnswer, Any] = found.values(*said, "is_worrying", **about)[:ROWS_READ]
    return rows


def _answer(row: dict[str, Any]) -> since_rules.AnswerFact:
    worries = [worry["sentence"] for worry in row.pop("worries")]
    return since_rules.AnswerFact(on=local_day(row.pop("answered_at")), worries=worries, **row)


def _silent(on: date) -> QuerySet[CheckIn, Any]:
    found = CheckIn.objects.filter(**MINE, state=CheckInState.EXPIRED, due_on__gte=on).order_by("-due_on")
    return found.values("id", "due_on", medication=F("dose_plan__medication__name"))[:ROWS_READ]


def _silent_line(row: dict[str, Any]) -> Line:
    source = {"view_name": "checkins:checkin", "source_id": row["id"]}
    return Line("silent", row["due_on"], f"Check-in about {row['medication']} not answered", "note", **source)


def _scores() -> QuerySet[ScaleResponse, Any]:
    found = ScaleResponse.objects.filter(**MINE, instrument__in=FOLLOWED).newest_first()
    return found.values("instrument", "version", "total", "band", "flags", "answered_at")[:SCORES_READ]


def _score(row: dict[str, Any]) -> since_rules.ScoreFact:
    return since_rules.ScoreFact(on=local_day(row.pop("answered_at")), **row)


def _changes(since: datetime) -> QuerySet[DoseChange, Any]:
    found = DoseChange.objects.filter(**MINE, at__gte=since).order_by("-at")
    return found.values("at", "words", by_name=name_of("by"), dose_plan_id=F("version__dose_plan"))[:ROWS_READ]


def _change_line(row: dict[str, Any]) -> Line:
    source = {"view_name": "titration:dose_plan", "source_id": row["dose_plan_id"]}
    return Line("change", local_day(row["at"]), row["words"], "note", who=row["by_name"], **source)


def _measurements(since: datetime) -> QuerySet[Measurement, Any]:
    found = Measurement.objects.standing().filter(**MINE, taken_at__gte=since).order_by("-taken_at")
    return found.values("kind", "value", "unit", "taken_at", critical=critical_words())[:ROWS_READ]


def _measurement(row: dict[str, Any]) -> since_rules.MeasurementFact:
    return since_rules.MeasurementFact(on=local_day(row.pop("taken_at")), **row)


def _effects(on: date) -> QuerySet[SideEffectNote, Any]:
    """What staff noted of side effects; what a client told by link stands in the line of that check-in."""
    noted = SideEffectNote.objects.filter(side_effect__client=OuterRef("pk"), by__isnull=False, noted_on__gte=on)
    about = {
        "client_id": F("side_effect__client"),
        "effect": F("side_effect__words"),
        "medication": F("side_effect__dose_plan__medication__name"),
    }
    said = ("noted_on", "severity", "mg_per_day", "done", "words")
    rows: QuerySet[SideEffectNote, Any] = noted.order_by("-noted_on", "-at").values(
        *said, by_name=name_of("by"), **about
    )
    return rows[:ROWS_READ]


def _effect_line(row: dict[str, Any]) -> Line:
    words = since_rules.noted_words(
        row["effect"], row["medication"], row["mg_per_day"], row["severity"], row["done"], row["words"]
    )
    return Line("effect", row["noted_on"], words, "note", who=row["by_name"], **_trials_of(row))


def _ended_effects(since: datetime) -> QuerySet[SideEffect, Any]:
    ended = SideEffect.objects.filter(**MINE, ended_at__gte=since).order_by("-ended_at")
    about = {"medication": F("dose_plan__medication__name"), "by_name": name_of("ended_by")}
    return ended.values("client_id", "ended_on", "words", **about)[:ROWS_READ]


def _ended_line(row: dict[str, Any]) -> Line:
    words = f"{row['words']} on {row['medication']} has ended"
    return Line("effect", row["ended_on"], words, "good", who=row["by_name"], **_trials_of(row))


def _trials_of(row: dict[str, Any]) -> dict[str, Any]:
    """Where the side effects of the row's client stand."""
    return {"view_name": settings.TRIALS_URL_NAME, "source_id": row["client_id"]}


def _no_shows(since: datetime) -> QuerySet[Appointment, Any]:
    found = Appointment.objects.filter(**MINE, status=AppointmentStatus.NO_SHOW, starts_at__gte=since)
    return found.order_by("-starts_at").values("id", "starts_at", "kind", with_name=name_of("clinician"))[:ROWS_READ]


def _no_show_line(row: dict[str, Any]) -> Line:
    words = f"Did not come: {AppointmentKind(row['kind']).label.lower()}"
    source = {"view_name": "scheduling:appointment", "source_id": row["id"]}
    return Line("no_show", local_day(row["starts_at"]), words, "warn", who=row["with_name"], **source)


def _refills(since: datetime) -> QuerySet[RefillRequest, Any]:
    found = RefillRequest.objects.filter(**MINE, asked_at__gte=since).order_by("-asked_at")
    about = {"medication": F("dose_plan__medication__name"), "outcome": F("decision__outcome")}
    return found.values("id", "asked_at", "days", "asked_by", **about)[:ROWS_READ]


def _refill_line(row: dict[str, Any]) -> Line:
    outcome = OUTCOMES[row["outcome"]] if row["outcome"] else ""
    words = since_rules.refill_words(row["medication"], row["days"], AskedBy(row["asked_by"]).label, outcome)
    source = {"view_name": "titration:refill", "source_id": row["id"]}
    return Line("refill", local_day(row["asked_at"]), words, "quiet" if outcome else "warn", **source)


def _fills(on: date) -> QuerySet[Fill, Any]:
    found = Fill.objects.standing().filter(**MINE, filled_on__gte=on).order_by("-filled_on", "-id")
    return found.values("filled_on", "form", "release", "mg", "count", medication=F("dose_plan__medication__name"))[
        :ROWS_READ
    ]


def _fill_line(row: dict[str, Any]) -> Line:
    strength = Strength(row["form"], row["release"], row["mg"])
    return Line("fill", row["filled_on"], f"Filled {row['medication']}: {strength.words(row['count'])}")
