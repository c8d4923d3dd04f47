"""What an enquiry must tell so that somebody can answer it, and what may become of it."""

from datetime import date

from clinic.clients.rules import Contact, check_birth_date, checked_contact, is_minor
from clinic.core.rules import RuleBroken, refusal_of

NEEDS_PHONE = frozenset({"call", "text"})


def refusals_of_enquiry(
    *, birth_on: date | None, guardian_name: str, phone: str, email: str, contact_wish: str, today: date
) -> list[RuleBroken]:
    """All that keeps an enquiry from being answered, each beside its field; a day that is none its field tells."""
    found = [refusal_of(check_contact, phone=phone, email=email, contact_wish=contact_wish)]
    if phone:
        found.append(refusal_of(checked_contact, Contact(kind="phone", value=phone)))
    if email:
        found.append(refusal_of(checked_contact, Contact(kind="email", value=email)))
    if birth_on:
        found.append(refusal_of(check_person, birth_on=birth_on, guardian_name=guardian_name, today=today))
    return [refusal for refusal in found if refusal]


def check_contact(*, phone: str, email: str, contact_wish: str) -> None:
    """A person can be reached in the way they wish: calls and texts need a phone, e-mail an address."""
    if not phone and not email:
        raise RuleBroken("Give a phone number or an e-mail address, so that we can answer.", field="phone")
    if contact_wish in NEEDS_PHONE and not phone:
        raise RuleBroken("To call or text you we need a phone number.", field="phone")
    if contact_wish == "email" and not email:
        raise RuleBroken("To e-mail you we need an e-mail address.", field="email")


def check_person(*, birth_on: date, guardian_name: str, today: date) -> None:
    """A birth date that can be, and a parent or guardian for a person under 18."""
    check_birth_date(birth_on, today=today)
    if is_minor(birth_on, today=today) and not guardian_name.strip():
        raise RuleBroken(
            "For a person under 18 we need the name of a parent or guardian. If there is none, write “none”.",
            field="guardian_name",
        )


def check_may_handle(*, status: str, owner_name: str, is_owner: bool) -> None:
    """One coordinator handles an enquiry; whoever comes second is told who, and may take it over knowingly."""
    if status == "closed":
        raise RuleBroken("This enquiry is closed. Open it again to go on with it.")
    if owner_name and not is_owner:
        raise RuleBroken(f"{owner_name} is handling this enquiry. Take it over first if you should go on with it.")
