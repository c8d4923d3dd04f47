"""Reads of coverage."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.coverage import rules
from clinic.coverage.models import Coverage, EligibilityCheck, PriorAuthorization
from clinic.formulary.models import Medication
from clinic.staff.models import User

# What stands on a card, in the order that a pharmacy or payer asks for it.
CARD = {
    "plan_name": "Plan",
    "member_id": "Member ID",
    "group_number": "Group",
    "rx_bin": "RxBIN",
    "rx_pcn": "RxPCN",
    "rx_group": "RxGrp",
}


@dataclass(frozen=True, slots=True)
class CoverLine:
    """One cover, what of its card is known and what is missing, what the payer last said, whether to ask again."""

    cover: Coverage
    known: list[tuple[str, str]]
    missing: list[str]
    checks: list[EligibilityCheck]
    needs_check: bool


def get_client(user: User, client_id: UUID) -> Client:
    return get_object_or_404(Client.objects.visible_to(user), pk=client_id)


def covers_of(client: Client, today: date) -> list[CoverLine]:
    """All covers, the present ones first, each with its newest checks."""
    covers = Coverage.objects.filter(client=client).prefetch_related("eligibility_checks__checked_by")
    lines = [_line(cover, today) for cover in covers]
    return sorted(lines, key=lambda line: line.cover.ended_on is not None)


def _line(cover: Coverage, today: date) -> CoverLine:
    checks = list(cover.eligibility_checks.all())
    last_on = local_day(checks[0].checked_at) if checks else None
    holds = cover.ended_on is None or cover.ended_on >= today
    card = {label: getattr(cover, name) for name, label in CARD.items()}
    known = [(label, value) for label, value in card.items() if value]
    # Who pays without a card has nothing to write down of it.
    missing = [label for label, value in card.items() if not value and cover.plan_type != "self_pay"]
    missing += [] if cover.began_on else ["first day"]
    return CoverLine(cover, known, missing, checks[:3], holds and rules.needs_check(last_on, today))


def prior_authorizations_of(client: Client) -> list[PriorAuthorization]:
    return list(PriorAuthorization.objects.filter(client=client).select_related("medication", "coverage"))


def get_cover(user: User, coverage_id: UUID) -> Coverage:
    covers = Coverage.objects.filter(client__in=Client.objects.visible_to(user)).select_related("client")
    return get_object_or_404(covers, pk=coverage_id)


def get_prior_authorization(user: User, authorization_id: UUID) -> PriorAuthorization:
    rows = PriorAuthorization.objects.filter(client__in=Client.objects.visible_to(user)).select_related("client")
    return get_object_or_404(rows, pk=authorization_id)


def medications() -> QuerySet[Medication]:
    return Medication.objects.prescribable()


def never_checked(today: date) -> QuerySet[Coverage]:
    """Present covers of clients in care that nobody ever asked the payer about."""
    return Coverage.objects.filter(
        Q(ended_on=None) | Q(ended_on__gte=today),
        client__in=Client.objects.in_care(),
        eligibility_checks=None,
    ).exclude(plan_type="self_pay")
