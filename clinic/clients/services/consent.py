"""The client's consent that therapist and prescriber share the record. It governs access at once."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.clients.models import SharingConsent
from clinic.clients.services.root import locked_client
from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken
from clinic.staff.models import User

TEXT_VERSION = "2026-01"


@transaction.atomic
def give_sharing_consent(
    *, client_id: UUID, given_on: date, text_version: str = TEXT_VERSION, by: User, now: datetime
) -> SharingConsent:
    """Record that the client agreed to sharing, on which day and to which text; there is one live consent."""
    client = locked_client(client_id)
    if given_on > local_day(now):
        raise RuleBroken("The day of consent is in the future.", field="given_on")
    if given_on < client.birth_on:
        raise RuleBroken("The day of consent is before the birth date.", field="given_on")
    if SharingConsent.objects.live().filter(client=client).exists():
        raise RuleBroken("The client has consented to sharing already.")
    consent = SharingConsent.objects.create(client=client, given_on=given_on, text_version=text_version, recorded_by=by)
    record("sharing_consent_given", by=by, subject=consent, text_version=text_version)
    return consent


@transaction.atomic
def revoke_sharing_consent(*, client_id: UUID, by: User, now: datetime) -> SharingConsent:
    """Record that the client took consent back: the chart closes to the therapist from this moment."""
    client = locked_client(client_id)
    consent = SharingConsent.objects.live().select_for_update().filter(client=client).first()
    if consent is None:
        raise RuleBroken("There is no consent to take back.")
    consent.revoked_at, consent.revoked_by = now, by
    consent.save(update_fields=["revoked_at", "revoked_by", "updated_at"])
    record("sharing_consent_revoked", by=by, subject=consent)
    return consent
