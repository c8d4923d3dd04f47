"""The plan in force, the draft, versions and their differences, and who a page is about."""

import datetime as dt
from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from clinic.clients.models import Client
from clinic.intake.models import Allergy
from clinic.plans import queries, services
from clinic.staff.models import User
from tests.plans.test_services import LATER, NOW, WHOLE, signed, written

pytestmark = pytest.mark.django_db


def test_a_client_without_a_plan_has_neither(ada: Client) -> None:
    assert queries.plan_in_force(ada) is None
    assert queries.draft_of(ada) is None
    assert queries.versions_of(ada) == []


def test_versions_tell_what_changed(
    ada: Client, prescriber: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = signed(ada, prescriber)
    longer = replace(WHOLE, client_words="I want to sleep.")
    draft = services.start_draft(client_id=ada.pk, by=prescriber, now=LATER)
    services.save_draft(
        plan_id=draft.pk, version=1, content=replace(longer, review_on=dt.date(2026, 9, 1)), by=prescriber, now=LATER
    )
    second = services.sign_plan(plan_id=draft.pk, by=prescriber, now=LATER)
    with django_assert_max_num_queries(4):
        newest, oldest = queries.versions_of(ada)
    assert newest.changes == [
        "The client's own words: I want to sleep and to work again. → I want to sleep.",
        "Review: Jun 1, 2026 → Sep 1, 2026",
    ]
    assert oldest.changes == []
    assert queries.changes_between(first, second) == newest.changes


def test_only_a_therapist_waits_to_acknowledge(
    ada: Client, prescriber: User, therapist: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    plan = signed(ada, prescriber)
    assert not queries.plans_awaiting_acknowledgement(prescriber).exists()
    with django_assert_num_queries(1):
        assert [str(one.client) for one in queries.plans_awaiting_acknowledgement(therapist)] == ["Ada Byron"]
    ada.sharing_consents.update(revoked_at=NOW, revoked_by=prescriber)
    assert not queries.plans_awaiting_acknowledgement(therapist).exists()
    assert queries.may_acknowledge(queries.get_plan(prescriber, plan.pk), prescriber) is False


def test_drafts_wait_for_nobody(ada: Client, prescriber: User, therapist: User) -> None:
    written(ada, prescriber)
    assert not queries.plans_awaiting_acknowledgement(therapist).exists()


def test_who_a_page_is_about(ada: Client) -> None:
    day = dt.date(2026, 3, 2)
    assert (queries.who(ada, day).age, queries.who(ada, day).has_none_known) == (35, False)
    Allergy.objects.create(client=ada, substance="none", is_none_known=True, origin="client", recorded_at=NOW)
    assert queries.who(ada, day).has_none_known
    Allergy.objects.create(client=ada, substance="Penicillin", origin="client", recorded_at=NOW)
    Allergy.objects.create(client=ada, substance="Eggs", origin="client", recorded_at=NOW, withdrawn_at=LATER)
    known = queries.who(ada, day)
    assert [allergy.substance for allergy in known.allergies] == ["Penicillin"]
    assert not known.has_none_known
