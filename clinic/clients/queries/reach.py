"""How a client is reached and who stands by them."""

from collections.abc import Sequence
from typing import Any, TypeVar

from clinic.clients.models import Client, ContactKind, ContactPoint, RelatedKind, RelatedPerson
from clinic.core.templatetags.clinic_ui import phone

Row = TypeVar("Row", ContactPoint, RelatedPerson)

PHONE_USES = ("may_call", "may_leave_voicemail", "may_text")
EMAIL_USES = ("may_email",)
OF_A_PERSON = ("name", "relationship", "phone", "email")


def live_contacts(client: Client) -> list[ContactPoint]:
    """Phones and e-mail addresses in use."""
    return list(ContactPoint.objects.filter(client=client, ended_at=None))


def live_related(client: Client) -> list[RelatedPerson]:
    """Emergency contacts and guardians in use."""
    return list(RelatedPerson.objects.filter(client=client, ended_at=None))


def first_of_each(rows: Sequence[Row]) -> list[Row]:
    """One of each kind: what the page that edits a client has a place for."""
    return list({row.kind: row for row in reversed(rows)}.values())


def reach_in_fields(contacts: Sequence[ContactPoint], people: Sequence[RelatedPerson]) -> dict[str, Any]:
    """What stands, by the field of the page that edits it; empty or False where nothing does."""
    values: dict[str, Any] = {"phone": "", "email": "", "prefers": ""}
    values |= dict.fromkeys((*PHONE_USES, *EMAIL_USES), False)
    values |= {f"{kind}_{name}": "" for kind in RelatedKind.values for name in OF_A_PERSON}
    for contact in first_of_each(contacts):
        is_email = contact.kind == ContactKind.EMAIL
        values[contact.kind] = contact.value if is_email else phone(contact.value)
        values |= {use: getattr(contact, use) for use in (EMAIL_USES if is_email else PHONE_USES)}
        if contact.is_preferred:
            values["prefers"] = contact.kind
    for person in first_of_each(people):
        values |= {f"{person.kind}_{name}": getattr(person, name) for name in OF_A_PERSON}
        values[f"{person.kind}_phone"] = phone(person.phone)
    return values
