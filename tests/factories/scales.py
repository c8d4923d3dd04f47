"""Answers on rating scales, and scales of a clinic's own."""

import datetime as dt

import factory

from clinic.scales.models import ContentPack, ScaleResponse, TargetSymptom


class ScaleResponseFactory(factory.django.DjangoModelFactory[ScaleResponse]):
    """A PHQ-9 of 18, filled in by the client on the morning of Monday, March 2; `client` must be given."""

    class Meta:
        model = ScaleResponse

    instrument = "phq9"
    version = "1"
    total = 18
    answered_at = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)
    answered_by = "client"


class ContentPackFactory(factory.django.DjangoModelFactory[ContentPack]):
    """A scale of two questions, loaded on March 2; `accepted_by` must be given."""

    class Meta:
        model = ContentPack

    code = "rest2"
    version = "1"
    file_name = "rest2.toml"
    definition = factory.LazyAttribute(lambda pack: DEFINITION.format(code=pack.code, version=pack.version))
    terms_version = "1"
    terms_text = "For one clinic."
    accepted_at = dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC)


DEFINITION = """
code = "{code}"
version = "{version}"
title = "Rest-2"
name = "Two questions on rest"
stem = "In the last week:"
completed_by = "client"
language = "en-US"
source = "A clinic"
permission = "Terms accepted"
choices = [{{ value = 0, label = "No" }}, {{ value = 1, label = "Yes" }}]
items = [{{ text = "Slept badly?" }}, {{ text = "Tired by day?" }}]
terms = {{ version = "1", text = "For one clinic." }}
"""


class TargetSymptomFactory(factory.django.DjangoModelFactory[TargetSymptom]):
    """Lying awake, agreed on with the client on March 2; `client` and `worded_by` must be given."""

    class Meta:
        model = TargetSymptom

    words = "Lying awake and brooding"
    began_on = dt.date(2026, 3, 2)
