"""Treatment plans."""

import datetime as dt

import factory

from clinic.plans.models import PlanStatus, TreatmentPlan
from tests.factories.clients import ClientFactory
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
