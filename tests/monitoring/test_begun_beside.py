"""A lithium level once something that matters beside it is newly taken, by whoever it was prescribed."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from clinic.clients.models import Client
from clinic.monitoring.queries import due_of_client, lines_of_client
from clinic.staff.models import User
from tests.factories.intake import ReportedMedicationFactory
from tests.monitoring.test_due_pages import DAY, begun, enter

pytestmark = pytest.mark.django_db
SERIES = "lithium_level_beside"


def asked(client: Client, now: dt.datetime) -> list[str]:
    """Why a level is asked for; the page of one client and the list of all say the same."""
    in_the_list = [item.protocol.words for item in due_of_client(client.pk, now) if item.protocol.series == SERIES]
    pressing = [
        item.protocol.words
        for item in due_of_client(client.pk, now)
        if item.protocol.series == SERIES and item.is_pressing
    ]
    on_the_page = " ".join(line.why for line in lines_of_client(client, now))
    assert all(words in on_the_page for words in pressing)
    assert bool(pressing) is ("is newly taken" in on_the_page)
    return in_the_list


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def _lithium(ada: Client, prescriber: User, now: dt.datetime) -> None:
    """Since thirty days."""
    begun(ada, prescriber, now - 30 * DAY)


@pytest.mark.parametrize(
    ("reported", "is_asked"),
    [
        ({"name": "Advil"}, True),
        ({"name": "lisinopril/HCTZ"}, True),
        ({"name": "Losartan potassium"}, True),
        ({"name": "furosemide"}, True),
        ({"name": "Ibuprofen 400 MG Oral Tablet"}, True),
        ({"name": "24 HR Losartan potassium 50 MG / Hydrochlorothiazide 12.5 MG Oral Tablet"}, True),
        ({"name": "Acetaminophen 325 MG Oral Tablet"}, False),
        ({"name": "nonibuprofen 400 MG"}, False),
        ({"name": "acetaminophen"}, False),
        ({"name": "something of the garden"}, False),
        ({"name": "ibuprofen", "first_on": 40}, False),
        ({"name": "ibuprofen", "first_on": 9}, True),
        ({"name": "ibuprofen", "first_on": 9, "last_on": 2}, False),
    ],
)
def test_by_what_is_told(ada: Client, now: dt.datetime, reported: dict[str, Any], is_asked: bool) -> None:
    days = {
        name: timezone.localdate(now - reported[name] * DAY) for name in ("first_on", "last_on") if name in reported
    }
    ReportedMedicationFactory(client=ada, recorded_at=now - DAY, **(reported | days))
    assert bool(asked(ada, now)) is is_asked


def test_it_names_what_was_begun_until_a_level_is_taken(ada: Client, prescriber: User, now: dt.datetime) -> None:
    enter(ada, prescriber, now - 5 * DAY, "lithium", "0.7", "mmol/L")
    ReportedMedicationFactory(client=ada, name="naproxen", recorded_at=now - 2 * DAY)
    assert asked(ada, now) == [
        "When an NSAID, an ACE inhibitor, an angiotensin receptor blocker or a diuretic is newly taken: naproxen"
        " (not yet reviewed by the medical director)"
    ]
    enter(ada, prescriber, now - DAY, "lithium", "0.8", "mmol/L")
    assert not [line for line in lines_of_client(ada, now) if "newly taken" in line.why]


def test_what_another_system_wrote_is_named_as_it_was_written(ada: Client, now: dt.datetime) -> None:
    ReportedMedicationFactory(client=ada, name="Naproxen sodium 220 MG Oral Tablet", recorded_at=now - DAY)
    [words] = asked(ada, now)
    assert "is newly taken: Naproxen sodium 220 MG Oral Tablet" in words
