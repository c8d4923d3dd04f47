"""The clinic-wide list of what is due, against a recount of 2,000 clients one by one."""

import datetime as dt
import random
from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.clients.models import CareTeamMember, Client
from clinic.core.models import new_id
from clinic.formulary.models import Medication
from clinic.monitoring import queries
from clinic.monitoring.models import Measurement
from clinic.staff.models import User
from clinic.titration.models import DosePlan, DosePlanVersion, DoseStep
from tests.factories.clients import ClientFactory
from tests.factories.formulary import MedicationFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
CLIENTS = 2000


def seeded(prescriber: User, now: dt.datetime) -> dict[Any, list[tuple[dt.date, float]]]:
    """2,000 clients on lithium, two of three with a change, some with levels; steps by client, told in plain words."""
    rng, today = random.Random(5), timezone.localdate(now)
    model: Client = ClientFactory.build()
    lithium: Medication = MedicationFactory(name="lithium carbonate", ingredient="lithium")
    clients, team, plans, versions, steps, results = [], [], [], [], [], []
    told: dict[Any, list[tuple[dt.date, float]]] = {}
    for n in range(CLIENTS):
        client = Client(
            id=new_id(), given_names="Ada", family_name=f"Byron {n}", birth_on=model.birth_on, status="active"
        )
        clients.append(client)
        team.append(
            CareTeamMember(client=client, user=prescriber, role="prescriber", started_at=now, added_by=prescriber)
        )
        begins = today - rng.randrange(1, 30) * DAY
        days = [(begins, 600.0)]
        if rng.random() < 0.66:
            days.append((begins + rng.randrange(1, 20) * DAY, 900.0))
        stop_on = today - rng.randrange(-3, 3) * DAY if rng.random() < 0.1 else None
        plan = DosePlan(client=client, medication=lithium, treats="Mood", prescriber=prescriber, began_on=begins)
        plans.append(plan)
        version = DosePlanVersion(
            dose_plan=plan, number=1, order={}, first_on=begins, stop_on=stop_on, formulary_version="1",
            signed_at=now, signed_by=prescriber,
        )  # fmt: skip
        versions.append(version)
        for number, (first, mg) in enumerate(days, start=1):
            last = days[number][0] - DAY if number < len(days) else None
            steps.append(
                DoseStep(
                    version=version, number=number, first_on=first, last_on=last, mg_per_day=Decimal(mg), words="x"
                )
            )
        told[client.pk] = [] if stop_on is not None and stop_on <= today else days
        taken = [begins + rng.randrange(0, 20) * DAY for _ in range(rng.randrange(0, 4))]
        for day in taken:
            at = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
            if at <= now:
                results.append(
                    Measurement(client=client, kind="lithium", value=Decimal("0.7"), unit="mmol/L", taken_at=at)
                )
    for rows in (clients, team, plans, versions, steps, results):
        type(rows[0])._default_manager.bulk_create(rows)  # type: ignore[attr-defined]
    return told


def recounted(told: dict[Any, list[tuple[dt.date, float]]], today: dt.date) -> Counter[str]:
    """Levels due and overdue, client by client: after the newest step 5 to 7 days, in which none was taken."""
    found: Counter[str] = Counter()
    levels: dict[Any, list[dt.date]] = {}
    for client_id, at in Measurement.objects.filter(kind="lithium").values_list("client", "taken_at"):
        levels.setdefault(client_id, []).append(timezone.localdate(at))
    for client_id, days in told.items():
        begun = [first for first, _ in days if first <= today]
        if not begun:
            continue
        event = begun[-1]
        following = [first for first, _ in days if first > today]
        if following and following[0] <= event + 5 * DAY:
            continue
        window = [event + n * DAY for n in (5, 6, 7)]
        if today < window[0] or any(day in window for day in levels.get(client_id, ())):
            continue
        found["due" if today in window else "overdue"] += 1
    return found


def waited_for_by_row(prescriber: User, now: dt.datetime) -> set[UUID]:
    """Of whom something is due, as the statement of a home reads it."""
    rows = queries.rows_of_monitored(Client.objects.all())
    [found] = User.objects.filter(pk=prescriber.pk).values(due_rows=rows)
    return {row["client_id"] for row in found["due_rows"] if queries.is_pressing(row, timezone.localdate(now))}


def test_the_list_equals_a_recount_client_by_client(prescriber: User, browser: Browser) -> None:
    now = timezone.now()
    told = seeded(prescriber, now)
    with connection.cursor() as cursor:
        # Else a statement that earlier tests had planned for empty tables walks these row by row.
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as read:
        found = queries.due_everywhere(now)
    listed = Counter(
        str(item.state) for one in found for item in one.items
        if item.protocol.series == "lithium_level" and item.is_pressing and item.protocol.event == "change"
    )  # fmt: skip
    assert listed == recounted(told, timezone.localdate(now))
    assert min(listed["due"], listed["overdue"]) > 20
    assert len(read) == 5
    assert len(found) == CLIENTS
    assert waited_for_by_row(prescriber, now) == {
        one.client.id for one in found if any(item.is_pressing for item in one.items)
    }

    shown = queries.due_list(prescriber, state="overdue", now=now)
    assert {str(state): count for state, _, count in shown.counts}["overdue"] >= listed["overdue"]
    assert (len(shown.rows), shown.has_more) == (queries.LIST_ROWS, True)
    browser.force_login(prescriber)
    with CaptureQueriesContext(connection) as page:
        assert browser.get("/monitoring/due/?state=overdue").status_code == 200
    assert len(page) <= 12


def test_nobody_sees_clients_of_others(prescriber: User, stranger: User, browser: Browser) -> None:
    assert queries.due_list(stranger, state="", now=timezone.now()).total == 0
    browser.force_login(prescriber)
    page = browser.get("/monitoring/due/?state=nonsense").content.decode()
    assert "Nothing is due" in page
