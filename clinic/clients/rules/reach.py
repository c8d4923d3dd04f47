"""How a person may be reached: numbers and addresses as they are kept, uses that fit their kind."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import phonenumbers

from clinic.core.rules import RuleBroken, refusal_of

HOME_REGION = "US"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A phone number or e-mail address as somebody entered it, and what it may be used for."""

    kind: str
    value: str
    label: str = ""
    is_preferred: bool = False
    may_call: bool = False
    may_leave_voicemail: bool = False
    may_text: bool = False
    may_email: bool = False
    consented_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Related:
    """An emergency contact or a guardian as somebody entered them."""

    kind: str
    name: str
    relationship: str = ""
    phone: str = ""
    email: str = ""


def phone_number(text: str, *, region: str = HOME_REGION) -> str | None:
    """A phone number as E.164 (`+18015550100`), None if it is none that could be dialed.

    Only length and country are judged, not whether the range is in use: the numbering plan changes.
    """
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def checked_contact(contact: Contact, *, field: str | None = None) -> Contact:
    """The contact as it is kept; raises RuleBroken if it cannot be reached or a use does not fit its kind.

    Calls, voicemail and SMS need a phone, e-mail an e-mail address; voicemail is left only where calls may be
    made.
    """
    if contact.kind == "email":
        if contact.may_call or contact.may_leave_voicemail or contact.may_text:
            raise RuleBroken("An e-mail address cannot be called or sent SMS.", field=field)
        return replace(contact, value=_email(contact.value, field or "email"))
    if contact.may_email:
        raise RuleBroken("A phone number cannot be sent e-mail.", field=field)
    if contact.may_leave_voicemail and not contact.may_call:
        raise RuleBroken("Voicemail may be left only on a number that may be called.", field=field or "phone")
    return replace(contact, value=_phone(contact.value, field or "phone"))


def checked_related(person: Related) -> Related:
    """Somebody standing by the client, with at least one way to reach them; raises RuleBroken."""
    name = f"{person.kind}_name"
    if not person.name.strip():
        raise RuleBroken("Give the name of this person.", field=name)
    if not (person.phone or person.email):
        raise RuleBroken("Give a phone number or an e-mail address of this person.", field=f"{person.kind}_phone")
    phone = _phone(person.phone, f"{person.kind}_phone") if person.phone else ""
    email = _email(person.email, f"{person.kind}_email") if person.email else ""
    return replace(person, name=person.name.strip(), phone=phone, email=email)


def refusals_of_reach(contacts: Iterable[Contact], people: Iterable[Related]) -> list[RuleBroken]:
    """All that is wrong with how somebody is reached and who stands by them, each beside its field."""
    found = [refusal_of(checked_contact, contact) for contact in contacts]
    found += [refusal_of(checked_related, person) for person in people]
    return [refusal for refusal in found if refusal]


def _phone(text: str, field: str) -> str:
    number = phone_number(text)
    if number is None:
        raise RuleBroken(
            "This is no phone number that can be dialed. Give it with area code, as 801-555-0100, or with + and "
            "country code.",
            field=field,
        )
    return number


def _email(text: str, field: str) -> str:
    address = text.strip().lower()
    if not EMAIL.fullmatch(address):
        raise RuleBroken("This is no e-mail address. Give it as name@example.com.", field=field)
    return address
