"""What the apps above know of a client's body that a dose depends on.

This app stands below the one that keeps results, so it cannot ask it by import. That app registers a provider when
it is loaded (`AppConfig.ready`); without one nothing is known, which is never the same as normal.
"""

from collections.abc import Callable
from uuid import UUID

from clinic.titration.rules.person import MeasuredFacts

Provider = Callable[[UUID], MeasuredFacts]

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Make the provider of measured facts known: called with the client's key."""
    _providers[:] = [provider]


def measured_facts(client_id: UUID) -> MeasuredFacts:
    """The newest measured facts of a client; all None where nobody provides them."""
    return _providers[0](client_id) if _providers else MeasuredFacts()
