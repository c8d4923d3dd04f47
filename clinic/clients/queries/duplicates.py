"""Clients who may be the very person somebody is about to register."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, F, OuterRef, Q, TextField, Value, When

from clinic.clients.models import Client, ContactPoint, WordsOf
from clinic.clients.queries.reach import live_contacts, live_related
from clinic.clients.queries.search import HasAny
from clinic.clients.rules import (
    ClientDetails,
    Contact,
    Likeness,
    Person,
    Related,
    likeness,
    phone_number,
    slips_of,
    words_of,
)
from clinic.clients.rules.search import indexable
from clinic.core.rules import SENT_TWICE
from clinic.staff.models import User

CANDIDATES = 60
NOBODY = Q(pk__in=[])


@dataclass(frozen=True)
class Duplicate:
    """A client who may be the same person as the one about to be made."""

    client: Client
    likeness: Likeness


def possible_duplicates(
    user: User,
    *,
    given_names: str,
    family_name: str,
    birth_on: date | None = None,
    preferred_name: str = "",
    reached_at: Collection[str] = (),
    limit: int = 5,
) -> list[Duplicate]:
    """Clients who may be this person, likeliest first, in one query; phones as E.164, e-mails in lower case."""
    given = [indexable(word) for word in words_of(f"{given_names} {preferred_name}")]
    family = [indexable(word) for word in words_of(family_name)]
    born = Q(birth_on=birth_on) if birth_on else NOBODY
    phones = [value.lstrip("+") for value in reached_at if value.startswith("+")]
    reached = reduce(or_, [Q(search_text__contains=f" {phone} ") for phone in phones], NOBODY)
    fits = born & (_any_word(given) | _any_word(family)) | _any_word(given) & _any_word(family) | reached
    contacts = ContactPoint.objects.filter(client=OuterRef("pk"), ended_at=None).order_by().values("value")
    found = (
        Client.objects.visible_to(user)
        .filter(fits)
        .annotate(contacts=ArraySubquery(contacts))
        .order_by(
            Case(When(born | reached, then=0), default=1),
            TrigramWordSimilarity(" ".join([*given, *family]), "search_text").desc(),
            "id",
        )
    )
    one = Person(
        given_names=given_names,
        family_name=family_name,
        preferred_name=preferred_name,
        birth_on=birth_on,
        reached_at=frozenset(reached_at),
    )
    rated = [Duplicate(client, likeness(one, _person(client))) for client in found[:CANDIDATES]]
    alike = [duplicate for duplicate in rated if duplicate.likeness > Likeness.NONE]
    return sorted(alike, key=lambda duplicate: -duplicate.likeness)[:limit]


def just_registered(
    details: ClientDetails, contacts: Iterable[Contact], people: Iterable[Related], now: datetime
) -> Client | None:
    """The client whom the very same form made within the last ten minutes."""
    standing_by = {(person.kind, person.name.strip()) for person in people}
    for client in Client.objects.filter(**asdict(details), created_at__gt=now - SENT_TWICE):
        are_same_people = {(person.kind, person.name) for person in live_related(client)} == standing_by
        if are_same_people and {contact.value for contact in live_contacts(client)} == _reached_at(contacts):
            return client
    return None


def others_alike(user: User, details: ClientDetails, contacts: Iterable[Contact]) -> list[Duplicate]:
    """Who may be the person of a form about to be sent."""
    return possible_duplicates(
        user,
        given_names=details.given_names,
        family_name=details.family_name,
        preferred_name=details.preferred_name,
        birth_on=details.birth_on,
        reached_at=_reached_at(contacts),
    )


def _reached_at(contacts: Iterable[Contact]) -> set[str]:
    return {phone_number(contact.value) or contact.value.lower() for contact in contacts}


def _word(word: str) -> Q:
    slips = Value(list(slips_of(word)), output_field=ArrayField(TextField()))
    return Q(search_text__trigram_word_similar=word) | Q(HasAny(WordsOf(F("search_text")), slips))


def _any_word(words: Sequence[str]) -> Q:
    return reduce(or_, [_word(word) for word in words], NOBODY)


def _person(client: Client) -> Person:
    return Person(
        given_names=client.given_names,
        family_name=client.family_name,
        preferred_name=client.preferred_name,
        birth_on=client.birth_on,
        reached_at=frozenset(getattr(client, "contacts", ())),
    )
