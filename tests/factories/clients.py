"""Clients and who looks after them."""

import datetime as dt

import factory
from django.utils import timezone

from clinic.clients.models import (
    CareTeamMember,
    Client,
    ClientStatus,
    ContactKind,
    ContactPoint,
    MessageConsent,
    MessagePurpose,
    Sex,
    SharingConsent,
)
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
        skip_postgeneration_save = True

    client = factory.SubFactory(ClientFactory)
    kind = ContactKind.EMAIL
    value = factory.Sequence(lambda n: f"person{n}@mail.example")
    is_preferred = True
    may_email = True

    @factory.post_generation
    def agreed(self, create: bool, extracted: object, **kwargs: object) -> None:
        """Who lets an address be used has agreed to every purpose of it."""
        channels = [channel for channel, may in (("email", self.may_email), ("sms", self.may_text)) if may]
        rows = [row for channel in channels for row in consents_of(self.client, channel)]
        MessageConsent.objects.bulk_create(rows, ignore_conflicts=True)


def consents_of(client: Client, channel: str) -> list[MessageConsent]:
    """A client's consents to every purpose by one channel, told to staff and not yet kept."""
    told = {"text_version": "2026-11", "given_at": timezone.now(), "given_how": "staff"}
    return [MessageConsent(client=client, channel=channel, purpose=purpose, **told) for purpose in MessagePurpose]


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
