"""What was filled in the demo clinic, and who asks for more: some supplies end soon, two requests wait."""

import datetime as dt
from itertools import count

from clinic.caseload.management.demo.clock import at
from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import services
from clinic.titration.models import DosePlan, DosePlanVersion, DoseStep
from clinic.titration.rules.supply import draws_of, units_between

EVERY = 4
A_MONTH = dt.timedelta(days=30)


def supply(today: dt.date) -> None:
    """Every fourth running dose plan was filled for a month twice; the days since then differ from one to the next."""
    running = DosePlan.objects.running(today).filter(client__in=Client.objects.in_care(), began_on__lt=today)
    plans = running.select_related("client").order_by("began_on", "client__family_name", "medication__name")
    for number, dose_plan in zip(count(), plans[::EVERY], strict=False):
        last_on = today - dt.timedelta(days=1 + number * 5 % 28)
        for filled_on in (last_on - A_MONTH, last_on):
            if filled_on >= dose_plan.began_on:
                _fill(dose_plan, filled_on)
    _ask(list(plans), today)
    services.look_at_supply(now=at(today, 6))


def _fill(dose_plan: DosePlan, on: dt.date) -> None:
    version = DosePlanVersion.objects.prefetch_related("steps").get(dose_plan=dose_plan, superseded_at=None)
    units = units_between(draws_of(list(version.steps.all())), on, on + A_MONTH - dt.timedelta(days=1))
    for strength, needed in (units or {}).items():
        services.record_fill(
            dose_plan_id=dose_plan.pk,
            strength=strength,
            count=strength.handed_out(needed),
            filled_on=on,
            how_known="pharmacy",
            by=_desk_of(dose_plan),
            now=at(on, 16),
        )


def _ask(plans: list[DosePlan], today: dt.date) -> None:
    """One asks for what they take, one for a step that is over."""
    steps = DoseStep.objects.current().filter(mg_per_day__gt=0)
    over, running = steps.filter(last_on__lt=today), steps.on(today)
    for kind, note in ((running, "Going away for two weeks."), (over, "The pharmacy still has the old dose.")):
        asked = kind.filter(version__dose_plan__in=plans, version__dose_plan__refill_requests=None)
        step = asked.order_by("version__dose_plan__began_on", "version__dose_plan_id", "number").first()
        if step is not None:
            dose_plan = step.version.dose_plan
            services.ask_refill(
                dose_plan_id=dose_plan.pk,
                step_id=step.pk,
                days=30,
                asked_by="client" if kind is running else "pharmacy",
                note=note,
                by=_desk_of(dose_plan),
                now=at(today, 5),
            )


def _desk_of(dose_plan: DosePlan) -> User:
    return dose_plan.client.care_team.live().filter(role=Role.COORDINATOR).select_related("user")[0].user
