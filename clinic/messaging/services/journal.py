"""Messages to a gateway that can never be asked are written down one by one, around each hand-over.

Of a batch that dies on its way, only the message that was just being handed over may then have left unseen. These
marks survive the death of the sender at once; the disk has them within a second, which only a crash of the database
and of the sender in the same second could lose.
"""

import itertools
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db import connection
from psycopg import Error
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from clinic.messaging.gateways import Result
from clinic.messaging.services.by_key import array_of

PREPARED = "prepared"
STARTED = "started"
NUMBERS = itertools.count()
MARK = b"""
WITH ended AS (UPDATE messaging_deliveryattempt SET outcome = $3, detail = $4 WHERE id = $2)
UPDATE messaging_deliveryattempt SET outcome = 'started'
FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quick WHERE id = $1
"""
BEGIN = """
INSERT INTO messaging_deliveryattempt (reminder_id, at, outcome, detail)
SELECT begun.reminder, %s, begun.outcome, '' FROM unnest(%s::uuid[], %s::text[]) AS begun (reminder, outcome)
RETURNING reminder_id, id
"""


def begin_tries(begun: Mapping[UUID, str], *, at: datetime) -> dict[UUID, int]:
    """Write the tries of a batch down, by their reminders; answers by reminder the key of its try."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [at, array_of(row_id.hex for row_id in begun), array_of(begun.values())])
        return dict(cursor.fetchall())


class Journal:
    """The marks of one batch, by a statement that is made ready once and then run on the bare line to the database.

    Of all statements this alone stands between two letters: by way of a cursor it would cost a sender a third of its
    time. It lives no longer than the batch, for psycopg forgets what is ready whenever a transaction is rolled back.
    """

    def __init__(self) -> None:
        self._name = b"mark_%d" % next(NUMBERS)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *failed: object) -> None:
        line = self.__dict__.get("_line")
        if line is not None:
            # On a line that broke it is gone already.
            with suppress(Error):
                line.exec_(b"DEALLOCATE " + self._name)

    @cached_property
    def _line(self) -> PGconn:
        connection.ensure_connection()
        line: PGconn = connection.connection.pgconn
        _check(line.prepare(self._name, MARK))
        return line

    def note_start(self, attempt_id: int, *, ended: tuple[int, Result] | None) -> None:
        """A message is about to be handed over; how the one before it ended is written by the same statement.

        Raises DatabaseError where it could not be written.
        """
        before, result = ended or (0, None)
        outcome, detail = (result.outcome.value, result.detail[:200]) if result else ("", "")
        words = [b"%d" % attempt_id, b"%d" % before, outcome.encode(), detail.encode()]
        with connection.wrap_database_errors:
            _check(self._line.exec_prepared(self._name, words))


def _check(answer: PGresult) -> None:
    if answer.status != ExecStatus.COMMAND_OK:
        raise error_from_result(answer)
