"""Messages to a gateway that can never be asked are written down one by one, around each hand-over.

Of a batch that dies on its way, only the message that was just being handed over may then have left unseen. These
marks survive the death of the sender at once; the disk has them within a second, which only a crash of the database
and of the sender in the same second could lose.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from clinic.messaging.gateways import Result

PREPARED = "prepared"
STARTED = "started"
MARK = """
UPDATE messaging_deliveryattempt AS attempt
SET outcome = mark.outcome, detail = mark.detail
FROM (VALUES (%s::bigint, 'started', ''), (%s::bigint, %s, %s)) AS mark (id, outcome, detail),
    (SELECT set_config('synchronous_commit', 'off', true)) AS quick
WHERE attempt.id = mark.id
"""
BEGIN = """
INSERT INTO messaging_deliveryattempt (reminder_id, at, outcome, detail)
SELECT begun.reminder, %s, begun.outcome, '' FROM unnest(%s::uuid[], %s::text[]) AS begun (reminder, outcome)
RETURNING reminder_id, id
"""


def begin_tries(begun: Mapping[UUID, str], *, at: datetime) -> dict[UUID, int]:
    """Write the tries of a batch down, by their reminders; answers by reminder the key of its try."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [at, list(begun), list(begun.values())])
        return dict(cursor.fetchall())


class Journal:
    """The marks of one batch over one cursor: opening one for each mark would cost more than the mark itself."""

    def __init__(self) -> None:
        self._kept = ExitStack()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *failed: object) -> None:
        self._kept.close()

    @cached_property
    def _cursor(self) -> CursorWrapper:
        return self._kept.enter_context(connection.cursor())

    def note_start(self, attempt_id: int, *, ended: tuple[int, Result] | None) -> None:
        """A message is about to be handed over; how the one before it ended is written by the same statement."""
        before, outcome, detail = (ended[0], ended[1].outcome.value, ended[1].detail[:200]) if ended else (None, "", "")
        self._cursor.execute(MARK, [attempt_id, before, outcome, detail])
