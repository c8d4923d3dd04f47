"""A gate is held while a prescriber signs or decides: one after the other, and neither waits for the other for ever."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import DosePlan, StepGate
from tests.titration.gating import EVE, begins, gated, rising

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    return rising(ada, prescriber)


def held_meanwhile() -> int:
    def hold() -> int:
        try:
            return services.hold_waiting(now=EVE)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(hold).result(timeout=20)


def test_a_plan_that_is_being_signed_is_held_the_next_time(dose_plan: DosePlan, prescriber: User) -> None:
    gated(dose_plan, prescriber)
    with transaction.atomic():
        DosePlan.objects.select_for_update().get(pk=dose_plan.pk)
        assert held_meanwhile() == 0
    assert services.hold_waiting(now=EVE) == 1


def test_a_gate_that_is_being_decided_is_not_held(dose_plan: DosePlan, prescriber: User) -> None:
    gate = gated(dose_plan, prescriber)
    with transaction.atomic():
        services.decide_gate(gate_id=gate.pk, is_passed=True, because="Fine.", by=prescriber, now=EVE - dt.timedelta(1))
        assert held_meanwhile() == 0
    assert services.hold_waiting(now=EVE) == 0
    assert begins(dose_plan)[1] == ("03-09", "50")
    assert StepGate.objects.get().last_words == "Fine."
