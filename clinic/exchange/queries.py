"""What pages read of imports; the user comes first."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from clinic.exchange.models import ImportDifference
from clinic.staff.models import User

SHOWN = 50


def open_differences(user: User) -> QuerySet[ImportDifference]:
    """Differences that wait for a person, the oldest first, of clients and charts the user may see."""
    waiting = ImportDifference.objects.open().visible_to(user).select_related("client", "resource")
    return waiting.order_by("found_at", "id")[:SHOWN]


def open_difference(user: User, difference_id: UUID) -> ImportDifference:
    """One difference that the user may settle; 404 if it is not theirs to see."""
    return get_object_or_404(ImportDifference.objects.visible_to(user), pk=difference_id)
