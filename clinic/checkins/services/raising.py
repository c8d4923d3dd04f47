"""What worries in an answer reaches a person: danger as a risk alert at once, the rest as a duty to call."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from clinic.checkins.rules import Level, Worry, highest
from clinic.clients.models import Client
from clinic.risk.models import RiskKind
from clinic.risk.services import raise_alert
from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind
from clinic.worklist.services import open_item

# The clinic's own promise to the client, no clinical number: at once in danger, else within a working day.
CALL_WITHIN = timedelta(days=1)


def raise_worries(client: Client, worries: Sequence[Worry], *, source: str, what: str, now: datetime) -> None:
    """Raise what a scale told that a client filled in alone: one alert for danger, one duty to call for all of it."""
    told = next((worry.sentence for worry in worries if worry.is_danger), "")
    if told:
        reason = f"{what}: {told}"
        raise_alert(client=client, kind=RiskKind.SELF_HARM, source=source, reason=reason, by=None, now=now)
    call_client(client, worries, about=f"{source}:call", what=what, now=now)


def call_client(client: Client, worries: Sequence[Worry], *, about: str, what: str, now: datetime) -> None:
    """A duty of the care team to call, as soon as the rule that presses most wants it; none where nothing worries."""
    if not worries:
        return
    is_urgent = highest(worry.level for worry in worries) is Level.URGENT
    open_item(
        kind=DutyKind.CALL_CLIENT,
        about=about,
        reason=(f"{what}: " + " ".join(worry.sentence for worry in worries))[:300],
        owner_role=Role.COORDINATOR,
        due_at=now if is_urgent else now + CALL_WITHIN,
        client=client,
        urgent=is_urgent,
        by=None,
        now=now,
    )
