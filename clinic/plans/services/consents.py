"""Deeds on consent to a medication: record it, revoke it. Nothing is deleted."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.clients.queries import chart_to_lock
from clinic.clients.rules.identity import is_minor
from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.plans import queries, rules
from clinic.plans.models import MedicationConsent
from clinic.plans.rules import Agreement, How
from clinic.staff.models import User
from clinic.staff.roles import Role


@transaction.atomic
def record_consent(
    *, client_id: UUID, medication_id: UUID, agreement: Agreement, given_on: date | None = None, by: User, now: datetime
) -> MedicationConsent:
    """Record that a client, or the guardian of a minor, consents to a medication, or why it begins without consent.

    One that stands already is answered as it is: another is recorded once that is revoked. Only a prescriber of the
    care team records it. A consent ends an emergency that stood in its place. Raises RuleBroken.
    """
    client, medication = to_consent(client_id, medication_id, by)
    today = local_day(now)
    on = given_on or today
    rules.check_agreement(agreement, given_on=on, today=today, is_minor=is_minor(client.birth_on, today=today))
    standing = queries.consent_standing(client.pk, medication.pk)
    if standing is not None:
        return standing
    consent = MedicationConsent(client=client, medication=medication, given_on=on, recorded_by=by, recorded_at=now)
    for name in rules.PARTS:
        value = getattr(agreement, name)
        setattr(consent, name, value.strip() if isinstance(value, str) else value)
    if agreement.how == How.EMERGENCY:
        consent.given_by = consent.guardian_name = ""
    consent.full_clean()
    consent.save(force_insert=True)
    record("medication_consent_recorded", by=by, subject=consent, how=consent.how)
    return consent


def to_consent(client_id: UUID, medication_id: UUID, by: User) -> tuple[Client, Medication]:
    """The client under their lock and the medication, for a prescriber of the care team alone; else 404."""
    client = next(iter(chart_to_lock(by, client_id)), None)
    medication = Medication.objects.filter(pk=medication_id).first()
    if client is None or medication is None:
        raise Http404
    if not client.care_team.live().filter(user=by, role=Role.PRESCRIBER).exists():
        raise RuleBroken("Only a prescriber of this client's care team records consent to a medication.")
    return client, medication


@transaction.atomic
def revoke_consent(*, consent_id: UUID, because: str, by: User, now: datetime) -> MedicationConsent:
    """The client or guardian takes consent back: from now on it is missing, and it stays to be seen. Twice is once.

    What runs is not stopped by it: that is for the prescriber to decide.
    """
    consents = MedicationConsent.objects.visible_to(by).select_for_update(of=("self",))
    consent = consents.filter(pk=consent_id).first()
    if consent is None:
        raise Http404
    words = rules.check_revocation(because)
    if consent.revoked_at is None:
        consent.revoked_at, consent.revoked_by, consent.revoked_because = now, by, words
        consent.save(update_fields=["revoked_at", "revoked_by", "revoked_because", "updated_at"])
        record("medication_consent_revoked", by=by, subject=consent)
    return consent
