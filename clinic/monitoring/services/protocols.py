"""Deeds on protocols of monitoring: the medical director uses one or switches it off."""

from datetime import datetime

from django.db import transaction

from clinic.audit.services import record
from clinic.monitoring import queries
from clinic.monitoring.models import ProtocolDecision
from clinic.monitoring.rules.protocols import check_decision, ingredients_of
from clinic.staff.models import User


@transaction.atomic
def decide_protocol(*, key: str, is_used: bool, note: str = "", by: User, now: datetime) -> ProtocolDecision:
    """Use a protocol, or switch it off with a reason: what is due is counted by it from the next look on.

    The same decision said again by the same person is one. Earlier ones stay to be seen.
    """
    protocol = queries.get_protocol(key)
    words = check_decision(is_used=is_used, note=note)
    standing = queries.decisions_of(key).select_for_update(of=("self",)).first()
    if standing is not None and (standing.is_used, standing.note, standing.by_id) == (is_used, words, by.pk):
        return standing
    decision = ProtocolDecision(
        key=key, is_used=is_used, note=words, status=protocol.status, sentence=protocol.sentence,
        ingredients=ingredients_of(protocol), by=by, at=now,
    )  # fmt: skip
    decision.full_clean()
    decision.save(force_insert=True)
    record("monitoring_protocol_decided", by=by, subject=decision, protocol=key, is_used=is_used)
    return decision
