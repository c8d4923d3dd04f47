"""What hangs on a member of staff, told by the apps above before an account is closed.

This app stands below those whose rows name people, so it cannot count them by import. Each of them registers what it
counts when it is loaded (`AppConfig.ready`). Numbers alone: who closes accounts sees no client.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from clinic.staff.models import User


@dataclass(frozen=True)
class Tie:
    """So many things of one kind; `one` and `many` say what they are, after the number."""

    count: int
    one: str
    many: str

    def __str__(self) -> str:
        return f"{self.count} {self.one if self.count == 1 else self.many}"


Counting = Callable[[User, datetime], list[Tie]]
_countings: list[Counting] = []


def register(counting: Counting) -> None:
    """Have something counted before an account is closed."""
    _countings.append(counting)


def ties_of(user: User, now: datetime) -> list[Tie]:
    """What hangs on somebody now; nothing where they may just go."""
    return [tie for counting in _countings for tie in counting(user, now) if tie.count]
