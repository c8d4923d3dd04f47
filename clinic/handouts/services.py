"""Deeds on the links to a dose calendar: send one, show one, keep them open, end them; and a client's first step in."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.handouts import queries
from clinic.handouts.rules import giving
from clinic.messaging.rules import PAGE_LASTS
from clinic.messaging.services import confirm_birth_year, end_links, renew_links, send_link, show_link
from clinic.staff.models import User


@transaction.atomic
def send_calendar_link(*, client_id: UUID, by: User, now: datetime) -> None:
    """Write to the client with a fresh link to their dose calendar, by a way they agreed to, outside quiet hours.

    Refused without a running dose plan and without consent to a way of writing.
    """
    client = _client_with_plans(client_id, by, now)
    if send_link(client, about_kind=queries.KIND, now=now):
        record("calendar_link_sent", by=by, subject=client, client_id=client_id)


@transaction.atomic
def show_calendar_link(*, client_id: UUID, by: User, now: datetime) -> str:
    """Make a link to hand over in person; it is shown once, for only the hash of its token is kept."""
    client = _client_with_plans(client_id, by, now)
    record("calendar_link_shown", by=by, subject=client, client_id=client_id)
    return show_link(client, about_kind=queries.KIND, view_name="handouts:page", expires_at=now + PAGE_LASTS)


@transaction.atomic
def keep_calendar_links(*, client_id: UUID, by: User, now: datetime) -> int:
    """Keep the links that are open for three days from now; one that has expired stays closed."""
    client = _locked(client_id, by)
    kept = renew_links(about_kind=queries.KIND, about_id=client_id, until=now + PAGE_LASTS, now=now)
    record("calendar_links_kept", by=by, subject=client, client_id=client_id, links=kept)
    return kept


@transaction.atomic
def end_calendar_links(*, client_id: UUID, by: User, now: datetime) -> int:
    """End every link to a client's calendar at once, and take back a message that waits."""
    client = _locked(client_id, by)
    ended = end_links(client, about_kind=queries.KIND, now=now)
    record("calendar_links_ended", by=by, subject=client, client_id=client_id, links=ended)
    return ended


def enter_calendar(*, token: str, year: int, now: datetime) -> None:
    """A client by link gives their birth year; what they then read is written down once, here, for reading is GET."""
    confirm_birth_year(token=token, about_kind=queries.KIND, year=year, now=now)
    opened = queries.open_calendar(token, now=now)
    if opened is not None:
        record("calendar_opened_by_link", by=None, subject=opened.link)


def _client_with_plans(client_id: UUID, by: User, now: datetime) -> Client:
    client = _locked(client_id, by)
    giving.check_something_to_read(has_plans=queries.has_plans(client_id, queries.today_of(client, now)))
    return client


def _locked(client_id: UUID, by: User) -> Client:
    """The client under a lock, so that two who send at once send one message."""
    found = Client.objects.charts_open_to(by).select_for_update(of=("self",), no_key=True).filter(pk=client_id)
    client = found.first()
    if client is None:
        raise Http404
    return client
