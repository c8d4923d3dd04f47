"""Answers on rating scales."""

import datetime as dt

import factory

from clinic.scales.models import ScaleResponse


class ScaleResponseFactory(factory.django.DjangoModelFactory[ScaleResponse]):
    """A PHQ-9 of 18, filled in by the client on the morning of Monday, March 2; `client` must be given."""

    class Meta:
        model = ScaleResponse

    instrument = "phq9"
    version = "1"
    total = 18
    answered_at = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)
    answered_by = "client"
