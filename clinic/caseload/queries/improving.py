"""The list of clients who do not improve: one path for all, as many queries for many as for few."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from clinic.caseload.rules.improving import LABELS, TONES, Followed, Reason, Sign, place, reasons_of
from clinic.clients.models import Client
from clinic.clients.queries import Named, in_open_charts
from clinic.core.clock import local_day
from clinic.core.rows import Shown
from clinic.scales.models import ScaleResponse
from clinic.scales.rules.scoring import FOLLOWED
from clinic.scheduling.models import Appointment, AppointmentKind
from clinic.staff.models import User
from clinic.titration.models import DoseStep, MissedDoses, PlanStay
from clinic.titration.queries.trials import newest_thresholds, thresholds_of
from clinic.titration.rules.response import Thresholds
from clinic.titration.rules.supply import Days
from clinic.titration.rules.trials import Dosed, Own, Total, Trial, own_trial

ONE_DAY = timedelta(days=1)
ROWS = 100
STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Row(Shown):
    """One client of the list: what they take, why they stand here, and until when the plan stays, if it does."""

    client: Named
    taken: list[str]
    reasons: list[Reason]
    stays_until: date | None
    stays_because: str

    @property
    def signs(self) -> list[tuple[str, str, str]]:
        """Each sign once, as a badge."""
        return [(LABELS[sign], TONES[sign], "") for sign in dict.fromkeys(one.sign for one in self.reasons)]


@dataclass(frozen=True, slots=True)
class ImprovingList(Shown):
    """The list as it is shown: the rows wanted, the counts of each sign, of all, and of plans that stay."""

    rows: list[Row]
    counts: list[tuple[str, str, int]]
    total: int
    staying: int
    has_more: bool
    thresholds: Thresholds


def improving_list(user: User, *, wanted: str, now: datetime) -> ImprovingList:
    """Clients of open charts who do not improve, the most pressing first; five queries.

    `wanted` is one sign, "stays" for those whose plan was reviewed and stays, or empty for all that do not.
    """
    thresholds = thresholds_of(list(newest_thresholds()))
    found = rows_of(user, thresholds, now)
    standing = [row for row in found if row.stays_until is None]
    staying = [row for row in found if row.stays_until is not None]
    shown = staying if wanted == STAYS else [row for row in standing if not wanted or _has(row, wanted)]
    return ImprovingList(
        rows=shown[:ROWS],
        counts=[(sign.value, sign.label, sum(_has(row, sign) for row in standing)) for sign in Sign],
        total=len(standing),
        staying=len(staying),
        has_more=len(shown) > ROWS,
        thresholds=thresholds,
    )


def _has(row: Row, sign: str) -> bool:
    return any(one.sign == sign for one in row.reasons)


def rows_of(user: User, thresholds: Thresholds, now: datetime) -> list[Row]:
    """Every client of open charts with a reason to look, those whose plan stays among them; four queries."""
    today = local_day(now)
    by_client: dict[UUID, list[Own]] = {}
    for client_id, own in _running(user, today):
        by_client.setdefault(client_id, []).append(own)
    totals = _totals(list(by_client))
    rows = []
    for client_id, is_booked, until, because, *named in _clients(list(by_client), now):
        client_totals = totals.get(client_id, [])
        taken = _taken(by_client[client_id], client_totals, thresholds, today)
        reasons = reasons_of(Followed(taken, client_totals, is_booked), thresholds, today)
        if reasons:
            stays = until if until is not None and until > today else None
            names = [trial.medication for trial in taken]
            rows.append(Row(Named(client_id, *named), names, reasons, stays, because if stays else ""))
    return sorted(rows, key=lambda row: (place(row.reasons), str(row.client)))


def _taken(plans: Sequence[Own], totals: Sequence[Total], thresholds: Thresholds, today: date) -> list[Trial]:
    trials = (own_trial(own, totals, weeks_needed=thresholds.adequate_weeks, today=today) for own in plans)
    return [trial for trial in trials if trial and trial.last_on is None]


def _clients(client_ids: list[UUID], now: datetime) -> QuerySet[Client, Any]:
    """Those in care, each with whether a visit about medication is booked, and the newest stay of the plan."""
    coming = Appointment.objects.standing().filter(client=OuterRef("pk"), starts_at__gte=now)
    stays = PlanStay.objects.filter(client=OuterRef("pk")).order_by("-at", "-id")
    return (
        Client.objects.in_care()
        .filter(pk__in=client_ids)
        .values_list(
            "pk",
            Exists(coming.exclude(kind=AppointmentKind.THERAPY)),
            Subquery(stays.values("until")[:1]),
            Subquery(stays.values("reason")[:1]),
            *(field.name for field in fields(Named) if field.name != "id"),
        )
    )


def _running(user: User, today: date) -> Iterable[tuple[UUID, Own]]:
    """Of each client the dose plans not stopped, with their days; two queries."""
    steps = (
        DoseStep.objects.current()
        .filter(in_open_charts(user, "version__dose_plan__client"))
        .exclude(version__stop_on__lte=today)
        .order_by("version__dose_plan_id", "number")
        .values_list(
            "version__dose_plan__client_id",
            "version__dose_plan_id",
            "version__stop_on",
            "version__dose_plan__medication__name",
            "version__dose_plan__medication__ingredient",
            "version__dose_plan__medication__usual_min_mg",
            "version__dose_plan__medication__not_computed_because",
            "first_on",
            "last_on",
            "mg_per_day",
            "every_days",
        )
    )
    plans: dict[tuple[Any, ...], list[Dosed]] = {}
    for *plan, first_on, last_on, mg_per_day, every_days in steps:
        plans.setdefault(tuple(plan), []).append(Dosed(first_on, last_on, mg_per_day, every_days))
    missed = _missed([plan[1] for plan in plans])
    for (client_id, dose_plan_id, stop_on, name, ingredient, least_mg, not_computed), dosed in plans.items():
        known_least = None if not_computed else least_mg
        not_taken = missed.get(dose_plan_id, [])
        yield client_id, Own(dose_plan_id, name, ingredient, known_least, dosed, not_taken, stop_on=stop_on)


def _missed(dose_plan_ids: list[UUID]) -> dict[UUID, list[Days]]:
    found = MissedDoses.objects.filter(version__dose_plan__in=dose_plan_ids).order_by()
    days: dict[UUID, list[Days]] = {}
    for dose_plan_id, first, goes_on_on in found.values_list("version__dose_plan_id", "first_missed_on", "goes_on_on"):
        days.setdefault(dose_plan_id, []).append((first, goes_on_on - ONE_DAY))
    return days


def _totals(client_ids: list[UUID]) -> dict[UUID, list[Total]]:
    """Every total of the scales that are followed, by client, in the order of their days."""
    scored = ScaleResponse.objects.filter(client__in=client_ids, instrument__in=FOLLOWED, total__isnull=False)
    totals: dict[UUID, list[Total]] = {}
    for client_id, instrument, at, total in scored.order_by("answered_at").values_list(
        "client_id", "instrument", "answered_at", "total"
    ):
        totals.setdefault(client_id, []).append(Total(instrument, local_day(at), total or 0))
    return totals
