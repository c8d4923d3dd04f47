"""What the clinic waits for until it asks whether a medication helps, and plans that stay although it does not."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.core.clock import local_day
from clinic.core.rules import StaleRecord
from clinic.staff.models import User
from clinic.titration.models import PlanStay, ResponseThresholds
from clinic.titration.queries.trials import thresholds_standing
from clinic.titration.rules.response import Thresholds, check_stay, check_thresholds
from clinic.titration.services.dose_plans import client_to_treat

MEANWHILE = "Somebody changed this meanwhile. Look at what now stands and save again if you still want to."


@transaction.atomic
def keep_plan(*, client_id: UUID, until: date, reason: str, by: User, now: datetime) -> PlanStay:
    """A prescriber of the care team looked at the plan of a client who does not improve: it stays until a day.

    The newest counts; the same again answers the row that stands.
    """
    client = client_to_treat(client_id, by)
    check_stay(until, reason, local_day(now))
    said = {"until": until, "reason": reason.strip()}
    last = client.plan_stays.order_by("-at", "-id").first()
    if last is not None and (last.until, last.reason) == (said["until"], said["reason"]):
        return last
    stay = PlanStay(client=client, by=by, at=now, **said)
    stay.full_clean()
    stay.save(force_insert=True)
    record("plan_stay_set", by=by, subject=stay, until=until.isoformat())
    return stay


@transaction.atomic
def set_thresholds(*, thresholds: Thresholds, version: int, by: User, now: datetime) -> ResponseThresholds | None:
    """Set the clinic's thresholds; what was in force before stays as a row.

    `version` is the number of the row that was read (0: the defaults). The same again changes nothing and answers
    None; StaleRecord when another was set after it.
    """
    check_thresholds(thresholds)
    before = thresholds_standing()
    if before.thresholds == thresholds:
        return None
    row = ResponseThresholds(number=before.number + 1, by=by, at=now, **asdict(thresholds))
    # Of two at once with the same number the database keeps one.
    ResponseThresholds.objects.bulk_create([row], ignore_conflicts=True)
    if row.number != version + 1 or not ResponseThresholds.objects.filter(pk=row.pk).exists():
        standing = thresholds_standing()
        raise StaleRecord(MEANWHILE, theirs=asdict(standing.thresholds), version=standing.number)
    record("response_thresholds_set", by=by, subject=row, **asdict(thresholds))
    return row
