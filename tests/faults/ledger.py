"""What was due and what became of it: every scenario ends with one of these, and all of them balance."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from clinic.messaging.models import Reminder, ReminderState

LATE = """
SELECT coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM accepted_at - due_at)::float), 0)
FROM messaging_reminder WHERE id = ANY(%s) AND state = 'accepted'
"""
TITLES = (
    f"{'':<26} {'seed':>6} {'faults':>6} {'due':>6} {'acc.':>6} {'ref.':>5} {'dead':>5} {'canc.':>5}"
    f" {'lost':>4} {'twice':>5} {'max':>4} {'p99 s':>6} {'duties':>6}"
)


@dataclass(frozen=True)
class Ledger:
    """One scenario's account. `allowed` is how many extra copies its kind of gateway makes unavoidable.

    `wrong` counts what this scenario alone forbids, by name: sent too early, sent after it was cancelled and so on.
    """

    name: str
    seed: int
    faults: int
    due: int
    accepted: int
    refused: int
    dead: int
    cancelled: int
    lost: int
    duplicates: int
    allowed: int
    late_p99: float
    duties: int
    wrong: Mapping[str, int] = field(default_factory=dict)
    planned: int = 0

    @property
    def missed(self) -> int:
        """Planned faults that did not fall, for all was done before."""
        return max(0, self.planned - self.faults)

    @property
    def is_right(self) -> bool:
        balances = self.due == self.accepted + self.refused + self.dead + self.cancelled
        return balances and self.lost == 0 and self.duplicates <= self.allowed and not any(self.wrong.values())

    def __str__(self) -> str:
        line = (
            f"{self.name:<26} {self.seed:>6} {self.faults:>6} {self.due:>6} {self.accepted:>6} {self.refused:>5}"
            f" {self.dead:>5} {self.cancelled:>5} {self.lost:>4} {self.duplicates:>5} {self.allowed:>4}"
            f" {self.late_p99:>6.1f} {self.duties:>6}"
        )
        told = ", ".join(f"{name} {count}" for name, count in self.wrong.items())
        fell = f"  {self.faults} OF {self.planned} FAULTS FELL" if self.missed else ""
        return f"{line}  {told}{fell}{'' if self.is_right else '  WRONG'}"


def balance(
    name: str,
    keys: Mapping[UUID, UUID],
    copies: Counter[str],
    *,
    seed: int,
    faults: int,
    allowed: int = 0,
    wrong: Mapping[str, int] | None = None,
) -> Ledger:
    """The account of reminders (their idempotency keys by row) against every copy that the provider took."""
    mine = Reminder.objects.filter(pk__in=list(keys))
    states = Counter(mine.values_list("state", flat=True))
    accepted = set(mine.filter(state=ReminderState.ACCEPTED).values_list("idem_key", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(LATE, [list(keys)])
        (late,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM worklist_workitem WHERE about LIKE 'reminder:%%'")
        (duties,) = cursor.fetchone()
    wanted = {str(key) for key in keys.values()}
    return Ledger(
        name=name,
        seed=seed,
        faults=faults,
        due=len(keys),
        accepted=states[ReminderState.ACCEPTED],
        refused=states[ReminderState.REFUSED],
        dead=states[ReminderState.GAVE_UP],
        cancelled=states[ReminderState.CANCELLED],
        lost=sum(str(key) not in copies for key in accepted),
        duplicates=sum(count - 1 for key, count in copies.items() if key in wanted),
        allowed=allowed,
        late_p99=late,
        duties=duties,
        wrong=wrong or {},
    )
