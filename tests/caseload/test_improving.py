"""The list of clients who do not improve, against a recount of 2,000 clients one by one; its pages."""

import datetime as dt
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.caseload.queries.improving import STAYS, improving_list, rows_of
from clinic.clients.models import CareTeamMember, Client
from clinic.core.models import new_id
from clinic.scales.models import ScaleResponse
from clinic.scheduling.models import Appointment
from clinic.staff.models import User
from clinic.titration.models import DosePlan, DosePlanVersion, DoseStep, PlanStay
from clinic.titration.rules.response import Thresholds
from tests.factories.formulary import MedicationFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
CLIENTS = 2000
NOW = dt.datetime(2026, 6, 1, 18, tzinfo=dt.UTC)
TODAY = dt.date(2026, 6, 1)
HIGHEST = {"gad7": 21, "phq9": 27}


@dataclass
class Told:
    """One client in plain words: plans as (least, stop, days with their mg), scores by scale, the rest."""

    plans: list[tuple[int | None, dt.date | None, list[tuple[dt.date, int]]]] = field(default_factory=list)
    scores: dict[str, list[tuple[dt.date, int]]] = field(default_factory=dict)
    is_booked: bool = False
    is_in_care: bool = True
    stays_until: dt.date | None = None


def at(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


@dataclass
class Seeding:
    """Rows to be made by bulk, and what they say in plain words."""

    prescriber: User
    rng: random.Random = field(default_factory=lambda: random.Random(7))
    rows: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    booked: list[tuple[Client, str, str]] = field(default_factory=list)

    def client(self, number: int, medications: dict[Any, int | None]) -> tuple[Any, Told]:
        """One client with none to two medications, some scores, an appointment or none, a stay or none."""
        rng = self.rng
        one = Told(is_in_care=rng.random() < 0.95)
        client = Client(
            id=new_id(),
            given_names="Ada",
            family_name=f"Byron {number}",
            birth_on=dt.date(1990, 1, 1),
            status="active" if one.is_in_care else "discharged",
        )
        link = {"role": "prescriber", "started_at": NOW, "added_by": self.prescriber}
        self.rows["clients"].append(client)
        self.rows["team"].append(CareTeamMember(client=client, user=self.prescriber, **link))
        for medication in rng.sample(list(medications), rng.choice((0, 1, 1, 1, 2))):
            stop_on, days = self.plan(client, medication)
            one.plans.append((medications[medication], stop_on, days))
        for scale in HIGHEST:
            one.scores[scale] = self.scores(client, scale)
        kind = rng.choice(("follow_up", "therapy", "cancelled", ""))
        one.is_booked = kind == "follow_up"
        if kind:
            cancelled = ("follow_up", "cancelled")
            self.booked.append((client, *(cancelled if kind == "cancelled" else (kind, "booked"))))
        if rng.random() < 0.1:
            one.stays_until = TODAY + rng.randrange(-3, 4) * DAY
            stay = {"until": one.stays_until, "reason": "x", "by": self.prescriber, "at": NOW}
            self.rows["stays"].append(PlanStay(client=client, **stay))
        return client.pk, one

    def plan(self, client: Client, medication: Any) -> tuple[dt.date | None, list[tuple[dt.date, int]]]:
        """A dose plan of one to three steps, some of no dose, some stopped."""
        rng, by = self.rng, self.prescriber
        begins = TODAY - rng.randrange(-5, 90) * DAY
        days = [(begins, rng.choice((25, 50)))]
        for _ in range(rng.randrange(3)):
            days.append((days[-1][0] + rng.randrange(1, 30) * DAY, rng.choice((0, 25, 50, 100))))
        stop_on = TODAY + rng.randrange(-20, 20) * DAY if rng.random() < 0.15 else None
        stop_on = max(stop_on, days[-1][0] + DAY) if stop_on else None
        plan = DosePlan(client=client, medication=medication, treats="x", prescriber=by, began_on=begins)
        signed = {"order": {}, "formulary_version": "1", "signed_at": NOW, "signed_by": by}
        version = DosePlanVersion(dose_plan=plan, number=1, first_on=begins, stop_on=stop_on, **signed)
        self.rows["plans"].append(plan)
        self.rows["versions"].append(version)
        ends = [*(first for first, _ in days[1:]), stop_on]
        for number, ((first, mg), end) in enumerate(zip(days, ends, strict=True), start=1):
            last = {"last_on": end - DAY if end else None}
            step = DoseStep(version=version, number=number, first_on=first, mg_per_day=mg, words="x", **last)
            self.rows["steps"].append(step)
        return stop_on, days

    def scores(self, client: Client, scale: str) -> list[tuple[dt.date, int]]:
        """Totals of the last 120 days, none to four of them."""
        ago = sorted(self.rng.sample(range(120), self.rng.choice((0, 0, 1, 2, 4))), reverse=True)
        given = [(TODAY - days * DAY, self.rng.randrange(HIGHEST[scale] + 1)) for days in ago]
        told = {"instrument": scale, "version": "1", "answered_by": "client"}
        self.rows["scores"] += [
            ScaleResponse(client=client, total=total, answered_at=at(day), **told) for day, total in given
        ]
        return given


def seeded(prescriber: User) -> dict[Any, Told]:
    """2,000 clients in plain words."""
    known = MedicationFactory(name="sertraline", usual_min_mg=Decimal(50))
    unknown = MedicationFactory(name="ketamine", usual_min_mg=None)
    seeding = Seeding(prescriber)
    told = dict(seeding.client(number, {known: 50, unknown: None}) for number in range(CLIENTS))
    kinds = [seeding.rows[kind] for kind in ("clients", "team", "plans", "versions", "steps", "scores", "stays")]
    for listed in kinds:
        type(listed[0])._default_manager.bulk_create(listed)
    book(seeding.booked, prescriber)
    # Else a statement that earlier tests had planned for empty tables walks these row by row.
    tables = [Appointment._meta.db_table, *(listed[0]._meta.db_table for listed in kinds)]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
    return told


def book(wanted: list[tuple[Client, str, str]], clinician: User) -> None:
    """An appointment an hour, one after the other: nobody meets two at once."""
    hour = dt.timedelta(hours=1)
    Appointment.objects.bulk_create(
        Appointment(
            client=client,
            clinician=clinician,
            kind=kind,
            status=status,
            starts_at=NOW + number * hour,
            ends_at=NOW + (number + 0.5) * hour,
            booked_by=clinician,
            time_set_at=NOW,
            cancelled_at=NOW if status == "cancelled" else None,
            cancel_reason="x" if status == "cancelled" else "",
        )
        for number, (client, kind, status) in enumerate(wanted, start=1)
    )


def recounted(told: Told) -> set[str]:
    """The signs of one client, day by day and score by score."""
    running = [
        (least, days)
        for least, stop_on, days in told.plans
        if (stop_on is None or stop_on > TODAY) and any(mg and first <= TODAY for first, mg in days)
    ]
    if not running or not told.is_in_care:
        return set()
    found = set() if told.is_booked else {"no_visit"}
    starts = [min(first for first, mg in days if mg) for _, days in running]
    newest = max((day for scores in told.scores.values() for day, _ in scores), default=None)
    if (TODAY - max(newest or min(starts), min(starts))).days >= 42:
        found.add("no_score")
    for scores in told.scores.values():
        if not scores:
            continue
        last = scores[-1][1]
        earlier = scores[:-1]
        before = [total for _, total in earlier[-1:]]
        for start in starts:
            before += [total for day, total in earlier if day <= start][-1:]
        if any(last - total >= 5 for total in before):
            found.add("worse")
    for (least, days), start in zip(running, starts, strict=True):
        if longest_run(days, least) >= 28 and is_no_better(told.scores, start):
            found.add("no_better")
    return found


def longest_run(days: list[tuple[dt.date, int]], least: int | None) -> int:
    longest = run = 0
    day = days[0][0]
    while least is not None and day < TODAY:
        mg = [mg for first, mg in days if first <= day][-1]
        run = run + 1 if mg >= least else 0
        longest = max(longest, run)
        day += DAY
    return longest


def is_no_better(scores: dict[str, list[tuple[dt.date, int]]], start: dt.date) -> bool:
    """By the scale that stood furthest up its range, of those above their lowest band of 0 to 4."""
    changes = []
    for scale, given in scores.items():
        before = [total for day, total in given if day <= start]
        after = [total for day, total in given if day > start]
        if before and after and before[-1] >= 5:
            changes.append((before[-1] / HIGHEST[scale], before[-1], after[-1]))
    if not changes:
        return False
    _, first, last = max(changes, key=lambda change: change[0])
    return (first - last) / first < 0.2


def test_the_list_equals_a_recount_client_by_client(prescriber: User, stranger: User) -> None:
    told = seeded(prescriber)
    rows = rows_of(prescriber, Thresholds(), NOW)
    listed = {row.client.id: {str(one.sign) for one in row.reasons} for row in rows}
    wanted = {key: signs for key, one in told.items() if (signs := recounted(one))}
    assert listed == wanted
    counted = Counter(sign for signs in wanted.values() for sign in signs)
    assert min(counted.values()) > 30
    assert len(counted) == 4
    staying = {key for key in wanted if (until := told[key].stays_until) and until > TODAY}
    assert {row.client.id for row in rows if row.stays_until} == staying

    with CaptureQueriesContext(connection) as read:
        found = improving_list(prescriber, wanted="", now=NOW)
    assert len(read) == 5
    assert (found.total, found.staying, found.has_more) == (len(wanted) - len(staying), len(staying), True)
    standing = Counter(sign for key, signs in wanted.items() if key not in staying for sign in signs)
    assert {sign: count for sign, _, count in found.counts} == standing
    only = improving_list(prescriber, wanted="worse", now=NOW)
    assert all("worse" in {one.sign for one in row.reasons} for row in only.rows)
    shown = improving_list(prescriber, wanted=STAYS, now=NOW)
    assert {row.client.id for row in shown.rows} <= staying
    assert improving_list(stranger, wanted="", now=NOW).rows == []
