"""Reads of evaluations; a draft is its prescriber's alone."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from clinic.clients.models import Client
from clinic.core.queries import prepared
from clinic.intake import rules
from clinic.intake.models import (
    Enquiry,
    EvaluationAddendum,
    EvaluationDiagnosis,
    PsychiatricEvaluation,
    TherapistReferral,
)
from clinic.intake.queries.history import snapshot
from clinic.staff.models import User
from clinic.staff.ties import Tie


def get_evaluation(user: User, evaluation_id: UUID) -> PsychiatricEvaluation:
    """An evaluation of a chart open to this user: a signed one, or the user's own draft; else 404."""
    rows = PsychiatricEvaluation.objects.visible_to(user).filter(Q(signed_at__isnull=False) | Q(prescriber=user))
    found = rows.select_related("client", "prescriber", "signed_by").filter(pk=evaluation_id).first()
    if found is None:
        raise Http404
    return found


@prepared
def evaluation_to_lock(user: User, evaluation_id: UUID) -> QuerySet[PsychiatricEvaluation]:
    """The user's own evaluation under its lock until the transaction ends, if the chart is open to them."""
    own = PsychiatricEvaluation.objects.visible_to(user).filter(pk=evaluation_id, prescriber=user)
    return own.select_for_update(of=("self",)).select_related("client")


def own_draft(user: User, client: Client) -> PsychiatricEvaluation | None:
    """The evaluation of this client that this prescriber has begun and not signed."""
    return PsychiatricEvaluation.objects.filter(client=client, prescriber=user, signed_at=None).first()


def drafts_by(user: User, now: datetime) -> list[Tie]:
    """How many psychiatric evaluations of somebody are not signed."""
    drafts = PsychiatricEvaluation.objects.filter(prescriber=user, signed_at=None).count()
    return [Tie(drafts, "evaluation not signed", "evaluations not signed")]


def signed_evaluation(client: Client) -> PsychiatricEvaluation | None:
    """The newest signed evaluation of a client, with its diagnoses."""
    return next(iter(signed_evaluations(client, limit=1)), None)


def signed_evaluations(client: Client, *, limit: int = 10) -> list[PsychiatricEvaluation]:
    """Signed evaluations, newest first, with their diagnoses."""
    rows = PsychiatricEvaluation.objects.filter(client=client, signed_at__isnull=False)
    newest = rows.select_related("prescriber").prefetch_related("diagnoses").order_by("-evaluated_on", "-signed_at")
    return list(newest[:limit])


def diagnoses_of(evaluation: PsychiatricEvaluation) -> list[EvaluationDiagnosis]:
    return list(EvaluationDiagnosis.objects.filter(evaluation=evaluation))


def addenda_of(evaluation: PsychiatricEvaluation) -> list[EvaluationAddendum]:
    return list(EvaluationAddendum.objects.filter(evaluation=evaluation).select_related("written_by"))


def draft_of(evaluation: PsychiatricEvaluation) -> rules.Draft:
    """What the evaluation's own fields say."""
    return rules.Draft(
        evaluated_on=evaluation.evaluated_on,
        sections={name: getattr(evaluation, name) for name in rules.SECTIONS},
        risk_answers=evaluation.risk_answers,
        mental_status=evaluation.mental_status,
        diagnosis_deferred_because=evaluation.diagnosis_deferred_because,
    )


def content_of(evaluation: PsychiatricEvaluation) -> rules.Content:
    """Everything the evaluation says: a signed one as it was signed, a draft with the history of now."""
    return rules.Content(
        draft=draft_of(evaluation),
        diagnoses=tuple(rules.Diagnosed(row.code, row.text, row.rank) for row in diagnoses_of(evaluation)),
        history=evaluation.signed_history if evaluation.is_signed else snapshot(evaluation.client),
    )


def reason_told(client: Client) -> str:
    """Why the client comes, as it was last told: the words of their enquiry or the question of the referral."""
    enquiry = Enquiry.objects.filter(client=client).order_by("-received_at").first()
    referral = TherapistReferral.objects.filter(client=client).order_by("-referred_at").first()
    told: list[tuple[datetime, str]] = []
    if enquiry is not None:
        told.append((enquiry.received_at, enquiry.what_is_going_on))
    if referral is not None:
        told.append((referral.referred_at, referral.question))
    return max(told)[1] if told else ""
