"""Deeds on target symptoms: word one, rate it, end it."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.clients.services import locked_client
from clinic.core.rules import RuleBroken
from clinic.scales.models import AnsweredBy, SymptomRating, TargetSymptom
from clinic.scales.rules import symptoms as rules
from clinic.staff.models import User


@transaction.atomic
def add_symptom(
    *, client_id: UUID, words: str, value: int | None = None, by: User, on: date, now: datetime
) -> TargetSymptom:
    """Agree with the client on what shall get better, in their own words, and how much of it is there today.

    Up to five at once; the same words again are refused while they stand. Raises RuleBroken.
    """
    client = locked_client(client_id)
    standing = TargetSymptom.objects.filter(client=client).standing()
    kept = rules.check_new(words, standing.values_list("words", flat=True))
    symptom = TargetSymptom(client=client, words=kept, began_on=on, worded_by=by)
    symptom.full_clean()
    symptom.save(force_insert=True)
    record("target_symptom_added", by=by, subject=symptom)
    if value is not None:
        rate_symptoms(client_id=client.pk, ratings={symptom.pk: value}, by=by, on=on, now=now)
    return symptom


@transaction.atomic
def rate_symptoms(
    *, client_id: UUID, ratings: Mapping[UUID, int], by: User | None, on: date, now: datetime, source: str = ""
) -> list[SymptomRating]:
    """Keep how much of each target symptom is there, 0 to 10, and say which ratings are new.

    A symptom rated the same on the same day already is not rated again; another value on that day is another row, and
    the newest counts. `source` names the check-in of a client answering by link, who has no account. Raises RuleBroken
    for a value beyond the range and for a symptom that has ended or is another client's.
    """
    locked_client(client_id)
    known = {row.pk: row for row in TargetSymptom.objects.filter(client=client_id, pk__in=ratings)}
    made = []
    for symptom_id, value in ratings.items():
        symptom = known.get(symptom_id)
        if symptom is None:
            raise RuleBroken("This symptom is not this client's.")
        rules.check_rating(value, ended_on=symptom.ended_on)
        newest = SymptomRating.objects.filter(symptom=symptom, rated_on=on).first()
        if newest is not None and newest.value == value:
            continue
        rating = SymptomRating(
            symptom=symptom,
            value=value,
            rated_on=on,
            rated_at=now,
            answered_by=AnsweredBy.STAFF if by else AnsweredBy.CLIENT,
            by=by,
            source=f"{source}:{symptom.pk}" if source else None,
        )
        rating.full_clean()
        rating.save(force_insert=True)
        made.append(rating)
    if made:
        record("target_symptoms_rated", by=by, client_id=client_id, how_many=len(made))
    return made


@transaction.atomic
def end_symptom(*, symptom_id: UUID, by: User, on: date) -> TargetSymptom:
    """Rate a target symptom no more; what was rated stays. Ended again changes nothing."""
    symptom = TargetSymptom.objects.select_for_update().get(pk=symptom_id)
    if symptom.ended_on is None:
        symptom.ended_on, symptom.ended_by = max(on, symptom.began_on), by
        symptom.save(update_fields=["ended_on", "ended_by", "updated_at"])
        record("target_symptom_ended", by=by, subject=symptom)
    return symptom
