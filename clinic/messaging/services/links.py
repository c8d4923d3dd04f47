"""Links that open one page for one client."""

import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.messaging.models import SignedLink
from clinic.messaging.queries import hash_of

TOKEN_BYTES = 32


def mint_link(*, client_id: UUID, about_kind: str, about_id: UUID, expires_at: datetime) -> str:
    """Make a link of 256 random bits and answer its token; only the hash is kept, so no one can read it back."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    SignedLink.objects.create(
        client_id=client_id,
        about_kind=about_kind,
        about_id=about_id,
        token_hash=hash_of(token),
        expires_at=expires_at,
    )
    return token


def use_links(*, about_kind: str, about_id: UUID, now: datetime) -> int:
    """What the links were for is done: none of them opens again."""
    live = SignedLink.objects.filter(about_kind=about_kind, about_id=about_id, used_at=None)
    return live.update(used_at=now, updated_at=now)


def revoke_links(*, about_kind: str, about_ids: Collection[UUID], now: datetime) -> int:
    """What the links were for no longer stands: they open nothing."""
    live = SignedLink.objects.filter(about_kind=about_kind, about_id__in=about_ids, revoked_at=None, used_at=None)
    return live.update(revoked_at=now, updated_at=now)


@transaction.atomic
def count_wrong_try(*, link_id: UUID) -> int:
    """A wrong answer to the birth-year question; answers how many of the five tries are left."""
    link = SignedLink.objects.select_for_update().get(pk=link_id)
    link.tries_left = max(0, link.tries_left - 1)
    link.save(update_fields=["tries_left", "updated_at"])
    return link.tries_left
