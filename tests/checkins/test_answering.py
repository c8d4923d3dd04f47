"""What a client answers is kept once and seen by somebody."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from clinic.audit.models import AuditEvent
from clinic.checkins import queries
from clinic.checkins.models import CheckIn, CheckInAnswer, CheckInState
from clinic.checkins.rules import Answers, SideEffect
from clinic.checkins.services import answer_checkin, ask_for_help, review_answer
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.messaging.models import Reminder, ReminderState, SignedLink
from clinic.messaging.services import revoke_links
from clinic.risk.models import RiskAlert
from clinic.scales.models import AnsweredBy, ScaleResponse
from clinic.staff.models import User
from clinic.titration.models import RefillRequest
from clinic.worklist.models import WorkItem
from tests.checkins.conftest import JUNE_4
from tests.factories.checkins import CheckInAnswerFactory, link_to
from tests.factories.messaging import ReminderFactory

pytestmark = pytest.mark.django_db
FINE = Answers(feeling=4, doses_missed=1, scale=(1, 1, 1, 1, 1, 1, 1, 1, 0), words="Better sleep")


def answer(token: str, answers: Answers = FINE, now: dt.datetime = JUNE_4) -> CheckInAnswer:
    return answer_checkin(token=token, answers=answers, now=now)


def test_an_answer_is_kept_scored_and_audited(ada: Client, checkin: CheckIn, token: str) -> None:
    kept = answer(token)
    checkin.refresh_from_db()
    assert (checkin.state, checkin.closed_at) == (CheckInState.ANSWERED, JUNE_4)
    assert (kept.feeling_words, kept.doses_missed, kept.words) == ("A little better", 1, "Better sleep")
    response = ScaleResponse.objects.get()
    assert (response.total, response.answered_by, response.client_id) == (8, AnsweredBy.CLIENT, ada.pk)
    assert not kept.is_worrying
    assert not WorkItem.objects.exists()
    event = AuditEvent.objects.get(action="checkin_answered")
    assert (event.by, event.client_id) == (None, ada.pk)


def test_who_needs_more_asks_for_a_refill_of_the_step(checkin: CheckIn, token: str) -> None:
    answer(token, Answers(feeling=4, doses_missed=0, needs_refill=True))
    asked = RefillRequest.objects.get()
    assert (asked.dose_plan, asked.asked_by, asked.entered_by) == (checkin.dose_plan, "client", None)
    assert (asked.step.first_on, asked.step.mg_per_day) == (checkin.step_first_on, checkin.step_mg)
    assert WorkItem.objects.get(kind="refill_asked").client == checkin.client


def test_who_wishes_for_an_appointment_sooner_is_offered_one_within_a_day(checkin: CheckIn, token: str) -> None:
    kept = answer(token, Answers(feeling=4, doses_missed=0, wants_visit=True))
    duty = WorkItem.objects.get()
    assert (duty.kind, duty.client, duty.urgent) == ("book_visit", checkin.client, False)
    assert duty.due_at == JUNE_4 + dt.timedelta(days=1)
    assert (kept.wants_visit, kept.is_worrying) == (True, False)


def test_answering_takes_back_what_waits_and_closes_every_link(checkin: CheckIn, token: str) -> None:
    waiting = ReminderFactory(client=checkin.client, about_kind=queries.KIND, about_id=checkin.pk)
    other = link_to(checkin, expires_at=JUNE_4 + dt.timedelta(hours=1))
    answer(token)
    waiting.refresh_from_db()
    assert waiting.state == ReminderState.CANCELLED
    assert queries.open_checkin(other, now=JUNE_4) is None


def test_a_scale_left_blank_is_no_response_but_tells_that_self_harm_was_not_answered(token: str) -> None:
    kept = answer(token, Answers(feeling=4, doses_missed=0, scale=(None,) * 9))
    assert kept.scale_response is None
    assert not ScaleResponse.objects.exists()
    assert [worry["code"] for worry in kept.worries] == ["self_harm_unanswered"]
    assert not WorkItem.objects.get().urgent


def test_a_check_in_is_answered_once(token: str) -> None:
    answer(token)
    with pytest.raises(RuleBroken, match="no longer open"):
        answer(token)
    assert CheckInAnswer.objects.count() == 1


def close_in_some_way(way: str, token: str, checkin: CheckIn) -> str:
    if way == "unknown":
        return "x" * 43
    if way == "other purpose":
        SignedLink.objects.update(about_kind="appointment")
    if way == "revoked":
        revoke_links(about_kind=queries.KIND, about_ids=[checkin.pk], now=JUNE_4)
    if way == "expired":
        SignedLink.objects.update(expires_at=JUNE_4)
    if way == "no tries left":
        SignedLink.objects.update(tries_left=0)
    if way == "withdrawn":
        CheckIn.objects.update(state=CheckInState.WITHDRAWN, closed_at=JUNE_4)
    return token


WAYS = ["unknown", "other purpose", "revoked", "expired", "no tries left", "withdrawn"]


@pytest.mark.parametrize("way", WAYS)
def test_a_link_that_is_not_live_opens_nothing(way: str, checkin: CheckIn, token: str) -> None:
    token = close_in_some_way(way, token, checkin)
    for deed in (
        lambda: answer(token),
        lambda: ask_for_help(token=token, now=JUNE_4),
    ):
        with pytest.raises(RuleBroken, match="no longer open"):
            deed()
    assert not CheckInAnswer.objects.exists()
    assert not RiskAlert.objects.exists()


def test_thoughts_of_self_harm_raise_an_alert_and_an_urgent_duty(ada: Client, token: str) -> None:
    kept = answer(token, Answers(4, 0, scale=(0, 0, 0, 0, 0, 0, 0, 0, 1)))
    alert = RiskAlert.objects.get()
    assert (alert.kind, alert.client_id, alert.raised_at) == ("self_harm", ada.pk, JUNE_4)
    duty = WorkItem.objects.get()
    assert (duty.urgent, duty.due_at, duty.client_id) == (True, JUNE_4, ada.pk)
    assert kept.is_worrying
    assert "self-harm" in kept.worry_sentences[0]


def test_the_crisis_button_raises_one_alert_before_any_answer(token: str) -> None:
    ask_for_help(token=token, now=JUNE_4)
    ask_for_help(token=token, now=JUNE_4)
    assert RiskAlert.objects.get().kind == "wants_help_now"
    kept = answer(token)
    assert kept.in_crisis
    assert RiskAlert.objects.count() == 1
    assert WorkItem.objects.get().due_at == JUNE_4


def test_asking_for_a_call_becomes_a_duty_within_a_day(token: str) -> None:
    effects = (SideEffect("nausea", "Feeling sick", 3), SideEffect("headache", "Headache", 1))
    kept = answer(token, Answers(3, 0, effects, wants_call=True))
    duty = WorkItem.objects.get()
    assert (duty.kind, duty.urgent, duty.due_at) == ("call_client", False, JUNE_4 + dt.timedelta(days=1))
    assert "Asked for somebody to call" in duty.reason
    assert kept.side_effect_words == ["Feeling sick: a lot", "Headache: a little"]
    assert not RiskAlert.objects.exists()
    assert kept.scale_response is None


def test_a_score_five_points_higher_is_worrying(ada: Client, token: str) -> None:
    ScaleResponse.objects.create(
        client=ada,
        instrument="phq9",
        version="1",
        answers=[0] * 9,
        total=3,
        answered_at=JUNE_4 - dt.timedelta(days=14),
        answered_by=AnsweredBy.STAFF,
    )
    assert answer(token).worry_sentences == ["PHQ-9 rose from 3 to 8."]


def test_an_unscored_check_in_needs_no_scale(checkin: CheckIn, token: str) -> None:
    CheckIn.objects.update(instrument="")
    assert answer(token, Answers(4, 0)).scale_response is None


def test_an_answer_out_of_range_changes_nothing(checkin: CheckIn, token: str) -> None:
    with pytest.raises(RuleBroken, match="0 to 7"):
        answer(token, Answers(4, 9))
    checkin.refresh_from_db()
    assert checkin.state == CheckInState.PLANNED


def test_an_answer_without_its_audit_row_does_not_stand(
    checkin: CheckIn, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic.checkins.services import answering

    def broken(*words: Any, **more: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(answering, "record", broken)
    with pytest.raises(DatabaseError):
        answer(token, Answers(1, 0))
    assert not CheckInAnswer.objects.exists()
    assert not WorkItem.objects.exists()


def test_the_team_sees_unread_answers_worrying_ones_first(
    prescriber: User, therapist: User, stranger: User, checkin: CheckIn, token: str
) -> None:
    worrying = answer(token, Answers(1, 0))
    calm = CheckInAnswerFactory(
        checkin=CheckIn.objects.create(
            client=checkin.client,
            dose_plan=checkin.dose_plan,
            step_first_on=dt.date(2026, 6, 8),
            step_mg=50,
            occasion="day_4",
            due_on=dt.date(2026, 6, 11),
        ),
        answered_at=JUNE_4 + dt.timedelta(days=7),
    )
    assert list(queries.answers_needing_review(prescriber)) == [worrying, calm]
    assert list(queries.answers_needing_review(therapist)) == [worrying, calm]
    assert not queries.answers_needing_review(stranger).exists()
    review_answer(answer_id=worrying.pk, words="Called her", by=prescriber, now=JUNE_4)
    assert list(queries.answers_needing_review(prescriber)) == [calm]
    assert list(queries.newest_answers(checkin.client, 1)) == [calm]
    assert not queries.open_checkins(checkin.client).exists()


def test_an_answer_is_acknowledged_once(prescriber: User, coordinator: User, stranger: User, token: str) -> None:
    kept = answer(token)
    review_answer(answer_id=kept.pk, by=prescriber, now=JUNE_4)
    with pytest.raises(RuleBroken, match="Paula Prescriber has already read"):
        review_answer(answer_id=kept.pk, by=coordinator, now=JUNE_4)
    with pytest.raises(Http404):
        review_answer(answer_id=kept.pk, by=stranger, now=JUNE_4)
    assert AuditEvent.objects.filter(action="checkin_answer_reviewed").count() == 1


def test_the_database_marks_what_was_read_once_and_lets_nothing_else_of_an_answer_change(
    prescriber: User, token: str
) -> None:
    kept = answer(token)
    assert kept.reviewed_at is None
    review_answer(answer_id=kept.pk, by=prescriber, now=JUNE_4)
    kept.refresh_from_db()
    assert kept.reviewed_at == JUNE_4
    mine = CheckInAnswer.objects.filter(pk=kept.pk)
    for change in ({"words": "Another"}, {"feeling": 1}, {"reviewed_at": None}, {"reviewed_at": JUNE_4}):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            mine.update(**change)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM checkins_checkinanswer")


def test_what_is_unread_is_found_without_walking_what_was_read(prescriber: User, token: str) -> None:
    answer(token)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "checkins_unread_answers" in queries.answers_needing_review(prescriber).explain()


def test_reminders_of_others_stay(checkin: CheckIn, token: str) -> None:
    other = ReminderFactory(about_kind=queries.KIND)
    answer(token)
    assert Reminder.objects.get(pk=other.pk).state == ReminderState.DUE
