"""All that a dose of a client is judged by, read once: the person, what they take, the rules and the schedules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from clinic.clients.models import Client
from clinic.core.queries import prepared
from clinic.core.rows import Rows
from clinic.formulary.models import Medication
from clinic.formulary.queries import Schedules, rules_in_force
from clinic.formulary.rules import AfterGap, after_gap, choose, limits_of
from clinic.formulary.rules.regimen import RuleSet, Span, Taken, check, recognize
from clinic.intake.models import ReportedMedication
from clinic.plans.models import PlanStatus, Problem
from clinic.titration.facts import measured_facts
from clinic.titration.models import DosePlan, DoseStep, SafetyOverride
from clinic.titration.queries.person import MINE, NO_TEXT, person_of, person_parts
from clinic.titration.rules import DosePlanResult
from clinic.titration.rules.person import PersonFacts, Reported
from clinic.titration.rules.safety import (
    NOT_CHECKED,
    RegimenLook,
    is_above_maximum,
    look,
    person_to_check,
    taken_as_reported,
    taken_by_plan,
)
from clinic.titration.rules.schedules import Label
from clinic.titration.rules.switching import Proposal, begun_on, proposal

# Longer than the longest wash-out (five weeks): what ended before concerns nothing that begins now.
STILL_CONCERNS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class PlanTaken:
    """What one dose plan says is taken on which days."""

    dose_plan_id: UUID
    medication_id: UUID
    taken: Taken


@dataclass(frozen=True)
class Surroundings:
    """What medications of a client are held against on one day; `rules` is None where no safety rules can be read.

    `names` are those of all they take now, `codes` those of the plan in force, `age` is in years; `overridden` are
    findings that had their reason, with their dose plans.
    """

    rules: RuleSet | None
    schedules: Schedules
    facts: PersonFacts
    age: int
    codes: Sequence[str]
    names: Sequence[str]
    plans: Sequence[PlanTaken]
    reported: Sequence[Reported]
    overridden: Sequence[tuple[UUID, Mapping[str, Any]]]
    today: date

    @property
    def egfr(self) -> Decimal | None:
        """The newest eGFR, in mL/min/1.73 m²; None where none is known."""
        return self.facts.measured.egfr

    def label(self, medication: Medication) -> Label:
        """What orders of a medication for this client are held against."""
        templates = self.schedules.templates
        choice = choose(templates, medication.name, self.names, age=self.age, codes=self.codes, egfr=self.egfr)
        return Label(limits_of(medication), templates.of(medication.name), choice)

    def after_gap(self, medication: Medication, last_taken_on: date, today: date) -> AfterGap:
        """Whether a medication may go on after missed days, by the restart rules and what else is taken."""
        return after_gap(
            self.schedules.restarts,
            self.schedules.templates,
            medication.name,
            self.names,
            last_taken_on=last_taken_on,
            today=today,
            age=self.age,
            codes=self.codes,
            egfr=self.egfr,
        )

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
        Without rules it says that nothing was checked.
        """
        if self.rules is None:
            return NOT_CHECKED
        return look(
            medication.ingredient,
            person_to_check(self.facts),
            [taken_by_plan(medication.ingredient, plan), *self._others(medication, beside)],
            self.rules,
            [finding for _, finding in self.overridden if "rule" in finding],
            is_above_own_maximum=is_above_maximum(plan),
            needs_reasons=needs_reasons,
            today=self.today,
        )

    def begun(self, medication: Medication, first_on: date, beside: PlanTaken) -> Proposal | None:
        """From which day on no wash-out holds up a medication that is not taken yet; None where nothing is checked."""
        if self.rules is None:
            return None
        taken = [begun_on(medication.ingredient, first_on), *self._others(medication, beside)]
        found = check(person_to_check(self.facts), taken, self.rules, self.today)
        return proposal(found, medication.ingredient, first_on)

    def settled_of(self, dose_plan_id: UUID) -> list[Mapping[str, Any]]:
        """Findings of a dose plan itself that a prescriber has overridden in any of its versions."""
        return [finding for plan_id, finding in self.overridden if plan_id == dose_plan_id and "value" in finding]

    def _others(self, medication: Medication, beside: PlanTaken | None) -> list[Taken]:
        replaced = beside.dose_plan_id if beside else None
        plans = [one.taken for one in self.plans if one.medication_id != medication.pk and one.dose_plan_id != replaced]
        return [*plans, *([beside.taken] if beside else []), *self._told]

    @cached_property
    def _told(self) -> list[Taken]:
        return [taken_as_reported(one) for one in self.reported]


def surroundings_of(client: Client, *, today: date) -> Surroundings:
    """All that a dose of a client is judged by on a day; four queries at most.

    What ended more than `STILL_CONCERNS` ago is left out of what they take.
    """
    [found] = _around(client.pk, today, today - STILL_CONCERNS)
    rules, schedules = rules_in_force()
    reported = [
        Reported(row["name"], row["ingredient"], row["first_on"], row["last_on"], row["day_mg"])
        for row in found["reported_rows"]
    ]
    return Surroundings(
        rules=rules,
        schedules=schedules,
        facts=person_of(found, client, measured_facts(client.pk)),
        age=client.age_on(today),
        codes=[row["code"] for row in found["code_rows"]],
        names=_names(found["name_rows"], (one for one in reported if one.last_on is None or one.last_on >= today)),
        plans=_taken_by_plans(found["step_rows"]),
        reported=reported,
        overridden=[(row["dose_plan_id"], row["finding"]) for row in found["override_rows"]],
        today=today,
    )


@prepared
def _around(client_id: UUID, today: date, since: date) -> QuerySet[Client, Any]:
    """Every list in one statement: each round trip costs more than reading its few rows."""
    here = DosePlan.objects.running(today).filter(**MINE).order_by("began_on", "id")
    reported = ReportedMedication.objects.filter(Q(last_on=None) | Q(last_on__gte=since), **MINE)
    codes = Problem.objects.filter(plan__client=OuterRef("pk"), plan__status=PlanStatus.SIGNED).exclude(code="")
    overridden = SafetyOverride.objects.filter(version__dose_plan__client=OuterRef("pk"))
    dose_plan = {"dose_plan_id": F("version__dose_plan_id")}
    ingredient = {"ingredient": Coalesce(F("medication__ingredient"), NO_TEXT), "day_mg": F("mg_per_day")}
    return Client.objects.filter(pk=client_id).values(
        **person_parts(),
        name_rows=Rows(here.values(name=F("medication__name"), ingredient=F("medication__ingredient"))),
        reported_rows=Rows(
            reported.order_by("name", "first_on").values("name", "first_on", "last_on", **ingredient),
        ),
        code_rows=Rows(codes.order_by("rank").values("code")),
        step_rows=Rows(_steps(since)),
        override_rows=Rows(overridden.order_by("id").values("finding", **dose_plan)),
    )


def _steps(since: date) -> QuerySet[DoseStep, Any]:
    """What dose plans say was and will be taken, ended ones of the last weeks too."""
    return (
        DoseStep.objects.current()
        .filter(version__dose_plan__client=OuterRef("pk"), mg_per_day__gt=0)
        .filter(Q(last_on=None) | Q(last_on__gte=since))
        .order_by("version__dose_plan_id", "number")
        .values(
            "first_on",
            "last_on",
            "every_days",
            dose_plan_id=F("version__dose_plan_id"),
            medication_id=F("version__dose_plan__medication_id"),
            ingredient=F("version__dose_plan__medication__ingredient"),
            day_mg=F("mg_per_day"),
        )
    )


def _taken_by_plans(rows: Iterable[dict[str, Any]]) -> list[PlanTaken]:
    by_plan: dict[tuple[UUID, UUID, str], list[Span]] = {}
    for row in rows:
        spans = by_plan.setdefault((row["dose_plan_id"], row["medication_id"], row["ingredient"]), [])
        spans.append(Span(row["first_on"], row["last_on"], row["day_mg"], row["every_days"]))
    return [
        PlanTaken(dose_plan_id, medication_id, Taken(ingredient, tuple(spans)))
        for (dose_plan_id, medication_id, ingredient), spans in by_plan.items()
    ]


def _names(here: Iterable[dict[str, Any]], reported: Iterable[Reported]) -> list[str]:
    """Of what is prescribed here, then of what is reported: each name and, where they are known, the ingredients."""
    prescribed = [(row["name"], row["ingredient"]) for row in here]
    told = [(one.name, one.ingredient, *_named_in(one.name)) for one in reported]
    return list(dict.fromkeys(name for names in (*prescribed, *told) for name in names if name))


def _named_in(written: str) -> tuple[str, ...]:
    found = recognize(written)
    return found.names if found else ()
