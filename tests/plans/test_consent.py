"""Consent to a medication: what it says, who gives it, that the first dose wants it, how it ends."""

import datetime as dt
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import Http404
from django.test import Client as Browser
from django.utils import timezone
from pypdf import PdfReader

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client, RelatedPerson
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.plans import queries, services
from clinic.plans.models import MedicationConsent
from clinic.plans.rules import Agreement, check_agreement, check_revocation
from clinic.plans.rules.consent import told_benefit, told_risks
from clinic.staff.models import User
from tests.factories.formulary import MedicationFactory
from tests.factories.plans import AGREED, DISCUSSED, MedicationConsentFactory, SignedPlanFactory

TODAY = dt.date(2026, 3, 2)
EMERGENCY = Agreement(how="emergency", because="Acute mania, brought by police")


def refused(agreement: Agreement, *, given_on: dt.date = TODAY, is_minor: bool = False) -> set[str | None]:
    with pytest.raises(RuleBroken) as broken:
        check_agreement(agreement, given_on=given_on, today=TODAY, is_minor=is_minor)
    return {one.field for one in broken.value.each()}


def test_consent_says_what_was_discussed() -> None:
    check_agreement(AGREED, given_on=TODAY, today=TODAY, is_minor=False)
    check_agreement(EMERGENCY, given_on=TODAY, today=TODAY, is_minor=True)
    assert refused(Agreement(how="spoken")) == set(DISCUSSED)
    assert refused(replace(AGREED, how="")) == {"how"}
    assert refused(Agreement(how="", given_by="")) == {"how", "given_by", *DISCUSSED}
    assert refused(Agreement(how="link"), given_on=TODAY + dt.timedelta(days=1)) == {"how", "given_on", *DISCUSSED}
    assert refused(replace(AGREED, given_by="")) == {"given_by"}
    assert refused(replace(AGREED, risks="  ")) == {"risks"}
    assert refused(replace(EMERGENCY, because=" ")) == {"because"}
    assert refused(AGREED, given_on=TODAY + dt.timedelta(days=1)) == {"given_on"}


def test_of_a_minor_the_guardian_consents_by_name() -> None:
    guardian = replace(AGREED, given_by="guardian", guardian_name="Anna Byron")
    check_agreement(guardian, given_on=TODAY, today=TODAY, is_minor=True)
    assert refused(AGREED, is_minor=True) == {"given_by"}
    assert refused(replace(guardian, guardian_name=""), is_minor=True) == {"guardian_name"}


def test_words_before_anybody_types() -> None:
    assert told_risks("", is_confirmed=True) == "Common and serious side effects by the patient page of the medication."
    boxed = told_risks("Suicidal thoughts.", is_confirmed=True)
    assert boxed.endswith(" Boxed warning: Suicidal thoughts.")
    assert told_risks("Rash", is_confirmed=False).endswith(": Rash (not yet confirmed against the label).")
    assert (told_benefit("Low mood"), told_benefit("")) == ("Relief of low mood.", "")
    assert check_revocation(" No more ") == "No more"
    with pytest.raises(RuleBroken, match="Say what"):
        check_revocation(" ")


pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def lithium() -> Medication:
    medication: Medication = MedicationFactory(name="lithium", boxed_warning="Toxicity", boxed_warning_confirmed=True)
    return medication


def recorded(client: Client, medication: Medication, by: User, now: dt.datetime, **more: Any) -> MedicationConsent:
    given = {"agreement": AGREED, **more}
    return services.record_consent(client_id=client.pk, medication_id=medication.pk, by=by, now=now, **given)


def test_it_is_recorded_once_and_audited(ada: Client, lithium: Medication, prescriber: User, now: dt.datetime) -> None:
    consent = recorded(ada, lithium, prescriber, now)
    assert recorded(ada, lithium, prescriber, now) == consent
    assert consent.stands
    assert str(consent).startswith("lithium, ")
    assert AuditEvent.objects.get(action="medication_consent_recorded").subject_id == str(consent.pk)
    assert queries.may_begin(ada.pk, lithium.pk, timezone.localdate(now))


def test_only_a_prescriber_of_the_team_records_it(
    ada: Client, lithium: Medication, therapist: User, stranger: User, now: dt.datetime
) -> None:
    with pytest.raises(RuleBroken, match="Only a prescriber"):
        recorded(ada, lithium, therapist, now)
    with pytest.raises(Http404):
        recorded(ada, lithium, stranger, now)
    with pytest.raises(Http404):
        services.revoke_consent(consent_id=MedicationConsentFactory(client=ada).pk, because="No", by=stranger, now=now)


def test_an_emergency_lets_it_begin_today_alone(
    ada: Client, lithium: Medication, prescriber: User, now: dt.datetime
) -> None:
    today = timezone.localdate(now)
    consent = recorded(ada, lithium, prescriber, now, agreement=EMERGENCY)
    assert not consent.stands
    assert queries.may_begin(ada.pk, lithium.pk, today)
    assert not queries.may_begin(ada.pk, lithium.pk, today + dt.timedelta(days=1))
    assert recorded(ada, lithium, prescriber, now).stands


def test_revoked_it_is_missing_and_stays_to_be_seen(
    ada: Client, lithium: Medication, prescriber: User, now: dt.datetime
) -> None:
    consent = recorded(ada, lithium, prescriber, now)
    for words in ("Does not want it any more", "Again"):
        services.revoke_consent(consent_id=consent.pk, because=words, by=prescriber, now=now)
    consent.refresh_from_db()
    assert (consent.revoked_because, consent.stands) == ("Does not want it any more", False)
    assert AuditEvent.objects.filter(action="medication_consent_revoked").count() == 1
    assert not queries.may_begin(ada.pk, lithium.pk, timezone.localdate(now))
    assert recorded(ada, lithium, prescriber, now) != consent


@pytest.mark.parametrize(
    "wrong",
    [
        {"risks": ""},
        {"given_by": ""},
        {"how": "emergency", "given_by": ""},
        {"because": "For no reason"},
        {"given_by": "guardian"},
        {"guardian_name": "Anna"},
        {"revoked_because": "No"},
        {"how": "guessed"},
    ],
)
def test_the_database_keeps_it_whole(ada: Client, wrong: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        MedicationConsentFactory(client=ada, **wrong)


def test_two_do_not_stand_at_once(ada: Client, lithium: Medication) -> None:
    MedicationConsentFactory(client=ada, medication=lithium)
    with pytest.raises(IntegrityError), transaction.atomic():
        MedicationConsentFactory(client=ada, medication=lithium)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE plans_medicationconsent SET risks = 'none'",
        "DELETE FROM plans_medicationconsent",
    ],
)
def test_it_is_never_changed_nor_deleted(ada: Client, deed: str) -> None:
    MedicationConsentFactory(client=ada)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed)


def test_a_revocation_is_never_taken_back(ada: Client, prescriber: User, now: dt.datetime) -> None:
    given = {"revoked_at": now, "revoked_by": prescriber, "revoked_because": "No"}
    consent = MedicationConsentFactory(client=ada, **given)
    with pytest.raises(DatabaseError), transaction.atomic():
        MedicationConsent.objects.filter(pk=consent.pk).update(revoked_at=None, revoked_by=None, revoked_because="")


def page_of(client: Client, what: str = "") -> str:
    return f"/plans/of/{client.pk}/consents/{what}"


def test_the_page_records_shows_and_revokes(
    browser: Browser, ada: Client, lithium: Medication, prescriber: User
) -> None:
    browser.force_login(prescriber)
    assert "No consent yet" in browser.get(page_of(ada)).text
    known = browser.get(f"{page_of(ada)}?medication={lithium.pk}").text
    assert "Boxed warning: Toxicity." in known
    assert browser.get(f"{page_of(ada)}?medication=nonsense").status_code == 200
    assert browser.get(page_of(ada, "record/")).headers["Location"] == page_of(ada)
    refused = browser.post(page_of(ada, "record/"), {"medication": lithium.pk, "how": "spoken"})
    assert (refused.status_code, "Say which symptoms it is for." in refused.text) == (422, True)
    assert browser.post(page_of(ada, "record/"), {"how": "spoken"}).status_code == 422
    sent = {"medication": lithium.pk, "how": "spoken", "given_by": "client", **DISCUSSED}
    assert "Consent recorded." in browser.post(page_of(ada, "record/"), sent, follow=True).text
    consent = MedicationConsent.objects.get()
    revoke = f"/plans/consents/{consent.pk}/revoke/"
    assert "It stays to be seen" in browser.get(revoke).text
    assert browser.post(revoke, {"because": " "}).status_code == 422
    assert "Said no on the phone" in browser.post(revoke, {"because": "Said no on the phone"}, follow=True).text
    assert browser.get(f"{page_of(ada)}?medication={lithium.pk}").status_code == 200


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "Spoken, by the client, Jan 5, 2026."),
        ({"given_by": "guardian", "guardian_name": "Anna Byron", "is_off_label": True}, "by the guardian Anna Byron"),
        (
            {"how": "emergency", "given_by": "", "because": "Acute mania", **dict.fromkeys(DISCUSSED, "")},
            "Emergency, without consent, Jan 5, 2026.",
        ),
    ],
)
def test_it_is_printed(browser: Browser, ada: Client, prescriber: User, more: dict[str, Any], words: str) -> None:
    consent = MedicationConsentFactory(client=ada, **more)
    browser.force_login(prescriber)
    answer = browser.get(f"/plans/consents/{consent.pk}/print/")
    assert answer.headers["Content-Type"] == "application/pdf"
    printed = " ".join(PdfReader(BytesIO(answer.content)).pages[0].extract_text().split())
    assert words in printed
    assert "You may refuse this medication" in printed


def test_a_revoked_one_is_printed_as_revoked(browser: Browser, ada: Client, prescriber: User, now: dt.datetime) -> None:
    given = {"revoked_at": now, "revoked_by": prescriber, "revoked_because": "Said no"}
    consent = MedicationConsentFactory(client=ada, **given)
    browser.force_login(prescriber)
    printed = PdfReader(BytesIO(browser.get(f"/plans/consents/{consent.pk}/print/").content)).pages[0].extract_text()
    assert "Said no" in printed


def test_of_a_minor_the_guardian_on_record_is_filled_in(ada: Client, lithium: Medication) -> None:
    SignedPlanFactory(client=ada)
    assert queries.consent_as_known(ada, str(lithium.pk), TODAY)["target_symptoms"] == ""
    RelatedPerson.objects.create(client=ada, kind="guardian", name="Anna Byron")
    ada.birth_on = TODAY - dt.timedelta(days=15 * 365)
    asked = queries.consent_to_ask(ada, lithium, "Mania", TODAY)
    assert asked is not None
    assert (asked["given_by"], asked["guardian_name"]) == ("guardian", "Anna Byron")
    MedicationConsentFactory(client=ada, medication=lithium)
    assert queries.consent_to_ask(ada, lithium, "Mania", TODAY) is None


def test_a_form_sent_empty_names_all_that_is_missing_beside_each_field(
    browser: Browser, ada: Client, prescriber: User
) -> None:
    browser.force_login(prescriber)
    page = browser.post(f"/plans/of/{ada.pk}/consents/record/", {"given_on": "yesterday"})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"medication", "given_on", "how", "given_by", *DISCUSSED}
    page = browser.post(f"/plans/of/{ada.pk}/consents/record/", {"how": "link", "risks": "Nausea"})
    assert set(page.context["form"].errors) == {"medication", *DISCUSSED} - {"risks"}
    assert "Nausea" in page.text
