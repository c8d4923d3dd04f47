"""How clients are named in lists, the list of all, and who belongs to one."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.shortcuts import get_object_or_404

from clinic.clients.models import CareTeamMember, Client, ClientStatus, SharingConsent
from clinic.clients.queries.messages import message_consents
from clinic.clients.queries.reach import live_contacts, live_related
from clinic.core.addresses import address
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.staff.ties import Tie

PAGE = 25
LISTED = ("id", "family_name", "given_names", "preferred_name", "birth_on", "status")


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


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list of clients; `path` leads to the chart where it is open to the reader, else to the contact."""

    id: UUID
    path: str
    name: str
    preferred_name: str
    birth_on: date
    status: str

    @classmethod
    def of(cls, row: Sequence[Any], *, is_chart_open: bool = False) -> Self:
        """A line from the values of `LISTED`."""
        key, family_name, given_names, preferred_name, birth_on, status = row
        path = address(settings.CHART_URL_NAME if is_chart_open else "clients:detail", key)
        words = str(ClientStatus(status).label)
        return cls(key, path, f"{family_name}, {given_names}", preferred_name, birth_on, words)


@dataclass(frozen=True)
class ListPage:
    """One page of clients by name, and the keys to the pages beside it (empty for none)."""

    clients: list[Listed]
    older: str
    newer: str


def list_clients(user: User, *, status: str = "", after: str = "", before: str = "") -> ListPage:
    """A page of 25 clients by name, of those the user may see. Keys are ids of rows: no page counts the table.

    `before` is the last row of the page before this one, `after` the first row of the page after it.
    """
    clients = Client.objects.visible_to(user)
    if status:
        clients = clients.filter(status=status)
    backwards = bool(after and not before)
    key = _name_key(clients, after if backwards else before)
    if key:
        row = Func(F("family_name"), F("given_names"), F("id"), function="ROW", output_field=TextField())
        beyond = LessThan(row, key) if backwards else GreaterThan(row, key)
        clients = clients.filter(beyond)
    names = ("family_name", "given_names", "id")
    found = clients.order_by(*(f"-{name}" if backwards else name for name in names)).values_list(*LISTED)
    rows = [Listed.of(row) for row in found[: PAGE + 1]]
    is_more = len(rows) > PAGE
    rows = rows[:PAGE][::-1] if backwards else rows[:PAGE]
    has_next, has_previous = (True, is_more) if backwards and key else (is_more, key is not None)
    return ListPage(
        rows,
        older=str(rows[-1].id) if rows and has_next else "",
        newer=str(rows[0].id) if rows and has_previous else "",
    )


def contact_parts(user: User, client: Client) -> dict[str, Any]:
    """What the contact page shows beside the client: contact, people, care team, consents, whether the chart opens."""
    return {
        "is_chart_open": Client.objects.charts_open_to(user).filter(pk=client.pk).exists(),
        "contact_points": live_contacts(client),
        "related_people": live_related(client),
        "team": care_team(client),
        "consents": sharing_consents(client),
        "message_channels": message_consents(client),
    }


def care_team(client: Client) -> list[CareTeamMember]:
    """Who looks after the client now, leads first."""
    return list(CareTeamMember.objects.live().filter(client=client).select_related("user").order_by("role", "-is_lead"))


def looked_after_by(user: User, now: datetime) -> list[Tie]:
    """How many clients somebody looks after, as the one responsible in a role or beside that one."""
    links = CareTeamMember.objects.live().filter(user=user).exclude(client__status=ClientStatus.DISCHARGED)
    counts = (
        links.order_by("role")
        .values_list("role")
        .annotate(leads=Count("pk", filter=Q(is_lead=True)), others=Count("pk", filter=Q(is_lead=False)))
    )
    ties = []
    for role, leads, others in counts:
        name = Role(role).label.lower()
        ties.append(Tie(leads, f"client has them as their {name}", f"clients have them as their {name}"))
        ties.append(Tie(others, f"client has them as a second {name}", f"clients have them as a second {name}"))
    return ties


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


def _name_key(clients: QuerySet[Client], key: str) -> Func | None:
    """The place of a row in the order of names; None where the key leads to no row the user may see."""
    try:
        row = clients.values_list("family_name", "given_names", "id").filter(pk=key).first() if key else None
    except ValidationError:
        return None
    return Func(*(Value(part) for part in row), function="ROW", output_field=TextField()) if row else None
