"""Reads of handouts: a client's signed dose plans as they are printed, and the links to the calendar."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from clinic.clients.models import Client, ClientStatus
from clinic.core.clock import local_day
from clinic.handouts.rules.calendar import Calendar, PlanOnPaper, calendar_of
from clinic.handouts.rules.leaflet import Leaflet, leaflet_of
from clinic.handouts.rules.paper import Letterhead
from clinic.handouts.rules.watching import waiting_words, watch_words
from clinic.messaging.models import SignedLink
from clinic.messaging.queries import open_link
from clinic.titration.models import DosePlan, DosePlanVersion

KIND = "calendar"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def calendar_from(client: Client, first_on: date, *, language: str = "en") -> Calendar:
    """Eight weeks of every dose plan of a client that is running or begins on them; four queries."""
    return calendar_of(_on_paper(_versions(client, first_on), language), first_on, language=language)


def _versions(client: Client, day: date) -> QuerySet[DosePlanVersion]:
    """Versions in force that are not over before a day, the oldest plan first: the letters of medications stay."""
    versions = DosePlanVersion.objects.filter(dose_plan__client=client, superseded_at=None)
    not_over = versions.filter(Q(stop_on=None) | Q(stop_on__gte=day))
    plans = not_over.select_related("dose_plan__medication", "signed_by").prefetch_related("steps", "dose_plan__gates")
    return plans.order_by("dose_plan__began_on", "dose_plan_id")


def _on_paper(versions: Iterable[DosePlanVersion], language: str) -> list[PlanOnPaper]:
    """A plan that was stopped before it began has no day to print."""
    printed = [version for version in versions if version.steps.all()]
    return [plan_on_paper(version, LETTERS[place % len(LETTERS)], language) for place, version in enumerate(printed)]


def plan_on_paper(version: DosePlanVersion, letter: str = "A", language: str = "en") -> PlanOnPaper:
    """One signed version as it is printed."""
    medication = version.dose_plan.medication
    waits_on = {gate.step_first_on for gate in version.dose_plan.gates.all() if gate.judged_at is None}
    return PlanOnPaper(
        letter=letter,
        medication=medication.name,
        treats=version.dose_plan.treats,
        version=version.number,
        signed_on=local_day(version.signed_at),
        prescriber=version.signed_by.title,
        steps=list(version.steps.all()),
        stop_on=version.stop_on,
        watch=(
            *waiting_words(waits_on, language),
            *watch_words(medication.boxed_warning, is_confirmed=medication.boxed_warning_confirmed, language=language),
        ),
        waits_on=waits_on,
    )


def current_version(dose_plan: DosePlan) -> DosePlanVersion:
    """The version in force of a dose plan, with what the pharmacist's copy says of it."""
    versions = DosePlanVersion.objects.select_related("dose_plan__medication", "signed_by", "change")
    return versions.prefetch_related("steps", "dose_plan__gates").get(dose_plan=dose_plan, superseded_at=None)


def leaflet_from(dose_plan: DosePlan, today: date) -> Leaflet:
    """The leaflet of a dose plan's medication for its client, in the client's language where one is linked."""
    medication = dose_plan.medication
    return leaflet_of(
        plan_on_paper(current_version(dose_plan)),
        drug_class=medication.drug_class,
        rxcui=medication.rxcui,
        language=dose_plan.client.language,
        today=today,
    )


def letterhead(client_name: str, printed_on: date) -> Letterhead:
    """The head of every sheet."""
    return Letterhead(client_name, printed_on, settings.CLINIC_NAME, settings.CLINIC_PHONE, settings.CLINIC_HOURS)


def has_plans(client_id: UUID, day: date) -> bool:
    """Whether a dose plan of a client is running on a day or begins later."""
    return DosePlan.objects.running(day).filter(client=client_id).exists()


def still_wanted(client_ids: Collection[UUID]) -> set[UUID]:
    """Read just before messages leave: the client is in care and a dose plan has not ended."""
    versions = DosePlanVersion.objects.filter(dose_plan__client=OuterRef("pk"), superseded_at=None)
    has_plan = Exists(versions.filter(Q(stop_on=None) | Q(stop_on__gt=Now())))
    clients = Client.objects.filter(has_plan, pk__in=client_ids, status=ClientStatus.ACTIVE, deceased_on=None)
    return set(clients.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class OpenCalendar:
    """A calendar behind a live link."""

    link: SignedLink
    client: Client


def open_calendar(token: str, *, now: datetime) -> OpenCalendar | None:
    """Whose calendar a live link opens; none once the client is no longer in care."""
    link = open_link(token, about_kind=KIND, now=now)
    if link is None or link.client.status != ClientStatus.ACTIVE or link.client.deceased_on is not None:
        return None
    return OpenCalendar(link, link.client)


def today_of(client: Client, now: datetime) -> date:
    """The client's own day."""
    return now.astimezone(ZoneInfo(client.time_zone)).date()
