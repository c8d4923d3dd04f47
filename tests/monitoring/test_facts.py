"""Results as the checks of doses hear of them."""

import datetime as dt
from decimal import Decimal

from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.titration.facts import measured_facts
from tests.factories.monitoring import TAKEN, MeasurementFactory


def test_the_newest_standing_values_with_their_days(ada: Client, prescriber: User) -> None:
    MeasurementFactory(client=ada, kind="egfr", unit="mL/min", value=58, taken_at=TAKEN - dt.timedelta(days=400))
    MeasurementFactory(client=ada, kind="egfr", unit="mL/min", value=64, taken_at=TAKEN - dt.timedelta(days=800))
    MeasurementFactory(client=ada, kind="qtc", unit="s", value=Decimal("0.431"))
    wrong = {"withdrawn_at": TAKEN, "withdrawn_by": prescriber, "withdrawn_because": "typed_wrong"}
    MeasurementFactory(client=ada, kind="qtc", unit="ms", value=800, taken_at=TAKEN + dt.timedelta(days=1), **wrong)
    MeasurementFactory(client=ada, kind="qt", unit="ms", value=390, taken_at=TAKEN + dt.timedelta(days=1))
    known = measured_facts(ada.pk)
    assert (known.egfr, known.egfr_on) == (Decimal(58), dt.date(2025, 1, 26))
    assert (known.qtc_ms, known.qtc_on) == (431, dt.date(2026, 3, 2))


def test_a_value_in_a_unit_nobody_knows_is_not_known(ada: Client) -> None:
    MeasurementFactory(client=ada, kind="egfr", unit="furlongs", value=58)
    known = measured_facts(ada.pk)
    assert (known.egfr, known.egfr_on) == (None, None)
