"""The pages of dose plans."""

import datetime as dt

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from tests.factories.formulary import ProductFactory
from tests.factories.plans import SignedPlanFactory

pytestmark = pytest.mark.django_db


def typed(start_on: dt.date, **more: object) -> dict[str, object]:
    """A rise from 25 to 100 mg as the page posts it."""
    return {
        "treats": "Depression",
        "start_on": start_on.isoformat(),
        "products": ["tablet-IR-25-scored", "tablet-IR-50-scored", "tablet-IR-100-scored"],
        "way": "titration",
        "from_mg": "25",
        "to_mg": "100",
        "step_mg": "25",
        "interval_days": "7",
        "times": ["morning"],
        "steps-TOTAL_FORMS": "1",
        "steps-INITIAL_FORMS": "0",
        "do": "sign",
        **more,
    }


@pytest.fixture
def sertraline() -> Medication:
    return ProductFactory().medication


@pytest.fixture
def url(ada: Client, prescriber: User, sertraline: Medication) -> str:
    SignedPlanFactory(client=ada, written_by=prescriber)
    return f"{reverse('titration:start', args=[ada.pk])}?medication={sertraline.pk}"


def test_it_works(browser: Browser, prescriber: User, url: str) -> None:
    browser.force_login(prescriber)
    assert browser.get(url).status_code == 200
    today = timezone.localdate()
    preview = browser.post(url, typed(today, do="preview"))
    assert b"25 mg in the morning (1 x 25 mg tablet)" in preview.content
    assert not DosePlan.objects.exists()
    answer = browser.post(url, typed(today))
    dose_plan = DosePlan.objects.get()
    assert answer["Location"] == reverse("titration:dose_plan", args=[dose_plan.pk])
    assert browser.get(answer["Location"]).status_code == 200
    change_url = reverse("titration:change", args=[dose_plan.pk])
    assert browser.get(change_url).status_code == 200
    change = typed(today, way="amount", mg_per_day="50", on=(today + dt.timedelta(days=8)).isoformat(), reason="Tired", version="1", then="schedule")
    answer = browser.post(change_url, change)
    assert answer.status_code == 302, answer.content.decode()
    assert browser.get(answer["Location"]).status_code == 200
