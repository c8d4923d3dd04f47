"""The day's list of a clinician: each appointment with how ready its visit is."""

from collections.abc import Collection, Container, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Left, TruncDate

from clinic.caseload.rules.day import CLOSED, SIGNS, Sign, Told, newest_told, signs_of
from clinic.checkins.models import CheckInAnswer
from clinic.checkins.queries import state_of_link
from clinic.checkins.rules import scale_link
from clinic.clients.models import MessagePurpose, SharingConsent
from clinic.clients.queries import Named, in_open_charts, naming
from clinic.coordination.models import Observation
from clinic.core.addresses import address
from clinic.core.clock import local_day
from clinic.core.templatetags.clinic_ui import clock, day, person
from clinic.coverage.models import Coverage, PriorAuthorization
from clinic.intake.models import Enquiry, PsychiatricEvaluation, TherapistReferral
from clinic.messaging.queries import ways_about
from clinic.monitoring.models import Measurement
from clinic.monitoring.rules.results import KINDS, LABORATORY
from clinic.scales.models import ScaleResponse
from clinic.scheduling.models import Appointment, AppointmentKind, AppointmentStatus, Modality
from clinic.staff.models import User
from clinic.titration.queries import without_consent
from clinic.visits.models import TelehealthConsent
from clinic.visits.rules.telehealth import is_consent_valid

# An authorization is renewed before it ends. A month ahead is custom of the clinic and no clinical limit.
ENDS_SOON = timedelta(days=30)
# As much of what was told as a line of the list bears.
LONGEST_TOLD = 200
SOON = "soon"
LABORATORY_KINDS = [code for code, kind in KINDS.items() if kind.group == LABORATORY]
ENDED = (AppointmentStatus.DONE, AppointmentStatus.NO_SHOW, AppointmentStatus.CANCELLED)

TOLD = ("referred_at", "referred_by", "question", "urgency", "received_at", "enquiry")
# What a row of `day_visits` says before the names of its client.
NAMES = (
    "appointment_id", "starts_at", "kind", "modality", "status",
    "is_open", "worrying", "observed", "has_score", "shares", "lacks_consent",
    "consented_on", "authorized_until", "visit_id", "signed_at",
    "evaluation_begun", "evaluation_signed", "has_cover", "is_cover_checked",
    "link_state", "is_tested", *TOLD,
)  # fmt: skip


class DayVisit(NamedTuple):
    """One appointment of today in words and how ready it is.

    `start` leads to what `begins` says, where that can begin or go on: a visit begins at once, with its `appointment`,
    an evaluation with its own form; `told` is what brought the client to it.
    `device` leads to where a tablet is handed over to whoever comes here without a score. To whoever comes by
    telehealth without one `send` sends the scale by link; `link` says how one stands or why none goes, and then
    `staff` leads to where it is recorded together.

    `marks` are the names of its signs, by which the list is filtered.
    """

    when: str
    path: str
    name: str
    who: str
    what: str
    status: str
    signs: tuple[Sign, ...]
    start: str
    appointment: UUID | None
    begins: str
    device: str
    send: str
    link: Sign | None
    staff: str
    told: str
    marks: tuple[str, ...]


def day_visits(
    user: User,
    begins: datetime,
    ends: datetime,
    scored_since: datetime,
    observed_since: datetime,
    checked_since: datetime,
    sent_since: datetime,
) -> QuerySet[Appointment, Any]:
    """A clinician's standing appointments of a day with what is known of each, for the statement of a home."""
    of_client = {"client": OuterRef("client")}
    today = TruncDate(Value(begins, output_field=DateTimeField()))
    evaluations = PsychiatricEvaluation.objects.filter(**of_client, prescriber=user)
    covers = Coverage.objects.filter(Q(ended_on=None) | Q(ended_on__gte=today), **of_client)
    is_checked = Q(plan_type="self_pay") | Q(eligibility_checks__checked_at__gte=checked_since)
    return (
        Appointment.objects.standing()
        .filter(clinician=user, starts_at__gte=begins, starts_at__lt=ends)
        .order_by("starts_at")
        .annotate(
            link_state=state_of_link(OuterRef("client"), sent_since),
            **_known_parts(),
            **_told_parts(),
        )
        .values_list(
            "pk",
            "starts_at",
            "kind",
            "modality",
            "status",
            in_open_charts(user),
            Exists(CheckInAnswer.objects.filter(**of_client, is_worrying=True, reviewed_at=None)),
            Exists(Observation.objects.filter(**of_client, at__gte=observed_since).exclude(by=user)),
            Exists(ScaleResponse.objects.filter(**of_client, answered_at__gte=scored_since)),
            Exists(SharingConsent.objects.live().filter(**of_client)),
            Exists(without_consent(today).filter(**of_client)),
            "consented_on",
            "authorized_until_on",
            "visit__pk",
            "visit__signed_at",
            _of_evaluation(Exists(evaluations.filter(signed_at=None))),
            _of_evaluation(Exists(evaluations.filter(signed_at__isnull=False, evaluated_on=today))),
            _of_evaluation(Exists(covers)),
            _of_evaluation(Exists(covers.filter(is_checked))),
            "link_state",
            _of_evaluation(Exists(Measurement.objects.standing().filter(**of_client, kind__in=LABORATORY_KINDS))),
            *TOLD,
            *naming("client"),
        )
    )


def _of_evaluation(asked: Subquery) -> Case:
    """Something that is asked of evaluations alone: of whoever comes to a follow-up visit it is long known."""
    return Case(When(kind=AppointmentKind.EVALUATION, then=asked))


def _known_parts() -> dict[str, Subquery]:
    """When telehealth was consented to last, and until when the first authorization to end holds, renewals counted."""
    of_client = {"client": OuterRef("client")}
    approved = PriorAuthorization.objects.filter(status="approved", expires_on__isnull=False)
    same = {name: OuterRef(name) for name in ("client", "medication")}
    ends_last = approved.filter(**of_client).exclude(
        Exists(approved.filter(**same, expires_on__gt=OuterRef("expires_on")))
    )
    consents = TelehealthConsent.objects.filter(**of_client).order_by("-given_on")
    return {
        "consented_on": Subquery(consents.values("given_on")[:1]),
        "authorized_until_on": Subquery(ends_last.order_by("expires_on").values("expires_on")[:1]),
    }


def _told_parts() -> dict[str, Case]:
    """What the newest referral and the newest enquiry say, each with its instant."""
    of_client = {"client": OuterRef("client")}
    referral = TherapistReferral.objects.filter(**of_client).order_by("-referred_at")
    enquiry = Enquiry.objects.filter(**of_client).order_by("-received_at")
    parts = {
        "referred_at": referral.values("referred_at"),
        "referred_by": referral.values("referred_by__full_name"),
        "question": referral.annotate(head=Left("question", LONGEST_TOLD)).values("head"),
        "urgency": referral.values("urgency"),
        "received_at": enquiry.values("received_at"),
        "enquiry": enquiry.annotate(head=Left("what_is_going_on", LONGEST_TOLD)).values("head"),
    }
    return {name: _of_evaluation(Subquery(values[:1])) for name, values in parts.items()}


def day_list(rows: Sequence[tuple[Any, ...]], now: datetime, due: Collection[UUID] = ()) -> list[DayVisit]:
    """The rows of `day_visits` in words; `due` are the clients of whom tests are due."""
    today = local_day(now)
    read = [_read(row) for row in rows]
    asked = {one["client"].id for one in read if _may_be_sent_a_scale(one)}
    ways = ways_about(MessagePurpose.CHECKINS, asked) if asked else {}
    return [_day_visit(one, due, ways, today) for one in read]


def _may_be_sent_a_scale(one: dict[str, Any]) -> bool:
    is_far = one["modality"] == Modality.TELEHEALTH and one["status"] not in ENDED
    return is_far and one["is_open"] and not one["has_score"]


def _read(row: tuple[Any, ...]) -> dict[str, Any]:
    return {**dict(zip(NAMES, row, strict=False)), "client": Named(*row[len(NAMES) :])}


def _told(one: dict[str, Any]) -> Told | None:
    referral = Told(one["referred_at"], f"Referral by {one['referred_by']}", one["question"], one["urgency"] == SOON)
    enquiry = Told(one["received_at"], "Enquiry", one["enquiry"], asked_within=False)
    return newest_told(said for said in (referral, enquiry) if said.at is not None)


def _told_words(told: Told) -> str:
    cut = "…" if len(told.words) == LONGEST_TOLD else ""
    return f"{told.by}, {day(told.at)}: “{told.words.strip()}{cut}”"


def _marks(one: dict[str, Any], told: Told | None, due: Collection[UUID], today: date) -> tuple[str, ...]:
    until, is_far = one["authorized_until"], one["modality"] == Modality.TELEHEALTH
    is_evaluation = one["kind"] == AppointmentKind.EVALUATION
    begun = one["evaluation_begun"] if is_evaluation else one["visit_id"] is not None
    signed_at = one["evaluation_signed"] if is_evaluation else one["signed_at"]
    # What a person who comes to be evaluated brings along; at a visit it is long known.
    found = {
        "soon": is_evaluation and told is not None and told.asked_within,
        "uninsured": is_evaluation and not one["has_cover"],
        "insurance": is_evaluation and one["has_cover"] and not one["is_cover_checked"],
        "untested": is_evaluation and not one["is_tested"],
        "worrying": one["worrying"],
        "due": one["client"].id in due,
        "consent": is_far and not signed_at and not is_consent_valid(one["consented_on"], today),
        "agreed": one["lacks_consent"],
        "authorization": until is not None and until <= today + ENDS_SOON,
        "observed": one["observed"],
        "score": not one["has_score"],
        "sharing": not one["shares"],
        "unsigned": begun and not signed_at,
        "signed": signed_at,
    }
    return tuple(mark for mark in SIGNS if found[mark])


def _day_visit(one: dict[str, Any], due: Collection[UUID], ways: Container[UUID], today: date) -> DayVisit:
    """Nothing of the record shows where the chart is closed to the reader."""
    client, status = one["client"], one["status"]
    is_evaluation = one["kind"] == AppointmentKind.EVALUATION
    told = _told(one) if is_evaluation and one["is_open"] else None
    marks = _marks(one, told, due, today) if one["is_open"] else ()
    signs = signs_of(marks, authorization_ends=day(one["authorized_until"])) if one["is_open"] else (CLOSED,)
    is_done = "signed" in marks or (is_evaluation and status in ENDED)
    may_begin = one["is_open"] and not is_done
    is_here = one["modality"] == Modality.IN_PERSON and status not in ENDED
    link = scale_link(one["link_state"] or "", has_way=client.id in ways) if _may_be_sent_a_scale(one) else None
    begins_with = "intake:start_evaluation" if is_evaluation else "visits:start"
    return DayVisit(
        when=clock(one["starts_at"]),
        path=client.get_absolute_url(),
        name=str(client),
        who=person(client),
        what=f"{AppointmentKind(one['kind']).label}, {Modality(one['modality']).label.lower()}",
        status="" if status == AppointmentStatus.BOOKED else str(AppointmentStatus(status).label),
        signs=signs,
        start=address(begins_with, client.id) if may_begin else "",
        appointment=None if is_evaluation else one["appointment_id"],
        begins=f"{'Go on with' if 'unsigned' in marks else 'Start'} the {'evaluation' if is_evaluation else 'visit'}",
        device=address("checkins:hand_over", client.id) if is_here and "score" in marks else "",
        send=address("caseload:send_scales", client.id) if link and link.may_send else "",
        link=link.sign if link else None,
        staff=address("scales:record", client.id) if link and not link.may_send else "",
        told=_told_words(told) if told else "",
        marks=marks,
    )
