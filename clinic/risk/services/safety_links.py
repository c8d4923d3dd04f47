"""Deeds on the links to a safety plan: send one, show one, end them; and a client's first step in."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.messaging.rules import PAGE_LASTS
from clinic.messaging.services import confirm_birth_year, end_links, send_link, show_link
from clinic.risk.queries import safety as queries
from clinic.risk.rules.safety import CopyHolder
from clinic.risk.services.safety import keep_copy, locked_client
from clinic.staff.models import User


@transaction.atomic
def send_safety_plan_link(*, client_id: UUID, by: User, now: datetime) -> None:
    """Write to the client with a fresh link to their plan, by a way they agreed to, outside quiet hours.

    Asked again while a message is on its way it changes nothing. Raises RuleBroken.
    """
    client = _client_with_plan(client_id, by)
    if send_link(client, about_kind=queries.KIND, now=now):
        record("safety_plan_link_sent", by=by, subject=client, client_id=client_id)


@transaction.atomic
def show_safety_plan_link(*, client_id: UUID, by: User, now: datetime) -> str:
    """Make a link to hand over in person; it is shown once, for only the hash of its token is kept."""
    client = _client_with_plan(client_id, by)
    record("safety_plan_link_shown", by=by, subject=client, client_id=client_id)
    return show_link(client, about_kind=queries.KIND, view_name="safety_page", expires_at=now + PAGE_LASTS)


@transaction.atomic
def end_safety_plan_links(*, client_id: UUID, by: User, now: datetime) -> int:
    """End every link to a client's plan at once, and take back a message that waits."""
    client = locked_client(client_id, by)
    ended = end_links(client, about_kind=queries.KIND, now=now)
    record("safety_plan_links_ended", by=by, subject=client, client_id=client_id, links=ended)
    return ended


def enter_safety_plan(*, token: str, year: int, now: datetime) -> None:
    """A client by link gives their birth year; from then on they have a copy of the plan in force."""
    confirm_birth_year(token=token, about_kind=queries.KIND, year=year, now=now)
    opened = queries.open_plan(token, now=now)
    if opened is not None:
        record("safety_plan_opened_by_link", by=None, subject=opened.link)
        today = queries.today_of(opened.client, now)
        keep_copy(opened.plan, holder=CopyHolder.CLIENT, name="", given_on=today, by=None, now=now)


def _client_with_plan(client_id: UUID, by: User) -> Client:
    client = locked_client(client_id, by)
    if queries.plan_in_force(client.pk) is None:
        raise RuleBroken("There is no safety plan to give.")
    return client
