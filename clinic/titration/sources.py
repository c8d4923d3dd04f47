"""From where the plan editor is opened, where it leads back to, and what is known there of why a dose changes.

The visit stands above this app and cannot be asked by import. It makes itself known when it is loaded
(`AppConfig.ready`); an address of the editor then names it by its key, `?visit=...`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from clinic.clients.models import Client
from clinic.staff.models import User


class Opener(Protocol):
    """What an editor was opened from: its key and the address of its page."""

    @property
    def pk(self) -> UUID: ...
    def get_absolute_url(self) -> str: ...


Find = Callable[[User, Client, UUID], Opener | None]
Tell = Callable[[Client, Any], str]

_finders: list[Find] = []
_tellers: list[Tell] = []


def register(find: Find, tell: Tell) -> None:
    """Make known who finds the visit, one that this user writes of this client, else None; and who sums up for it
    what happened since the last one."""
    _finders[:], _tellers[:] = [find], [tell]


def opened_from(user: User, client: Client, visit_id: str) -> Opener | None:
    """The visit that an address names; None where it names none that this user writes of this client."""
    try:
        key = UUID(visit_id)
    except ValueError:
        return None
    return _finders[0](user, client, key) if _finders else None


def what_happened(client: Client, opener: Opener | None) -> Callable[[], str] | None:
    """Asks what is known at the visit for why a dose changes, in a sentence; None where no visit opened the editor."""
    return partial(_tellers[0], client, opener) if opener is not None else None
