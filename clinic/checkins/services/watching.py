"""Answers about self-harm that staff wrote down with a client: pulled, for the scales know nothing of alerts."""

from datetime import datetime, timedelta

from django.db import transaction

from clinic.checkins import queries
from clinic.risk.models import RiskKind
from clinic.risk.services import raise_alert

# How far back a look goes: longer than workers were ever down, shorter than what is history. No clinical number.
LOOK_BACK = timedelta(days=7)
REASON = "{title} filled in with staff: thoughts of being better off dead or of self-harm were there."


@transaction.atomic
def raise_scale_alerts(*, now: datetime) -> int:
    """Raise an alert for each scale of the last week that staff recorded and whose question on self-harm was answered
    with 1 or more, once each; who recorded it stands on the alert. Answers by link raise theirs at once.
    """
    found = queries.self_harm_without_alert(since=now - LOOK_BACK)
    for response in found:
        raise_alert(
            client=response.client,
            kind=RiskKind.SELF_HARM,
            source=queries.scale_source(response.pk),
            reason=REASON.format(title=response.title),
            by=response.recorded_by,
            now=now,
        )
    return len(found)
