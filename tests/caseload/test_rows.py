"""Lists that come as JSON are again what they were."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from clinic.caseload.queries.lines import shortened
from clinic.clients.models import Client
from clinic.core.rows import Rows, RowsWithin, restored
from clinic.intake.models import MedicationTrial
from clinic.intake.models.history import TrialResponse, WhyStopped
from clinic.staff.models import User

KEY = UUID("018f0000-0000-7000-8000-000000000001")


def test_each_value_has_its_kind_again_by_its_name() -> None:
    row = {
        "id": str(KEY),
        "by_id": None,
        "at": "2026-03-04T05:06:07.000008+00:00",
        "first_on": "2026-03-04",
        "day_mg": 50,
        "words": "2026-03-04",
        "seen_rows": [{"on": "2026-03-05"}],
    }
    assert restored([row]) == [
        {
            "id": KEY,
            "by_id": None,
            "at": dt.datetime(2026, 3, 4, 5, 6, 7, 8, dt.UTC),
            "first_on": dt.date(2026, 3, 4),
            "day_mg": Decimal(50),
            "words": "2026-03-04",
            "seen_rows": [{"on": dt.date(2026, 3, 5)}],
        }
    ]


def test_a_list_within_that_is_empty_is_a_list() -> None:
    assert restored([{"seen_rows": None}]) == [{"seen_rows": []}]


@pytest.mark.django_db
def test_amounts_stay_exact_on_their_way_from_the_database(ada: Client, prescriber: User) -> None:
    # 0.1 + 0.2 is not 0.3 where a driver reads JSON as floating numbers.
    MedicationTrial.objects.create(
        client=ada,
        name="lithium",
        highest_mg=Decimal("100000.125"),
        response=TrialResponse.PARTIAL,
        why_stopped=WhyStopped.values[0],
        recorded_by=prescriber,
        recorded_at=dt.datetime(2026, 3, 4, tzinfo=dt.UTC),
    )
    trials = MedicationTrial.objects.order_by("name").values("highest_mg", "recorded_at")
    found = Client.objects.values(trial_rows=Rows(trials)).get()["trial_rows"]
    assert found == [{"highest_mg": Decimal("100000.125"), "recorded_at": dt.datetime(2026, 3, 4, tzinfo=dt.UTC)}]
    assert isinstance(found[0]["highest_mg"], Decimal)
    nested = Client.objects.filter(pk=ada.pk).values("id", trial_rows=RowsWithin(trials))
    assert Client.objects.values(client_rows=Rows(nested)).get()["client_rows"][0]["trial_rows"] == found
    assert Client.objects.values(trial_rows=Rows(trials.filter(name="none"))).get()["trial_rows"] == []


@pytest.mark.parametrize(("text", "shown"), [("ten letter", "ten letter"), ("ten letters", "ten lette…"), ("", "")])
def test_a_long_text_is_shortened(text: str, shown: str) -> None:
    assert shortened(text, 10) == shown
