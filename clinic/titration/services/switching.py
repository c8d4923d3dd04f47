"""One medication in the place of another: both dose plans under one signature, or neither."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.staff.models import User
from clinic.titration import queries
from clinic.titration.models import DosePlan
from clinic.titration.rules.switching import Coming, Leaving, Part, check_another, reason_asked_as
from clinic.titration.services import dose_plans


@transaction.atomic
def switch_medication(
    *, dose_plan_id: UUID, base_version: int, leaving: Leaving, coming: Coming, reason: str, by: User, now: datetime
) -> DosePlan:
    """Sign how one medication leaves and another comes, each through its own deed; answers the new dose plan.

    StaleRecord when another version of the old plan was signed after `base_version`; all else that refuses a change
    or a start refuses both. The client is locked first, as by every deed that starts a medication.
    """
    old = queries.get_dose_plan(by, dose_plan_id)
    dose_plans.client_to_treat(old.client_id, by)
    medication = queries.get_medication(coming.medication_id)
    check_another(old.medication.name, medication.name)
    with _refused_by(Part.LEAVING, old.medication.name):
        dose_plans.change_dose_plan(
            dose_plan_id=old.pk,
            base_version=base_version,
            order=leaving.order,
            on=leaving.on,
            reason=f"Switched to {medication}. {reason.strip()}" if reason.strip() else "",
            overrides=leaving.overrides,
            by=by,
            now=now,
        )
    with _refused_by(Part.COMING, medication.name):
        new = dose_plans.start_dose_plan(
            client_id=old.client_id,
            medication_id=medication.pk,
            order=coming.order,
            treats=coming.treats,
            template=coming.template,
            in_place_of=old,
            overrides=coming.overrides,
            consent=coming.consent,
            by=by,
            now=now,
        )
    record("medication_switched", by=by, subject=new, left=str(old.pk))
    return new


@contextmanager
def _refused_by(part: Part, medication: str) -> Iterator[None]:
    """A refusal of one of the two deeds says which medication it is about, beside the reason asked for that one."""
    try:
        yield
    except StaleRecord:
        raise
    except RuleBroken as broken:
        named = f"{medication[:1].upper()}{medication[1:]}"
        told = [
            RuleBroken(f"{named}: {one.reason}", field=reason_asked_as(part, one.field) if one.field else None)
            for one in broken.each()
        ]
        raise RuleBroken.all_of(told) from broken
