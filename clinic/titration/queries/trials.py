"""The trial ledger of a client: dose plans of here and trials of before, each with what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from clinic.clients.models import Client
from clinic.core.queries import prepared
from clinic.formulary.models import Medication
from clinic.intake.models import MedicationTrial
from clinic.intake.models.history import WhyStopped
from clinic.scales.models import ScaleResponse
from clinic.scales.rules.scoring import FOLLOWED
from clinic.titration.models import DosePlan, DoseStep, MissedDoses, ResponseThresholds, SideEffectNote, TrialEnd
from clinic.titration.rules.response import Thresholds
from clinic.titration.rules.side_effects import STOPPED
from clinic.titration.rules.supply import Days
from clinic.titration.rules.trial_words import warning_words
from clinic.titration.rules.trials import (
    SIDE_EFFECTS,
    Dosed,
    Outcome,
    Own,
    Told,
    Total,
    Trial,
    adequate_failures,
    of_ingredient,
    own_trial,
    told_trial,
)

EVER = date.min


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every trial of a client, the newest first, those that were told last."""

    trials: list[Trial]
    weeks_needed: int

    @property
    def failures(self) -> list[Trial]:
        """Those that were adequate and failed."""
        return adequate_failures(self.trials)


def trial_ledger(client_id: UUID, today: date) -> Ledger:
    """The trial ledger of a client; five queries."""
    weeks = thresholds_in_force().adequate_weeks
    totals = totals_of(client_id)
    own = (own_trial(one, totals, weeks_needed=weeks, today=today) for one in _own(client_id))
    begun = sorted((one for one in own if one), key=lambda one: one.first_on or EVER, reverse=True)
    told = (told_trial(_told(row), weeks_needed=weeks) for row in _trials_told(client_id))
    return Ledger([*begun, *told], weeks)


def warnings_before(client: Client, medication: Medication, today: date) -> tuple[str, ...]:
    """What trials of the same ingredient say to one who is about to start it: failed or not tolerated, with dates.

    One query where it was never tried, five more where it was.
    """
    if not _was_tried(client, medication.ingredient):
        return ()
    same = of_ingredient(trial_ledger(client.pk, today).trials, medication.ingredient)
    return tuple(words for trial in same if (words := warning_words(trial)))


def _was_tried(client: Client, ingredient: str) -> bool:
    here = DosePlan.objects.filter(client=client, medication__ingredient__iexact=ingredient)
    before = MedicationTrial.objects.filter(
        Q(medication__ingredient__iexact=ingredient) | Q(name__iexact=ingredient), client=client, withdrawn_at=None
    )
    return here.order_by().values("pk").union(before.order_by().values("pk")).exists()


def thresholds_in_force() -> Thresholds:
    """What the clinic has set, the defaults where it has set nothing."""
    row = next(iter(newest_thresholds()), None)
    if row is None:
        return Thresholds()
    return Thresholds(row.adequate_weeks, row.better_percent, row.worse_points, row.silent_weeks)


@prepared
def newest_thresholds() -> QuerySet[ResponseThresholds]:
    """The row in force, with who set it; no row where the clinic has set nothing."""
    return ResponseThresholds.objects.select_related("by").order_by("-number")[:1]


def totals_of(client_id: UUID) -> list[Total]:
    """Every total of the scales that are followed."""
    return [Total(code, timezone.localdate(at), total) for code, at, total in _totals(client_id)]


@prepared
def _totals(client_id: UUID) -> QuerySet[ScaleResponse, Any]:
    scored = ScaleResponse.objects.filter(client=client_id, instrument__in=FOLLOWED, total__isnull=False)
    return scored.order_by("answered_at").values_list("instrument", "answered_at", "total")


def _own(client_id: UUID) -> list[Own]:
    """The dose plans of a client with their days and doses, and why they ended as far as it is known."""
    missed = _missed_days(client_id)
    by_plan: dict[UUID, list[dict[str, Any]]] = {}
    for row in _steps(client_id):
        by_plan.setdefault(row["plan"], []).append(row)
    return [_own_of(rows, missed.get(plan, [])) for plan, rows in by_plan.items()]


def _own_of(rows: list[dict[str, Any]], missed: list[Days]) -> Own:
    plan = rows[0]
    stopped_for = SIDE_EFFECTS if plan["was_stopped_for_an_effect"] else ""
    return Own(
        dose_plan_id=plan["plan"],
        medication=plan["medication"],
        ingredient=plan["ingredient"],
        least_mg=None if plan["not_computed"] else plan["least_mg"],
        dosed=[Dosed(row["first_on"], row["last_on"], row["mg_per_day"], row["every_days"]) for row in rows],
        not_taken=missed,
        stop_on=plan["stop_on"],
        why_ended=plan["why"] or stopped_for,
        # What a first version says is why it began.
        ended_words=plan["reason"] if plan["version_number"] > 1 else "",
    )


@prepared
def _steps(client_id: UUID) -> QuerySet[DoseStep, Any]:
    of_plan = {"dose_plan": OuterRef("version__dose_plan")}
    stopped = SideEffectNote.objects.filter(side_effect__dose_plan=OuterRef("version__dose_plan"), done=STOPPED)
    return (
        DoseStep.objects.current()
        .filter(version__dose_plan__client=client_id)
        .order_by("version__dose_plan_id", "number")
        .values(
            "first_on", "last_on", "mg_per_day", "every_days",
            plan=F("version__dose_plan"), version_number=F("version__number"), stop_on=F("version__stop_on"),
            reason=F("version__change__reason"),
            medication=F("version__dose_plan__medication__name"),
            ingredient=F("version__dose_plan__medication__ingredient"),
            least_mg=F("version__dose_plan__medication__usual_min_mg"),
            not_computed=F("version__dose_plan__medication__not_computed_because"),
            why=Subquery(TrialEnd.objects.filter(**of_plan).order_by("-at", "-id").values("why")[:1]),
            was_stopped_for_an_effect=Exists(stopped),
        )
    )  # fmt: skip


def _missed_days(client_id: UUID) -> dict[UUID, list[Days]]:
    days: dict[UUID, list[Days]] = {}
    for row in _missed(client_id):
        days.setdefault(row.version.dose_plan_id, []).append((row.first_missed_on, row.last_missed_on))
    return days


@prepared
def _missed(client_id: UUID) -> QuerySet[MissedDoses]:
    return MissedDoses.objects.filter(version__dose_plan__client=client_id).select_related("version")


@prepared
def _trials_told(client_id: UUID) -> QuerySet[MedicationTrial]:
    standing = MedicationTrial.objects.filter(client=client_id, withdrawn_at=None)
    return standing.select_related("medication").order_by("recorded_at", "created_at")


def _told(row: MedicationTrial) -> Told:
    known: Mapping[str, Any] = {}
    if row.medication is not None and not row.medication.not_computed_because:
        known = {"least_mg": row.medication.usual_min_mg}
    return Told(
        trial_id=row.pk,
        medication=row.name,
        ingredient=row.medication.ingredient if row.medication else row.name,
        least_mg=known.get("least_mg"),
        highest_mg=row.highest_mg,
        weeks=row.weeks,
        outcome=Outcome(row.response),
        why_ended="" if row.why_stopped == WhyStopped.UNKNOWN else row.why_stopped,
        is_taken_still=row.why_stopped == WhyStopped.STILL_TAKING,
        told_on=timezone.localdate(row.recorded_at),
        detail=row.detail,
    )
