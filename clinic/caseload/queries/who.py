"""Who the client is and what must be known before anything is decided; `chart` brings it in one statement."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Subquery

from clinic.clients.models import CareTeamMember, ContactPoint, RelatedPerson, SharingConsent
from clinic.core.rows import Rows, Shown
from clinic.core.templatetags.clinic_ui import day
from clinic.core.templatetags.clinic_ui import phone as phone_words
from clinic.intake.models import Allergy, MedicationTrial, Pregnancy, PregnancyAnswer, ReportedMedication
from clinic.intake.models.history import TrialResponse, WhyStopped
from clinic.risk.models import RiskAlert, RiskKind, SafetyPlan
from clinic.scales.models import ScaleResponse
from clinic.staff.queries import name_of
from clinic.staff.roles import Role

ADULT = 18
# The flag of an instrument whose question about self-harm was answered with more than "not at all".
SELF_HARM = "self_harm"
# The client of the statement around.
MINE = {"client": OuterRef("pk")}
# By somebody who works here: what a closed account took on waits again.
IS_TAKEN = F("acknowledged_by__is_active")


@dataclass(frozen=True, slots=True)
class Alert(Shown):
    """An open alert about danger."""

    id: UUID
    kind: str
    reason: str
    raised_at: datetime
    is_acknowledged: bool


@dataclass(frozen=True, slots=True)
class Reported(Shown):
    """Something the client takes that was not prescribed here."""

    name: str
    dose: str
    origin: str
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
    works_here: bool


@dataclass(frozen=True, slots=True)
class AllergyLine(Shown):
    """One allergy with its reaction, in words."""

    words: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Who(Shown):
    """The person, the dangers, what others prescribed, what was tried, and the team.

    `pregnancy` is empty unless the client is or may be pregnant. A safety plan is needed where there ever was an
    alert, or an answer that thoughts of self-harm were there.
    """

    phone: str
    guardians: list[str]
    sharing_since: date | None
    allergies: list[AllergyLine]
    has_none_known: bool
    pregnancy: str
    safety_plan_at: datetime | None
    needs_safety_plan: bool
    alerts: list[Alert]
    reported: list[Reported]
    trials: list[Trial]
    team: list[Member]


def who_parts(today: date) -> dict[str, Any]:
    """What `who` is made from, for a statement about the client; others' medications taken on a day."""
    return {
        "phone_number": Subquery(
            ContactPoint.objects.filter(**MINE, kind="phone", ended_at=None)
            .order_by("-is_preferred", "created_at")
            .values("value")[:1]
        ),
        "guardian_rows": Rows(
            RelatedPerson.objects.filter(**MINE, kind="guardian", ended_at=None).values("name", "relationship", "phone")
        ),
        "sharing_since": Subquery(SharingConsent.objects.live().filter(**MINE).values("given_on")[:1]),
        "allergy_rows": Rows(
            Allergy.objects.filter(**MINE, withdrawn_at=None).values(
                "substance", "reaction", "severity", "is_none_known", "recorded_at"
            )
        ),
        "pregnancy_rows": Rows(PregnancyAnswer.objects.filter(**MINE).newest_first().values("status", "due_on")[:1]),
        "safety_plan_at": Subquery(SafetyPlan.objects.filter(**MINE).order_by("-number").values("signed_at")[:1]),
        "had_alert": Exists(RiskAlert.objects.filter(**MINE)),
        "had_thoughts": Exists(ScaleResponse.objects.filter(**MINE, flags__contains=[SELF_HARM])),
        "alert_rows": Rows(
            RiskAlert.objects.open().filter(**MINE).values("id", "kind", "reason", "raised_at", is_taken=IS_TAKEN)
        ),
        "reported_rows": Rows(
            ReportedMedication.objects.filter(**MINE)
            .filter(Q(last_on=None) | Q(last_on__gte=today))
            .values(
                "name",
                "dose_text",
                "prescribed_by",
                "first_on",
                "last_on",
                "recorded_at",
                day_mg=F("mg_per_day"),
                ingredient=F("medication__ingredient"),
            )
        ),
        "trial_rows": Rows(
            MedicationTrial.objects.filter(**MINE, withdrawn_at=None)
            .order_by("-recorded_at")
            .values("name", "highest_mg", "weeks", "response", "why_stopped")[:12]
        ),
        "team_rows": Rows(
            CareTeamMember.objects.live()
            .filter(**MINE)
            .order_by("role", "-is_lead")
            .values("role", "is_lead", name=name_of("user"), works_here=F("user__is_active"))
        ),
    }


def who(found: dict[str, Any]) -> Who:
    """The person, from the row that `who_parts` brought."""
    return Who(
        phone=found["phone_number"] or "",
        guardians=[
            ", ".join(filter(None, (g["name"], g["relationship"], phone_words(g["phone"]))))
            for g in found["guardian_rows"]
        ],
        sharing_since=found["sharing_since"],
        allergies=[
            AllergyLine(allergy_words(a), a["recorded_at"]) for a in found["allergy_rows"] if not a["is_none_known"]
        ],
        has_none_known=any(a["is_none_known"] for a in found["allergy_rows"]),
        pregnancy=pregnancy_words(found["pregnancy_rows"][0]) if found["pregnancy_rows"] else "",
        safety_plan_at=found["safety_plan_at"],
        needs_safety_plan=found["had_alert"] or found["had_thoughts"],
        alerts=[
            Alert(a["id"], RiskKind(a["kind"]).label, a["reason"], a["raised_at"], a["is_taken"] is True)
            for a in found["alert_rows"]
        ],
        reported=[_reported(row) for row in found["reported_rows"]],
        trials=[
            Trial(
                name=t["name"],
                highest_mg=t["highest_mg"],
                weeks=t["weeks"],
                response=TrialResponse(t["response"]).label,
                why_stopped=WhyStopped(t["why_stopped"]).label,
            )
            for t in found["trial_rows"]
        ],
        team=[Member(m["name"], Role(m["role"]).label, m["is_lead"], m["works_here"]) for m in found["team_rows"]],
    )


def pregnancy_words(answer: dict[str, Any]) -> str:
    """What the head of the chart says of pregnancy: "Pregnant, due Sep 4, 2026"; nothing where it is not told."""
    if answer["status"] not in {Pregnancy.YES, Pregnancy.POSSIBLE}:
        return ""
    due = f", due {day(answer['due_on'])}" if answer["due_on"] else ""
    return f"{Pregnancy(answer['status']).label}{due}"


def allergy_words(allergy: dict[str, Any]) -> str:
    """An allergy with its reaction and severity where they are known: "penicillin: hives (severe)"."""
    words = f"{allergy['substance']}: {allergy['reaction']}" if allergy["reaction"] else str(allergy["substance"])
    return words if allergy["severity"] == "unknown" else f"{words} ({allergy['severity']})"


def _reported(row: dict[str, Any]) -> Reported:
    amount = f"{row['day_mg'].normalize():,f} mg a day" if row["day_mg"] else ""
    origin = f"not from here: {row['prescribed_by'] or 'prescriber not known'}"
    return Reported(
        name=row["name"],
        dose=row["dose_text"] or amount,
        origin=f"{origin}, since {day(row['first_on'])}" if row["first_on"] else origin,
        recorded_at=row["recorded_at"],
    )
