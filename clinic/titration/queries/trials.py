"""The trial ledger of a client: dose plans of here and trials of before, each with what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.core.queries import prepared
from clinic.core.rows import Rows
from clinic.formulary.models import Medication
from clinic.intake.models import MedicationTrial
from clinic.intake.models.history import WhyStopped
from clinic.scales.models import ScaleResponse
from clinic.scales.rules.scoring import FOLLOWED
from clinic.titration.models import (
    DosePlan,
    DoseStep,
    Fill,
    MissedDoses,
    ResponseThresholds,
    SideEffectNote,
    TrialEnd,
)
from clinic.titration.rules.response import Thresholds
from clinic.titration.rules.side_effects import STOPPED
from clinic.titration.rules.strengths import Strength
from clinic.titration.rules.supply import Fill as Filled
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
    names_ingredient,
    of_ingredient,
    own_trial,
    told_trial,
)

ONE_DAY = timedelta(days=1)
OF_CLIENT = {"client": OuterRef("pk")}
Found = Mapping[str, Sequence[dict[str, Any]]]


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
    """The trial ledger of a client; one query."""
    [found] = _trials(client_id)
    return ledger_of(found, today)


@prepared
def _trials(client_id: UUID) -> QuerySet[Client, Any]:
    return Client.objects.filter(pk=client_id).values(**trial_parts())


def warnings_before(client: Client, medication: Medication, today: date) -> tuple[str, ...]:
    """What trials of the same ingredient say to one who is about to start it: failed or not tolerated, with dates.

    One query where it was never tried, another where it was.
    """
    if not _was_tried(client, medication.ingredient):
        return ()
    same = of_ingredient(trial_ledger(client.pk, today).trials, medication.ingredient)
    return tuple(words for trial in same if (words := warning_words(trial)))


def _was_tried(client: Client, ingredient: str) -> bool:
    here = DosePlan.objects.filter(client=client).order_by().values_list("medication__ingredient")
    before = MedicationTrial.objects.filter(client=client, withdrawn_at=None).order_by()
    told = before.values_list(Coalesce(F("medication__ingredient"), F("name"), output_field=CharField()))
    return any(names_ingredient(written, ingredient) for (written,) in here.union(told))


def trial_parts() -> dict[str, Rows]:
    """The lists that a trial ledger is made of, for a statement about a client."""
    return {
        "step_rows": Rows(_steps()),
        "missed_rows": Rows(_missed()),
        "fill_rows": Rows(_fills()),
        "total_rows": Rows(_totals()),
        "told_rows": Rows(_told()),
        "threshold_rows": Rows(newest_thresholds()),
    }


def _steps() -> QuerySet[DoseStep, Any]:
    of_plan = OuterRef("version__dose_plan")
    ends = TrialEnd.objects.filter(dose_plan=of_plan).order_by("-at", "-id")
    return (
        DoseStep.objects.current()
        .filter(version__dose_plan__client=OuterRef("pk"))
        .order_by("version__dose_plan_id", "number")
        .values(
            "first_on", "last_on", "every_days", "doses", "words",
            day_mg=F("mg_per_day"), plan_id=F("version__dose_plan"), version_number=F("version__number"),
            stop_on=F("version__stop_on"), reason=F("version__change__reason"),
            medication=F("version__dose_plan__medication__name"),
            ingredient=F("version__dose_plan__medication__ingredient"),
            least_mg=F("version__dose_plan__medication__usual_min_mg"),
            not_computed=F("version__dose_plan__medication__not_computed_because"),
            why=Subquery(ends.values("why")[:1]),
            was_stopped_for_an_effect=Exists(
                SideEffectNote.objects.filter(side_effect__dose_plan=of_plan, done=STOPPED)
            ),
        )
    )  # fmt: skip


def _missed() -> QuerySet[MissedDoses, Any]:
    missed = MissedDoses.objects.filter(version__dose_plan__client=OuterRef("pk")).order_by("first_missed_on")
    return missed.values("first_missed_on", "goes_on_on", plan_id=F("version__dose_plan"))


def _fills() -> QuerySet[Fill, Any]:
    standing = Fill.objects.standing().filter(**OF_CLIENT).order_by("filled_on")
    return standing.values("form", "release", "filled_on", piece_mg=F("mg"), filled=F("count"), plan_id=F("dose_plan"))


def _totals() -> QuerySet[ScaleResponse, Any]:
    scored = ScaleResponse.objects.filter(**OF_CLIENT, instrument__in=FOLLOWED, total__isnull=False)
    return scored.order_by("answered_at").values("instrument", "answered_at", "total")


def _told() -> QuerySet[MedicationTrial, Any]:
    standing = MedicationTrial.objects.filter(**OF_CLIENT, withdrawn_at=None).order_by("recorded_at", "created_at")
    return standing.values(
        "id", "name", "highest_mg", "weeks", "response", "why_stopped", "recorded_at", "detail",
        ingredient=F("medication__ingredient"), least_mg=F("medication__usual_min_mg"),
        not_computed=F("medication__not_computed_because"),
    )  # fmt: skip


def newest_thresholds() -> QuerySet[ResponseThresholds, Any]:
    """What the clinic has set, the row in force; none where it has set nothing."""
    rows = ResponseThresholds.objects.order_by("-number")
    return rows.values("adequate_weeks", "better_percent", "worse_points", "silent_weeks")[:1]


@dataclass(frozen=True, slots=True)
class StandingThresholds:
    """What is in force, by which row, and who set it when; nobody for the defaults."""

    thresholds: Thresholds
    number: int
    set_by: str
    set_at: datetime | None


def thresholds_standing() -> StandingThresholds:
    """The thresholds in force with their row; one query."""
    row = ResponseThresholds.objects.select_related("by").order_by("-number").first()
    if row is None:
        return StandingThresholds(Thresholds(), 0, "", None)
    numbers = Thresholds(row.adequate_weeks, row.better_percent, row.worse_points, row.silent_weeks)
    return StandingThresholds(numbers, row.number, row.by.full_name, row.at)


def thresholds_of(rows: Sequence[dict[str, Any]]) -> Thresholds:
    """The thresholds in force, the defaults where no row is."""
    return Thresholds(**rows[0]) if rows else Thresholds()


def ledger_of(found: Found, today: date) -> Ledger:
    """The trial ledger made of the lists of a client."""
    weeks = thresholds_of(found["threshold_rows"]).adequate_weeks
    totals = [Total(row["instrument"], local_day(row["answered_at"]), row["total"]) for row in found["total_rows"]]
    own = (own_trial(one, totals, weeks_needed=weeks, today=today) for one in plans_taken(found))
    begun = sorted((one for one in own if one), key=lambda one: one.first_on or today, reverse=True)
    return Ledger([*begun, *(told_trial(_told_as(row), weeks_needed=weeks) for row in found["told_rows"])], weeks)


def plans_taken(found: Found) -> list[Own]:
    """The dose plans of a client with their days, doses and fills, and why they ended as far as it is known."""
    by_plan: dict[UUID, list[dict[str, Any]]] = {}
    for row in found["step_rows"]:
        by_plan.setdefault(row["plan_id"], []).append(row)
    return [_own_of(plan_id, rows, found) for plan_id, rows in by_plan.items()]


def _own_of(plan_id: UUID, rows: list[dict[str, Any]], found: Found) -> Own:
    plan = rows[0]
    stopped_for = SIDE_EFFECTS if plan["was_stopped_for_an_effect"] else ""
    return Own(
        dose_plan_id=plan_id,
        medication=plan["medication"],
        ingredient=plan["ingredient"],
        least_mg=None if plan["not_computed"] else plan["least_mg"],
        dosed=[
            Dosed(row["first_on"], row["last_on"], row["day_mg"], row["every_days"], row["words"], row["doses"])
            for row in rows
        ],
        not_taken=[
            (row["first_missed_on"], row["goes_on_on"] - ONE_DAY)
            for row in found["missed_rows"]
            if row["plan_id"] == plan_id
        ],
        fills=[
            Filled(row["filled_on"], Strength(row["form"], row["release"], row["piece_mg"]), row["filled"])
            for row in found["fill_rows"]
            if row["plan_id"] == plan_id
        ],
        stop_on=plan["stop_on"],
        why_ended=plan["why"] or stopped_for,
        # What a first version says is why it began.
        ended_words=plan["reason"] if plan["version_number"] > 1 else "",
    )


def _told_as(row: Mapping[str, Any]) -> Told:
    return Told(
        trial_id=row["id"],
        medication=row["name"],
        ingredient=row["ingredient"] or row["name"],
        least_mg=None if row["not_computed"] else row["least_mg"],
        highest_mg=row["highest_mg"],
        weeks=row["weeks"],
        outcome=Outcome(row["response"]),
        why_ended="" if row["why_stopped"] == WhyStopped.UNKNOWN else row["why_stopped"],
        is_taken_still=row["why_stopped"] == WhyStopped.STILL_TAKING,
        told_on=local_day(row["recorded_at"]),
        detail=row["detail"],
    )
