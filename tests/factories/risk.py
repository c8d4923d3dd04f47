"""Alerts about danger, and the on-call rota."""

import datetime as dt

import factory

from clinic.risk.models import OnCallTurn, RiskAlert, RiskKind, SafetyPlan
from clinic.staff.models import User
from tests.factories.clients import ClientFactory
from tests.factories.staff import UserFactory


class RiskAlertFactory(factory.django.DjangoModelFactory[RiskAlert]):
    """A client who asked for help; nobody has taken it on."""

    class Meta:
        model = RiskAlert

    client = factory.SubFactory(ClientFactory)
    kind = RiskKind.WANTS_HELP_NOW
    source = factory.Sequence(lambda n: f"test:{n}")
    reason = "Pressed “I need help now” on a check-in."
    raised_at = dt.datetime(2026, 6, 4, 16, 0, tzinfo=dt.UTC)


class OnCallTurnFactory(factory.django.DjangoModelFactory[OnCallTurn]):
    """First on call in the office hours of all of 2026."""

    class Meta:
        model = OnCallTurn

    user = factory.SubFactory(UserFactory)
    place = "first"
    hours = "office"
    starts_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    ends_at = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    added_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    added_by = factory.SubFactory(UserFactory, acting_role="administrator")


def on_call(**places: User) -> None:
    """Who is first, second and lead, in office hours and out of them, all of 2026."""
    for place, user in places.items():
        for hours in ("office", "out_of_hours"):
            OnCallTurnFactory(user=user, place=place, hours=hours)


class SafetyPlanFactory(factory.django.DjangoModelFactory[SafetyPlan]):
    """The first version of a client's safety plan."""

    class Meta:
        model = SafetyPlan

    client = factory.SubFactory(ClientFactory)
    number = 1
    warning_signs = "I stop answering my phone."
    coping_alone = "Walk the dog."
    distraction = "Coffee at the corner."
    people_to_ask = "My brother."
    professionals = "My therapist."
    safe_environment = "My brother keeps the old tablets."
    signed_at = dt.datetime(2026, 3, 4, 16, 0, tzinfo=dt.UTC)
    signed_by = factory.SubFactory(UserFactory)
