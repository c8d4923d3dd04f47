"""What pages read of clients; the user comes first."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from functools import reduce
from operator import add, and_, or_
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramStrictWordSimilarity, TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db.models import Case, Exists, F, FloatField, Func, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan, LessThan, PostgresOperatorLookup
from django.shortcuts import get_object_or_404

from clinic.clients.models import (
    BreakGlassAccess,
    CareTeamMember,
    Client,
    ContactPoint,
    RelatedPerson,
    SharingConsent,
    open_charts,
)
from clinic.clients.rules import (
    ClientDetails,
    Contact,
    Likeness,
    Person,
    Related,
    Wanted,
    folded,
    likeness,
    phone_number,
    slips_of,
    wanted_from,
    words_of,
)
from clinic.clients.rules.search import indexable
from clinic.core.addresses import address
from clinic.core.queries import prepared
from clinic.core.rules import SENT_TWICE
from clinic.staff.models import User

RESULTS = 12
PAGE = 25
CANDIDATES = 60
REVIEWED_SHOWN = 25
NOBODY = Q(pk__in=[])


class Like(PostgresOperatorLookup):
    """SQL's own LIKE: the trigram index leaves it a handful of rows, and the same slips as one regex a whole clinic."""

    lookup_name = "like"
    postgres_operator = "LIKE"


class Among(PostgresOperatorLookup):
    """Equal to one of an array that is read once, before the rows are looked for."""

    lookup_name = "among"
    postgres_operator = "= ANY"


@dataclass(frozen=True, slots=True)
class Named:
    """What a list shows of a client: how to call them, and the way to their chart; a fifth of a whole row's price."""

    id: UUID
    given_names: str
    family_name: str
    preferred_name: str
    pronouns: str

    def __str__(self) -> str:
        return f"{self.preferred_name or self.given_names} {self.family_name}".strip()

    def get_absolute_url(self) -> str:
        """The chart page."""
        return address(settings.CHART_URL_NAME, self.id)


def naming(path: str) -> list[str]:
    """The fields of `Named`, for `values_list()`, or for `only()` where a whole row is wanted, but little of it."""
    return [f"{path}__{field.name}" for field in fields(Named)]


@dataclass(frozen=True)
class Duplicate:
    """A client who may be the same person as the one about to be made."""

    client: Client
    likeness: Likeness


@dataclass(frozen=True)
class ListPage:
    """One page of clients by name, and the keys to the pages beside it (empty for none)."""

    clients: list[Client]
    older: str
    newer: str


def chart_open_to(user: User, client: str = "pk") -> Exists:
    """For a row, whether the chart of its `client` is open to this user: a link to it would answer 404 otherwise."""
    return Exists(Client.objects.charts_open_to(user).filter(pk=OuterRef(client)))


def in_open_charts(user: User, client: str = "client") -> Among:
    """For rows of many clients, whether the chart of their `client` is open to this user: `charts_open_to`, read once.

    The few keys come first and lead to their rows. Asked row by row, Postgres would read all rows of the clinic.
    """
    return Among(F(client), ArraySubquery(open_charts(user)))


def search_clients(user: User, text: str, *, today: date) -> list[Client]:
    """The 12 clients that fit best what was typed, of those the user may see, in one query.

    Accents, order, nicknames and one slip a word are forgiven; birth dates in several spellings and parts of
    phone numbers find too. Words of one or two letters alone must be whole names.
    """
    wanted = wanted_from(text, today=today)
    if not wanted:
        return []
    found = Client.objects.visible_to(user).filter(_fits(wanted)).defer("search_text")
    found = found.annotate(is_chart_open=chart_open_to(user))
    closeness = ExpressionWrapper(_closeness(wanted), FloatField())
    return list(found.order_by(closeness.desc(), "family_name", "given_names", "id")[:RESULTS])


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


def others_alike(
    user: User, details: ClientDetails, contacts: Iterable[Contact], people: Iterable[Related], now: datetime
) -> list[Duplicate]:
    """Who may be the person of a form about to be sent; of a form that is sent twice nobody else is."""
    if just_registered(details, contacts, people, now):
        return []
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


def list_clients(user: User, *, status: str = "", after: str = "", before: str = "") -> ListPage:
    """A page of 25 clients by name, of those the user may see. Keys are ids of rows: no page counts the table.

    `before` is the last row of the page before this one, `after` the first row of the page after it.
    """
    clients = Client.objects.visible_to(user).defer("search_text")
    if status:
        clients = clients.filter(status=status)
    backwards = bool(after and not before)
    key = _name_key(clients, after if backwards else before)
    if key:
        row = Func(F("family_name"), F("given_names"), F("id"), function="ROW", output_field=TextField())
        beyond = LessThan(row, key) if backwards else GreaterThan(row, key)
        clients = clients.filter(beyond)
    names = ("family_name", "given_names", "id")
    rows = list(clients.order_by(*(f"-{name}" if backwards else name for name in names))[: PAGE + 1])
    is_more = len(rows) > PAGE
    rows = rows[:PAGE][::-1] if backwards else rows[:PAGE]
    has_next, has_previous = (True, is_more) if backwards and key else (is_more, key is not None)
    return ListPage(
        rows,
        older=str(rows[-1].pk) if rows and has_next else "",
        newer=str(rows[0].pk) if rows and has_previous else "",
    )


def client_by_name_and_birth(*, family_name: str, birth_on: date) -> Client | None:
    """The one client of exactly this family name (case and accents aside) and birth date; None if not exactly one.

    Outside every scope: only the emergency door asks.
    """
    born = Client.objects.filter(birth_on=birth_on).only("id", "family_name", "birth_on")
    named = [client for client in born if folded(client.family_name) == folded(family_name)]
    return named[0] if len(named) == 1 and folded(family_name) else None


@prepared
def open_client(user: User, client_id: UUID) -> QuerySet[Client]:
    """The client, if their chart is open to this user."""
    return Client.objects.charts_open_to(user).filter(pk=client_id).defer("search_text")


@prepared
def client_to_lock(client_id: UUID) -> QuerySet[Client]:
    """The client under its lock until the transaction ends."""
    return Client.objects.filter(pk=client_id).select_for_update()


@prepared
def chart_to_lock(user: User, client_id: UUID) -> QuerySet[Client]:
    """The client under its lock until the transaction ends, if their chart is open to this user.

    Other deeds on the chart wait; a new row that merely names the client does not.
    """
    return Client.objects.charts_open_to(user).filter(pk=client_id).select_for_update(of=("self",), no_key=True)


def contact_parts(user: User, client: Client) -> dict[str, Any]:
    """What the contact page shows beside the client: contact, people, care team, consents, whether the chart opens."""
    return {
        "is_chart_open": Client.objects.charts_open_to(user).filter(pk=client.pk).exists(),
        "contact_points": list(ContactPoint.objects.filter(client=client, ended_at=None)),
        "related_people": list(RelatedPerson.objects.filter(client=client, ended_at=None)),
        "team": care_team(client),
        "consents": sharing_consents(client),
    }


def live_contacts(client: Client) -> list[ContactPoint]:
    """Phones and e-mail addresses in use."""
    return list(ContactPoint.objects.filter(client=client, ended_at=None))


def live_related(client: Client) -> list[RelatedPerson]:
    """Emergency contacts and guardians in use."""
    return list(RelatedPerson.objects.filter(client=client, ended_at=None))


def care_team(client: Client) -> list[CareTeamMember]:
    """Who looks after the client now, leads first."""
    return list(CareTeamMember.objects.live().filter(client=client).select_related("user").order_by("role", "-is_lead"))


def past_team(client: Client) -> list[CareTeamMember]:
    """Who looked after the client before, with who ended it."""
    ended = CareTeamMember.objects.filter(client=client, ended_at__isnull=False)
    return list(ended.select_related("user", "ended_by").order_by("-ended_at")[:PAGE])


def sharing_consents(client: Client) -> list[SharingConsent]:
    """Consents to share, the newest first, with who recorded and who revoked them."""
    consents = SharingConsent.objects.filter(client=client)
    return list(consents.select_related("recorded_by", "revoked_by")[:PAGE])


def team_member(client: Client, member_id: UUID) -> CareTeamMember:
    """One live link of this client's care team; 404 if it is another client's."""
    return get_object_or_404(CareTeamMember.objects.live().filter(client=client), pk=member_id)


def working_staff(roles: Sequence[str]) -> QuerySet[User]:
    """Who may be put on a care team."""
    return User.objects.working().filter(roles__overlap=list(roles)).order_by("full_name")


def accesses_to_review() -> list[BreakGlassAccess]:
    """Every use of the emergency door that nobody has reviewed, the oldest first."""
    return list(
        BreakGlassAccess.objects.unreviewed().select_related("user", "client").order_by("opened_at", "id")[:100]
    )


def accesses_reviewed() -> list[BreakGlassAccess]:
    """The latest reviewed uses of the emergency door."""
    reviewed = BreakGlassAccess.objects.filter(reviewed_at__isnull=False)
    return list(reviewed.select_related("user", "client", "reviewed_by").order_by("-reviewed_at")[:REVIEWED_SHOWN])


def _name_key(clients: QuerySet[Client], key: str) -> Func | None:
    """The place of a row in the order of names; None where the key leads to no row the user may see."""
    try:
        row = clients.values_list("family_name", "given_names", "id").filter(pk=key).first() if key else None
    except ValidationError:
        return None
    return Func(*(Value(part) for part in row), function="ROW", output_field=TextField()) if row else None


def _fits(wanted: Wanted) -> Q:
    each = [_word(word) for word in wanted.words]
    each += [Q(search_text__contains=digits) for digits in wanted.digits]
    whole = " " if not each and not wanted.birth_dates else ""
    each += [Q(search_text__contains=f" {word}{whole}") for word in wanted.short_words]
    if wanted.birth_dates:
        each.append(Q(birth_on__in=wanted.birth_dates))
    return reduce(and_, each)


def _closeness(wanted: Wanted) -> Combinable:
    """Whole words above parts of words above slips."""
    parts: list[Combinable] = [Cast(Value(0.0), FloatField())]
    for word in wanted.words:
        parts += [TrigramStrictWordSimilarity(word, "search_text"), TrigramWordSimilarity(word, "search_text")]
    parts += [
        Case(When(search_text__contains=f" {word} ", then=1.0), default=0.0, output_field=FloatField())
        for word in wanted.short_words
    ]
    return reduce(add, parts)


def _word(word: str) -> Q:
    slips = [Q(Like(F("search_text"), f"% {slip} %")) for slip in slips_of(word)]
    return reduce(or_, slips, Q(search_text__trigram_word_similar=word))


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
