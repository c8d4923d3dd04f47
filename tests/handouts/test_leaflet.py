"""The leaflet tells what is signed and confirmed, and that there is a choice."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.formulary.models import Medication
from clinic.formulary.rules.patient_pages import read_more_address
from clinic.staff.models import User
from clinic.titration.models import DosePlan


@pytest.mark.parametrize(
    ("rxcui", "language", "address"),
    [
        (
            "36437",
            "en",
            "https://connect.medlineplus.gov/application?mainSearchCriteria.v.cs=2.16.840.1.113883.6.88"
            "&mainSearchCriteria.v.c=36437&informationRecipient.languageCode.c=en",
        ),
        ("", "en", ""),
        ("unverified", "en", ""),
    ],
)
def test_read_more_leads_by_the_code_of_the_ingredient(rxcui: str, language: str, address: str) -> None:
    assert read_more_address(rxcui, language) == address


def test_read_more_speaks_spanish_to_those_who_do() -> None:
    assert read_more_address("36437", "es").endswith("languageCode.c=es")
    assert read_more_address("36437", "vi").endswith("languageCode.c=en")


@pytest.mark.django_db
@pytest.mark.usefixtures("june_4")
class TestPage:
    def test_it_tells_doses_warnings_and_the_choice(
        self, browser: Browser, dose_plan: DosePlan, prescriber: User
    ) -> None:
        Medication.objects.filter(pk=dose_plan.medication_id).update(
            rxcui="36437", boxed_warning="Suicidality (<=24 y)", boxed_warning_confirmed=True
        )
        browser.force_login(prescriber)
        page = " ".join(browser.get(reverse("handouts:leaflet", args=[dose_plan.pk])).text.split())
        for words in (
            "25 mg in the morning (1 x 25 mg tablet)",
            "New or stronger thoughts of harming yourself",
            "It is your choice",
            "Never stop on your own",
            "connect.medlineplus.gov",
            "What else could we do",
        ):
            assert words in page
        assert AuditEvent.objects.filter(action="chart_read", detail__page="leaflet").exists()

    def test_without_a_code_nothing_is_linked(self, browser: Browser, dose_plan: DosePlan, therapist: User) -> None:
        Medication.objects.filter(pk=dose_plan.medication_id).update(rxcui="")
        browser.force_login(therapist)
        assert "medlineplus" not in browser.get(reverse("handouts:leaflet", args=[dose_plan.pk])).text

    def test_a_strangers_leaflet_is_not_found(self, browser: Browser, dose_plan: DosePlan, stranger: User) -> None:
        browser.force_login(stranger)
        assert browser.get(reverse("handouts:leaflet", args=[dose_plan.pk])).status_code == 404
