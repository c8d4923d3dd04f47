"""What the apps above know of a client that a dose depends on: of their body, and what is due to be measured.

This app stands below the one that keeps results, so it cannot ask it by import. That app registers a provider when
it is loaded (`AppConfig.ready`); without one nothing is known, which is never the same as normal.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.titration.rules.person import MeasuredFacts
from clinic.titration.rules.signing import IsStop

Provider = Callable[[UUID], MeasuredFacts]
Due = Callable[[Client, Medication, datetime], list[str]]
Stops = Callable[[Client, Medication, datetime], Sequence[IsStop]]

_providers: list[Provider] = []
_due: list[Due] = []
_stops: list[Stops] = []


def register(provider: Provider) -> None:
    """Make the provider of measured facts known: called with the client's key."""
    _providers[:] = [provider]


def measured_facts(client_id: UUID) -> MeasuredFacts:
    """The newest measured facts of a client; all None where nobody provides them."""
    return _providers[0](client_id) if _providers else MeasuredFacts()


def register_due(due: Due) -> None:
    """Make known who tells what is due to be measured before a medication of a client is signed or renewed."""
    _due[:] = [due]


def due_before(client: Client, medication: Medication, now: datetime) -> list[str]:
    """Sentences about what is overdue or was never measured of a medication; none where nobody tells."""
    return _due[0](client, medication, now) if _due else []


def register_stops(stops: Stops) -> None:
    """Make known who tells which tests must be answered for before the first dose of a medication is signed."""
    _stops[:] = [stops]


def stops_before(client: Client, medication: Medication, now: datetime) -> Sequence[IsStop]:
    """What stops the first signature of a medication until a reason is given; none where nobody tells."""
    return _stops[0](client, medication, now) if _stops else ()
