"""Treatment plans."""

import datetime as dt

import factory

from clinic.plans.models import AskedConsent, MedicationConsent, PlanStatus, TreatmentPlan
from clinic.plans.rules import Agreement
from tests.factories.clients import ClientFactory
from tests.factories.formulary import MedicationFactory
from tests.factories.staff import UserFactory


class TreatmentPlanFactory(factory.django.DjangoModelFactory[TreatmentPlan]):
    """A draft, empty."""

    class Meta:
        model = TreatmentPlan

    client = factory.SubFactory(ClientFactory)
    number = 1
    written_by = factory.SubFactory(UserFactory)


class SignedPlanFactory(TreatmentPlanFactory):
    """A plan in force."""

    status = PlanStatus.SIGNED
    signed_at = dt.datetime(2026, 1, 5, 17, 0, tzinfo=dt.UTC)
    signed_by = factory.SelfAttribute("written_by")


DISCUSSED = {
    "target_symptoms": "Low mood",
    "benefit": "Relief of low mood",
    "risks": "Nausea; rarely thoughts of suicide",
    "alternatives": "Psychotherapy, or no medication",
}
AGREED = Agreement(how="spoken", **DISCUSSED)
# The same, as the plan editor sends it.
CONSENT = {
    "consent_how": "spoken",
    "consent_given_by": "client",
    **{f"consent_{name}": words for name, words in DISCUSSED.items()},
}


class MedicationConsentFactory(factory.django.DjangoModelFactory[MedicationConsent]):
    """A client agreed, spoken, on Monday, January 5."""

    class Meta:
        model = MedicationConsent

    client = factory.SubFactory(ClientFactory)
    medication = factory.SubFactory(MedicationFactory)
    how = "spoken"
    given_by = "client"
    target_symptoms = DISCUSSED["target_symptoms"]
    benefit = DISCUSSED["benefit"]
    risks = DISCUSSED["risks"]
    alternatives = DISCUSSED["alternatives"]
    given_on = dt.date(2026, 1, 5)
    recorded_by = factory.SubFactory(UserFactory)
    recorded_at = dt.datetime(2026, 1, 5, 17, 0, tzinfo=dt.UTC)


class AskedConsentFactory(factory.django.DjangoModelFactory[AskedConsent]):
    """Asked by link on Monday, January 5, and not answered."""

    class Meta:
        model = AskedConsent

    client = factory.SubFactory(ClientFactory)
    medication = factory.SubFactory(MedicationFactory)
    target_symptoms = DISCUSSED["target_symptoms"]
    benefit = DISCUSSED["benefit"]
    risks = DISCUSSED["risks"]
    alternatives = DISCUSSED["alternatives"]
    asked_by = factory.SubFactory(UserFactory)
    asked_at = dt.datetime(2026, 1, 5, 17, 0, tzinfo=dt.UTC)
