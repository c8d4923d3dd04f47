"""Alerts about danger."""

import datetime as dt

import factory

from clinic.risk.models import RiskAlert, RiskKind
from tests.factories.clients import ClientFactory


class RiskAlertFactory(factory.django.DjangoModelFactory[RiskAlert]):
    """A client who asked for help; nobody has taken it on."""

    class Meta:
        model = RiskAlert

    client = factory.SubFactory(ClientFactory)
    kind = RiskKind.WANTS_HELP_NOW
    source = factory.Sequence(lambda n: f"test:{n}")
    reason = "Pressed “I need help now” on a check-in."
    raised_at = dt.datetime(2026, 6, 4, 16, 0, tzinfo=dt.UTC)
