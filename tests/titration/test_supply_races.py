"""Several people at the same moment: one decision stands and the others are told, one fill is one row."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.titration import services
from clinic.titration.models import DosePlan, Fill, RefillDecision, RefillRequest
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.formulary import ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.staff import UserFactory
from tests.factories.titration import filled, refill_asked, started

pytestmark = pytest.mark.django_db(transaction=True)
NOON = dt.datetime(2026, 3, 2, 19, 0, tzinfo=dt.UTC)


@pytest.fixture
def dose_plan(ada: Client, prescriber: User) -> DosePlan:
    SignedPlanFactory(client=ada, written_by=prescriber)
    return started(ada, ProductFactory().medication, prescriber, NOON)


def at_once(deed: Any, people: list[User]) -> list[str]:
    def attempt(person: User) -> str:
        try:
            deed(person)
        except RuleBroken as refusal:
            return refusal.reason
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(people)) as pool:
        return sorted(pool.map(attempt, people))


def test_of_those_who_decide_at_once_one_wins_and_the_others_are_told(dose_plan: DosePlan, prescriber: User) -> None:
    asked: RefillRequest = refill_asked(dose_plan, prescriber, NOON)
    people = [prescriber, *(UserFactory(acting_role="prescriber") for _ in range(3))]
    for person in people[1:]:
        CareTeamMemberFactory(client=dose_plan.client, user=person, is_lead=False)

    def decline(person: User) -> None:
        services.decide_refill(request_id=asked.pk, outcome="declined", reason="Come in first", by=person, now=NOON)

    outcomes = at_once(decline, people)
    first = RefillDecision.objects.get().by
    assert outcomes == sorted(["done", *[f"{first} was first: declined. Nothing is changed."] * 3])


def test_a_fill_recorded_by_two_at_once_is_one(dose_plan: DosePlan, prescriber: User, coordinator: User) -> None:
    assert at_once(lambda person: filled(dose_plan, person, NOON), [prescriber, coordinator]) == ["done", "done"]
    assert Fill.objects.count() == 1


def test_of_two_requests_at_once_one_waits(dose_plan: DosePlan, prescriber: User, coordinator: User) -> None:
    def ask(person: User) -> None:
        refill_asked(dose_plan, person, NOON, note=f"Told {person}")

    told, done = at_once(ask, [prescriber, coordinator])
    assert (done, RefillRequest.objects.count()) == ("done", 1)
    assert "is waiting already" in told
