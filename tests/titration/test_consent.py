"""The first dose of a medication wants consent; what runs without it is named."""

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.plans.models import MedicationConsent
from clinic.plans.rules import Agreement
from clinic.plans.services import revoke_consent
from clinic.staff.models import User
from clinic.titration import queries, services
from clinic.titration.models import DosePlan
from tests.factories.formulary import ProductFactory
from tests.factories.plans import CONSENT, MedicationConsentFactory, SignedPlanFactory
from tests.factories.titration import rising_order, started
from tests.titration.test_views import typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def sertraline(ada: Client, prescriber: User) -> Medication:
    SignedPlanFactory(client=ada, written_by=prescriber)
    medication: Medication = ProductFactory(
        strengths_mg=["25", "50", "100"], scored=True, medication__name="sertraline"
    ).medication
    return medication


def start(client: Client, medication: Medication, by: User, consent: Agreement | None) -> DosePlan:
    now = timezone.now()
    return services.start_dose_plan(
        client_id=client.pk, medication_id=medication.pk, order=rising_order(timezone.localdate(now)),
        treats="Depression", consent=consent, by=by, now=now,
    )  # fmt: skip


def test_without_consent_nothing_begins(ada: Client, sertraline: Medication, prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="Consent to this medication is missing") as broken:
        start(ada, sertraline, prescriber, None)
    assert broken.value.field == "consent_how"
    with pytest.raises(RuleBroken) as broken:
        start(ada, sertraline, prescriber, Agreement(how="spoken"))
    assert {one.field for one in broken.value.each()} >= {"consent_risks", "consent_benefit"}
    assert not MedicationConsent.objects.exists()
    MedicationConsentFactory(client=ada, medication=sertraline)
    assert start(ada, sertraline, prescriber, None)


def test_an_emergency_says_why(ada: Client, sertraline: Medication, prescriber: User) -> None:
    start(ada, sertraline, prescriber, Agreement(how="emergency", because="Acute danger"))
    assert queries.without_consent(timezone.localdate()).count() == 1


def test_the_editor_asks_once(browser: Browser, ada: Client, sertraline: Medication, prescriber: User) -> None:
    browser.force_login(prescriber)
    url = f"{reverse('titration:start', args=[ada.pk])}?medication={sertraline.pk}"
    assert "Consent to sertraline" in browser.get(url).text
    untold = dict.fromkeys(CONSENT, "")
    refused = browser.post(url, typed(**untold))
    assert (refused.status_code, "Consent to this medication is missing" in refused.text) == (422, True)
    emergency = browser.post(url, typed(**untold | {"consent_how": "emergency"}))
    assert "Say why it begins without consent." in emergency.text
    assert browser.post(url, typed()).status_code == 302
    assert MedicationConsent.objects.get().target_symptoms == CONSENT["consent_target_symptoms"]
    assert "Consent stands." in browser.get(url).text


def test_what_runs_after_a_revocation_is_named(
    browser: Browser, ada: Client, sertraline: Medication, prescriber: User
) -> None:
    now = timezone.now()
    started(ada, sertraline, prescriber, now)
    assert not queries.without_consent(timezone.localdate()).exists()
    revoke_consent(consent_id=MedicationConsent.objects.get().pk, because="Wants none", by=prescriber, now=now)
    assert queries.without_consent(timezone.localdate()).get().medication == sertraline
