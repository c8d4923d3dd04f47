"""The pages of the treatment plan."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.intake.models import Allergy
from clinic.plans import queries, services
from clinic.plans.models import PlanAcknowledgement, PlanStatus
from clinic.staff.models import User
from tests.plans.test_services import NOW, WHOLE, signed, written

AUTOSAVE = {"X-Autosave": "1"}
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


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    """The prescriber's browser."""
    browser.force_login(prescriber)
    return browser


def test_it_works(browser: Browser, therapist: User, ada: Client, url: str) -> None:
    browser.force_login(therapist)
    assert browser.get(url).status_code == 200
    assert queries.draft_of(ada) is None
    assert browser.post(url, typed()).status_code == 302
    draft = queries.draft_of(ada)
    assert draft is not None
    assert draft.goals.get().target == "under 5"
    assert "The prescriber signs it." in browser.get(url).content.decode()


def test_saving_what_stands_keeps_every_row(paula: Browser, ada: Client, url: str) -> None:
    paula.post(url, typed())
    paula.post(url, typed(2, client_words="I want to work."))
    draft = queries.draft_of(ada)
    assert draft is not None
    assert (draft.client_words, draft.goals.count(), draft.problems.get().code) == ("I want to work.", 1, "F33.1")


def test_a_draft_saves_itself(paula: Browser, ada: Client, url: str) -> None:
    reads = AuditEvent.objects.filter(action="chart_read").count()
    answer = paula.post(url, typed(), headers=AUTOSAVE)
    assert answer.json()["version"] == 2
    assert AuditEvent.objects.filter(action="chart_read").count() == reads
    assert paula.post(url, typed(1), headers=AUTOSAVE).status_code == 409
    unnamed = {"goals-0-text": ""}
    assert paula.post(url, typed(2, **unnamed), headers=AUTOSAVE).status_code == 422


def test_a_stranger_saves_nothing(browser: Browser, stranger: User, ada: Client, url: str) -> None:
    browser.force_login(stranger)
    assert browser.get(url).status_code == 404
    assert browser.post(url, typed(), headers=AUTOSAVE).status_code == 404
    assert queries.draft_of(ada) is None


def test_a_coordinator_reads_but_does_not_write(
    browser: Browser, coordinator: User, prescriber: User, ada: Client, url: str
) -> None:
    plan = signed(ada, prescriber)
    browser.force_login(coordinator)
    assert browser.get(url).status_code == 403
    assert browser.get(reverse("plans:plan", args=[plan.pk])).status_code == 200


def test_the_second_writer_sees_both_texts(paula: Browser, therapist: User, ada: Client, url: str) -> None:
    written(ada, therapist)
    stale = paula.post(url, typed(1))
    assert stale.status_code == 409
    page = stale.content.decode()
    assert "I want to sleep and to work again." in page
    assert "I want to sleep." in page
    assert "Cognitive behavioral therapy, weekly (therapy, therapist)" in page
    assert 'name="version" value="2"' in page
    assert paula.post(url, typed(2)).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"problems-0-code": "F33"}, "not a billable"),
        ({"problems-0-text": ""}, "Say in words what the problem is."),
        ({"goals-0-text": ""}, "Say what the goal is."),
        ({"goals-0-text": "x" * 301}, "at most 300 characters"),
        ({"interventions-0-kind": ""}, "Choose the kind of help."),
        ({"interventions-0-responsible": ""}, "Choose who is responsible."),
        ({"interventions-0-text": ""}, "Say what will be done."),
        ({"review_on": "soon"}, "Enter a valid date."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    paula: Browser, ada: Client, url: str, wrong: dict[str, str], words: str
) -> None:
    page = paula.post(url, typed(**wrong))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert f'<a href="#id_{next(iter(wrong))}">' in page.text
    assert queries.draft_of(ada) is None


def test_rows_are_added_and_removed_without_saving(paula: Browser, ada: Client, url: str) -> None:
    page = paula.post(url, typed(add="goals")).content.decode()
    assert 'name="goals-1-text"' in page
    assert "Feel better" in page
    page = paula.post(url, typed(remove="problems-0")).content.decode()
    assert 'name="problems-0-text"' not in page
    assert queries.draft_of(ada) is None


def test_a_diagnosis_is_found_and_picked(paula: Browser, url: str) -> None:
    found = paula.post(url, typed(do="find", find="ptsd chronic")).content.decode()
    assert 'value="F43.12"' in found
    assert "Nothing found" in paula.post(url, typed(do="find", find="xxxxxx")).content.decode()
    page = paula.post(url, typed(pick="F43.12", find="ptsd")).content.decode()
    assert 'name="problems-1-code" value="F43.12"' in page
    blank = rows("problems", {"text": "", "code": ""})
    page = paula.post(url, typed(pick="F43.12") | blank).content.decode()
    assert 'name="problems-0-code" value="F43.12"' in page


def test_review_and_sign(paula: Browser, ada: Client, url: str) -> None:
    review = paula.post(url, typed(do="sign"), follow=True)
    page = review.content.decode()
    assert "The client has not yet agreed" in page
    sign_url = review.redirect_chain[-1][0]
    signed_page = paula.post(sign_url, {"version": "2"}, follow=True).content.decode()
    assert "signed and in force" in signed_page
    assert queries.plan_in_force(ada) is not None
    again = paula.post(sign_url, {"version": "2"}, follow=True)
    assert "is signed already" in again.text
    assert AuditEvent.objects.filter(action="plan_signed").count() == 1


def test_what_was_saved_meanwhile_is_read_again_before_signing(paula: Browser, ada: Client, therapist: User) -> None:
    draft = written(ada, therapist)
    stale = paula.post(reverse("plans:sign", args=[draft.pk]), {"version": "1"})
    assert stale.status_code == 409
    assert "saved meanwhile" in stale.content.decode()
    draft.refresh_from_db()
    assert draft.status == PlanStatus.DRAFT


def test_a_therapist_does_not_sign(browser: Browser, therapist: User, ada: Client) -> None:
    draft = written(ada, therapist)
    browser.force_login(therapist)
    assert browser.get(reverse("plans:sign", args=[draft.pk])).status_code == 403


def test_an_unfinished_plan_says_what_is_missing(paula: Browser, ada: Client, prescriber: User) -> None:
    draft = services.start_draft(client_id=ada.pk, by=prescriber, now=NOW)
    page = paula.get(reverse("plans:sign", args=[draft.pk])).content.decode()
    assert "Name at least one problem." in page
    assert "Sign plan 1</button>" not in page


def test_a_therapist_acknowledges_with_one_click(
    browser: Browser, therapist: User, prescriber: User, ada: Client
) -> None:
    plan = signed(ada, prescriber)
    browser.force_login(therapist)
    url = reverse("plans:acknowledge", args=[plan.pk])
    assert "Acknowledge this plan" in browser.get(reverse("plans:plan", args=[plan.pk])).content.decode()
    assert browser.get(url).status_code == 200
    assert not PlanAcknowledgement.objects.exists()
    answer = browser.post(url, {"comment": "Fits our work"}, follow=True)
    assert "Fits our work" in answer.content.decode()
    again = browser.post(url)
    assert again.status_code == 422
    assert "already acknowledged" in again.content.decode()
    assert "nothing to acknowledge" in browser.get(url).content.decode()


def test_versions_allergies_and_copies_are_shown(paula: Browser, ada: Client, prescriber: User, url: str) -> None:
    Allergy.objects.create(client=ada, substance="Lamotrigine", reaction="rash", origin="client", recorded_at=NOW)
    first = signed(ada, prescriber)
    assert "begins as a copy of plan 1" in paula.get(url).content.decode()
    paula.post(url, typed())
    draft = queries.draft_of(ada)
    assert draft is not None
    paula.post(reverse("plans:sign", args=[draft.pk]), {"version": str(draft.version)})
    page = paula.get(reverse("plans:plan", args=[draft.pk])).content.decode()
    assert "Problem removed: Sleep" in page
    assert "Allergy: Lamotrigine (rash)" in page
    old = paula.get(reverse("plans:plan", args=[first.pk])).content.decode()
    assert "replaced by a newer version" in old
    assert WHOLE.client_words in old


@pytest.mark.parametrize("name", ["plan", "sign", "acknowledge"])
def test_a_stranger_finds_no_plan(browser: Browser, stranger: User, prescriber: User, ada: Client, name: str) -> None:
    plan = signed(ada, prescriber)
    browser.force_login(stranger)
    page = browser.get(reverse(f"plans:{name}", args=[plan.pk]))
    assert page.status_code == (403 if name == "acknowledge" else 404)


def test_pages_stay_within_their_budgets(
    paula: Browser, ada: Client, prescriber: User, url: str, django_assert_max_num_queries: Any
) -> None:
    plan = signed(ada, prescriber)
    budget: DjangoAssertNumQueries = django_assert_max_num_queries
    with budget(20):
        paula.get(reverse("plans:plan", args=[plan.pk]))
    with budget(18):
        paula.get(url)
