"""Deeds on dose plans: preview, start, change, stop. A signed version never changes; a change is a new one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.clients.queries import chart_to_lock
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.formulary.models import Medication
from clinic.plans.models import TreatmentPlan
from clinic.plans.queries import may_begin
from clinic.plans.rules import Agreement
from clinic.plans.services import record_consent
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import queries
from clinic.titration.models import (
    ChangeKind,
    DoseChange,
    DosePlan,
    DosePlanVersion,
    DoseStep,
)
from clinic.titration.queries import Surroundings
from clinic.titration.rules import (
    DosePlanResult,
    Step,
    build_plan,
    running,
    signing,
    step_words,
    telling,
)
from clinic.titration.rules.findings import Finding
from clinic.titration.rules.safety import RegimenLook
from clinic.titration.rules.schedules import Held, Label
from clinic.titration.rules.signing import Override
from clinic.titration.services.gate_moves import carry_gates
from clinic.titration.services.overrides import write_overrides

ONE_DAY = timedelta(days=1)


class Signed(NamedTuple):
    """What a version holds: the order under its limits, its plan, what was found, of which template, from when."""

    order: Mapping[str, Any]
    plan: DosePlanResult
    findings: Sequence[Finding]
    template: str
    from_day: date | None


@transaction.atomic
def start_dose_plan(
    *,
    client_id: UUID,
    medication_id: UUID,
    order: Mapping[str, Any],
    treats: str,
    overrides: Sequence[Override] = (),
    template: str = "",
    in_place_of: DosePlan | None = None,
    consent: Agreement | None = None,
    by: User,
    now: datetime,
) -> DosePlan:
    """Sign the first version of a dose plan under the treatment plan in force, with all it entails or nothing.

    `template` is the key of the label schedule, empty where set by hand; `in_place_of` is the dose plan that leaves
    for it, named in the reason of its start. Refused off the care team, without a treatment plan, for a day that is
    past, for a medication already running, for a finding that says stop without a reason, and without consent: one that
    stands, or `consent` given now.
    """
    client = client_to_treat(client_id, by)
    treatment_plan = _treatment_plan_in_force(client)
    medication = Medication.objects.prescribable().get(pk=medication_id)
    today = day_of(now)
    _check_not_running(client, medication, today)
    around = queries.surroundings_of(client, today=today)
    label = around.label(medication)
    if template:
        label.chosen(template)
    wanted, plan = _held(order, label, template, queries.offered_products(medication))
    signing.check_start(plan, today)
    signing.check_treats(treats)
    _settle_consent(client, medication, consent, by, now)
    before = queries.before_start(client, medication, around, plan, now=now)
    reasons = signing.check_overrides(before.stops, overrides, today)
    dose_plan = DosePlan(
        client=client, medication=medication, treatment_plan=treatment_plan, treats=treats.strip(), prescriber=by,
        began_on=plan.order.start_on, in_place_of=in_place_of,
    )  # fmt: skip
    dose_plan.save(force_insert=True)
    signed = Signed(wanted, plan, plan.findings, template, from_day=None)
    version = _sign_version(dose_plan, signed, before.regimen, number=1, by=by, now=now)
    _write_steps(version, [_step_row(step) for step in plan.steps])
    write_overrides(version, before.stops, reasons)
    told = telling.tell_start(medication.name, plan)
    reason = f"For {treats.strip()}" + (f", in place of {in_place_of.medication.name}" if in_place_of else "")
    _write_change(version, dose_plan, told, plan.order.start_on, reason=reason)
    record("dose_plan_started", by=by, subject=dose_plan, medication=str(medication.pk), overrides=sorted(reasons))
    return dose_plan


@transaction.atomic
def change_dose_plan(
    *,
    dose_plan_id: UUID,
    base_version: int,
    order: Mapping[str, Any],
    reason: str,
    overrides: Sequence[Override] = (),
    kind: ChangeKind | None = None,
    on: date | None = None,
    by: User,
    now: datetime,
) -> DoseChange:
    """Sign a new version of a running dose plan; what was taken before today reads exactly as before.

    `order` is the whole plan as it shall now read (`order_from`, `order_with`); it takes effect on `on`, or
    on the first day that differs. StaleRecord when another version was signed after `base_version`.
    """
    dose_plan, current = locked(dose_plan_id, base_version, by)
    today = day_of(now)
    signing.check_runs(current.stop_on, today)
    signing.check_reason(reason)
    around = queries.surroundings_of(dose_plan.client, today=today)
    label = around.label(dose_plan.medication)
    known = [*queries.offered_products(dose_plan.medication), *current.order["products"]]
    wanted, plan = _held(order, label, current.template, known)
    old = build_plan(current.order)
    day = signing.check_change_day(on, running.takes_effect_on(old, plan), today)
    told = telling.tell_change(dose_plan.medication.name, old, plan, day)
    told = told._replace(kind=telling.Kind(kind)) if kind else told
    signed = Signed(wanted, plan, running.findings_from(plan, day), current.template, from_day=day)
    change = sign_next(dose_plan, current, signed, told, around, reason=reason, overrides=overrides, by=by, now=now)
    record(
        f"dose_plan_{'stopped' if change.kind == ChangeKind.STOP else 'changed'}",
        by=by,
        subject=dose_plan,
        version=change.version.number,
        kind=change.kind,
        overrides=sorted(set(change.version.overrides.values_list("code", flat=True))),
    )
    return change


@transaction.atomic
def stop_dose_plan(
    *, dose_plan_id: UUID, base_version: int, stop_on: date, reason: str, by: User, now: datetime
) -> DoseChange:
    """Stop a dose plan: `stop_on` is the first day without the medication, today or later."""
    dose_plan, current = locked(dose_plan_id, base_version, by)
    return change_dose_plan(
        dose_plan_id=dose_plan.pk,
        base_version=base_version,
        order=running.order_with(current.order, {"on": stop_on.isoformat(), "action": "stop"}),
        reason=reason,
        by=by,
        now=now,
    )


def day_of(now: datetime) -> date:
    """The clinic's calendar day."""
    return now.astimezone(timezone.get_current_timezone()).date()


def client_to_treat(client_id: UUID, by: User) -> Client:
    """The client under their lock, for a prescriber of their care team alone; 404 where the chart is not open."""
    client = next(iter(chart_to_lock(by, client_id)), None)
    if client is None:
        raise Http404
    check_prescriber(client, by)
    return client


def check_prescriber(client: Client, by: User) -> None:
    """Doses are signed by a prescriber of the client's own care team, not through the emergency door."""
    on_team = client.care_team.live().filter(user=by, role=Role.PRESCRIBER)
    if by.role != Role.PRESCRIBER or not on_team.exists():
        raise RuleBroken("Only a prescriber of this client's care team signs dose plans.")


def _treatment_plan_in_force(client: Client) -> TreatmentPlan:
    plan = TreatmentPlan.objects.in_force().filter(client=client).first()
    if plan is None:
        raise RuleBroken(
            f"{client} has no treatment plan in force. Write and sign one first: doses belong to a plan that "
            "prescriber, therapist and client agreed on."
        )
    return plan


def _settle_consent(client: Client, medication: Medication, consent: Agreement | None, by: User, now: datetime) -> None:
    """Record what was agreed to now; what is refused of it stands beside the fields of the consent."""
    if consent is not None:
        try:
            record_consent(client_id=client.pk, medication_id=medication.pk, agreement=consent, by=by, now=now)
        except RuleBroken as broken:
            told = [RuleBroken(one.reason, field=f"consent_{one.field}") for one in broken.each()]
            raise RuleBroken.all_of(told) from broken
    signing.check_consent(may_begin=may_begin(client.pk, medication.pk, day_of(now)))


def _check_not_running(client: Client, medication: Medication, today: date) -> None:
    if DosePlan.objects.running(today).filter(client=client, medication=medication).exists():
        raise RuleBroken(
            f"{client} already has a dose plan of {medication}. Change that one instead.", field="medication"
        )


def _held(order: Mapping[str, Any], label: Label, template: str, known: Sequence[Mapping[str, Any]]) -> Held:
    """The order held against the label, made of known products alone."""
    signing.check_products(order.get("products") or [], known)
    return label.hold(order, template)


def locked(dose_plan_id: UUID, base_version: int, by: User) -> tuple[DosePlan, DosePlanVersion]:
    """The dose plan under its lock with its current version; StaleRecord when that is not the one seen."""
    plans = DosePlan.objects.visible_to(by).select_for_update(of=("self",)).select_related("client", "medication")
    dose_plan = plans.filter(pk=dose_plan_id).first()
    if dose_plan is None:
        raise Http404
    check_prescriber(dose_plan.client, by)
    current = dose_plan.versions.select_related("change", "signed_by").get(superseded_at=None)
    if current.number != base_version:
        theirs = {"reason": current.change.reason, "summary": current.change.words}
        who = f"{current.signed_by} signed version {current.number} of this dose plan meanwhile"
        raise StaleRecord(f"{who}: {current.change.words}.", theirs=theirs, version=current.number)
    return dose_plan, current


def sign_next(
    dose_plan: DosePlan,
    current: DosePlanVersion,
    signed: Signed,
    told: telling.Told,
    around: Surroundings,
    *,
    reason: str,
    overrides: Sequence[Override],
    by: User,
    now: datetime,
) -> DoseChange:
    """Sign the version after the one in force: from its day on it is the new plan, before it reads as before.

    Refused for a finding that says stop without a reason, now or from an earlier version.
    """
    day = signed.from_day or signed.plan.order.start_on
    today = day_of(now)
    before = queries.before_change(dose_plan, around, build_plan(current.order), signed.plan, day)
    reasons = signing.check_overrides(before.stops, overrides, today)
    DosePlanVersion.objects.filter(pk=current.pk).update(superseded_at=now, updated_at=now)
    version = _sign_version(dose_plan, signed, before.regimen, number=current.number + 1, by=by, now=now)
    _carry_steps(version, current, signed.plan, day)
    write_overrides(version, before.stops, reasons)
    steps = list(version.steps.all())
    carry_gates(dose_plan, list(current.steps.all()), steps, today=today, by=by, now=now)
    return _write_change(version, dose_plan, told, day, reason=reason.strip())


def _sign_version(
    dose_plan: DosePlan, signed: Signed, regimen: RegimenLook, *, number: int, by: User, now: datetime
) -> DosePlanVersion:
    plan = signed.plan
    version = DosePlanVersion(
        dose_plan=dose_plan,
        number=number,
        order={**signed.order, "id": str(dose_plan.pk)},
        first_on=plan.order.start_on,
        stop_on=plan.end_on,
        dispense=[one.to_json() for one in running.dispensed_from(plan, signed.from_day)],
        findings=[finding.to_json() for finding in signed.findings],
        regimen=regimen.to_json(),
        formulary_version=dose_plan.medication.data_version,
        template=signed.template,
        signed_at=now,
        signed_by=by,
    )
    version.save(force_insert=True)
    return version


def _write_steps(version: DosePlanVersion, rows: Sequence[DoseStep]) -> None:
    for number, row in enumerate(rows, start=1):
        row.version, row.number = version, number
    DoseStep.objects.bulk_create(rows)


def _step_row(step: Step) -> DoseStep:
    written = step.to_json()
    return DoseStep(
        first_on=step.first_on,
        last_on=step.last_on,
        every_days=step.every_days,
        mg_per_day=step.mg_per_day,
        doses=written["doses"],
        words=step_words(step),
    )


def _carry_steps(version: DosePlanVersion, current: DosePlanVersion, plan: DosePlanResult, day: date) -> None:
    """Steps before `day` are copied as they were signed; from `day` on they are the new plan's.

    A step that goes on over that day just as it was stays one step.
    """
    later = [_step_row(step) for step in running.steps_after(plan.steps, day)]
    past = [_copied(row, day) for row in current.steps.all() if row.first_on < day]
    if past and later and later[0].first_on == day and _goes_on(past[-1], later[0], plan, day):
        past[-1].last_on = later.pop(0).last_on
    _write_steps(version, [*past, *later])


def _copied(row: DoseStep, day: date) -> DoseStep:
    last_on = day - ONE_DAY if row.last_on is None else min(row.last_on, day - ONE_DAY)
    return DoseStep(
        first_on=row.first_on,
        last_on=last_on,
        every_days=row.every_days,
        mg_per_day=row.mg_per_day,
        doses=row.doses,
        words=row.words,
    )


def _goes_on(before: DoseStep, after: DoseStep, plan: DosePlanResult, day: date) -> bool:
    is_one_step = all(step.first_on != day for step in plan.steps)
    same = (before.doses, before.every_days) == (after.doses, after.every_days)
    return is_one_step and same and before.last_on == day - ONE_DAY


def _write_change(
    version: DosePlanVersion,
    dose_plan: DosePlan,
    told: telling.Told,
    on: date,
    *,
    reason: str,
) -> DoseChange:
    change = DoseChange(
        client=dose_plan.client,
        version=version,
        kind=ChangeKind(told.kind),
        takes_effect_on=on,
        from_mg=told.from_mg,
        to_mg=told.to_mg,
        words=told.words,
        reason=reason,
        by=version.signed_by,
        at=version.signed_at,
    )
    change.save(force_insert=True)
    return change
