"""Enquiries, referrals and evaluations ready for a test."""

import datetime as dt
from typing import Any

import factory

from clinic.intake import rules, services
from clinic.intake.models import (
    Allergy,
    ContactWish,
    Enquiry,
    LifeEvent,
    MedicationTrial,
    Origin,
    PregnancyAnswer,
    PsychiatricEvaluation,
    ReportedMedication,
    TherapistReferral,
)
from clinic.staff.models import User
from tests.factories.clients import ClientFactory
from tests.factories.staff import UserFactory

RECEIVED = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)


class EnquiryFactory(factory.django.DjangoModelFactory[Enquiry]):
    """Grace would like a call; voicemail is fine."""

    class Meta:
        model = Enquiry

    given_names = "Grace"
    family_name = factory.Sequence(lambda n: f"Hopper{n}")
    birth_on = dt.date(1985, 12, 9)
    phone = "+18015550142"
    contact_wish = ContactWish.CALL
    may_leave_message = True
    what_is_going_on = "I have not slept well for months."
    received_at = RECEIVED


class TherapistReferralFactory(factory.django.DjangoModelFactory[TherapistReferral]):
    class Meta:
        model = TherapistReferral

    client = factory.SubFactory(ClientFactory)
    referred_by = factory.SubFactory(UserFactory)
    referred_at = RECEIVED
    question = "Would medication help with sleep?"


class AllergyFactory(factory.django.DjangoModelFactory[Allergy]):
    class Meta:
        model = Allergy

    client = factory.SubFactory(ClientFactory)
    substance = "penicillin"
    reaction = "rash"
    severity = "moderate"
    origin = Origin.STAFF
    recorded_at = RECEIVED


class MedicationTrialFactory(factory.django.DjangoModelFactory[MedicationTrial]):
    class Meta:
        model = MedicationTrial

    client = factory.SubFactory(ClientFactory)
    name = "sertraline"
    recorded_by = factory.SubFactory(UserFactory)
    recorded_at = RECEIVED


class ReportedMedicationFactory(factory.django.DjangoModelFactory[ReportedMedication]):
    class Meta:
        model = ReportedMedication

    client = factory.SubFactory(ClientFactory)
    name = "lisinopril"
    dose_text = "10 mg in the morning"
    origin = Origin.CLIENT
    recorded_at = RECEIVED


class PregnancyAnswerFactory(factory.django.DjangoModelFactory[PregnancyAnswer]):
    class Meta:
        model = PregnancyAnswer

    client = factory.SubFactory(ClientFactory)
    status = "no"
    origin = Origin.STAFF
    recorded_at = RECEIVED


class PsychiatricEvaluationFactory(factory.django.DjangoModelFactory[PsychiatricEvaluation]):
    """A draft with nothing written."""

    class Meta:
        model = PsychiatricEvaluation

    client = factory.SubFactory(ClientFactory)
    prescriber = factory.SubFactory(UserFactory)
    evaluated_on = dt.date(2026, 3, 2)


def complete_draft(**changes: Any) -> rules.Draft:
    """An evaluation with nothing missing but allergies and a diagnosis."""
    told: dict[str, Any] = {
        "evaluated_on": dt.date(2026, 3, 2),
        "sections": {name: f"{label}: told." for name, label in rules.SECTIONS.items()},
        "risk_answers": {question.key: {"answer": "no", "detail": ""} for question in rules.RISK_QUESTIONS}
        | {rules.PROTECTIVE: {"detail": "Her sister."}},
        "mental_status": {
            domain.key: {"findings": [domain.findings[0]], "words": ""} for domain in rules.MENTAL_STATUS
        },
    }
    return rules.Draft(**told | changes)


def signed_evaluation(
    client: Any, prescriber: User, *, now: dt.datetime = RECEIVED, **told: Any
) -> PsychiatricEvaluation:
    """A signed evaluation of a client on whose care team the prescriber is."""
    draft = services.start_evaluation(client_id=client.pk, by=prescriber, now=now)
    services.save_evaluation(evaluation_id=draft.pk, version=1, draft=complete_draft(**told), by=prescriber, now=now)
    services.add_allergy(client_id=client.pk, is_none_known=True, by=prescriber, now=now)
    services.add_diagnosis(evaluation_id=draft.pk, code="F33.1", by=prescriber, now=now)
    return services.sign_evaluation(evaluation_id=draft.pk, by=prescriber, now=now)


class LifeEventFactory(factory.django.DjangoModelFactory[LifeEvent]):
    """A move on March 2; `client` and `recorded_by` must be given."""

    class Meta:
        model = LifeEvent

    happened_on = dt.date(2026, 3, 2)
    words = "Moved to Ogden"
    recorded_at = RECEIVED
