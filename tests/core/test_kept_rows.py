"""Of rows that are kept how they ended is said once: another date is refused, by raw SQL too."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.clients.models import Client
from clinic.core.models import Record
from clinic.staff.models import User
from tests.factories.formulary import SafetyRuleFactory
from tests.factories.intake import LifeEventFactory
from tests.factories.plans import AskedConsentFactory, MedicationConsentFactory
from tests.factories.scales import ContentPackFactory, TargetSymptomFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 12, 17, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)

Make = Callable[[Client, User], Any]
KEPT: dict[str, tuple[str, dict[str, Any], Make]] = {
    "life event": (
        "withdrawn_at",
        {"withdrawn_by": True},
        lambda ada, by: LifeEventFactory(client=ada, recorded_by=by),
    ),
    "target symptom": (
        "ended_on",
        {"ended_by": True},
        lambda ada, by: TargetSymptomFactory(client=ada, worded_by=by),
    ),
    "content pack": ("retired_at", {"retired_by": True}, lambda ada, by: ContentPackFactory(accepted_by=by)),
    "safety rule": ("superseded_at", {}, lambda ada, by: SafetyRuleFactory()),
    "consent": (
        "revoked_at",
        {"revoked_by": True, "revoked_because": "No more"},
        lambda ada, by: MedicationConsentFactory(client=ada),
    ),
    "asked consent": ("ended_at", {"ended_by": True}, lambda ada, by: AskedConsentFactory(client=ada)),
}


@pytest.mark.parametrize(("ended", "more", "make"), KEPT.values(), ids=KEPT)
def test_it_ends_once(ada: Client, prescriber: User, ended: str, more: dict[str, Any], make: Make) -> None:
    row: Record = make(ada, prescriber)
    rows = type(row)._default_manager.filter(pk=row.pk)
    first = NOW.date() if ended.endswith("_on") else NOW
    said = {name: prescriber if value is True else value for name, value in more.items()}
    assert rows.update(**{ended: first, **said}) == 1
    table, sets = row._meta.db_table, f'"{ended}" = %s'
    for later in (first + DAY, None):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET {sets} WHERE id = %s', [later, row.pk])  # noqa: S608 - names of ours
    assert rows.filter(**{ended: first}).exists()
