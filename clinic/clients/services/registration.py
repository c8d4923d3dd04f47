"""Making a client, changing who they are, moving their status."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.clients import queries, rules
from clinic.clients.models import Client, ClientStatus, ConsentWay, RelatedKind, RelatedPerson
from clinic.clients.rules import ClientDetails, Contact, Related, detail_names
from clinic.clients.services.reach import replace_contact_points, replace_related_people
from clinic.clients.services.root import lock_identity, locked_client, write_search_text
from clinic.core.clock import local_day
from clinic.core.rules import StaleRecord
from clinic.staff.models import User


@transaction.atomic
def register_client(
    *,
    details: ClientDetails,
    contact_points: Sequence[Contact] = (),
    related_people: Sequence[Related] = (),
    status: str = ClientStatus.ENQUIRY,
    came_from: str = "staff",
    by: User | None,
    now: datetime,
) -> Client:
    """Make a client with how to reach them and who stands by them.

    A minor starts as active only with a guardian. Raises RuleBroken with the field that is wrong. `by` is None
    where no member of staff acts. The very same form within ten minutes is one client, even at the same moment.
    """
    lock_identity(details)
    if standing := queries.just_registered(details, contact_points, related_people, now):
        return standing
    today = local_day(now)
    _check_details(details, today)
    client = Client(**asdict(details), status=status, came_from=came_from)
    if status == ClientStatus.ACTIVE:
        guarded = any(person.kind == RelatedKind.GUARDIAN for person in related_people)
        rules.check_guardian(details.birth_on, has_guardian=guarded, today=today)
    client.clean_fields()
    client.save(force_insert=True)
    how = ConsentWay.ENQUIRY if came_from == ConsentWay.ENQUIRY else ConsentWay.STAFF
    replace_contact_points(client, contact_points, how=how, by=by, now=now)
    replace_related_people(client, related_people, now=now)
    write_search_text(client)
    record("client_registered", by=by, subject=client, client_id=client.pk, came_from=came_from)
    return client


@transaction.atomic
def edit_client(
    *,
    client_id: UUID,
    version: int,
    details: ClientDetails,
    contact_points: Sequence[Contact] | None = None,
    related_people: Sequence[Related] | None = None,
    by: User,
    now: datetime,
) -> Client:
    """Change who a client is and, where given, how to reach them and who stands by them.

    Raises StaleRecord if somebody saved the client after `version` was opened, RuleBroken if a value is wrong.
    """
    client = locked_client(client_id)
    if client.version != version:
        raise StaleRecord(
            "Somebody changed this client after you opened the page.",
            theirs=_standing(client),
            version=client.version,
        )
    _check_details(details, local_day(now))
    new = asdict(details)
    changed = [name for name in detail_names() if getattr(client, name) != new[name]]
    for name in changed:
        setattr(client, name, new[name])
    client.version += 1
    client.clean_fields()
    client.save(update_fields=[*changed, "version", "updated_at"])
    if contact_points is not None and replace_contact_points(client, contact_points, by=by, now=now):
        changed.append("contact_points")
    if related_people is not None and replace_related_people(client, related_people, now=now):
        changed.append("related_people")
    if client.status == ClientStatus.ACTIVE:
        _check_guardian_of(client, now)
    write_search_text(client)
    record("client_edited", by=by, subject=client, client_id=client.pk, fields=sorted(changed))
    return client


@transaction.atomic
def change_status(*, client_id: UUID, status: str, by: User | None, now: datetime) -> Client:
    """Move a client between enquiry, active, paused and discharged; a minor becomes active with a guardian only."""
    client = locked_client(client_id)
    rules.check_status_move(client.status, status)
    if status == ClientStatus.ACTIVE:
        _check_guardian_of(client, now)
    was, client.status = client.status, status
    client.save(update_fields=["status", "updated_at"])
    record("client_status_changed", by=by, subject=client, client_id=client.pk, was=was, became=str(status))
    return client


@transaction.atomic
def take_into_care(*, client_id: UUID, by: User, now: datetime) -> Client:
    """A client whose treatment begins is no enquiry any more but active; every other status stays as it is."""
    client = locked_client(client_id)
    if client.status != ClientStatus.ENQUIRY:
        return client
    return change_status(client_id=client_id, status=ClientStatus.ACTIVE, by=by, now=now)


def _check_details(details: ClientDetails, today: date) -> None:
    rules.check_birth_date(details.birth_on, today=today)
    rules.check_time_zone(details.time_zone)


def _check_guardian_of(client: Client, now: datetime) -> None:
    guardians = RelatedPerson.objects.filter(client=client, kind=RelatedKind.GUARDIAN, ended_at=None)
    rules.check_guardian(client.birth_on, has_guardian=guardians.exists(), today=local_day(now))


def _standing(client: Client) -> dict[str, str]:
    """Who the client is and how they are reached, by field of the page: whoever comes second is shown all of it."""
    reach = queries.reach_in_fields(queries.live_contacts(client), queries.live_related(client))
    details = {name: getattr(client, name) for name in detail_names()}
    return {name: _as_text(value) for name, value in {**details, **reach}.items()}


def _as_text(value: object) -> str:
    return ("Yes" if value else "No") if isinstance(value, bool) else str(value)
