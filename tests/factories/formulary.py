"""A medication with round numbers, so that a test's arithmetic can be read."""

from decimal import Decimal

import factory

from clinic.formulary.models import Form, Medication, Product, Release, RuleKind, SafetyRule, SourceStatus


class MedicationFactory(factory.django.DjangoModelFactory[Medication]):
    """Sertraline: start 50 mg, step 50 mg, 7 days between rises, at most 200 mg a day."""

    class Meta:
        model = Medication
        django_get_or_create = ("name",)

    name = "sertraline"
    ingredient = factory.SelfAttribute("name")
    drug_class = "SSRI"
    start_mg = Decimal(50)
    step_mg = Decimal(50)
    min_interval_days = 7
    max_mg = Decimal(200)
    status = SourceStatus.VERIFIED
    source = "test"
    data_version = "test"


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    """Tablets of 25, 50 and 100 mg that may be halved."""

    class Meta:
        model = Product

    medication = factory.SubFactory(MedicationFactory)
    form = Form.TABLET
    release = Release.IR
    strengths_mg = factory.LazyFunction(lambda: [Decimal(25), Decimal(50), Decimal(100)])
    scored = True


class SafetyRuleFactory(factory.django.DjangoModelFactory[SafetyRule]):
    """An interaction from a secondary source: in use, and not yet reviewed."""

    class Meta:
        model = SafetyRule

    key = factory.Sequence(lambda n: f"interaction-test-{n}")
    number = 1
    kind = RuleKind.INTERACTION
    definition = factory.LazyFunction(lambda: {"text": "Both slow the heart.", "severity": "warn", "source": "a book"})
    status = SourceStatus.SECONDARY
    data_version = "test"
