"""What people type about clients."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms

from clinic.clients.models import Client, ClientStatus, ContactPoint, RelatedKind, RelatedPerson, Sex
from clinic.clients.queries import first_of_each, reach_in_fields, working_staff
from clinic.clients.queries.reach import PHONE_USES
from clinic.clients.rules import (
    LANGUAGES,
    MESSAGE_TEXT,
    REASON_AT_LEAST,
    ClientDetails,
    Contact,
    Related,
    check_birth_date,
    detail_names,
    refusals_of_reach,
    zone_words,
)
from clinic.clients.rules.access import TEAM_ROLES
from clinic.core.forms import LongSelect, LongText, tell
from clinic.core.rules import RuleBroken, refusal_of, unless
from clinic.staff.models import User

READ_FIRST = f"Read to the client what they agree to: “{MESSAGE_TEXT}”"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


@cache
def _zones() -> list[tuple[str, str]]:
    """By what people call them, the clocks of America first: whoever types "mo" comes to Mountain Time."""
    kept = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    named = [(zone, zone_words(zone)) for zone in kept]
    return sorted(named, key=lambda one: (" Time (" not in one[1], not one[0].startswith("America/"), one[1]))


class ClientForm(forms.Form):
    """Who a client is, how to reach them, who stands by them. Cleaned, it holds what the deed is called with."""

    given_names = forms.CharField(label="Legal given names", max_length=150)
    family_name = forms.CharField(label="Legal family name", max_length=150)
    preferred_name = forms.CharField(label="Name they go by", max_length=150, required=False)
    pronouns = forms.CharField(max_length=40, required=False, help_text="As they say it: she/her, they/them")
    birth_on = forms.DateField(label="Birth date", widget=DayInput())
    sex = forms.ChoiceField(label="Sex for dosing and laboratory ranges", choices=Sex.choices, initial=Sex.UNKNOWN)
    gender = forms.CharField(label="Gender, in their words", max_length=60, required=False)
    language = forms.ChoiceField(choices=LANGUAGES, initial="en")
    needs_interpreter = forms.BooleanField(label="Needs an interpreter", required=False)
    time_zone = forms.ChoiceField(label="Time zone they live in", choices=_zones, widget=LongSelect)
    phone = forms.CharField(max_length=40, required=False, widget=forms.TextInput({"type": "tel"}))
    may_call = forms.BooleanField(label="May be called on this phone", required=False)
    may_leave_voicemail = forms.BooleanField(label="Voicemail may be left", required=False)
    may_text = forms.BooleanField(label="SMS reminders may be sent", required=False, help_text=READ_FIRST)
    email = forms.EmailField(label="E-mail", required=False)
    may_email = forms.BooleanField(label="E-mail reminders may be sent", required=False, help_text="Read the same.")
    prefers = forms.ChoiceField(
        label="Prefers to be reached by",
        choices=[("", "No preference"), ("phone", "Phone"), ("email", "E-mail")],
        required=False,
    )
    address_line = forms.CharField(label="Street and number", max_length=200, required=False)
    city = forms.CharField(max_length=100, required=False)
    state = forms.CharField(max_length=50, required=False)
    postal_code = forms.CharField(label="ZIP code", max_length=20, required=False)
    country = forms.CharField(max_length=2, min_length=2, initial="US", help_text="Two letters, as US")
    emergency_name = forms.CharField(label="Emergency contact: name", max_length=200, required=False)
    emergency_relationship = forms.CharField(label="Emergency contact: relationship", max_length=60, required=False)
    emergency_phone = forms.CharField(label="Emergency contact: phone", max_length=32, required=False)
    guardian_name = forms.CharField(
        label="Guardian: name", max_length=200, required=False, help_text="Needed for clients under 18"
    )
    guardian_relationship = forms.CharField(label="Guardian: relationship", max_length=60, required=False)
    guardian_phone = forms.CharField(label="Guardian: phone", max_length=32, required=False)
    guardian_email = forms.EmailField(label="Guardian: e-mail", required=False)

    def __init__(
        self,
        *args: Any,
        today: date,
        other_contacts: Iterable[Contact] = (),
        other_people: Iterable[Related] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.other_contacts, self.other_people = list(other_contacts), list(other_people)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        contacts, people = _contacts(typed), _related(typed)
        tell(self, [*_refusals(typed, self.today), *refusals_of_reach(contacts, people)])
        if self.errors:
            return typed
        cleaned: dict[str, Any] = {
            "details": ClientDetails(**{name: typed[name] for name in detail_names()}),
            "contact_points": [*contacts, *self.other_contacts],
            "related_people": [*people, *self.other_people],
        }
        return {**cleaned, "version": typed["version"]} if "version" in typed else cleaned


class EditClientForm(ClientForm):
    """The same, from a version that was read: a stale save is refused."""

    version = forms.IntegerField(widget=forms.HiddenInput)


def edit_values(
    client: Client, contacts: list[ContactPoint], people: list[RelatedPerson]
) -> tuple[dict[str, Any], list[Contact], list[Related]]:
    """What the form starts with, and the contacts and people it has no place for and keeps as they are."""
    values: dict[str, Any] = {name: getattr(client, name) for name in (*detail_names(), "version")}
    shown = [row.pk for row in (*first_of_each(contacts), *first_of_each(people))]
    return (
        values | reach_in_fields(contacts, people),
        [_contact(contact) for contact in contacts if contact.pk not in shown],
        [_person(person) for person in people if person.pk not in shown],
    )


class SearchForm(forms.Form):
    q = forms.CharField(label="Name, birth date or phone", max_length=100, required=False)


class TeamMemberForm(forms.Form):
    """Somebody joins the care team."""

    role = forms.ChoiceField(choices=[(role.value, role.label) for role in TEAM_ROLES])
    user = forms.ModelChoiceField(User.objects.none(), label="Member of staff", empty_label="Choose")
    is_lead = forms.BooleanField(
        label="Responsible in this role",
        required=False,
        initial=True,
        help_text="Takes over from whoever is responsible now",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = working_staff(TEAM_ROLES)  # type: ignore[attr-defined]


class StatusForm(forms.Form):
    status = forms.ChoiceField(choices=ClientStatus.choices)


class SharingConsentForm(forms.Form):
    given_on = forms.DateField(
        label="Day the client consented", help_text="As it stands on the signed form.", widget=DayInput()
    )


class NoFieldsForm(forms.Form):
    """A button that does one deed; carries the refusal if there is one."""


class BreakGlassForm(forms.Form):
    """One chart in an emergency: an exact name, a birth date and why."""

    family_name = forms.CharField(label="Legal family name, exactly", max_length=150)
    birth_on = forms.DateField(label="Birth date", widget=DayInput())
    reason = LongText(
        label="Why you must see this chart now",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=f"At least {REASON_AT_LEAST} characters. Another person reads this.",
    )


class ReviewForm(forms.Form):
    note = LongText(label="What you found", max_length=500, widget=forms.Textarea({"rows": 2}), min_length=3)


def _refusals(typed: dict[str, Any], today: date) -> list[RuleBroken]:
    """What a day of birth cannot be, and a use of a number or address that is not there."""
    without_phone = not typed.get("phone") and any(typed.get(use) for use in PHONE_USES)
    without_email = not typed.get("email") and typed.get("may_email")
    found = [
        refusal_of(check_birth_date, typed["birth_on"], today=today) if "birth_on" in typed else None,
        unless(not without_phone, "Give the phone number that may be used, or untick its uses.", field="phone"),
        unless(not without_email, "Give the e-mail address that may be used, or untick its use.", field="email"),
    ]
    return [refusal for refusal in found if refusal]


def _contacts(typed: dict[str, Any]) -> list[Contact]:
    contacts = []
    if typed.get("phone"):
        uses = {use: typed[use] for use in PHONE_USES}
        preferred = typed.get("prefers") == "phone"
        contacts.append(Contact(kind="phone", value=typed["phone"], is_preferred=preferred, **uses))
    if typed.get("email"):
        preferred = typed.get("prefers") == "email"
        contacts.append(
            Contact(kind="email", value=typed["email"], is_preferred=preferred, may_email=typed["may_email"])
        )
    return contacts


def _related(typed: dict[str, Any]) -> list[Related]:
    people = []
    for kind in RelatedKind.values:
        words = ("name", "relationship", "phone", "email")
        values = {word: typed.get(f"{kind}_{word}", "") for word in words}
        if any(values.values()):
            people.append(Related(kind=kind, **values))
    return people


def _contact(point: ContactPoint) -> Contact:
    return Contact(
        kind=point.kind,
        value=point.value,
        label=point.label,
        is_preferred=point.is_preferred,
        may_call=point.may_call,
        may_leave_voicemail=point.may_leave_voicemail,
        may_text=point.may_text,
        may_email=point.may_email,
        consented_on=point.consented_on,
    )


def _person(person: RelatedPerson) -> Related:
    return Related(
        kind=person.kind,
        name=person.name,
        relationship=person.relationship,
        phone=person.phone,
        email=person.email,
    )
