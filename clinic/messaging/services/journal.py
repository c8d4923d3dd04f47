"""Messages to a gateway that can never be asked are written down one by one, around each hand-over.

Of a batch that dies on its way, only the message that was just being handed over may then have left unseen. These
marks survive the death of the sender at once; the disk has them within a second, which only a crash of the database
and of the sender in the same second could lose.
"""

from django.db import connection

from clinic.messaging.gateways import Result

PREPARED = "prepared"
STARTED = "started"
MARK = """
UPDATE messaging_deliveryattempt AS attempt
SET outcome = CASE attempt.id WHEN %(next)s THEN 'started' ELSE %(outcome)s END,
    detail = CASE attempt.id WHEN %(next)s THEN '' ELSE %(detail)s END
FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quick
WHERE attempt.id IN (%(next)s, %(before)s)
"""


def note_start(attempt_id: int, *, ended: tuple[int, Result] | None) -> None:
    """A message is about to be handed over; how the one before it ended is written by the same statement."""
    before, result = ended or (attempt_id, None)
    outcome, detail = (result.outcome.value, result.detail[:200]) if result else ("", "")
    with connection.cursor() as cursor:
        cursor.execute(MARK, {"next": attempt_id, "before": before, "outcome": outcome, "detail": detail})
