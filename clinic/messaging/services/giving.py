"""Giving a client a page by link: send it, show it once, end it. What the page is about is an upper app's business.

A page about the client themselves has the client as its cause; any other is named by `about_id`.
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from clinic.clients.models import Client
from clinic.messaging import rules
from clinic.messaging.models import OPEN_STATES
from clinic.messaging.purposes import consent_to
from clinic.messaging.queries import sendings, ways_about
from clinic.messaging.services.links import mint_link, revoke_links
from clinic.messaging.services.planning import Wanted, cancel_reminders, plan_reminders


def send_link(client: Client, *, about_kind: str, about_id: UUID | None = None, now: datetime) -> bool:
    """Write to the client with a fresh link, by a way they agreed to, outside quiet hours.

    Asked again while a message is on its way it changes nothing; answers whether a message was planned. Called
    inside a transaction that holds the client. Raises RuleBroken where the client agreed to no way.
    """
    rules.check_may_be_sent(has_way=bool(ways_about(consent_to(about_kind), [client.pk])))
    cause = about_id or client.pk
    sent = sendings(cause, about_kind)
    if sent.filter(state__in=OPEN_STATES).exists():
        return False
    newest = sent.first()
    wall = now.astimezone(ZoneInfo(client.time_zone))
    wanted = Wanted(
        client=client,
        about_id=cause,
        on=wall.date(),
        at=wall.time().replace(second=0, microsecond=0),
        step=newest.step + 1 if newest else 1,
    )
    plan_reminders([wanted], about_kind=about_kind, now=now)
    return True


def show_link(
    client: Client, *, about_kind: str, about_id: UUID | None = None, view_name: str, expires_at: datetime
) -> str:
    """Make a link to hand over in person; it is shown once, for only the hash of its token is kept."""
    cause = about_id or client.pk
    token = mint_link(client_id=client.pk, about_kind=about_kind, about_id=cause, expires_at=expires_at)
    return f"{settings.SITE_URL.rstrip('/')}{reverse(view_name, args=[token])}"


def end_links(client: Client, *, about_kind: str, about_id: UUID | None = None, now: datetime) -> int:
    """End every link of a kind at once, and take back a message that waits; answers how many links were ended."""
    causes = [about_id or client.pk]
    ended = revoke_links(about_kind=about_kind, about_ids=causes, now=now)
    cancel_reminders(about_kind=about_kind, about_ids=causes, because="the link was ended", now=now)
    return ended
