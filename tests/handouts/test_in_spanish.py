"""A client who speaks Spanish reads their calendar in Spanish, and is refused in Spanish; staff read English."""

import datetime as dt

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.handouts import services
from clinic.handouts.rules.calendar import MARKS_IN_SPANISH, Mark, calendar_of
from clinic.handouts.rules.watching import PLAIN_WORDS, waiting_words, watch_words
from clinic.staff.models import User
from tests.handouts.conftest import JUNE_4
from tests.handouts.papers import changing


def said(day: int) -> list[tuple[str, str]]:
    calendar = calendar_of([changing()], dt.date(2026, 3, 1), language="es")
    (found,) = (one for one in calendar.days if one.on == dt.date(2026, 3, day))
    return [(entry.words, entry.mark_words) for entry in found.entries]


@pytest.mark.parametrize(
    ("day", "entry"),
    [
        (2, ("25 mg por la mañana (1 tableta de 25 mg)", "empieza")),
        (3, ("hoy ninguna dosis", "")),
        (8, ("hoy ninguna dosis: en pausa", "pausa")),
        (10, ("12.5 mg al mediodía (media tableta de 25 mg)", "dosis nueva")),
        (14, ("ya no se toma", "fin")),
    ],
)
def test_each_day_says_in_spanish_what_is_taken_and_what_is_new(day: int, entry: tuple[str, str]) -> None:
    assert said(day) == [entry]


def test_every_mark_and_warning_has_its_spanish() -> None:
    assert set(MARKS_IN_SPANISH) == set(Mark)
    assert all(words["es"] and words["es"] != words["en"] for _, words in PLAIN_WORDS)
    assert calendar_of([], dt.date(2026, 3, 1), language="es").anything_new.startswith("Cualquier cosa nueva")


def test_warnings_and_steps_that_wait_are_told_in_spanish() -> None:
    (told,) = watch_words("Suicidality in young adults", is_confirmed=True, language="es")
    assert "988" in told
    assert "hacerse daño" in told
    assert waiting_words([dt.date(2026, 6, 8)], "es") == (
        "Desde el lunes 8 de junio: la dosis nueva solo si le dijimos que puede empezar. Hasta entonces siga con la "
        "dosis de antes.",
    )


@pytest.fixture
def address(ada: Client, prescriber: User, dose_plan: object, june_4: None) -> str:
    Client.objects.filter(pk=ada.pk).update(language="es")
    Medication.objects.update(boxed_warning="Suicidality", boxed_warning_confirmed=True)
    link = services.show_calendar_link(client_id=ada.pk, by=prescriber, now=JUNE_4)
    return "/" + link.split("/", 3)[3]


@pytest.mark.django_db
def test_the_page_by_link_is_spanish_from_its_head_to_its_days(browser: Browser, address: str) -> None:
    page = browser.post(address, {"year": "1990"}, follow=True).content.decode()
    for words in (
        '<html lang="es">',
        "Su calendario de dosis",
        "Hola, Ada",
        "25 mg por la mañana (1 tableta de 25 mg)",
        "dosis nueva",
        "Hoy",
        "jue 4 jun",
        "hacerse daño",
        "firmada el 1 jun 2026",
        "Por la mañana",
        'href="tel:988"',
    ):
        assert words in page, words
    for words in ("in the morning", "Hello", "call us", "Today", "new dose", "Caution"):
        assert words not in page, words


@pytest.mark.django_db
def test_staff_read_the_same_calendar_in_english(browser: Browser, address: str, ada: Client, prescriber: User) -> None:
    browser.force_login(prescriber)
    page = browser.get(reverse("handouts:calendar", args=[ada.pk])).content.decode()
    assert "25 mg in the morning (1 x 25 mg tablet)" in page
    assert "por la mañana" not in page


@pytest.mark.django_db
def test_an_ended_link_refuses_in_the_clients_language_and_an_unknown_one_in_the_phones(
    browser: Browser, address: str
) -> None:
    with time_machine.travel(JUNE_4 + dt.timedelta(days=30), tick=False):
        ended = browser.get(address)
        unknown = reverse("handouts:page", args=["y" * 43])
        answers = [browser.get(unknown, headers={"Accept-Language": code}) for code in ("es-MX,es", "fr", "en")]
    assert ended.status_code == 404
    assert "Este enlace no está abierto" in ended.content.decode()
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "Este enlace no está abierto" in answers[0].content.decode()
    assert all("This link is not open" in answer.content.decode() for answer in answers[1:])


@pytest.mark.django_db
def test_the_fifth_wrong_year_is_refused_in_spanish(browser: Browser, address: str) -> None:
    answers = [browser.post(address, {"year": "1989"}) for _ in range(5)]
    assert "Le queda 1 intento." in answers[3].content.decode()
    assert answers[4].status_code == 404
    assert "Este enlace no está abierto" in answers[4].content.decode()
