"""Visits; they go through the services, for what is signed cannot be planted."""

import datetime as dt
from typing import Any

from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.visits import services
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.note import Note

WRITTEN = Note(subjective="Sleeps better.", assessment="Depression, improved.", risk_answer="none")


def draft(client: Client, by: User, now: dt.datetime) -> FollowUpVisit:
    """A visit begun."""
    return services.start_visit(client_id=client.pk, by=by, now=now)


def written(client: Client, by: User, now: dt.datetime, note: Note = WRITTEN) -> FollowUpVisit:
    """A draft with its note, no medication decided."""
    visit = draft(client, by, now)
    return services.save_visit(visit_id=visit.pk, version=visit.version, note=note, by=by, now=now)


def signed(client: Client, by: User, now: dt.datetime, **decisions: Any) -> FollowUpVisit:
    """A signed visit of a client who takes nothing."""
    visit = written(client, by, now)
    return services.sign_visit(visit_id=visit.pk, by=by, now=now)
