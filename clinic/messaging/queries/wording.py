"""What messages say: the texts in force, and those that wait for a second person."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import reverse

from clinic.messaging.models import MessageText

LONGEST_TOKEN = "x" * 43


@dataclass(frozen=True)
class Wording:
    """The sentence of a message and the subject of its e-mail."""

    words: str
    subject: str


def approved_wordings(kinds: Collection[str]) -> dict[tuple[str, str], Wording]:
    """By kind and language what the clinic made of its texts, the newest that a second person approved."""
    rows = MessageText.objects.filter(about_kind__in=kinds, approved_at__isnull=False).order_by("number")
    return {(row.about_kind, row.language): Wording(row.words, row.subject) for row in rows}


def newest_text(about_kind: str, language: str) -> MessageText | None:
    """The text written last for a kind in a language, approved or not."""
    rows = MessageText.objects.filter(about_kind=about_kind, language=language)
    return rows.select_related("written_by", "approved_by").order_by("-number").first()


def get_text(text_id: UUID) -> MessageText:
    return get_object_or_404(MessageText, pk=text_id)


def longest_link(view_name: str) -> str:
    """A link to a client's page as long as any, with this clinic's address."""
    return f"{settings.SITE_URL.rstrip('/')}{reverse(view_name, args=[LONGEST_TOKEN])}"
