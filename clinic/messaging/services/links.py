"""Links that open one page for one client."""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.audit.services import record
from clinic.core.models import new_id
from clinic.core.rules import RuleBroken
from clinic.messaging.models import SignedLink
from clinic.messaging.queries import hash_of, open_link
from clinic.messaging.rules import page_gone
from clinic.messaging.services.by_key import array_of

TOKEN_BYTES = 32
TRIES = 5
# Every message has a fresh link: made as objects, they would cost as much as all else about a message.
MINT = """
INSERT INTO messaging_signedlink
    (id, client_id, about_kind, about_id, token_hash, expires_at, tries_left, created_at, updated_at)
SELECT link.id, link.client, %(kind)s, link.about, decode(link.hash, 'hex'), %(ends)s, %(tries)s,
    statement_timestamp(), statement_timestamp()
FROM unnest(%(ids)s::uuid[], %(clients)s::uuid[], %(abouts)s::uuid[], %(hashes)s::text[])
    AS link (id, client, about, hash)
"""
# Whom a link is for, and the row that it opens.
LinkFor = tuple[UUID, UUID]


def mint_link(*, client_id: UUID, about_kind: str, about_id: UUID, expires_at: datetime) -> str:
    """Make a link of 256 random bits and answer its token; only the hash is kept, so no one can read it back."""
    return mint_links([(client_id, about_id)], about_kind=about_kind, expires_at=expires_at)[0]


def mint_links(wanted: Iterable[LinkFor], *, about_kind: str, expires_at: datetime) -> list[str]:
    """Make a link of one kind for each that is wanted, by one statement; the tokens come in the same order."""
    made = [(*one, secrets.token_urlsafe(TOKEN_BYTES)) for one in wanted]
    if made:
        with connection.cursor() as cursor:
            cursor.execute(
                MINT,
                {
                    "kind": about_kind,
                    "ends": expires_at,
                    "tries": TRIES,
                    "ids": array_of(new_id().hex for _ in made),
                    "clients": array_of(client_id.hex for client_id, _, _ in made),
                    "abouts": array_of(about_id.hex for _, about_id, _ in made),
                    "hashes": array_of(hash_of(token).hex() for _, _, token in made),
                },
            )
    return [token for _, _, token in made]


def use_links(*, about_kind: str, about_id: UUID, now: datetime) -> int:
    """What the links were for is done: none of them opens again."""
    live = SignedLink.objects.filter(about_kind=about_kind, about_id=about_id, used_at=None)
    return live.update(used_at=now, updated_at=now)


def renew_links(*, about_kind: str, about_id: UUID, until: datetime, now: datetime) -> int:
    """Links that are open live until `until`; one that has expired, was used or revoked stays closed."""
    links = SignedLink.objects.filter(about_kind=about_kind, about_id=about_id, used_at=None, revoked_at=None)
    return links.filter(expires_at__gt=now, tries_left__gt=0).update(expires_at=until, updated_at=now)


def revoke_links(*, about_kind: str, about_ids: Collection[UUID], now: datetime) -> int:
    """What the links were for no longer stands: they open nothing."""
    live = SignedLink.objects.filter(about_kind=about_kind, about_id__in=about_ids, revoked_at=None, used_at=None)
    return live.update(revoked_at=now, updated_at=now)


def confirm_birth_year(*, token: str, about_kind: str, year: int, now: datetime) -> None:
    """The year of birth opens the page; a wrong one costs one of five tries, counted even though it is refused."""
    link = open_link(token, about_kind=about_kind, now=now)
    if link is None:
        raise page_gone()
    left = _try_year(link.pk, is_right=year == link.client.birth_on.year)
    if left is None:
        return
    record(f"{about_kind}_birth_year_wrong", by=None, subject=link, tries_left=left)
    if not left:
        raise RuleBroken(_("That is not the year we have. You have no tries left."), field="year")
    said = ngettext(
        "That is not the year we have. You have %(left)s try left.",
        "That is not the year we have. You have %(left)s tries left.",
        left,
    )
    raise RuleBroken(said % {"left": left}, field="year")


@transaction.atomic
def _try_year(link_id: UUID, *, is_right: bool) -> int | None:
    """None lets in; else how many tries are left. Under a lock, so that many guesses at once are no more than five."""
    link = SignedLink.objects.select_for_update().get(pk=link_id)
    if is_right and link.tries_left:
        return None
    link.tries_left = max(0, link.tries_left - 1)
    link.save(update_fields=["tries_left", "updated_at"])
    return link.tries_left
