"""What is known before a medication is signed: the regimen check, what was settled before, what was promised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.formulary.models import Medication
from clinic.staff.roles import Role
from clinic.titration.facts import stops_before
from clinic.titration.models import DosePlan, SafetyOverride
from clinic.titration.queries.surroundings import Surroundings
from clinic.titration.queries.trials import warnings_before
from clinic.titration.rules import DosePlanResult, running
from clinic.titration.rules.safety import RegimenLook
from clinic.titration.rules.signing import MONITORED, IsStop, PlanStop
from clinic.worklist.models import WorkItem


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A promise to monitor that is not yet kept."""

    what: str
    medication: str
    by_on: date
    owner: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a signature: every stop that needs a reason, and what the regimen check found."""

    stops: list[IsStop]
    regimen: RegimenLook


def before_start(
    client: Client, medication: Medication, around: Surroundings, plan: DosePlanResult, *, now: datetime
) -> Before:
    """What stops a first signature: findings of the plan itself, of all that is taken together, and tests.

    Earlier trials of the same ingredient that failed or were not tolerated stand beside and stop nothing.
    """
    regimen = around.look(medication, plan)
    regimen = replace(regimen, earlier=warnings_before(client, medication, around.today))
    tests = stops_before(client, medication, now)
    return Before([*map(PlanStop, plan.stops), *regimen.stops, *tests], regimen)


def before_change(
    dose_plan: DosePlan, around: Surroundings, old: DosePlanResult, plan: DosePlanResult, day: date
) -> Before:
    """What stops the signature of a change from a day on, less what was settled; lowering and stopping are free."""
    regimen = around.look(dose_plan.medication, plan, needs_reasons=running.is_higher_anywhere(old, plan, day))
    settled = running.with_moved(around.settled_of(dose_plan.pk), old, plan, day)
    own = running.unsettled_stops(running.findings_from(plan, day), settled)
    return Before([*map(PlanStop, own), *regimen.stops], regimen)


def team_to_promise(client: Client) -> list[tuple[str, str]]:
    """Who of the care team may promise to monitor: keys and names, prescribers first."""
    team = client.care_team.working().select_related("user").order_by("role", "user__full_name")
    ranked = sorted(team, key=lambda link: link.role != Role.PRESCRIBER)
    return list(dict.fromkeys((str(link.user_id), link.user.full_name) for link in ranked))


def duty_about(override: SafetyOverride) -> str:
    """The cause that names a promise's duty on the worklist: one promise for several findings is one duty."""
    return f"promise:{override.version_id}:{override.monitors}:{override.monitor_by:%Y%m%d}"


def promises_to_keep(client_id: UUID, kinds: Sequence[str]) -> Iterable[SafetyOverride]:
    """Promises of a client to measure one of these kinds, kept ones among them."""
    made = SafetyOverride.objects.filter(version__dose_plan__client=client_id, monitors__in=kinds)
    return made.select_related("by")


def open_promises(client: Client, *, now: datetime) -> list[PromiseLine]:
    """What was promised to be monitored for a client and is still open, the earliest first; two queries."""
    made = SafetyOverride.objects.filter(version__dose_plan__client=client).exclude(monitors="")
    rows = {
        duty_about(override): override
        for override in made.select_related("version__dose_plan__medication", "monitor_owner")
    }
    if not rows:
        return []
    duties = WorkItem.objects.open().filter(about__in=rows).order_by("due_at")
    return [_line(rows[duty.about], duty, now) for duty in duties if duty.about]


def _line(override: SafetyOverride, duty: WorkItem, now: datetime) -> PromiseLine:
    return PromiseLine(
        what=MONITORED[override.monitors],
        medication=override.version.dose_plan.medication.name,
        by_on=override.monitor_by or local_day(duty.due_at),
        owner=override.monitor_owner.full_name if override.monitor_owner else "",
        is_overdue=duty.due_at <= now,
    )
