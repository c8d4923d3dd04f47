"""Target symptoms: worded with the client, rated from 0 to 10, ended; by staff, at a visit and by link."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client as Browser

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.scales import queries, services
from clinic.scales.models import SymptomRating, TargetSymptom
from clinic.scales.rules import symptoms as rules
from clinic.staff.models import User
from tests.factories.clients import ClientFactory
from tests.factories.scales import TargetSymptomFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 4, 16, 30, tzinfo=dt.UTC)
TODAY = dt.date(2026, 6, 4)
DAY = dt.timedelta(days=1)


@pytest.fixture
def awake(ada: Client, therapist: User) -> TargetSymptom:
    return services.add_symptom(
        client_id=ada.pk, words="  Lying awake   and brooding ", value=8, by=therapist, on=TODAY, now=NOW
    )


def rate(client: Client, symptom: TargetSymptom, value: int, by: User, days: int = 0, minutes: int = 0) -> int:
    at = NOW + days * DAY + dt.timedelta(minutes=minutes)
    given = services.rate_symptoms(
        client_id=client.pk, ratings={symptom.pk: value}, by=by, on=TODAY + days * DAY, now=at
    )
    return len(given)


def test_it_is_worded_rated_and_audited(awake: TargetSymptom, ada: Client, therapist: User) -> None:
    assert (str(awake), awake.began_on, awake.worded_by) == ("Lying awake and brooding", TODAY, therapist)
    rating = SymptomRating.objects.get()
    assert (str(rating), rating.rated_on, rating.answered_by, rating.by) == ("8 of 10", TODAY, "staff", therapist)
    actions = AuditEvent.objects.filter(client_id=ada.pk, by=therapist).values_list("action", flat=True)
    assert set(actions) == {"target_symptom_added", "target_symptoms_rated"}


@pytest.mark.parametrize(
    ("words", "said"), [(" ", "own words"), ("x" * 81, "own words"), ("lying AWAKE and brooding", "rated already")]
)
def test_words_are_needed_once(awake: TargetSymptom, ada: Client, therapist: User, words: str, said: str) -> None:
    with pytest.raises(RuleBroken, match=said):
        services.add_symptom(client_id=ada.pk, words=words, by=therapist, on=TODAY, now=NOW)


def test_five_at_once_are_enough() -> None:
    with pytest.raises(RuleBroken, match="end one"):
        rules.check_new("A sixth", "abcde")
    assert rules.check_new("A fifth", "abcd") == "A fifth"


def test_the_newest_of_a_day_counts_and_the_same_again_is_no_row(
    awake: TargetSymptom, ada: Client, therapist: User
) -> None:
    assert rate(ada, awake, 8, therapist, minutes=1) == 0
    assert rate(ada, awake, 6, therapist, minutes=2) == 1
    assert rate(ada, awake, 3, therapist, days=7) == 1
    [line] = queries.symptoms_of(ada.pk)
    assert [(rating.value, rating.on) for rating in line.ratings] == [(3, TODAY + 7 * DAY), (6, TODAY)]
    assert line.newest == "3 of 10, was 6"
    assert AuditEvent.objects.filter(action="target_symptoms_rated").count() == 3


def test_the_words_of_ratings() -> None:
    assert rules.rating_words([]) == "not rated yet"
    assert rules.rating_words([4]) == rules.rating_words([4, 4]) == "4 of 10"


def test_what_cannot_be_rated_is_refused(awake: TargetSymptom, ada: Client, therapist: User) -> None:
    for value in (-1, 11):
        with pytest.raises(RuleBroken, match="from 0 to 10"):
            rate(ada, awake, value, therapist)
    with pytest.raises(RuleBroken, match="not this client's"):
        rate(ClientFactory(), awake, 1, therapist)
    services.end_symptom(symptom_id=awake.pk, by=therapist, on=TODAY)
    with pytest.raises(RuleBroken, match="no more since Jun 4, 2026"):
        rate(ada, awake, 1, therapist)


def test_ended_it_may_be_worded_again_and_ended_twice_is_once(
    awake: TargetSymptom, ada: Client, therapist: User
) -> None:
    for _ in range(2):
        services.end_symptom(symptom_id=awake.pk, by=therapist, on=TODAY - 5 * DAY)
    awake.refresh_from_db()
    assert (awake.ended_on, awake.ended_by) == (TODAY, therapist)
    assert AuditEvent.objects.filter(action="target_symptom_ended").count() == 1
    services.add_symptom(client_id=ada.pk, words=awake.words, by=therapist, on=TODAY, now=NOW)
    assert TargetSymptom.objects.count() == 2


def test_the_database_keeps_what_was_said(awake: TargetSymptom, ada: Client, therapist: User) -> None:
    symptoms, ratings = TargetSymptom.objects.all(), SymptomRating.objects.all()
    for deed in (
        lambda: symptoms.update(words="x"),
        lambda: symptoms.delete(),
        lambda: ratings.update(value=1),
        lambda: ratings.delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    made = {"symptom": awake, "rated_on": TODAY, "rated_at": NOW, "answered_by": "staff"}
    for wrong in ({"value": 11, "by": therapist}, {"value": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SymptomRating.objects.create(**made, **wrong)
    for wrong in ({"words": "LYING awake and brooding"}, {"words": ""}, {"words": "b", "ended_on": TODAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TargetSymptomFactory(client=ada, worded_by=therapist, **wrong)


def test_one_query_reads_them_all(awake: TargetSymptom, ada: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's own context
        queries.symptoms_of(ada.pk)


def test_the_page_from_the_first_word_to_the_end(browser: Browser, therapist: User, ada: Client) -> None:
    browser.force_login(therapist)
    page = f"/scales/{ada.pk}/symptoms/"
    assert "No target symptoms yet" in browser.get(page).content.decode()
    added = browser.post(page, {"words": "Afraid of the phone", "value": "7"}, follow=True).content.decode()
    assert "7 of 10" in added
    again = browser.post(page, {"words": "Afraid of the phone"})
    assert again.status_code == 422
    assert "rated already" in again.content.decode()
    symptom = TargetSymptom.objects.get()
    name = f"symptom_{symptom.pk.hex}"
    kept = browser.post(f"{page}rate/", {name: "4"}, follow=True).content.decode()
    assert "Ratings kept." in kept
    assert "4 of 10" in kept
    refused = browser.post(f"{page}rate/", {name: "11"})
    assert refused.status_code == 422
    assert f'action="{page}"' in refused.content.decode()
    ended = browser.post(f"/scales/symptoms/{symptom.pk}/end/", follow=True).content.decode()
    assert "is rated no more" in ended


def test_with_five_there_is_no_room(browser: Browser, therapist: User, ada: Client) -> None:
    for words in "abcde":
        TargetSymptomFactory(client=ada, worded_by=therapist, words=words)
    browser.force_login(therapist)
    assert "Five at once are enough" in browser.get(f"/scales/{ada.pk}/symptoms/").content.decode()
