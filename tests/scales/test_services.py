"""Recording what was answered on a scale."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.scales.models import AnsweredBy, ScaleResponse
from clinic.scales.services import record_response
from clinic.staff.models import User

NOW = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)


def test_answers_are_kept_scored_and_audited(ada: Client, prescriber: User) -> None:
    response = record_response(
        client_id=ada.pk, instrument="phq9", answers=[1, 1, 2, 2, 1, 1, 1, 0, 1], by=prescriber, now=NOW
    )
    assert (response.total, response.band, response.flags) == (10, "moderate", ["self_harm"])
    assert (response.is_complete, response.is_prorated, response.answered_by) == (True, False, AnsweredBy.STAFF)
    event = AuditEvent.objects.get(action="scale_recorded")
    assert (event.client_id, event.detail["instrument"]) == (ada.pk, "phq9")


def test_too_many_gaps_give_no_total(ada: Client, prescriber: User) -> None:
    response = record_response(client_id=ada.pk, instrument="gad7", answers=[3] + [None] * 6, by=prescriber, now=NOW)
    assert (response.total, response.band, response.is_complete) == (None, "", False)


def test_a_second_click_is_not_a_second_questionnaire(ada: Client, prescriber: User) -> None:
    filled = {"client_id": ada.pk, "instrument": "gad7", "answers": [1] * 7, "by": prescriber}
    first = record_response(**filled, now=NOW)
    assert record_response(**filled, now=NOW + dt.timedelta(minutes=1)) == first
    record_response(**filled, now=NOW + dt.timedelta(days=1))
    assert ScaleResponse.objects.count() == 2


def test_a_client_answers_by_link(ada: Client) -> None:
    asked = NOW - dt.timedelta(days=2)
    response = record_response(
        client_id=ada.pk,
        instrument="phq2",
        answers=[0, 3],
        by=None,
        now=NOW,
        answered_by=AnsweredBy.CLIENT,
        answered_at=asked,
    )
    assert (response.recorded_by, response.answered_at) == (None, asked)


def test_what_does_not_fit_is_refused(ada: Client, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="Nothing is answered"):
        record_response(client_id=ada.pk, instrument="gad7", answers=[None] * 7, by=prescriber, now=NOW)
    with pytest.raises(RuleBroken, match="whole number"):
        record_response(client_id=ada.pk, instrument="gad7", answers=[9] * 7, by=prescriber, now=NOW)
    with pytest.raises(RuleBroken, match="Unknown instrument"):
        record_response(client_id=ada.pk, instrument="none", answers=[1], by=prescriber, now=NOW)


def test_what_was_answered_stays_as_it_was(ada: Client, prescriber: User) -> None:
    record_response(client_id=ada.pk, instrument="gad7", answers=[1] * 7, by=prescriber, now=NOW)
    rows = ScaleResponse.objects.all()
    for deed in (lambda: rows.update(total=0), lambda: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    assert ScaleResponse.objects.visible_to(prescriber).get().total == 7
