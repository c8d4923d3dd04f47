"""What a prescriber says of how a medication went."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.staff.models import User
from clinic.titration.models import DosePlan, TrialEnd
from clinic.titration.rules.trials import check_ended
from clinic.titration.services.dose_plans import check_prescriber, day_of


@transaction.atomic
def say_why_ended(*, dose_plan_id: UUID, why: str, by: User, now: datetime) -> TrialEnd:
    """Say by a code why a medication ended; the newest counts, and the same again answers the row that stands.

    Refused while it is still taken, and off the care team.
    """
    plans = DosePlan.objects.visible_to(by).select_for_update(of=("self",)).select_related("client")
    dose_plan = plans.filter(pk=dose_plan_id).first()
    if dose_plan is None:
        raise Http404
    check_prescriber(dose_plan.client, by)
    check_ended(dose_plan.versions.get(superseded_at=None).stop_on, day_of(now))
    last = dose_plan.trial_ends.order_by("-at", "-id").first()
    if last is not None and last.why == why:
        return last
    end = TrialEnd(dose_plan=dose_plan, why=why, by=by, at=now)
    end.full_clean()
    end.save(force_insert=True)
    record("trial_end_said", by=by, subject=end, client_id=dose_plan.client_id, why=why)
    return end
