"""A pregnancy test before an antipsychotic: asked for where the newest answer leaves a pregnancy open."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from clinic.clients.models import Client
from clinic.monitoring.queries import due_of_client, lines_of_client, told_before_signing
from clinic.staff.models import User
from tests.factories.formulary import MedicationFactory
from tests.factories.intake import PregnancyAnswerFactory
from tests.factories.monitoring import MeasurementFactory
from tests.monitoring.test_due_pages import DAY, begun

pytestmark = pytest.mark.django_db


def asked(client: Client, now: dt.datetime) -> bool:
    """Whether the test is asked for; the page of one client and the list of all say the same."""
    on_the_page = any("pregnancy_test" in line.kinds for line in lines_of_client(client, now))
    in_the_list = any(item.protocol.kinds == ("pregnancy_test",) for item in due_of_client(client.pk, now))
    assert on_the_page is in_the_list
    return on_the_page


@pytest.mark.parametrize(
    ("answers", "is_asked"),
    [
        ([], False),
        (["no"], False),
        (["yes"], False),
        (["possible"], True),
        (["unknown"], True),
        (["possible", "no"], False),
        (["no", "possible"], True),
    ],
)
def test_it_is_asked_for_by_the_newest_answer(
    ada: Client, prescriber: User, answers: list[str], is_asked: bool
) -> None:
    now = timezone.now()
    begun(ada, prescriber, now - 3 * DAY, ingredient="olanzapine")
    for days, status in enumerate(answers):
        PregnancyAnswerFactory(client=ada, status=status, recorded_at=now - (9 - days) * DAY)
    assert asked(ada, now) is is_asked


def test_a_result_answers_it(ada: Client, prescriber: User) -> None:
    now = timezone.now()
    begun(ada, prescriber, now - 3 * DAY, ingredient="olanzapine")
    PregnancyAnswerFactory(client=ada, status="possible")
    MeasurementFactory(client=ada, kind="pregnancy_test", value=Decimal(0), unit="finding", taken_at=now - DAY)
    assert not asked(ada, now)


def test_other_medications_do_not_ask(ada: Client, prescriber: User) -> None:
    now = timezone.now()
    begun(ada, prescriber, now - 3 * DAY, ingredient="lithium")
    PregnancyAnswerFactory(client=ada, status="possible")
    assert not asked(ada, now)


def test_what_is_known_counts_before_the_very_first_medication(ada: Client) -> None:
    now = timezone.now()
    olanzapine = MedicationFactory(name="olanzapine", ingredient="olanzapine")
    PregnancyAnswerFactory(client=ada, status="possible")
    MeasurementFactory(client=ada, kind="weight", value=Decimal(80), unit="kg", taken_at=now - DAY)
    told = " ".join(told_before_signing(ada, olanzapine, now))
    assert "regnancy test" in told
    assert "eight" not in told
