"""Who the client is and what must be known before anything is decided: one statement."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from clinic.caseload.queries.rows import rows
from clinic.clients.models import CareTeamMember, Client, ContactPoint, RelatedPerson, SharingConsent
from clinic.core.queries import prepared
from clinic.core.templatetags.clinic_ui import day
from clinic.core.templatetags.clinic_ui import phone as phone_words
from clinic.intake.models import Allergy, MedicationTrial, Pregnancy, PregnancyAnswer, ReportedMedication
from clinic.intake.models.history import TrialResponse, WhyStopped
from clinic.risk.models import RiskAlert, RiskKind
from clinic.staff.roles import Role

ADULT = 18


@dataclass(frozen=True, slots=True)
class Alert:
    """An open alert about danger."""

    id: UUID
    kind: str
    reason: str
    raised_at: datetime
    is_acknowledged: bool


@dataclass(frozen=True, slots=True)
class Reported:
    """Something the client takes that was not prescribed here."""

    name: str
    dose: str
    prescribed_by: str
    since: date | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Trial:
    """A medication tried before and how it went."""

    name: str
    highest_mg: Decimal | None
    weeks: int | None
    response: str
    why_stopped: str


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the care team."""

    name: str
    role: str
    is_lead: bool


@dataclass(frozen=True, slots=True)
class AllergyLine:
    """One allergy with its reaction, in words."""

    words: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Who:
    """The person, the dangers, what others prescribed, what was tried, and the team.

    `pregnancy` is empty unless the client is or may be pregnant.
    """

    phone: str
    guardians: list[str]
    sharing_since: date | None
    allergies: list[AllergyLine]
    has_none_known: bool
    pregnancy: str
    alerts: list[Alert]
    reported: list[Reported]
    trials: list[Trial]
    team: list[Member]


def who(client: Client, today: date) -> Who:
    """Read everything of `Who` about one client."""
    [found] = _about(client.pk, today)
    return _who(*found)


@prepared
def _about(client_id: UUID, today: date) -> QuerySet[Client, Any]:
    mine = {"client": OuterRef("pk")}
    return (
        Client.objects.filter(pk=client_id)
        .values_list(
            Subquery(
                ContactPoint.objects.filter(**mine, kind="phone", ended_at=None)
                .order_by("-is_preferred", "created_at")
                .values("value")[:1]
            ),
            rows(
                RelatedPerson.objects.filter(**mine, kind="guardian", ended_at=None),
                name="name", relationship="relationship", phone="phone",
            ),
            Subquery(SharingConsent.objects.live().filter(**mine).values("given_on")[:1]),
            rows(
                Allergy.objects.filter(**mine, withdrawn_at=None),
                substance="substance", reaction="reaction", severity="severity", none="is_none_known",
                at="recorded_at",
            ),
            rows(
                PregnancyAnswer.objects.filter(**mine).newest_first()[:1],
                status="status", due="due_on",
            ),
            rows(
                RiskAlert.objects.open().filter(**mine),
                id="id", kind="kind", reason="reason", at="raised_at", seen="acknowledged_at",
            ),
            rows(
                ReportedMedication.objects.filter(**mine).filter(Q(last_on=None) | Q(last_on__gte=today))[:20],
                name="name", dose="dose_text", mg=Cast("mg_per_day", CharField()), by="prescribed_by",
                since="first_on", at="recorded_at",
            ),
            rows(
                MedicationTrial.objects.filter(**mine, withdrawn_at=None).order_by("-recorded_at")[:12],
                name="name", mg=Cast("highest_mg", CharField()), weeks="weeks", response="response",
                why="why_stopped",
            ),
            rows(
                CareTeamMember.objects.live().filter(**mine).order_by("role", "-is_lead"),
                name=F("user__full_name"), role="role", lead="is_lead",
            ),
        )
    )  # fmt: skip


def _who(
    phone: str | None,
    guardians: list[Any],
    sharing: date | None,
    allergies: list[Any],
    pregnancy: list[Any],
    alerts: list[Any],
    reported: list[Any],
    trials: list[Any],
    team: list[Any],
) -> Who:
    return Who(
        phone=phone or "",
        guardians=[", ".join(filter(None, (g["name"], g["relationship"], phone_words(g["phone"])))) for g in guardians],
        sharing_since=sharing,
        allergies=[AllergyLine(allergy_words(a), _instant(a["at"])) for a in allergies if not a["none"]],
        has_none_known=any(a["none"] for a in allergies),
        pregnancy=pregnancy_words(pregnancy[0]) if pregnancy else "",
        alerts=[
            Alert(UUID(a["id"]), RiskKind(a["kind"]).label, a["reason"], _instant(a["at"]), a["seen"] is not None)
            for a in alerts
        ],
        reported=[_reported(row) for row in reported],
        trials=[
            Trial(
                name=t["name"],
                highest_mg=Decimal(t["mg"]) if t["mg"] else None,
                weeks=t["weeks"],
                response=TrialResponse(t["response"]).label,
                why_stopped=WhyStopped(t["why"]).label,
            )
            for t in trials
        ],
        team=[Member(m["name"], Role(m["role"]).label, m["lead"]) for m in team],
    )


def pregnancy_words(answer: dict[str, Any]) -> str:
    """What the head of the chart says of pregnancy: "Pregnant, due Sep 4, 2026"; nothing where it is not told."""
    if answer["status"] not in {Pregnancy.YES, Pregnancy.POSSIBLE}:
        return ""
    due = f", due {day(date.fromisoformat(answer['due']))}" if answer["due"] else ""
    return f"{Pregnancy(answer['status']).label}{due}"


def allergy_words(allergy: dict[str, Any]) -> str:
    """An allergy with its reaction and severity where they are known: "penicillin: hives (severe)"."""
    words = f"{allergy['substance']}: {allergy['reaction']}" if allergy["reaction"] else str(allergy["substance"])
    return words if allergy["severity"] == "unknown" else f"{words} ({allergy['severity']})"


def _reported(row: dict[str, Any]) -> Reported:
    amount = f"{Decimal(row['mg']).normalize():,f} mg a day" if row["mg"] else ""
    return Reported(
        name=row["name"],
        dose=row["dose"] or amount,
        prescribed_by=row["by"],
        since=date.fromisoformat(row["since"]) if row["since"] else None,
        recorded_at=_instant(row["at"]),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
