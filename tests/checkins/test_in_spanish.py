"""A client who speaks Spanish is asked in Spanish; the scale keeps its source's wording, and the team reads English."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from clinic.checkins.models import CheckIn, CheckInAnswer
from clinic.clients.models import Client
from clinic.scales.models import ScaleResponse
from tests.checkins.conftest import JUNE_4

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def june_4(ada: Client) -> Iterator[None]:
    cache.clear()
    Client.objects.filter(pk=ada.pk).update(language="es-MX")
    with time_machine.travel(JUNE_4, tick=False):
        yield


@pytest.fixture
def page(token: str) -> str:
    return reverse("checkins:answer", args=[token])


@pytest.fixture
def phone(page: str, ada: Client) -> Browser:
    browser = Browser()
    browser.post(page, {"year": ada.birth_on.year})
    return browser


def test_the_first_question_too_is_asked_in_spanish(page: str) -> None:
    shown = Browser().get(page).content.decode()
    assert '<html lang="es">' in shown
    assert "¿En qué año nació?" in shown
    assert "Necesito ayuda ahora" in shown
    assert "lunes a viernes, de 8:00 a 18:00" in shown
    assert "Monday" not in shown


def test_a_wrong_year_is_said_in_spanish(page: str) -> None:
    answers = [Browser().post(page, {"year": "1901"}).content.decode() for _ in range(4)]
    assert "Le quedan 4 intentos." in answers[0]
    assert "Le queda 1 intento." in answers[3]


def test_what_is_missing_is_said_in_spanish(phone: Browser, page: str) -> None:
    shown = phone.post(page, {"words": "Cansada"}).content.decode()
    for words in ("Falta algo", "revise esto primero", "Elija cómo se siente.", "Mostrar todas mis respuestas"):
        assert words in shown
    assert "Not done yet" not in shown


def test_a_link_that_is_too_old_is_refused_in_spanish(page: str) -> None:
    with time_machine.travel(JUNE_4 + dt.timedelta(days=30), tick=False):
        answer = Browser().get(page)
    assert answer.status_code == 404
    shown = answer.content.decode()
    assert '<html lang="es">' in shown
    assert "Este enlace no está abierto" in shown
    assert "Llámenos y le ayudamos." in shown


def test_the_questions_are_spanish_and_so_is_a_scale_with_a_free_wording(phone: Browser, page: str) -> None:
    shown = phone.get(page).content.decode()
    for words in ("¿Cómo se siente con él?", "Náuseas", "Mucho peor", "Bastante", "Su plan para hoy", "Siguiente"):
        assert words in shown
    assert "Poco interés o placer en hacer cosas" in shown
    assert "Las preguntas de la escala están en inglés" not in shown
    phone.post(page, {"feeling": "3", "doses_missed": "0", "item_1": "1", "item_2": "0"})
    assert ScaleResponse.objects.get().language == "es"


def test_a_scale_without_a_free_spanish_wording_says_why_it_is_not(phone: Browser, page: str, checkin: CheckIn) -> None:
    CheckIn.objects.filter(pk=checkin.pk).update(instrument="gad7")
    shown = phone.get(page).content.decode()
    assert "Las preguntas de la escala están en inglés" in shown
    assert "Feeling nervous, anxious, or on edge" in shown


def test_the_plan_of_today_and_what_to_know_are_spanish(phone: Browser, page: str) -> None:
    shown = phone.get(page).content.decode()
    assert "25 mg por la mañana (1 tableta de 25 mg)" in shown
    assert "in the morning" not in shown
    assert "La decisión es suya" in shown
    assert "Nunca la deje por su cuenta" in shown


def test_the_team_reads_what_was_answered_in_english(phone: Browser, page: str) -> None:
    sent = {"feeling": "2", "doses_missed": "1", "missed_because": "forgot", "effect_nausea": "2"}
    assert phone.post(page, sent).status_code == 302
    answer = CheckInAnswer.objects.get()
    assert answer.side_effect_words == ["Feeling sick to your stomach: quite a bit"]
    assert "Gracias" in phone.get(page).content.decode()


def test_another_language_than_these_two_is_asked_in_english(page: str, ada: Client, checkin: CheckIn) -> None:
    Client.objects.filter(pk=ada.pk).update(language="fr")
    assert checkin.due_on == dt.date(2026, 6, 4)
    assert "What year were you born?" in Browser().get(page).content.decode()


def test_messages_are_ended_and_allowed_again_in_spanish(phone: Browser, page: str) -> None:
    assert "No quiero más mensajes sobre cuestionarios y pruebas" in phone.get(page).content.decode()
    ended = phone.post(page, {"wants": "no"}).content.decode()
    assert "No le enviamos mensajes sobre cuestionarios ni pruebas." in ended
    assert "Todavía puede responder este cuestionario" in ended
    assert "Le enviamos mensajes sobre cuestionarios y pruebas." in phone.post(page, {"wants": "yes"}).content.decode()
