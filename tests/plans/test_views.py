"""The pages of the treatment plan."""

import datetime as dt

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clinic.clients.models import Client
from clinic.plans import queries, services
from clinic.plans.models import PlanStatus, TreatmentPlan
from clinic.staff.models import User
from tests.plans.test_services import NOW, WHOLE, signed, written

pytestmark = pytest.mark.django_db


def rows(prefix: str, *entries: dict[str, str]) -> dict[str, str]:
    management = {f"{prefix}-TOTAL_FORMS": str(len(entries)), f"{prefix}-INITIAL_FORMS": "0"}
    return management | {f"{prefix}-{n}-{k}": v for n, row in enumerate(entries) for k, v in row.items()}


def typed(version: int = 0, **more: str) -> dict[str, str]:
    """A whole plan as the page posts it."""
    return {
        "version": str(version),
        "client_words": "I want to sleep.",
        "review_on": "2126-06-01",
        **rows("problems", {"text": "Depression", "code": "F33.1"}),
        **rows("goals", {"text": "Feel better", "measure": "PHQ-9", "baseline": "16", "target": "under 5"}),
        **rows("interventions", {"kind": "therapy", "text": "CBT", "responsible": "therapist"}),
        **more,
    }


@pytest.fixture
def url(ada: Client) -> str:
    return reverse("plans:draft", args=[ada.pk])


def test_it_works(browser: Browser, therapist: User, ada: Client, url: str) -> None:
    browser.force_login(therapist)
    page = browser.get(url)
    assert page.status_code == 200
    assert queries.draft_of(ada) is None
    answer = browser.post(url, typed())
    assert answer.status_code == 302
    draft = queries.draft_of(ada)
    assert draft is not None
    assert draft.goals.get().target == "under 5"
    assert b"The prescriber signs it." in browser.get(url).content
