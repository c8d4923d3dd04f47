"""Reads of consent to medications: as recorded, and as a client is asked for it by link."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404

from clinic.clients.models import Client, ClientStatus, RelatedKind
from clinic.clients.rules.identity import is_minor
from clinic.core.clock import local_day
from clinic.formulary.models import Medication
from clinic.messaging.models import Reminder, SignedLink
from clinic.messaging.queries import links_about, messages_about, open_link
from clinic.plans.models import AskedConsent, MedicationConsent
from clinic.plans.queries.plans import plan_in_force
from clinic.plans.rules.asking import Answer, Sign, Standing, sign_of
from clinic.plans.rules.consent import ALTERNATIVES, GivenBy, How, told_benefit, told_risks
from clinic.staff.models import User

KIND = "consent"


def consents_of(client: Client) -> QuerySet[MedicationConsent]:
    """Every consent to a medication, revoked ones and emergencies too, the newest first; one query."""
    found = MedicationConsent.objects.filter(client=client)
    return found.select_related("medication", "recorded_by", "revoked_by")


def get_consent(user: User, consent_id: UUID) -> MedicationConsent:
    """A consent of a chart open to this user, or 404."""
    consents = MedicationConsent.objects.visible_to(user)
    return get_object_or_404(
        consents.select_related("client", "medication", "recorded_by", "revoked_by"), pk=consent_id
    )


def consent_standing(client_id: UUID, medication_id: UUID) -> MedicationConsent | None:
    """The consent to a medication that holds; None where it is missing or was revoked."""
    return MedicationConsent.objects.standing().filter(client=client_id, medication=medication_id).first()


def may_begin(client_id: UUID, medication_id: UUID, today: date) -> bool:
    """Whether a first dose may be signed: consent stands, or an emergency of today says why it is missing."""
    emergency = MedicationConsent.objects.filter(
        client=client_id, medication=medication_id, how=How.EMERGENCY, given_on=today, revoked_at=None
    )
    return consent_standing(client_id, medication_id) is not None or emergency.exists()


def guardian_of(client: Client) -> str:
    """The guardian on record, by name; empty where there is none."""
    people = client.related_people.filter(kind=RelatedKind.GUARDIAN, ended_at=None)
    return people.values_list("name", flat=True).first() or ""


def consent_to_ask(client: Client, medication: Medication, treats: str, today: date) -> dict[str, Any] | None:
    """What stands in the fields of a consent before anybody types; None where one stands already."""
    if consent_standing(client.pk, medication.pk) is not None:
        return None
    minor = is_minor(client.birth_on, today=today)
    return {
        "target_symptoms": treats,
        "benefit": told_benefit(treats),
        "risks": told_risks(medication.boxed_warning, is_confirmed=medication.boxed_warning_confirmed),
        "alternatives": ALTERNATIVES,
        "given_by": GivenBy.GUARDIAN if minor else GivenBy.CLIENT,
        "guardian_name": guardian_of(client) if minor else "",
    }


def consent_as_known(client: Client, medication_id: str, today: date) -> dict[str, Any]:
    """The fields of a consent to a medication that was chosen by its key, as far as they are known."""
    try:
        medication = Medication.objects.prescribable().filter(pk=UUID(medication_id)).first()
    except ValueError:
        medication = None
    if medication is None:
        return {}
    plan = plan_in_force(client)
    treats = next((one.text for one in plan.problems.all()), "") if plan else ""
    return {"medication": medication.pk, **(consent_to_ask(client, medication, treats, today) or {})}


def get_asked(user: User, asked_id: UUID) -> AskedConsent:
    """An asked consent of a chart open to this user, or 404."""
    return get_object_or_404(AskedConsent.objects.visible_to(user).select_related("client", "medication"), pk=asked_id)


@dataclass(frozen=True, slots=True)
class Asked:
    """An asked consent as staff see it: how it stands, the links that open it, the newest message."""

    asked: AskedConsent
    sign: Sign
    links: list[SignedLink]
    newest_sending: Reminder | None


def asked_of(client: Client, now: datetime) -> list[Asked]:
    """What a client is asked for and what they wanted to be called about, while no consent stands; three queries."""
    stands = MedicationConsent.objects.standing().filter(client=client, medication=OuterRef("medication"))
    found = AskedConsent.objects.filter(~Exists(stands), client=client, ended_at=None)
    rows = list(found.exclude(answer=Answer.AGREED).select_related("medication", "asked_by"))
    # Asked anew, what was said about the words before is told no more.
    newest = list({row.medication_id: row for row in reversed(rows)}.values())
    ids = [row.pk for row in newest]
    links, sendings = links_about(ids, KIND, now), messages_about(ids, KIND)
    return [_asked(row, links.get(row.pk, []), sendings.get(row.pk)) for row in reversed(newest)]


def _asked(row: AskedConsent, links: list[SignedLink], sending: Reminder | None) -> Asked:
    standing = Standing(
        answer=row.answer,
        opened_at=row.opened_at,
        open_until=links[0].expires_at if links else None,
        sent=sending.get_state_display() if sending else "",
    )
    return Asked(row, sign_of(standing), links, sending)


@dataclass(frozen=True, slots=True)
class OpenConsent:
    """An asked consent behind a live link; of a minor the guardian answers."""

    link: SignedLink
    asked: AskedConsent
    client: Client
    is_minor: bool


def open_consent(token: str, *, now: datetime) -> OpenConsent | None:
    """What a live link asks; None once it was answered or ended, or the client is no longer in care."""
    link = open_link(token, about_kind=KIND, now=now)
    if link is None or link.client.status != ClientStatus.ACTIVE or link.client.deceased_on is not None:
        return None
    asked = AskedConsent.objects.open().filter(pk=link.about_id).select_related("medication").first()
    if asked is None or consent_standing(asked.client_id, asked.medication_id) is not None:
        return None
    return OpenConsent(link, asked, link.client, is_minor(link.client.birth_on, today=local_day(now)))


def still_wanted(asked_ids: Collection[UUID]) -> set[UUID]:
    """Read just before messages leave: what is still asked of clients in care."""
    in_care = {"client__status": ClientStatus.ACTIVE, "client__deceased_on": None}
    return set(AskedConsent.objects.open().filter(pk__in=asked_ids, **in_care).values_list("pk", flat=True))
