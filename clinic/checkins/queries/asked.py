"""One check-in as it was asked: its messages, and the duty where nobody answered."""

from dataclasses import dataclass
from uuid import UUID

from django.shortcuts import get_object_or_404

from clinic.checkins.models import CheckIn
from clinic.checkins.queries.answers import KIND
from clinic.checkins.queries.silence import silence_about
from clinic.messaging.models import Reminder
from clinic.staff.models import User
from clinic.worklist.models import WorkItem


@dataclass(frozen=True, slots=True)
class Asked:
    """A check-in with the messages that asked it and the duty that its silence made, if one."""

    checkin: CheckIn
    messages: list[Reminder]
    duty: WorkItem | None


def get_asked(user: User, checkin_id: UUID) -> Asked:
    """One check-in of a chart that is open to this user, else 404."""
    found = CheckIn.objects.visible_to(user).select_related("dose_plan__medication", "answer")
    checkin = get_object_or_404(found, pk=checkin_id)
    return Asked(
        checkin,
        list(Reminder.objects.filter(about_kind=KIND, about_id=checkin.pk).order_by("due_at")),
        WorkItem.objects.filter(about=silence_about(checkin.pk)).select_related("owner").first(),
    )
