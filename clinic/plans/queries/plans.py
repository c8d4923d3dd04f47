"""What is read of treatment plans: the one in force, the draft, what waits, what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404

from clinic.clients.models import CareTeamMember, Client
from clinic.clients.queries import in_open_charts
from clinic.core.queries import prepared
from clinic.intake.models import Allergy, PregnancyAnswer
from clinic.intake.queries import newest_pregnancy_answer
from clinic.intake.rules import may_be_pregnant
from clinic.plans.models import (
    Intervention,
    InterventionKind,
    PlanAcknowledgement,
    PlanStatus,
    TreatmentPlan,
)
from clinic.plans.rules import (
    GoalEntry,
    InterventionEntry,
    PlanContent,
    ProblemEntry,
    cautions_for_signing,
    changes_in_words,
    missing_for_signing,
)
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.staff.ties import Tie

PARTS = ("problems", "goals", "interventions")


@dataclass(frozen=True)
class Who:
    """Whom a page is about: the client, their age, allergies and pregnancy, which nobody may overlook."""

    client: Client
    age: int
    allergies: list[Allergy]
    pregnancy: PregnancyAnswer | None

    @property
    def has_none_known(self) -> bool:
        """Whether the client said that they have no allergies; no row at all means not asked."""
        return bool(self.allergies) and all(one.is_none_known for one in self.allergies)

    @property
    def shall_be_asked_about_pregnancy(self) -> bool:
        """Whether pregnancy is possible and nobody ever asked."""
        return self.pregnancy is None and may_be_pregnant(self.client.sex)


def who(client: Client, today: date) -> Who:
    """The client at the head of a clinical page; two queries."""
    known = cast(Iterable[Allergy], Allergy.objects.filter(client=client, withdrawn_at=None))
    allergies = sorted(known, key=lambda one: one.substance.casefold())
    named = [one for one in allergies if not one.is_none_known]
    return Who(client, client.age_on(today), named or allergies, newest_pregnancy_answer(client))


@dataclass(frozen=True)
class Version:
    """One version of a client's plan, and in plain words what it changed in the one before."""

    plan: TreatmentPlan
    changes: list[str]


def plan_in_force(client: Client, parts: Sequence[str] = PARTS) -> TreatmentPlan | None:
    """The signed plan that binds now, with its parts or some of them; None where none was signed."""
    return TreatmentPlan.objects.in_force().filter(client=client).prefetch_related(*parts).first()


def draft_of(client: Client) -> TreatmentPlan | None:
    """The draft being written, with its parts; None where nobody writes one."""
    drafts = TreatmentPlan.objects.filter(client=client, status=PlanStatus.DRAFT)
    return drafts.select_related("written_by").prefetch_related(*PARTS).first()


def drafts_by(user: User, now: datetime) -> list[Tie]:
    """How many treatment plans somebody began to write that are not signed."""
    drafts = TreatmentPlan.objects.filter(status=PlanStatus.DRAFT, written_by=user).count()
    return [Tie(drafts, "treatment plan not signed", "treatment plans not signed")]


def fresh_content(in_force: TreatmentPlan | None) -> PlanContent:
    """What the next version begins with: the plan in force but for its days, or nothing."""
    return PlanContent() if in_force is None else replace(content_of(in_force), review_on=None, client_agreed_on=None)


def get_plan(user: User, plan_id: UUID) -> TreatmentPlan:
    """One version of a plan whose client's chart is open to this user, with its parts, or 404."""
    plans = TreatmentPlan.objects.visible_to(user).select_related("client", "signed_by", "written_by")
    return get_object_or_404(plans.prefetch_related(*PARTS, "acknowledgements__by"), pk=plan_id)


def plans_awaiting_acknowledgement(user: User) -> QuerySet[TreatmentPlan]:
    """Plans in force of a therapist's own clients that they have not acknowledged, oldest first; one query."""
    if user.role != Role.THERAPIST:
        return TreatmentPlan.objects.none()
    seen = PlanAcknowledgement.objects.filter(plan=OuterRef("pk"), by=user)
    own = CareTeamMember.objects.live().filter(client=OuterRef("client"), user=user)
    waiting = TreatmentPlan.objects.in_force().filter(in_open_charts(user), Exists(own), ~Exists(seen))
    return waiting.select_related("client", "signed_by").order_by("signed_at")


def has_acknowledged(plan: TreatmentPlan, user: User) -> bool:
    """Whether this user has said that they saw this plan."""
    return any(seen.by_id == user.pk for seen in plan.acknowledgements.all())


def may_acknowledge(plan: TreatmentPlan, user: User) -> bool:
    """Whether this user is a therapist who has still to say that they saw this signed plan."""
    waits = plan.status != PlanStatus.DRAFT and user.role == Role.THERAPIST
    return waits and not has_acknowledged(plan, user)


def interventions_by_kind(plan: TreatmentPlan) -> list[tuple[str, list[Intervention]]]:
    """The four kinds of help in their order, each with what the plan says of it, empty ones too."""
    interventions = sorted(plan.interventions.all(), key=lambda one: one.rank)
    return [(kind.label, [one for one in interventions if one.kind == kind]) for kind in InterventionKind]


@prepared
def plan_to_lock(user: User, plan_id: UUID) -> QuerySet[TreatmentPlan]:
    """The plan under its lock until the transaction ends, if the chart is open to this user."""
    plans = TreatmentPlan.objects.visible_to(user).filter(pk=plan_id)
    return plans.select_for_update(of=("self",)).select_related("client")


def content_of(plan: TreatmentPlan) -> PlanContent:
    """What a plan says, as the rules read it."""
    return PlanContent(
        client_words=plan.client_words,
        review_on=plan.review_on,
        client_agreed_on=plan.client_agreed_on,
        problems=tuple(ProblemEntry(one.text, one.code) for one in plan.problems.all()),
        goals=tuple(
            GoalEntry(one.text, one.measure, one.baseline, one.target, one.target_on) for one in plan.goals.all()
        ),
        interventions=tuple(
            InterventionEntry(one.kind, one.text, one.responsible, one.how_often)
            for one in sorted(plan.interventions.all(), key=lambda one: one.rank)
        ),
    )


def changes_between(old: TreatmentPlan, new: TreatmentPlan) -> list[str]:
    """What the newer version says differently, in plain words."""
    return changes_in_words(content_of(old), content_of(new))


def versions_of(client: Client) -> list[Version]:
    """All signed versions of a client's plan, newest first, each with what it changed; four queries."""
    signed = TreatmentPlan.objects.filter(client=client).exclude(status=PlanStatus.DRAFT)
    plans: Sequence[TreatmentPlan] = list(signed.select_related("signed_by").prefetch_related(*PARTS))
    earlier = [*plans[1:], None][: len(plans)]
    return [
        Version(plan, changes_between(before, plan) if before is not None else [])
        for plan, before in zip(plans, earlier, strict=True)
    ]


def missing_of(plan: TreatmentPlan) -> list[str]:
    """What a draft still lacks before it can be signed."""
    return missing_for_signing(content_of(plan))


def cautions_of(plan: TreatmentPlan) -> list[str]:
    """What is said plainly beside the signature."""
    return cautions_for_signing(content_of(plan))
