"""Clients and who looks after them."""

import datetime as dt

import factory
from django.utils import timezone

from clinic.clients.models import CareTeamMember, Client, ClientStatus, ContactKind, ContactPoint, Sex, SharingConsent
from tests.factories.staff import UserFactory


class ClientFactory(factory.django.DjangoModelFactory[Client]):
    class Meta:
        model = Client

    given_names = "Ada"
    family_name = factory.Sequence(lambda n: f"Byron{n}")
    birth_on = dt.date(1990, 12, 10)
    sex = Sex.FEMALE
    status = ClientStatus.ACTIVE
    search_text = factory.LazyAttribute(lambda c: f"{c.given_names} {c.family_name}".lower())


class ContactPointFactory(factory.django.DjangoModelFactory[ContactPoint]):
    """An e-mail address that may be used for reminders."""

    class Meta:
        model = ContactPoint

    client = factory.SubFactory(ClientFactory)
    kind = ContactKind.EMAIL
    value = factory.Sequence(lambda n: f"person{n}@mail.example")
    is_preferred = True
    may_email = True


class CareTeamMemberFactory(factory.django.DjangoModelFactory[CareTeamMember]):
    class Meta:
        model = CareTeamMember

    client = factory.SubFactory(ClientFactory)
    user = factory.SubFactory(UserFactory)
    role = factory.LazyAttribute(lambda link: link.user.acting_role)
    started_at = factory.LazyFunction(timezone.now)
    added_by = factory.SelfAttribute("user")


class SharingConsentFactory(factory.django.DjangoModelFactory[SharingConsent]):
    class Meta:
        model = SharingConsent

    client = factory.SubFactory(ClientFactory)
    given_on = dt.date(2026, 1, 5)
    text_version = "2026-01"
    recorded_by = factory.SubFactory(UserFactory)
