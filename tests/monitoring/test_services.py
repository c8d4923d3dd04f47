"""Results are entered whole, kept for good, and withdrawn when they are wrong."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.http import Http404

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.monitoring import queries, services
from clinic.monitoring.models import Measurement
from clinic.monitoring.rules import Given
from clinic.staff.models import User
from tests.factories.monitoring import TAKEN, MeasurementFactory

NOW = TAKEN + dt.timedelta(hours=1)


@pytest.fixture
def about(ada: Client, prescriber: User) -> dict[str, Any]:
    return {"client_id": ada.pk, "taken_at": TAKEN, "by": prescriber, "now": NOW}


def lithium(value: str = "0.8") -> dict[str, Any]:
    return {"kind": "lithium", "value": Decimal(value), "unit": "mmol/L"}


def test_a_result_is_kept_in_its_own_unit_and_as_it_was_typed(about: dict[str, Any], prescriber: User) -> None:
    kept = services.record_result(kind="weight", value=Decimal(165), unit="lb", note=" shoes on ", **about)
    kept.refresh_from_db()
    assert (kept.value, kept.unit, kept.entered_as) == (Decimal("74.8427"), "kg", "165 lb")
    assert (kept.loinc, kept.note, kept.origin, kept.recorded_by) == ("29463-7", "shoes on", "staff", prescriber)
    event = AuditEvent.objects.get(action="result_recorded")
    assert (event.client_id, event.detail) == (kept.client_id, {"kind": "weight"})


def test_the_same_result_twice_is_one(about: dict[str, Any]) -> None:
    first = services.record_result(**lithium(), **about)
    assert services.record_result(**lithium("0.80"), **about) == first
    assert services.record_result(**lithium("0.9"), **about) != first
    assert services.record_result(**lithium(), **about | {"taken_at": TAKEN - dt.timedelta(days=1)}) != first


def test_results_of_one_time_are_entered_together_or_not_at_all(about: dict[str, Any]) -> None:
    good, slip = Given("heart_rate", Decimal(72), "bpm"), Given("weight", Decimal(7250), "kg")
    with pytest.raises(RuleBroken, match="slip of typing"):
        services.record_results(results=[good, slip], **about)
    assert not Measurement.objects.exists()
    assert not AuditEvent.objects.filter(action="result_recorded").exists()


def test_a_coordinator_of_the_team_enters_and_a_stranger_does_not(
    about: dict[str, Any], coordinator: User, stranger: User
) -> None:
    assert services.record_result(**lithium(), **about | {"by": coordinator}).recorded_by == coordinator
    with pytest.raises(Http404):
        services.record_result(**lithium("0.9"), **about | {"by": stranger})


def test_what_was_entered_never_changes(about: dict[str, Any]) -> None:
    kept = services.record_result(**lithium(), **about)
    for deed in (
        kept.delete,
        lambda: Measurement.objects.update(value=1),
        lambda: Measurement.objects.update(note="x"),
    ):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            deed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Measurement.objects.update(withdrawn_at=NOW)


def test_an_import_may_bring_a_newer_version_of_its_own(ada: Client) -> None:
    MeasurementFactory(client=ada, origin="import", recorded_by=None)
    assert Measurement.objects.update(value=73) == 1


def test_a_wrong_result_counts_no_more_and_stays(about: dict[str, Any], ada: Client, prescriber: User) -> None:
    old = services.record_result(**lithium("0.7"), **about | {"taken_at": TAKEN - dt.timedelta(days=7)})
    wrong = services.record_result(**lithium("8"), **about)
    take_back = {"measurement_id": wrong.pk, "because": "typed_wrong", "by": prescriber, "now": NOW}
    for _ in range(2):
        services.withdraw_result(**take_back)
    assert AuditEvent.objects.filter(action="result_withdrawn").count() == 1
    [group] = queries.newest_results(ada)
    assert [(result.label, result.row) for result in group.results] == [("Lithium level", old)]
    over_time = queries.results_of_kind(prescriber, ada, "lithium")
    assert [(one.row, one.may_withdraw) for one in over_time] == [(wrong, False), (old, True)]
    assert over_time[0].row.withdrawn_by == prescriber
    assert services.record_result(**lithium("8"), **about) != wrong


def test_withdrawing_is_for_who_entered_it_or_a_prescriber(ada: Client, coordinator: User, stranger: User) -> None:
    theirs, own = MeasurementFactory(client=ada), MeasurementFactory(client=ada, recorded_by=coordinator)
    with pytest.raises(RuleBroken, match="Somebody else"):
        services.withdraw_result(measurement_id=theirs.pk, because="typed_wrong", by=coordinator, now=NOW)
    with pytest.raises(RuleBroken, match="Say why"):
        services.withdraw_result(measurement_id=own.pk, because="", by=coordinator, now=NOW)
    services.withdraw_result(measurement_id=own.pk, because="wrong_client", by=coordinator, now=NOW)
    for key in (theirs.pk, uuid4()):
        with pytest.raises(Http404):
            services.withdraw_result(measurement_id=key, because="typed_wrong", by=stranger, now=NOW)


def test_the_newest_of_each_kind_in_the_order_of_the_catalogue(ada: Client, django_assert_num_queries: Any) -> None:
    for kind, unit in (("qtc", "ms"), ("weight", "kg"), ("peak_flow", "L/min"), ("sodium", "mmol/L")):
        for days in (0, 9):
            MeasurementFactory(client=ada, kind=kind, unit=unit, value=300 - days, taken_at=TAKEN - dt.timedelta(days))
    with django_assert_num_queries(1):
        found = queries.newest_results(ada)
    assert [group.name for group in found] == ["Vital signs", "Laboratory", "Heart (ECG)", "Other"]
    assert {result.row.value for group in found for result in group.results} == {Decimal(300)}
