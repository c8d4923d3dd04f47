"""How a client is reached and who stands by them. Rows end, they are not deleted."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.clients import queries, rules
from clinic.clients.models import Client, ClientStatus, ConsentWay, ContactPoint, RelatedKind, RelatedPerson
from clinic.clients.rules import Contact, Related
from clinic.clients.services.messages import follow_contact_points
from clinic.clients.services.root import locked_client, write_search_text
from clinic.core.clock import local_day
from clinic.staff.models import User

USES = ("label", "is_preferred", "may_call", "may_leave_voicemail", "may_text", "may_email")


@transaction.atomic
def set_contact_points(
    *, client_id: UUID, contact_points: Sequence[Contact], by: User | None, now: datetime
) -> list[ContactPoint]:
    """The phones and e-mail addresses of a client are these: others end, uses follow what is given here."""
    client = locked_client(client_id)
    replace_contact_points(client, contact_points, by=by, now=now)
    write_search_text(client)
    record("contact_points_set", by=by, subject=client, client_id=client.pk, count=len(contact_points))
    return list(ContactPoint.objects.filter(client=client, ended_at=None))


@transaction.atomic
def set_related_people(
    *, client_id: UUID, related_people: Sequence[Related], by: User, now: datetime
) -> list[RelatedPerson]:
    """Emergency contacts and guardians are these; an active minor keeps a guardian."""
    client = locked_client(client_id)
    if client.status == ClientStatus.ACTIVE:
        guarded = any(person.kind == RelatedKind.GUARDIAN for person in related_people)
        rules.check_guardian(client.birth_on, has_guardian=guarded, today=local_day(now))
    replace_related_people(client, related_people, now=now)
    record("related_people_set", by=by, subject=client, client_id=client.pk, count=len(related_people))
    return list(RelatedPerson.objects.filter(client=client, ended_at=None))


def replace_contact_points(
    client: Client,
    contact_points: Sequence[Contact],
    *,
    how: ConsentWay = ConsentWay.STAFF,
    by: User | None,
    now: datetime,
) -> bool:
    """Bring the live contact points of a locked client to those given; answers whether anything changed.

    Consent to messages follows: `how` the client said that they may be written to.
    """
    before = queries.usable_channels(client)
    wanted = {(c.kind, c.value): c for c in map(rules.checked_contact, contact_points)}
    standing = {(c.kind, c.value): c for c in ContactPoint.objects.filter(client=client, ended_at=None)}
    changed = False
    for key, point in standing.items():
        if key not in wanted:
            point.ended_at = now
            point.save(update_fields=["ended_at", "updated_at"])
            changed = True
    for key, contact in wanted.items():
        changed = _write_contact(client, standing.get(key), contact, now) or changed
    if changed:
        follow_contact_points(client, before, how=how, by=by, now=now)
    return changed


def replace_related_people(client: Client, related_people: Sequence[Related], *, now: datetime) -> bool:
    """Bring the people standing by a locked client to those given; answers whether anything changed."""
    wanted = [asdict(rules.checked_related(person)) for person in related_people]
    names = ("kind", "name", "relationship", "phone", "email")
    changed = False
    for person in RelatedPerson.objects.filter(client=client, ended_at=None):
        as_given = {name: getattr(person, name) for name in names}
        if as_given in wanted:
            wanted.remove(as_given)
        else:
            person.ended_at = now
            person.save(update_fields=["ended_at", "updated_at"])
            changed = True
    for values in wanted:
        person = RelatedPerson(client=client, **values)
        person.clean_fields()
        person.save(force_insert=True)
    return changed or bool(wanted)


def _write_contact(client: Client, point: ContactPoint | None, contact: Contact, now: datetime) -> bool:
    """A use that the client allows is dated: the day it was first given here."""
    allowed = contact.may_text or contact.may_email
    if point is None:
        consented_on = contact.consented_on or (local_day(now) if allowed else None)
        point = ContactPoint(client=client, **{**asdict(contact), "consented_on": consented_on})
        point.clean_fields()
        point.save(force_insert=True)
        return True
    changed = [name for name in USES if getattr(point, name) != getattr(contact, name)]
    if not changed:
        return False
    if allowed and not (point.may_text or point.may_email):
        point.consented_on = contact.consented_on or local_day(now)
        changed.append("consented_on")
    for name in set(changed) & set(USES):
        setattr(point, name, getattr(contact, name))
    point.save(update_fields=[*changed, "updated_at"])
    return True
