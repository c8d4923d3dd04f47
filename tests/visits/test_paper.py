"""A signed visit on paper: its note, its signatures, what was added later."""

import io
import re

import pypdf
import pytest
from django.test import Client as Browser
from django.urls import reverse

from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.visits import services
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.note import Note
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.staff import UserFactory
from tests.factories.visits import draft, written
from tests.visits.days import NOW

pytestmark = pytest.mark.django_db
WHOLE = Note(
    subjective='#panic("x") *walk*\nthe dog',
    mental_status={"mood": {"choice": "good", "words": "“lighter”"}},
    assessment="Depression, improved.",
    risk_answer="none",
    problems={"k": {"text": "Insomnia", "course": "stable"}},
    vitals={"weight": "80", "weight_unit": "kg"},
    minutes="25",
)


def text_of(browser: Browser, visit: FollowUpVisit) -> str:
    answer = browser.get(reverse("visits:print_visit", args=[visit.pk]))
    assert answer.headers["Content-Type"] == "application/pdf"
    pdf = pypdf.PdfReader(io.BytesIO(answer.content))
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))


def test_everything_that_was_signed_and_added_is_printed(
    browser: Browser, ada: Client, prescriber: User, therapist: User, dose_plan: DosePlan
) -> None:
    visit = written(ada, prescriber, NOW, WHOLE)
    services.decide(visit_id=visit.pk, dose_plan_id=dose_plan.pk, decision="continue", by=prescriber, now=NOW)
    services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
    services.add_addendum(visit_id=visit.pk, text="Lithium level 0.7.\nCalled back.", by=prescriber, now=NOW)
    browser.force_login(therapist)
    text = text_of(browser, visit)
    for words in (
        "Medication check, in person",
        "Ada Byron",
        '#panic("x") *walk* the dog',
        "good; “lighter”",
        "Not assessed: Appearance",
        "Insomnia: Stable",
        "Weight: 80",
        "25 minutes",
        "Continue sertraline",
        "Nothing written.",
        f"Signed by {prescriber.title}",
        "Addenda",
        "Lithium level 0.7. Called back.",
    ):
        assert words in text


def test_what_is_not_there_is_said_and_whose_signature_it_waits_for(
    browser: Browser, ada: Client, prescriber: User
) -> None:
    supervisor = UserFactory(full_name="Dr. Senior")
    CareTeamMemberFactory(client=ada, is_lead=False, user=supervisor)
    prescriber.supervisor = supervisor
    prescriber.save(update_fields=["supervisor"])
    visit = written(ada, prescriber, NOW)
    FollowUpVisit.objects.filter(pk=visit.pk).update(
        signed_at=NOW, signed_by=prescriber, supervisor=supervisor, content_hash="planted"
    )
    browser.force_login(prescriber)
    text = text_of(browser, visit)
    for words in ("Not recorded", "No medication was running.", "Waits for the signature of Dr. Senior"):
        assert words in text
    assert "Addenda" not in text
    services.cosign_visit(visit_id=visit.pk, by=supervisor, now=NOW)
    assert "Co-signed by Dr. Senior" in text_of(browser, visit)


def test_a_draft_is_not_printed(browser: Browser, ada: Client, prescriber: User) -> None:
    visit = draft(ada, prescriber, NOW)
    browser.force_login(prescriber)
    answer = browser.get(reverse("visits:print_visit", args=[visit.pk]))
    assert answer["Location"] == visit.get_absolute_url()
