"""What is read of dose plans: today's dose, what comes next, the history of doses and their changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.shortcuts import get_object_or_404

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.formulary.models import Medication
from clinic.formulary.queries import products_of, schedules
from clinic.formulary.rules import (
    Template,
    Templates,
    order_product,
)
from clinic.formulary.rules.regimen import Finding as RegimenFinding
from clinic.formulary.rules.regimen import Severity
from clinic.plans.models import MedicationConsent
from clinic.staff.models import User
from clinic.staff.ties import Tie
from clinic.titration.models import DoseChange, DosePlan, DosePlanVersion, DoseStep, MissedDoses, SafetyOverride
from clinic.titration.rules import DosePlanResult, Step, day_words, step_words
from clinic.titration.rules.findings import Finding
from clinic.titration.rules.running import dispensed_from, findings_from, unsettled_stops
from clinic.titration.rules.safety import RegimenLook, dated_words
from clinic.titration.rules.signed import is_running_on, is_taken_on
from clinic.titration.rules.signing import finding_words, overridden_words, read_finding
from clinic.titration.rules.strip import StripWeek, strip_of
from clinic.titration.rules.telling import dispensed_words

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CurrentDose:
    """What a client takes today of one medication, and what comes next by the signed plan.

    `step` is None before the plan begins; `next_on` and `next_words` tell the next step, `stop_on` the first day
    without the medication.
    """

    dose_plan: DosePlan
    medication: Medication
    today_words: str
    mg_today: Decimal
    step: DoseStep | None
    next_step: DoseStep | None
    next_on: date | None
    next_words: str
    stop_on: date | None
    version_number: int


@dataclass(frozen=True, slots=True)
class DoseSpan:
    """One amount of one medication over days for the timeline; `last_on` None is open-ended."""

    dose_plan_id: UUID
    medication: Medication
    first_on: date
    last_on: date | None
    every_days: int
    mg_per_day: Decimal
    words: str
    is_planned: bool


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding for a page: its code and its sentence."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownFindings:
    """The findings in three tiers: what stops, what warns, what is noted."""

    stops: list[ShownFinding]
    warnings: list[ShownFinding]
    notes: list[ShownFinding]


@dataclass(frozen=True, slots=True)
class SignedVersion:
    """A version exactly as it was signed, in words; `template` is the label schedule it was begun from, if one.

    `overrides` come with the sentence of what each was given for.
    """

    version: DosePlanVersion
    template: Template | None
    change: DoseChange
    missed: MissedDoses | None
    steps: list[DoseStep]
    dispense: list[str]
    findings: ShownFindings
    overrides: list[tuple[str, SafetyOverride]]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an order would make, in words; `strip` are its weeks, `stop_on` the first day without the medication."""

    strip: tuple[StripWeek, ...]
    steps: list[tuple[Step, str]]
    stop_on: date | None
    dispense: list[str]
    findings: ShownFindings


def running_plans(client: Client, today: date) -> list[CurrentDose]:
    """Dose plans begun or to begin and not stopped, with today's dose, oldest first. Two queries."""
    versions = (
        DosePlanVersion.objects.filter(dose_plan__client=client, superseded_at=None)
        .filter(Q(stop_on=None) | Q(stop_on__gt=today))
        .select_related("dose_plan__medication", "dose_plan__prescriber")
        .prefetch_related("steps")
        .order_by("dose_plan__began_on", "dose_plan_id")
    )
    return [current_dose(version, today) for version in versions]


def current_dose(version: DosePlanVersion, today: date) -> CurrentDose:
    """Today's dose of one version, from its steps as they were signed."""
    steps = list(version.steps.all())
    step = next((one for one in steps if is_running_on(one, today)), None)
    following = next((one for one in steps if one.first_on > today), None)
    return CurrentDose(
        dose_plan=version.dose_plan,
        medication=version.dose_plan.medication,
        today_words=day_words(step, today),
        mg_today=step.mg_per_day if step is not None and is_taken_on(step, today) else Decimal(),
        step=step,
        next_step=following,
        next_on=following.first_on if following else None,
        next_words=following.words if following else "",
        stop_on=version.stop_on,
        version_number=version.number,
    )


def dose_history(client: Client, since: date, *, today: date | None = None) -> list[DoseSpan]:
    """Every amount of every medication from `since` on, by medication and day; one query.

    Versions keep their past, so the current ones tell all that was taken. With `today`, a span that runs over
    that day is two: taken up to today, planned after.
    """
    steps = (
        DoseStep.objects.current()
        .filter(version__dose_plan__client=client)
        .filter(Q(last_on=None) | Q(last_on__gte=since))
        .select_related("version__dose_plan__medication")
        .order_by("version__dose_plan__began_on", "version__dose_plan_id", "number")
    )
    spans = [_span(step) for step in steps]
    return spans if today is None else [part for span in spans for part in _parted(span, today)]


def _span(step: DoseStep) -> DoseSpan:
    dose_plan = step.version.dose_plan
    return DoseSpan(
        dose_plan_id=dose_plan.pk,
        medication=dose_plan.medication,
        first_on=step.first_on,
        last_on=step.last_on,
        every_days=step.every_days,
        mg_per_day=step.mg_per_day,
        words=step.words,
        is_planned=False,
    )


def _parted(span: DoseSpan, today: date) -> list[DoseSpan]:
    if span.first_on > today:
        return [replace(span, is_planned=True)]
    if span.last_on is not None and span.last_on <= today:
        return [span]
    return [replace(span, last_on=today), replace(span, first_on=today + ONE_DAY, is_planned=True)]


def steps_beginning_between(first: date, last: date) -> QuerySet[DoseStep]:
    """Steps of versions in force that begin on a day from `first` to `last`, for all clients; one query.

    Each carries `version.dose_plan.client` and, where another step follows, `next_first_on`.
    """
    following = DoseStep.objects.filter(version=OuterRef("version"), first_on__gt=OuterRef("first_on"))
    return (
        DoseStep.objects.current()
        .filter(first_on__range=(first, last))
        .select_related("version__dose_plan__client", "version__dose_plan__medication")
        .annotate(next_first_on=Subquery(following.order_by("first_on").values("first_on")[:1]))
        .order_by("first_on", "id")
    )


def get_dose_plan(user: User, dose_plan_id: UUID) -> DosePlan:
    """One dose plan of a client whose chart is open to this user, or 404."""
    plans = DosePlan.objects.visible_to(user).select_related("client", "medication", "prescriber", "treatment_plan")
    return get_object_or_404(plans, pk=dose_plan_id)


def versions_of(dose_plan: DosePlan) -> list[SignedVersion]:
    """All versions of a dose plan as they were signed, newest first; four queries."""
    versions = dose_plan.versions.select_related("signed_by", "change__by", "missed")
    templates = schedules().templates
    return [_signed_version(one, templates) for one in versions.prefetch_related("steps", "overrides__by")]


def _signed_version(version: DosePlanVersion, templates: Templates) -> SignedVersion:
    found = [read_finding(written) for written in version.findings]
    return SignedVersion(
        version=version,
        template=templates.named(version.template),
        change=version.change,
        missed=getattr(version, "missed", None),
        steps=list(version.steps.all()),
        dispense=[dispensed_words(one) for one in version.dispense],
        findings=ShownFindings(
            stops=_shown(one for one in found if one.severity is Severity.STOP),
            warnings=_shown(one for one in found if one.severity is Severity.WARN),
            notes=_shown(one for one in found if one.severity is Severity.NOTE),
        ),
        overrides=[(overridden_words(one.finding), one) for one in version.overrides.all()],
    )


def previewed(
    plan: DosePlanResult,
    day: date | None = None,
    settled: Sequence[Any] = (),
    regimen: RegimenLook | None = None,
) -> Preview:
    """A plan not yet signed as a page shows it; of a change, what is found and dispensed from its `day` on.

    `regimen` adds what was found among all that is taken. A finding that a prescriber has overridden before stops
    no more.
    """
    findings = plan.findings if day is None else findings_from(plan, day)
    stops = unsettled_stops(findings, settled)
    told = regimen or RegimenLook((), (), "")
    return Preview(
        strip=strip_of(plan, day or plan.order.start_on),
        steps=[(step, step_words(step)) for step in plan.steps],
        stop_on=plan.end_on,
        dispense=[dispensed_words(one.to_json()) for one in dispensed_from(plan, day)],
        findings=ShownFindings(
            stops=[*_shown(stops), *(ShownFinding(one.code, one.words) for one in told.stops)],
            warnings=[
                *_shown(one for one in findings if one.severity is Severity.WARN),
                *_told(told.of_tier(Severity.WARN)),
                *(ShownFinding("earlier_trial", words) for words in told.earlier),
                *(ShownFinding("unknown_medication", words) for words in told.unchecked),
            ],
            notes=[
                *_shown(one for one in findings if one.severity is Severity.NOTE),
                *_shown((one for one in findings if _is_settled(one, stops)), " Overridden before."),
                *_told(told.of_tier(Severity.NOTE)),
                *_told(told.settled, " No reason is needed again."),
            ],
        ),
    )


def _is_settled(finding: Finding, stops: Sequence[Finding]) -> bool:
    return finding.severity is Severity.STOP and finding not in stops


def _shown(findings: Iterable[Finding], more: str = "") -> list[ShownFinding]:
    return [ShownFinding(one.code, f"{finding_words(one)}{more}") for one in findings]


def _told(findings: Iterable[RegimenFinding], more: str = "") -> list[ShownFinding]:
    return [ShownFinding(one.code, f"{dated_words(one)}{more}") for one in findings]


def prescribed_by(user: User, now: datetime) -> list[Tie]:
    """How many dose plans of somebody run or are to begin."""
    running = DosePlan.objects.running(local_day(now)).filter(prescriber=user).count()
    return [Tie(running, "dose plan that runs under their name", "dose plans that run under their name")]


def current_version(dose_plan: DosePlan) -> DosePlanVersion:
    """The version in force."""
    versions = dose_plan.versions.select_related("signed_by", "change").prefetch_related("steps")
    return versions.get(superseded_at=None)


def get_medication(medication_id: UUID) -> Medication:
    """A medication that may be prescribed, or 404."""
    return get_object_or_404(Medication.objects.prescribable(), pk=medication_id)


def offered_products(medication: Medication) -> list[dict[str, Any]]:
    """The products of a medication as an order names them; what no units can be computed with is left out."""
    products = (order_product(product) for product in products_of(medication))
    return [product for product in products if product is not None]


def without_consent(today: date | Combinable) -> QuerySet[DosePlan]:
    """Running dose plans to whose medication no consent stands: none was given, or it was revoked."""
    stands = MedicationConsent.objects.standing().filter(client=OuterRef("client"), medication=OuterRef("medication"))
    return DosePlan.objects.running(today).exclude(Exists(stands))
