"""Deeds on referrals within the clinic."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.intake.models import TherapistReferral
from clinic.staff.models import User


@transaction.atomic
def refer_client(
    *, client_id: UUID, question: str, urgency: str = "routine", by: User, now: datetime
) -> TherapistReferral:
    """A therapist asks for a medication consultation for a client of theirs, with the question to answer.

    While one waits, the same question again answers it; another question is refused, so that one stands.
    """
    client = Client.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=client_id).first()
    if client is None:
        raise Http404
    if not question.strip():
        raise RuleBroken("Write the question that the prescriber should answer.", field="question")
    waiting = TherapistReferral.objects.filter(client=client, referred_by=by, handled_at=None).first()
    if waiting is not None:
        if waiting.question == question.strip():
            return waiting
        raise RuleBroken("Your referral of this client is waiting already. The care team books the consultation.")
    referral = TherapistReferral(
        client=client, referred_by=by, referred_at=now, question=question.strip(), urgency=urgency
    )
    referral.full_clean()
    referral.save(force_insert=True)
    record("client_referred", by=by, subject=referral, urgency=urgency)
    return referral


@transaction.atomic
def handle_referral(*, referral_id: UUID, by: User, now: datetime) -> TherapistReferral:
    """The care team has dealt with a referral; whoever comes second is told who did."""
    referral = (
        TherapistReferral.objects.select_for_update(of=("self",)).select_related("handled_by").get(pk=referral_id)
    )
    if referral.handled_by == by:
        return referral
    if referral.handled_by is not None:
        raise RuleBroken(f"{referral.handled_by} has dealt with this referral already.")
    referral.handled_at, referral.handled_by = now, by
    referral.save(update_fields=["handled_at", "handled_by", "updated_at"])
    record("referral_handled", by=by, subject=referral)
    return referral
