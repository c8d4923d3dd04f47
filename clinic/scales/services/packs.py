"""A clinic loads a scale that may not be shipped, once an administrator has accepted the terms in its file."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.core.rules import RuleBroken
from clinic.scales.models import ContentPack
from clinic.scales.rules import read_pack
from clinic.staff.models import User


@transaction.atomic
def accept_pack(*, definition: str, file_name: str, by: User, now: datetime) -> ContentPack:
    """Accept the terms of a definition file and let its scale be asked from now on; file and terms are kept.

    Another version of the same scale leaves use. The same file again is the same. Raises RuleBroken where the file
    would score wrongly, names no terms, takes a shipped scale's code, or its version was loaded with other content.
    """
    scale, terms = read_pack(definition, file_name)
    same = next((pack for pack in _earlier(scale.code) if pack.version == scale.version), None)
    if same and same.definition == definition and same.retired_at is None:
        return same
    if same:
        raise RuleBroken(
            f"Version {scale.version} of {scale.code} was loaded before, on {same.accepted_at:%b %-d, %Y}. "
            "What was answered on it must stay readable: give the file a new version."
        )
    _take_out_of_use(scale.code, by, now)
    pack = ContentPack(
        code=scale.code,
        version=scale.version,
        file_name=file_name,
        definition=definition,
        terms_version=terms.version,
        terms_text=terms.text,
        accepted_by=by,
        accepted_at=now,
    )
    pack.clean_fields()
    # Of two administrators at once the database keeps one.
    ContentPack.objects.bulk_create([pack], ignore_conflicts=True)
    if not ContentPack.objects.filter(pk=pack.pk).exists():
        raise RuleBroken(f"Somebody loaded {scale.code} meanwhile. Look at what is in use now.")
    record("scale_pack_accepted", by=by, subject=pack, code=pack.code, version=pack.version, terms=pack.terms_version)
    return pack


@transaction.atomic
def retire_pack(*, pack_id: UUID, by: User, now: datetime) -> ContentPack:
    """Ask a scale of the clinic's own no more; what was answered on it stays. Retired again changes nothing."""
    pack = ContentPack.objects.select_for_update().get(pk=pack_id)
    if pack.retired_at is None:
        pack.retired_by, pack.retired_at = by, now
        pack.save(update_fields=["retired_by", "retired_at", "updated_at"])
        record("scale_pack_retired", by=by, subject=pack, code=pack.code, version=pack.version)
    return pack


def _earlier(code: str) -> list[ContentPack]:
    return list(ContentPack.objects.select_for_update().filter(code=code))


def _take_out_of_use(code: str, by: User, now: datetime) -> None:
    ContentPack.objects.in_use().filter(code=code).update(retired_by=by, retired_at=now, updated_at=now)
