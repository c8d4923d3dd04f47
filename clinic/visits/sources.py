"""What the apps above tell of a client since the last visit.

This app stands below those that keep, for instance, what a therapist observed, so it cannot ask them by import.
Each registers a source when it is loaded (`AppConfig.ready`); the visit page asks those that are registered.
"""

from collections.abc import Callable
from datetime import datetime

from clinic.clients.models import Client
from clinic.visits.rules.since import Line

Source = Callable[[Client, datetime], list[Line]]

_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Make a source known: called with the client and the instant since which to tell."""
    _sources[name] = source


def lines_from_above(client: Client, since: datetime) -> list[Line]:
    """The lines of every registered source."""
    return [line for source in _sources.values() for line in source(client, since)]
