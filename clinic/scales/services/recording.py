"""Deeds on rating scales: record what was answered, scored as the instrument says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from clinic.audit.services import record
from clinic.clients.services import locked_client
from clinic.core.rules import RuleBroken
from clinic.scales import queries
from clinic.scales.models import AnsweredBy, ScaleResponse
from clinic.scales.rules import score_answers
from clinic.staff.models import User

# The same answers sent again this soon are a second click, not a second questionnaire.
SAME_FILLING = timedelta(minutes=10)


@transaction.atomic
def record_response(
    *,
    client_id: UUID,
    instrument: str,
    answers: Sequence[int | None],
    by: User | None,
    now: datetime,
    answered_by: AnsweredBy = AnsweredBy.STAFF,
    answered_at: datetime | None = None,
    sex: str | None = None,
    language: str = "en",
) -> ScaleResponse:
    """Score the answers (points in the order of the items, None where unanswered) and keep them on the chart.

    `by` is None for a client answering by themselves. `language` is the one in which the questions were read; where
    an instrument has no free wording in it, they were read in its own. `answered_at` is `now` unless the answers are
    older. The sex is the client's unless given. The same answers to the same instrument within 10 minutes are one
    response.
    Raises RuleBroken where the answers do not fit the instrument, or none was given.
    """
    client = locked_client(client_id)
    if all(answer is None for answer in answers):
        raise RuleBroken(_("Nothing is answered yet."), field="answers[0]")
    instruments = queries.known_instruments([instrument])
    score = score_answers(instrument, list(answers), sex or client.sex, instruments=instruments)
    at = answered_at or now
    for earlier in queries.filled_between(client_id, instrument, at - SAME_FILLING, at):
        if earlier.answers == list(answers):
            return earlier
    response = ScaleResponse(
        client=client,
        instrument=score.instrument,
        version=score.version,
        language=instruments[score.instrument].in_language(language).language,
        answers=list(answers),
        total=score.total,
        band=score.band or "",
        flags=list(score.flags),
        is_complete=score.complete,
        is_prorated=score.prorated,
        answered_at=at,
        answered_by=answered_by,
        recorded_by=by,
    )
    response.full_clean()
    response.save(force_insert=True)
    record("scale_recorded", by=by, subject=response, instrument=instrument, flags=list(score.flags))
    return response
