"""From where the plan editor is opened, and where it leads back to.

The visit stands above this app and cannot be asked by import. It makes itself known when it is loaded
(`AppConfig.ready`); an address of the editor then names it by its key, `?visit=...`.
"""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from clinic.clients.models import Client
from clinic.staff.models import User


class Opener(Protocol):
    """What an editor was opened from: its key and the address of its page."""

    @property
    def pk(self) -> UUID: ...
    def get_absolute_url(self) -> str: ...


Find = Callable[[User, Client, UUID], Opener | None]

_finders: list[Find] = []


def register(find: Find) -> None:
    """Make known who finds the visit: one that this user writes of this client, else None."""
    _finders[:] = [find]


def opened_from(user: User, client: Client, visit_id: str) -> Opener | None:
    """The visit that an address names; None where it names none that this user writes of this client."""
    try:
        key = UUID(visit_id)
    except ValueError:
        return None
    return _finders[0](user, client, key) if _finders else None
