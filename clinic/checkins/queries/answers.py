"""The page behind a link, answers for the team, and scales that tell of danger."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import CharField, Exists, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.shortcuts import get_object_or_404

from clinic.checkins import rules
from clinic.checkins.models import (
    AnswerReview,
    CheckIn,
    CheckInAnswer,
    CheckInAnswerQuerySet,
    CheckInState,
)
from clinic.checkins.rules import Taken
from clinic.clients.models import Client, MessagePurpose
from clinic.clients.queries import agrees_to, in_open_charts
from clinic.core.queries import prepared
from clinic.formulary.queries.schedules import schedules
from clinic.messaging.models import SignedLink
from clinic.messaging.queries import find_link, open_link
from clinic.messaging.rules import language_of
from clinic.risk.models import RiskAlert
from clinic.scales.models import AnsweredBy, ScaleResponse, TargetSymptom
from clinic.scales.queries import known_instruments, with_titles
from clinic.scales.rules import Instrument
from clinic.staff.models import User
from clinic.titration.models import DosePlan, DoseStep, StepGate
from clinic.titration.rules import day_words, unit_pictures
from clinic.titration.rules.signed import is_taken_on
from clinic.titration.rules.spanish import day_words_in_spanish

KIND = "checkin"
LAMOTRIGINE = "lamotrigine"


@dataclass(frozen=True)
class OpenCheckIn:
    """A check-in behind a live link."""

    link: SignedLink
    checkin: CheckIn

    @property
    def client(self) -> Client:
        return self.checkin.client

    @property
    def is_written_to(self) -> bool:
        """Whether the client lets the clinic write to them about check-ins, as it stands when this is asked."""
        return agrees_to(self.client, MessagePurpose.CHECKINS)


@dataclass(frozen=True)
class DoseToday:
    """What is taken on a day, in words and drawn."""

    words: str = ""
    taken: tuple[unit_pictures.Taken, ...] = ()


def link_of(token: str) -> SignedLink | None:
    """The link of a token, live or not."""
    return find_link(token, about_kind=KIND)


def open_checkin(token: str, *, now: datetime) -> OpenCheckIn | None:
    """The check-in behind a link that is live: given, not expired, used or revoked, with tries left."""
    link = open_link(token, about_kind=KIND, now=now)
    if link is None:
        return None
    checkin = next(iter(_planned(link.about_id, link.client_id)), None)
    return OpenCheckIn(link, checkin) if checkin else None


@prepared
def _planned(checkin_id: UUID, client_id: UUID) -> QuerySet[CheckIn]:
    checkins = CheckIn.objects.filter(pk=checkin_id, client=client_id, state=CheckInState.PLANNED)
    return checkins.select_related("client", "dose_plan__medication")


def scale_of(checkin: CheckIn) -> Instrument | None:
    """The scale that a check-in asks, in the client's language where a free wording of it exists."""
    scale = known_instruments([checkin.instrument]).get(checkin.instrument) if checkin.instrument else None
    return scale.in_language(language_of(checkin.client.language)) if scale else None


def symptoms_asked(checkin: CheckIn) -> list[tuple[UUID, str]]:
    """The client's own target symptoms that stand, by key and words."""
    return _standing_symptoms(checkin.client_id)


@prepared
def _standing_symptoms(client_id: UUID) -> QuerySet[TargetSymptom, Any]:
    return TargetSymptom.objects.filter(client=client_id).standing().values_list("pk", "words")


@prepared
def last_scored(client_id: UUID, instrument: str) -> QuerySet[ScaleResponse]:
    """The newest response of a client to an instrument that has a total, if there is one."""
    scored = ScaleResponse.objects.filter(client=client_id, instrument=instrument, total__isnull=False)
    return scored.newest_first()[:1]


def taken_for_triage(checkin: CheckIn, *, on: date) -> Taken:
    """How long the client has been on lamotrigine here, counted anew from a restart, and whether restart rules are
    on file for the medication that is asked about.
    """
    names = {rule.medication for rule in schedules().restarts}
    plans = DosePlan.objects.filter(client=checkin.client_id, medication__ingredient__iexact=LAMOTRIGINE)
    anew = Max("versions__missed__goes_on_on", filter=Q(versions__missed__onward="restart"))
    starts = [day for pair in plans.annotate(anew=anew).values_list("began_on", "anew") for day in pair if day]
    return Taken(
        on_lamotrigine_for=on - max(day for day in starts) if starts else None,
        may_begin_again=checkin.dose_plan.medication.name in names,
    )


def scale_source(response_id: UUID) -> str:
    """What an alert names as its cause: one alert for one filled-in scale."""
    return f"scale:{response_id}"


def self_harm_without_alert(*, since: datetime) -> list[ScaleResponse]:
    """Scales recorded by staff that tell of thoughts of self-harm and have raised no alert yet."""
    told = ScaleResponse.objects.filter(
        answered_by=AnsweredBy.STAFF, flags__contains=[rules.WorryCode.SELF_HARM], answered_at__gte=since
    )
    source = Concat(Value("scale:"), Cast(OuterRef("pk"), CharField()))
    raised = Exists(RiskAlert.objects.filter(source=source))
    return with_titles(told.filter(~raised).select_related("client", "recorded_by"))


def dose_today(checkin: CheckIn, *, now: datetime) -> DoseToday:
    """What the plan says to take on the client's own day of today, in their language; empty where it says nothing."""
    on = now.astimezone(ZoneInfo(checkin.client.time_zone)).date()
    step = DoseStep.objects.current().on(on).filter(version__dose_plan=checkin.dose_plan_id).first()
    if step is None:
        return DoseToday()
    speaks_spanish = language_of(checkin.client.language) == "es"
    words = day_words_in_spanish(step, on) if speaks_spanish else day_words(step, on)
    return DoseToday(words, unit_pictures.taken_of(step.doses) if is_taken_on(step, on) else ())


def next_step_waits(checkin: CheckIn) -> bool:
    """Whether the next step of the dose plan waits for something: until then today's dose goes on."""
    return StepGate.objects.waiting().filter(dose_plan=checkin.dose_plan_id).exists()


def _answers() -> CheckInAnswerQuerySet:
    return CheckInAnswer.objects.select_related(
        "client", "checkin__dose_plan__medication", "scale_response", "review__by"
    )


def get_answer(user: User, answer_id: UUID) -> CheckInAnswer:
    """One answer that this user may read, else 404."""
    return get_object_or_404(_answers().visible_to(user), pk=answer_id)


@prepared
def answer_to_review(user: User, answer_id: UUID) -> QuerySet[CheckInAnswer]:
    """The answer alone, if its chart is open to this user."""
    return CheckInAnswer.objects.visible_to(user).filter(pk=answer_id)


@prepared
def review_of(answer_id: UUID) -> QuerySet[AnswerReview]:
    """The review of an answer with who wrote it, if it was read."""
    return AnswerReview.objects.filter(answer=answer_id).select_related("by")


def answers_needing_review(user: User) -> QuerySet[CheckInAnswer]:
    """Answers that nobody has acknowledged, of clients whose charts are open to this user; worrying ones first."""
    unread = _answers().filter(in_open_charts(user), reviewed_at=None)
    return unread.order_by("-is_worrying", "-answered_at")


def newest_answers(client: Client, k: int = 5) -> QuerySet[CheckInAnswer]:
    """The last `k` answers of a client whose chart was opened, newest first."""
    return _answers().filter(client=client).order_by("-answered_at")[:k]


def open_checkins(client: Client) -> QuerySet[CheckIn]:
    """Check-ins of a client that are planned or out, the next one first."""
    planned = CheckIn.objects.filter(client=client, state=CheckInState.PLANNED)
    return planned.select_related("dose_plan__medication").order_by("due_on")
