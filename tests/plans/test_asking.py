"""Consent asked for by link: what a prescriber asks, what the client or guardian reads and says, what then stands."""

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, transaction
from django.http import Http404
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client, RelatedPerson
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.messaging.models import Reminder, SignedLink
from clinic.plans import queries, services
from clinic.plans.models import AskedConsent, MedicationConsent
from clinic.plans.rules import asking
from clinic.plans.rules.asking import Standing, sign_of
from clinic.staff.models import User
from clinic.worklist.models import DutyKind, WorkItem
from tests.factories.clients import ContactPointFactory
from tests.factories.formulary import MedicationFactory
from tests.factories.plans import AGREED, DISCUSSED, MedicationConsentFactory

pytestmark = pytest.mark.django_db
FORM = {"how": "link", "given_by": "client", **DISCUSSED}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def lithium(db: None) -> Medication:
    made: Medication = MedicationFactory(name="lithium")
    return made


@pytest.fixture
def asked(ada: Client, lithium: Medication, prescriber: User, now: dt.datetime) -> AskedConsent:
    return ask(ada, lithium, prescriber, now)


def ask(client: Client, medication: Medication, by: User, now: dt.datetime, **other: Any) -> AskedConsent:
    words = replace(AGREED, **other)
    return services.ask_consent(client_id=client.pk, medication_id=medication.pk, agreement=words, by=by, now=now)


def link_to(asked: AskedConsent) -> str:
    """The path of a link as it is shown."""
    link = services.show_consent_link(asked_id=asked.pk, by=asked.asked_by, now=timezone.now())
    return "/ask/" + link.rpartition("/ask/")[2]


@pytest.fixture
def page(asked: AskedConsent) -> str:
    return link_to(asked)


@pytest.fixture
def phone(page: str, ada: Client) -> Browser:
    """On which the birth year was given."""
    browser = Browser()
    browser.post(page, {"year": ada.birth_on.year})
    return browser


@pytest.fixture
def paula(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


def audited(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


class TestRules:
    def test_changed_words_of_the_page_have_another_version(self) -> None:
        told = hashlib.sha256(repr(sorted(asking.TEXT.items())).encode()).hexdigest()[:16]
        assert {asking.TEXT_VERSION: told} == {"1": "5962f68adbadaa4c"}
        assert asking.TEXT.keys() == {"en", "es"}

    @pytest.mark.parametrize(
        ("standing", "words"),
        [
            (Standing("call", None, None, ""), "Asks to be called first"),
            (Standing("", timezone.now(), None, ""), "Opened, not answered"),
            (Standing("", None, timezone.now(), "Accepted"), "Link open, not read yet"),
            (Standing("", None, None, "Accepted"), "Message accepted"),
            (Standing("", None, None, ""), "No link is open"),
        ],
    )
    def test_how_it_stands(self, standing: Standing, words: str) -> None:
        assert sign_of(standing)[0] == words


class TestAsking:
    def test_what_was_discussed_is_asked_once(
        self, asked: AskedConsent, ada: Client, lithium: Medication, prescriber: User, now: dt.datetime
    ) -> None:
        assert asked.risks == DISCUSSED["risks"]
        assert ask(ada, lithium, prescriber, now) == asked
        assert audited("consent_asked") == 1

    def test_other_words_end_it_and_its_links(
        self, asked: AskedConsent, ada: Client, lithium: Medication, prescriber: User, page: str, now: dt.datetime
    ) -> None:
        other = ask(ada, lithium, prescriber, now, risks="Tremor")
        asked.refresh_from_db()
        assert (asked.ended_by, other.ended_at) == (prescriber, None)
        assert Browser().get(page).status_code == 404

    def test_what_was_not_discussed_is_not_asked(
        self, ada: Client, lithium: Medication, prescriber: User, now: dt.datetime
    ) -> None:
        with pytest.raises(RuleBroken) as refused:
            ask(ada, lithium, prescriber, now, risks=" ")
        assert [one.field for one in refused.value.each()] == ["risks"]
        MedicationConsentFactory(client=ada, medication=lithium)
        with pytest.raises(RuleBroken, match="stands already"):
            ask(ada, lithium, prescriber, now)

    def test_only_a_prescriber_of_the_team_asks(
        self, ada: Client, lithium: Medication, therapist: User, stranger: User, now: dt.datetime
    ) -> None:
        with pytest.raises(RuleBroken, match="Only a prescriber"):
            ask(ada, lithium, therapist, now)
        with pytest.raises(Http404):
            ask(ada, lithium, stranger, now)

    def test_by_link_is_no_way_for_staff_to_record_one(
        self, ada: Client, lithium: Medication, prescriber: User, now: dt.datetime
    ) -> None:
        words = replace(AGREED, how="link")
        with pytest.raises(RuleBroken, match="Say how"):
            services.record_consent(client_id=ada.pk, medication_id=lithium.pk, agreement=words, by=prescriber, now=now)

    def test_a_message_goes_once_and_only_by_a_way_agreed_to(
        self, asked: AskedConsent, ada: Client, prescriber: User, now: dt.datetime
    ) -> None:
        send = {"asked_id": asked.pk, "by": prescriber, "now": now}
        with pytest.raises(RuleBroken, match="neither e-mail nor text"):
            services.send_consent_link(**send)
        ContactPointFactory(client=ada)
        for _ in range(2):
            services.send_consent_link(**send)
        [message] = Reminder.objects.filter(about_kind="consent")
        assert (message.about_id, audited("consent_link_sent")) == (asked.pk, 1)
        assert queries.still_wanted([asked.pk]) == {asked.pk}
        services.end_asked_consent(**send)
        message.refresh_from_db()
        assert (message.state, queries.still_wanted([asked.pk])) == ("cancelled", set())

    def test_ended_it_gives_no_link_and_ends_once(
        self, asked: AskedConsent, prescriber: User, stranger: User, now: dt.datetime
    ) -> None:
        for _ in range(2):
            services.end_asked_consent(asked_id=asked.pk, by=prescriber, now=now)
        assert audited("consent_asked_ended") == 1
        for deed in (services.send_consent_link, services.show_consent_link):
            with pytest.raises(RuleBroken, match="answered or ended meanwhile"):
                deed(asked_id=asked.pk, by=prescriber, now=now)
        with pytest.raises(Http404):
            services.end_asked_consent(asked_id=asked.pk, by=stranger, now=now)


class TestPage:
    def test_nothing_personal_before_the_birth_year(self, page: str) -> None:
        answer = Browser().get(page)
        assert "What year were you born?" in answer.text
        assert "lithium" not in answer.text.lower()
        assert "988" in answer.text
        assert answer.headers["Referrer-Policy"] == "no-referrer"

    def test_then_it_says_what_was_discussed_and_reading_changes_nothing(self, phone: Browser, page: str) -> None:
        for _ in range(2):
            answer = phone.get(page)
            phone.head(page)
        assert "Lithium" in answer.text
        assert all(words in answer.text for words in (*DISCUSSED.values(), *asking.TEXT["en"]))
        assert "988" in answer.text
        assert not MedicationConsent.objects.exists()
        assert AskedConsent.objects.get().opened_at
        assert audited("consent_opened_by_link") == 1

    def test_five_wrong_years_close_it(self, page: str) -> None:
        answers = [Browser().post(page, {"year": "1901"}) for _ in range(5)]
        assert [one.status_code for one in answers] == [422] * 4 + [404]
        assert SignedLink.objects.get().tries_left == 0
        assert AskedConsent.objects.get().opened_at is None

    def test_off_label_use_is_said(self, ada: Client, lithium: Medication, prescriber: User, now: dt.datetime) -> None:
        page = link_to(ask(ada, lithium, prescriber, now, is_off_label=True))
        phone = Browser()
        phone.post(page, {"year": ada.birth_on.year})
        assert "does not name this use" in phone.get(page).text

    def test_in_spanish(self, phone: Browser, page: str, ada: Client) -> None:
        Client.objects.filter(pk=ada.pk).update(language="es")
        text = phone.get(page).text
        assert all(words in text for words in (*asking.TEXT["es"], "Acepto este medicamento", 'lang="es"', "988"))
        phone.post(page, {"answer": "agreed"})
        assert MedicationConsent.objects.get().text_version == "1-es"

    def test_agreed_it_stands_as_given_by_link_and_the_link_is_used_up(
        self, phone: Browser, page: str, ada: Client, prescriber: User
    ) -> None:
        answer = phone.post(page, {"answer": "agreed"})
        assert "We have written down that you agree." in answer.text
        consent = MedicationConsent.objects.standing().get()
        assert (consent.how, consent.given_by, consent.text_version) == ("link", "client", "1-en")
        assert (consent.recorded_by, consent.given_on) == (prescriber, timezone.localdate())
        assert {name: getattr(consent, name) for name in DISCUSSED} == DISCUSSED
        asked = AskedConsent.objects.get()
        assert (asked.answer, asked.consent) == ("agreed", consent)
        event = AuditEvent.objects.get(action="medication_consent_given_by_link")
        assert (event.by, event.client_id) == (None, ada.pk)
        assert phone.post(page, {"answer": "agreed"}).status_code == 404
        assert phone.get(page).status_code == 404
        assert MedicationConsent.objects.count() == 1

    def test_whoever_wants_a_call_is_called_and_nothing_stands(
        self, phone: Browser, page: str, prescriber: User
    ) -> None:
        answer = phone.post(page, {"answer": "call"})
        assert "Until then nothing is agreed." in answer.text
        assert not MedicationConsent.objects.exists()
        duty = WorkItem.objects.get()
        assert (duty.kind, duty.owner) == (DutyKind.CALL_CLIENT, prescriber)
        assert AskedConsent.objects.get().answer == "call"
        assert phone.get(page).status_code == 404

    def test_for_a_minor_the_guardian_agrees_by_name(self, phone: Browser, page: str, ada: Client) -> None:
        born = timezone.localdate() - dt.timedelta(days=15 * 365)
        Client.objects.filter(pk=ada.pk).update(birth_on=born)
        assert "You decide as parent or guardian." in phone.get(page).text
        for name in ("", "   "):
            refused = phone.post(page, {"answer": "agreed", "guardian_name": name})
            assert refused.status_code == 422
            assert "Write your own name." in refused.text
        assert not MedicationConsent.objects.exists()
        phone.post(page, {"answer": "agreed", "guardian_name": "Anna Byron"})
        consent = MedicationConsent.objects.get()
        assert (consent.given_by, consent.guardian_name) == ("guardian", "Anna Byron")

    def test_a_guardian_without_a_name_is_refused_by_the_deed_too(
        self, page: str, ada: Client, now: dt.datetime
    ) -> None:
        Client.objects.filter(pk=ada.pk).update(birth_on=timezone.localdate() - dt.timedelta(days=15 * 365))
        token = page.split("/")[2]
        with pytest.raises(RuleBroken, match="Write your own name"):
            services.agree_by_link(token=token, guardian_name=" ", now=now)

    @pytest.mark.parametrize("why", ["consent stands", "ended", "left", "expired", "unknown", "answered"])
    def test_what_is_asked_no_more_opens_nothing(
        self, phone: Browser, page: str, ada: Client, asked: AskedConsent, lithium: Medication, why: str
    ) -> None:
        now, token = timezone.now(), page.split("/")[2]
        if why == "consent stands":
            MedicationConsentFactory(client=ada, medication=lithium)
        elif why == "ended":
            services.end_asked_consent(asked_id=asked.pk, by=asked.asked_by, now=now)
        elif why == "left":
            Client.objects.filter(pk=ada.pk).update(status="discharged")
        elif why == "expired":
            SignedLink.objects.update(expires_at=now)
        elif why == "unknown":
            token = "z" * 43
        else:
            services.ask_for_call_by_link(token=token, now=now)
        address = f"/ask/{token}/"
        for answer in (phone.get(address), phone.post(address, {"answer": "agreed"})):
            assert answer.status_code == 404
            assert "This link is not open" in answer.text
        for deed in (services.agree_by_link, services.ask_for_call_by_link):
            with pytest.raises(RuleBroken, match="no longer open"):
                deed(token=token, now=now)

    def test_of_two_who_answer_at_once_the_second_finds_it_answered(
        self, asked: AskedConsent, page: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now, token = timezone.now(), page.split("/")[2]
        opened = queries.open_consent(token, now=now)
        services.ask_for_call_by_link(token=token, now=now)
        monkeypatch.setattr(queries, "open_consent", lambda *_, **__: opened)
        with pytest.raises(RuleBroken, match="no longer open"):
            services.agree_by_link(token=token, now=now)

    def test_a_year_that_opens_what_was_answered_meanwhile_is_no_reading(
        self, asked: AskedConsent, page: str, ada: Client
    ) -> None:
        MedicationConsentFactory(client=ada, medication=asked.medication)
        token = page.split("/")[2]
        services.enter_consent(token=token, year=ada.birth_on.year, now=timezone.now())
        assert audited("consent_opened_by_link") == 0


class TestKept:
    def test_nothing_but_its_answer_ever_changes_and_that_once(self, asked: AskedConsent, prescriber: User) -> None:
        rows, now = AskedConsent.objects.filter(pk=asked.pk), timezone.now()
        for deed in (lambda: rows.update(risks="None"), rows.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                deed()
        rows.update(ended_at=now, ended_by=prescriber)
        for change in ({"ended_at": now + dt.timedelta(days=1)}, {"answer": "call", "answered_at": now}):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(**change)

    def test_an_answer_stands_once(self, asked: AskedConsent, page: str) -> None:
        services.ask_for_call_by_link(token=page.split("/")[2], now=timezone.now())
        with pytest.raises(DatabaseError), transaction.atomic():
            AskedConsent.objects.update(answered_at=timezone.now())

    def test_a_consent_by_link_names_its_text_and_no_other_does(self, ada: Client) -> None:
        for wrong in ({"how": "link"}, {"how": "spoken", "text_version": "1-en"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                MedicationConsentFactory(client=ada, **wrong)


class TestStaff:
    def test_asked_and_sent_with_one_button(
        self, paula: Browser, ada: Client, lithium: Medication, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        ContactPointFactory(client=ada)
        address = f"/plans/of/{ada.pk}/consents/"
        sent = paula.post(f"{address}record/", {"medication": lithium.pk, **FORM}, follow=True)
        assert "A message with the link is on its way." in sent.text
        assert Reminder.objects.filter(about_kind="consent").count() == 1
        assert "Last message:" in sent.text
        with django_assert_max_num_queries(20):
            assert "Asked by link" in paula.get(address).text

    def test_where_no_way_is_agreed_to_the_link_is_shown_this_once(
        self, paula: Browser, ada: Client, lithium: Medication
    ) -> None:
        address = f"/plans/of/{ada.pk}/consents/"
        told = paula.post(f"{address}record/", {"medication": lithium.pk, **FORM}, follow=True)
        assert "neither e-mail nor text messages" in told.text
        assert "No link is open" in told.text
        asked = AskedConsent.objects.get()
        shown = paula.post(f"/plans/asked-consents/{asked.pk}/show/")
        assert "/ask/" in shown.context["link"]
        assert shown.context["link"] in shown.text
        assert "Link open, not read yet" in paula.get(address).text
        refused = paula.post(f"/plans/asked-consents/{asked.pk}/send/")
        assert refused.status_code == 422
        assert "neither e-mail nor text messages" in refused.text
        ended = paula.post(f"/plans/asked-consents/{asked.pk}/end/", follow=True)
        assert "It is asked no more." in ended.text
        assert "Asked by link" not in ended.text

    def test_what_is_missing_is_said_beside_its_field(self, paula: Browser, ada: Client, lithium: Medication) -> None:
        sent = {"medication": lithium.pk, **FORM, "risks": ""}
        refused = paula.post(f"/plans/of/{ada.pk}/consents/record/", sent)
        assert refused.status_code == 422
        assert "risks" in refused.context["form"].errors
        assert DISCUSSED["benefit"] in refused.text

    def test_who_wants_a_call_is_named_until_it_is_asked_anew(
        self, paula: Browser, ada: Client, asked: AskedConsent, page: str, prescriber: User
    ) -> None:
        services.ask_for_call_by_link(token=page.split("/")[2], now=timezone.now())
        address = f"/plans/of/{ada.pk}/consents/"
        text = paula.get(address).text
        assert "Asks to be called first" in text
        assert f"/plans/asked-consents/{asked.pk}/send/" not in text
        again = ask(ada, asked.medication, prescriber, timezone.now())
        [shown] = queries.asked_of(ada, timezone.now())
        assert (shown.asked, shown.asked.is_open) == (again, True)

    def test_given_by_link_it_says_so_on_the_page_and_on_paper(
        self, paula: Browser, phone: Browser, page: str, ada: Client
    ) -> None:
        phone.post(page, {"answer": "agreed"})
        text = " ".join(paula.get(f"/plans/of/{ada.pk}/consents/").text.split())
        assert "By link, " in text
        assert "by the client, text 1-en" in text
        assert "by link, discussed by Paula Prescriber" in text
        assert "Asked by link" not in text
        consent = MedicationConsent.objects.get()
        assert paula.get(f"/plans/consents/{consent.pk}/print/").status_code == 200

    def test_a_guardian_of_record_does_not_answer_for_an_adult(self, ada: Client, page: str, phone: Browser) -> None:
        RelatedPerson.objects.create(client=ada, kind="guardian", name="Anna Byron")
        phone.post(page, {"answer": "agreed", "guardian_name": "Anna Byron"})
        consent = MedicationConsent.objects.get()
        assert (consent.given_by, consent.guardian_name) == ("client", "")
