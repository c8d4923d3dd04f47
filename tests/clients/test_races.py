"""Forms of one person arriving side by side."""

from functools import partial

import pytest
from django.utils import timezone

from clinic.clients import services
from clinic.clients.models import Client
from clinic.coverage.models import Coverage
from clinic.coverage.services import add_cover
from clinic.staff.models import User
from tests.clients.test_services import GRACE, PHONE
from tests.messaging.test_races import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_form_sent_six_times_at_once_makes_one_client(coordinator: User) -> None:
    register = partial(services.register_client, details=GRACE, contact_points=[PHONE], by=coordinator)
    side_by_side(lambda: register(now=timezone.now()))
    assert Client.objects.filter(family_name="Hopper").count() == 1


def test_one_card_sent_six_times_at_once_is_one_cover(ada: Client, coordinator: User) -> None:
    side_by_side(lambda: add_cover(client_id=ada.pk, payer="Beehive Health", by=coordinator))
    assert Coverage.objects.filter(client=ada).count() == 1
