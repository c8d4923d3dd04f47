"""How to reach a client, who stands by them, and what other systems call them."""

import pghistory
from django.db import models

from clinic.clients.models.client import Client
from clinic.core.models import Record


class ContactKind(models.TextChoices):
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"


@pghistory.track()
class ContactPoint(Record):
    """A phone number or e-mail address and what the client allows it to be used for.

    Phones are kept as E.164 (`+18015550100`), e-mails in lower case.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contact_points")
    kind = models.CharField(max_length=10, choices=ContactKind.choices)
    value = models.CharField(max_length=254)
    label = models.CharField(max_length=40, blank=True)
    is_preferred = models.BooleanField(default=False)
    may_call = models.BooleanField(default=False)
    may_leave_voicemail = models.BooleanField(default=False)
    may_text = models.BooleanField("may send SMS reminders", default=False)
    may_email = models.BooleanField("may send e-mail reminders", default=False)
    consented_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-is_preferred", "kind", "created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "kind", "value"], condition=models.Q(ended_at=None), name="clients_contact_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="phone", may_email=False)
                | models.Q(kind="email", may_text=False, may_call=False, may_leave_voicemail=False),
                name="clients_contact_use_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class RelatedKind(models.TextChoices):
    EMERGENCY = "emergency", "Emergency contact"
    GUARDIAN = "guardian", "Guardian"


class RelatedPerson(Record):
    """Somebody to call in an emergency, or the guardian who consents for a minor (under 18)."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="related_people")
    kind = models.CharField(max_length=12, choices=RelatedKind.choices)
    name = models.CharField(max_length=200)
    relationship = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "created_at"]

    def __str__(self) -> str:
        return self.get_kind_display()


class ClientIdentifier(Record):
    """What another system calls this client; a system uses a value once."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "value"], name="clients_identifier_once")]

    def __str__(self) -> str:
        return self.system
