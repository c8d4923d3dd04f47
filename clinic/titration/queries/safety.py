"""What is known before a medication is signed: the regimen check, what was settled before, what was promised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from clinic.clients.models import Client
from clinic.formulary.models import Medication
from clinic.formulary.queries import safety_rules
from clinic.formulary.rules.regimen import Person, RuleSet, Span, Taken, check
from clinic.staff.roles import Role
from clinic.titration.facts import stops_before
from clinic.titration.models import DosePlan, DoseStep, SafetyOverride
from clinic.titration.queries.person import person_facts, reported_medications
from clinic.titration.queries.plans import settled_findings
from clinic.titration.queries.trials import warnings_before
from clinic.titration.rules import DosePlanResult, running
from clinic.titration.rules.safety import (
    NOT_CHECKED,
    RegimenLook,
    is_above_maximum,
    look,
    person_to_check,
    taken_as_reported,
    taken_by_plan,
)
from clinic.titration.rules.signing import MONITORED, IsStop, PlanStop
from clinic.titration.rules.switching import Proposal, begun_on, proposal
from clinic.worklist.models import WorkItem

# Longer than the longest wash-out (five weeks): what ended before concerns nothing that begins now.
STILL_CONCERNS = timedelta(days=90)


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


@dataclass(frozen=True, slots=True)
class PlanTaken:
    """What one dose plan says is taken on which days."""

    dose_plan_id: UUID
    medication_id: UUID
    taken: Taken


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What medications are checked against: the rules, the person, all that is taken, what was settled.

    Without rules nothing else was read, and every look says that nothing was checked.
    """

    rules: RuleSet | None
    person: Person
    plans: Sequence[PlanTaken]
    reported: Sequence[Taken]
    settled: Sequence[Mapping[str, Any]]
    today: date

    def look(
        self,
        medication: Medication,
        plan: DosePlanResult,
        *,
        beside: PlanTaken | None = None,
        needs_reasons: bool = True,
    ) -> RegimenLook:
        """Check a dose plan that is about to be signed with all else that is taken, for every day ahead.

        It stands in the place of any that runs of the same medication, and `beside` in that of its own dose plan.
        """
        if self.rules is None:
            return NOT_CHECKED
        return look(
            medication.ingredient,
            self.person,
            [taken_by_plan(medication.ingredient, plan), *self._others(medication, beside)],
            self.rules,
            self.settled,
            is_above_own_maximum=is_above_maximum(plan),
            needs_reasons=needs_reasons,
            today=self.today,
        )

    def begun(self, medication: Medication, first_on: date, beside: PlanTaken) -> Proposal | None:
        """From which day on no wash-out holds up a medication that is not taken yet; None where nothing is checked."""
        if self.rules is None:
            return None
        taken = [begun_on(medication.ingredient, first_on), *self._others(medication, beside)]
        return proposal(check(self.person, taken, self.rules, self.today), medication.ingredient, first_on)

    def _others(self, medication: Medication, beside: PlanTaken | None) -> list[Taken]:
        replaced = beside.dose_plan_id if beside else None
        plans = [one.taken for one in self.plans if one.medication_id != medication.pk and one.dose_plan_id != replaced]
        return [*plans, *([beside.taken] if beside else []), *self.reported]


def surroundings_of(client: Client, *, today: date) -> Surroundings:
    """All that a client takes, read once; what ended more than `STILL_CONCERNS` ago is left out."""
    rules = safety_rules()
    if rules is None:
        return Surroundings(None, Person(), (), (), (), today)
    plans = taken_by_plans(client, today=today)
    reported = [taken_as_reported(one) for one in reported_medications(client, since=today - STILL_CONCERNS)]
    overridden = SafetyOverride.objects.filter(version__dose_plan__client=client, finding__has_key="rule")
    settled = list(overridden.values_list("finding", flat=True))
    return Surroundings(rules, person_to_check(person_facts(client)), plans, reported, settled, today)


def look_at_regimen(
    client: Client, medication: Medication, plan: DosePlanResult, *, today: date, needs_reasons: bool = True
) -> RegimenLook:
    """Check a dose plan that is about to be signed together with all else the client takes, for every day ahead.

    The plan stands in the place of any that runs of the same medication.
    """
    return surroundings_of(client, today=today).look(medication, plan, needs_reasons=needs_reasons)


def before_start(client: Client, medication: Medication, plan: DosePlanResult, *, now: datetime) -> Before:
    """What stops a first signature: findings of the plan itself, of all that is taken together, and tests.

    Earlier trials of the same ingredient that failed or were not tolerated stand beside and stop nothing.
    """
    today = timezone.localdate(now)
    regimen = look_at_regimen(client, medication, plan, today=today)
    regimen = replace(regimen, earlier=warnings_before(client, medication, today))
    tests = stops_before(client, medication, now)
    return Before([*map(PlanStop, plan.stops), *regimen.stops, *tests], regimen)


def before_change(dose_plan: DosePlan, old: DosePlanResult, plan: DosePlanResult, day: date, *, today: date) -> Before:
    """What stops the signature of a change from a day on, less what was settled; lowering and stopping are free."""
    regimen = look_at_regimen(
        dose_plan.client,
        dose_plan.medication,
        plan,
        today=today,
        needs_reasons=running.is_higher_anywhere(old, plan, day),
    )
    settled = running.with_moved(settled_findings(dose_plan), old, plan, day)
    own = running.unsettled_stops(running.findings_from(plan, day), settled)
    return Before([*map(PlanStop, own), *regimen.stops], regimen)


def taken_by_plans(client: Client, *, today: date) -> list[PlanTaken]:
    """What the dose plans of a client say was and will be taken, ended ones of the last weeks too."""
    steps = (
        DoseStep.objects.current()
        .filter(version__dose_plan__client=client, mg_per_day__gt=0)
        .filter(Q(last_on=None) | Q(last_on__gte=today - STILL_CONCERNS))
        .order_by("version__dose_plan_id", "number")
        .values_list(
            "version__dose_plan_id",
            "version__dose_plan__medication_id",
            "version__dose_plan__medication__ingredient",
            "first_on",
            "last_on",
            "mg_per_day",
            "every_days",
        )
    )
    by_plan: dict[tuple[UUID, UUID, str], list[Span]] = {}
    for dose_plan_id, medication_id, ingredient, first_on, last_on, mg_per_day, every_days in steps:
        spans = by_plan.setdefault((dose_plan_id, medication_id, ingredient), [])
        spans.append(Span(first_on, last_on, mg_per_day, every_days))
    return [
        PlanTaken(dose_plan_id, medication_id, Taken(ingredient, tuple(spans)))
        for (dose_plan_id, medication_id, ingredient), spans in by_plan.items()
    ]


def team_to_promise(client: Client) -> list[tuple[str, str]]:
    """Who of the care team may promise to monitor: keys and names, prescribers first."""
    team = client.care_team.live().select_related("user").order_by("role", "user__full_name")
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
        by_on=override.monitor_by or timezone.localdate(duty.due_at),
        owner=override.monitor_owner.full_name if override.monitor_owner else "",
        is_overdue=duty.due_at <= now,
    )
