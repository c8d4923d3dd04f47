"""A clinic of N clients, the same at every N for whoever is measured: the caseload, the day, the heavy client.

Prescribers and therapists grow with N, a hundred clients each. The measured prescriber and coordinator work with
the first hundred clients; nobody else's work may slow them.
"""

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from clinic.checkins.models import AnswerReview
from clinic.clients.models import (
    CareTeamMember,
    Client,
    ClientStatus,
    ContactKind,
    ContactPoint,
    MessageConsent,
    SharingConsent,
)
from clinic.clients.rules.search import search_text_of
from clinic.coordination.models import Observation
from clinic.intake.models import ContactWish, Enquiry, EnquiryStatus
from clinic.monitoring.models import Measurement
from clinic.scales.models import ScaleResponse
from clinic.scheduling.models import Appointment, AppointmentKind, AppointmentStatus, Availability
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.models import DosePlan
from clinic.visits.models import FollowUpVisit
from clinic.worklist.models import DutyKind, Outcome, WorkItem
from tests.benchmarks.copying import copy_records, without_triggers
from tests.caseload import histories
from tests.factories.clients import consents_of

CASELOAD = 100
SLOTS_A_DAY = 16
TODAY = 16
READ, WRITTEN = 60, 16
HEAVY_VISITS, HEAVY_APPOINTMENTS, HEAVY_SCORES, HEAVY_DAYS = 1000, 700, 500, 3650
DAY = dt.timedelta(days=1)
SLOT = dt.timedelta(minutes=30)
AHEAD = dt.timedelta(days=28)
GIVEN = [
    "Ada", "Alma", "Ana", "Ben", "Carla", "Carmen", "Chen", "Clara", "Dara", "David", "Elena", "Eli", "Emma",
    "Eva", "Farid", "Grace", "Hana", "Ida", "Ines", "Ivan", "Jade", "Joel", "José", "Juan", "Kai", "Karin",
    "Lara", "Leo", "Lina", "Luis", "Maria", "Marta", "Maya", "Mei", "Milo", "Mira", "Nadia", "Nia", "Noah",
    "Nora", "Omar", "Pablo", "Paula", "Rosa", "Ruth", "Sam", "Sara", "Sofía", "Tara", "Theo", "Tomás", "Uma",
    "Vera", "Victor", "Wei", "Yara", "Yusuf", "Zoe",
]  # fmt: skip
SYLLABLES = [
    "an", "ber", "cal", "den", "el", "fer", "gar", "hol", "is", "jor", "kel", "lo", "mar", "nes", "or", "pen", "quin",
    "ros", "sal", "ter", "ul", "ven", "wes", "yor", "zal",
]  # fmt: skip


@dataclass(frozen=True)
class Seeded:
    """Who is measured and whose records: read and written are different clients."""

    prescriber: User
    therapist: User
    coordinator: User
    read: list[Client]
    heavy: Client
    drafts: list[FollowUpVisit]
    spare: Client


@transaction.atomic
def seed(count: int, now: dt.datetime) -> Seeded:
    """Make a clinic of `count` clients as it stands on the day of `now`."""
    morning = timezone.localtime(now).replace(hour=8, minute=0, second=0, microsecond=0)
    without_triggers()
    teams = max(count // CASELOAD, 2)
    prescribers = _hire(Role.PRESCRIBER, teams)
    therapists = _hire(Role.THERAPIST, teams)
    coordinators = _hire(Role.COORDINATOR, max(count // 1000, 2))
    templates = _templates(morning)
    clients = _clients(count + 1, now)
    _belongings(clients, prescribers, therapists, coordinators, now)
    _copy(clients, templates, prescribers, therapists)
    heavy = clients[count]
    _make_heavy(heavy, prescribers[0], therapists[0], morning)
    _fill_today(clients, prescribers, morning)
    _around(clients, prescribers, coordinators, now)
    read = clients[:READ] if count > CASELOAD else clients[: count // 2]
    written = clients[len(read) : len(read) + WRITTEN]
    drafts = [_draft(client, prescribers[0], morning) for client in written]
    return Seeded(prescribers[0], therapists[0], coordinators[0], read, heavy, drafts, clients[len(read) + WRITTEN])


def analyze() -> None:
    """Tell the planner what a clinic at work would have told it long ago."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")


def _hire(role: Role, count: int) -> list[User]:
    words = {"roles": [role], "acting_role": role, "password": make_password(None)}
    people = [
        User(full_name=f"{role.label} {n:05}", email=f"{role.value}{n:05}@clinic.example", **words)
        for n in range(count)
    ]
    User.objects.bulk_create(people, batch_size=2000)
    Authenticator.objects.bulk_create(
        [Authenticator(user=user, type=Authenticator.Type.TOTP, data={"secret": "planted"}) for user in people],
        batch_size=2000,
    )
    return people


@dataclass(frozen=True)
class Templates:
    """One ordinary record, one with something unread, one of somebody who came rarely; and who wrote them."""

    ordinary: Client
    unread: Client
    rare: Client
    prescriber: User
    therapist: User

    @property
    def all(self) -> list[Client]:
        return [self.ordinary, self.unread, self.rare]


def _templates(morning: dt.datetime) -> Templates:
    prescriber, therapist = (
        User.objects.create(full_name=f"Former {role.label}", email=f"former.{role}@clinic.example", roles=[role],
                            acting_role=role, password="!", is_active=False)
        for role in (Role.PRESCRIBER, Role.THERAPIST)
    )  # fmt: skip
    made = [
        Client.objects.create(given_names="Template", family_name=f"Number {n}", birth_on=dt.date(1980, 1, 1))
        for n in range(3)
    ]
    for n, (client, drugs, times) in enumerate(zip(made, [2, 2, 1], [6, 6, 2], strict=True)):
        CareTeamMember.objects.create(
            client=client, user=prescriber, role=Role.PRESCRIBER, started_at=morning, added_by=prescriber
        )
        _live(client, prescriber, therapist, morning - n * SLOT, drugs=drugs, times=times)
        # One in ten has nothing to come, as in any clinic.
        if client is not made[1]:
            _book(client, prescriber, morning - n * SLOT + 14 * DAY)
    for answer in histories.CheckInAnswer.objects.filter(review=None).exclude(client=made[1]):
        AnswerReview.objects.create(answer=answer, by=prescriber, at=morning)
    # As the trigger would that is off here.
    histories.CheckInAnswer.objects.exclude(review=None).update(reviewed_at=morning)
    return Templates(*made, prescriber, therapist)


def _live(client: Client, by: User, therapist: User, morning: dt.datetime, *, drugs: int, times: int) -> None:
    """A year of care: plan, evaluation, dose plans by the engine, check-ins, scores, visits, observations."""
    plan = histories.sign(histories.plan_with_parts(client, by, 3), by, morning - 90 * DAY)
    histories.PlanAcknowledgement.objects.create(plan=plan, by=therapist, at=morning - 80 * DAY)
    histories.evaluated(client, by, morning - 100 * DAY)
    for name in histories.DRUGS[:drugs]:
        histories.dosed(client, by, therapist, morning - 20 * DAY, name)
    histories.told(client, by, morning, 2)
    dose_plan = DosePlan.objects.filter(client=client).earliest("created_at")
    for n in range(times):
        at = morning - (n * 14 + 21) * DAY
        histories.answered(dose_plan, at - DAY, is_worrying=n % 3 == 0, read_by=by if n else None)
        histories.scored(client, at, 8 + n % 12)
        histories.scored(client, at, 5 + n % 9, "gad7")
        histories.visited(client, by, at)
        if n % 3 == 1:
            Observation.objects.create(client=client, text="Less withdrawn, sleeps longer.", by=therapist, at=at)
        for kind, unit in (("weight", "kg"), ("heart_rate", "/min")):
            Measurement.objects.create(client=client, kind=kind, value=72, unit=unit, taken_at=at, origin="staff")


def _book(client: Client, by: User, starts_at: dt.datetime) -> None:
    Appointment.objects.create(
        client=client, clinician=by, kind=AppointmentKind.FOLLOW_UP, starts_at=starts_at, ends_at=starts_at + SLOT,
        booked_by=by, time_set_at=starts_at - AHEAD,
    )  # fmt: skip


def _clients(count: int, now: dt.datetime) -> list[Client]:
    chance = random.Random(7)
    made = []
    for n in range(count):
        family = "".join(chance.choices(SYLLABLES, k=chance.choice([2, 3, 3]))).capitalize()
        client = Client(
            given_names=chance.choice(GIVEN),
            family_name=family,
            pronouns=chance.choice(["she/her", "he/him", ""]),
            birth_on=dt.date(1945, 1, 1) + dt.timedelta(days=chance.randrange(23000)),
            status=ClientStatus.ACTIVE if n < CASELOAD or n % 3 == 0 else ClientStatus.DISCHARGED,
        )
        client.search_text = search_text_of(
            given_names=client.given_names,
            family_name=client.family_name,
            birth_on=client.birth_on,
            phones=[phone_of(n)],
        )
        made.append(client)
    return Client.objects.bulk_create(made, batch_size=2000)


def phone_of(number: int) -> str:
    """The phone of the client with this number."""
    return f"+1801{5550000 + number * 7919 % 4440000:07}"


def _belongings(
    clients: list[Client], prescribers: list[User], therapists: list[User], coordinators: list[User], now: dt.datetime
) -> None:
    contacts, links, consents = [], [], []
    for n, client in enumerate(clients):
        team = [prescribers[_team(n, clients)], therapists[_team(n, clients)], coordinators[n % len(coordinators)]]
        links += [
            CareTeamMember(client=client, user=user, role=user.acting_role, started_at=now, added_by=user)
            for user in team
        ]
        phone = {"kind": ContactKind.PHONE, "value": phone_of(n), "is_preferred": True, "may_text": True}
        contacts.append(ContactPoint(client=client, **phone))
        contacts.append(ContactPoint(client=client, kind=ContactKind.EMAIL, value=f"p{n}@mail.example", may_email=True))
        consents.append(SharingConsent(client=client, given_on=now.date(), text_version="2026-01", recorded_by=team[0]))
    CareTeamMember.objects.bulk_create(links, batch_size=2000)
    ContactPoint.objects.bulk_create(contacts, batch_size=2000)
    agreed = [one for client in clients for channel in ("email", "sms") for one in consents_of(client, channel)]
    MessageConsent.objects.bulk_create(agreed, batch_size=2000)
    SharingConsent.objects.bulk_create(consents, batch_size=2000)


def _team(number: int, clients: list[Client]) -> int:
    """The heavy client, the last one, is of the first team."""
    teams = max((len(clients) - 1) // CASELOAD, 2)
    return 0 if number == len(clients) - 1 else number // CASELOAD % teams


def _copy(clients: list[Client], templates: Templates, prescribers: list[User], therapists: list[User]) -> None:
    def rows() -> Any:
        for n, client in enumerate(clients):
            place = n % CASELOAD
            # Another tenth of each hundred, so that at any hour one in ten is of this kind whatever N.
            if (n + n // CASELOAD) % 10 == 0:
                template = templates.unread
            elif n < CASELOAD or n % 3 == 0 or n == len(clients) - 1:
                template = templates.ordinary
            else:
                template = templates.rare
            # Each hundred of clients has its own slots of the week, and the heavy one its own hour.
            shift = dt.timedelta(days=-(place // SLOTS_A_DAY)) + place % SLOTS_A_DAY * SLOT
            shift = -2 * SLOT if n == len(clients) - 1 else shift + templates.all.index(template) * SLOT
            team = _team(n, clients)
            yield client.pk, template.pk, prescribers[team].pk, therapists[team].pk, shift

    copy_records(rows(), templates.all, templates.prescriber, templates.therapist)


def _make_heavy(client: Client, prescriber: User, therapist: User, morning: dt.datetime) -> None:
    """Ten years: 1,000 notes, 700 appointments, 500 scores."""
    signed = {"signed_by": prescriber, "content_hash": "planted"}
    words = "Sleeps seven hours, appetite good, works again; no thoughts of self-harm. Goes on as before. " * 3
    visits = []
    for n in range(HEAVY_VISITS):
        at = morning - (200 + n * HEAVY_DAYS / HEAVY_VISITS) * DAY
        visits.append(
            FollowUpVisit(client=client, prescriber=prescriber, visited_on=at.date(), subjective=words,
                          assessment=words, signed_at=at, **signed)
        )  # fmt: skip
    FollowUpVisit.objects.bulk_create(visits, batch_size=1000)
    starts = [morning - (200 + n * HEAVY_DAYS // HEAVY_APPOINTMENTS) * DAY - 4 * SLOT
              for n in range(HEAVY_APPOINTMENTS)]  # fmt: skip
    Appointment.objects.bulk_create(
        [
            Appointment(client=client, clinician=therapist, kind=AppointmentKind.THERAPY, starts_at=at,
                        ends_at=at + SLOT, booked_by=therapist, time_set_at=at - AHEAD, status=AppointmentStatus.DONE)
            for at in starts
        ],
        batch_size=1000,
    )  # fmt: skip
    ScaleResponse.objects.bulk_create(
        [
            ScaleResponse(client=client, instrument="phq9", version="1", total=n % 20, band="moderate",
                          answered_at=morning - (200 + n * HEAVY_DAYS // HEAVY_SCORES) * DAY, answered_by="client")
            for n in range(HEAVY_SCORES)
        ],
        batch_size=1000,
    )  # fmt: skip


def _fill_today(clients: list[Client], prescribers: list[User], morning: dt.datetime) -> None:
    """The same day at every N: sixteen appointments with each of the first three prescribers who have clients."""
    booked = []
    for team, clinician in enumerate(prescribers[:3]):
        own = clients[team * CASELOAD :][:TODAY] if len(clients) > 3 * CASELOAD else clients[team * 4 :][:4]
        for n, client in enumerate(own):
            starts_at = morning + n * SLOT + team * DAY / 288
            booked.append(
                Appointment(client=client, clinician=clinician, kind=AppointmentKind.FOLLOW_UP, starts_at=starts_at,
                            ends_at=starts_at + SLOT, booked_by=clinician, time_set_at=starts_at - AHEAD)
            )  # fmt: skip
    Appointment.objects.bulk_create(booked)
    Availability.objects.bulk_create(
        [
            Availability(clinician=clinician, weekday=weekday, begins=dt.time(8), ends=dt.time(17),
                         valid_from=dt.date(2020, 1, 1))
            for clinician in prescribers[:3]
            for weekday in range(7)
        ]
    )  # fmt: skip


def _around(clients: list[Client], prescribers: list[User], coordinators: list[User], now: dt.datetime) -> None:
    """Enquiries and duties: a dozen open at every N, the closed ones grow; reads of charts in the audit."""
    enquiries = [
        Enquiry(given_names="Grace", family_name=f"Hopper {n}", birth_on=dt.date(1985, 12, 9), phone="+18015550142",
                contact_wish=ContactWish.CALL, what_is_going_on="I have not slept well for months.", received_at=now,
                status=EnquiryStatus.NEW if n < 12 else EnquiryStatus.CLOSED, closed_at=None if n < 12 else now)
        for n in range(12 + len(clients) // 20)
    ]  # fmt: skip
    Enquiry.objects.bulk_create(enquiries, batch_size=2000)
    duties = [
        WorkItem(client=client, kind=DutyKind.CALL_CLIENT, reason="Asked to be called.", owner_role=Role.COORDINATOR,
                 due_at=now, outcome="" if n < 12 else Outcome.REACHED, closed_at=None if n < 12 else now)
        for n, client in enumerate(clients[:: 1 if len(clients) < 1000 else 10])
    ]  # fmt: skip
    WorkItem.objects.bulk_create(duties, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO audit_auditevent
                (id, at, action, by_id, acting_role, client_id, subject_type, subject_id, detail, request_id)
            SELECT gen_random_uuid(), %s - n * interval '9 days', 'chart_read', user_id, role, client_id, '', '',
                '{"page": "chart"}', ''
            FROM clients_careteammember CROSS JOIN generate_series(1, 4) AS n
            """,
            [now],
        )


def _draft(client: Client, prescriber: User, morning: dt.datetime) -> FollowUpVisit:
    return FollowUpVisit.objects.create(client=client, prescriber=prescriber, visited_on=morning.date())


def session_for(user: User) -> str:
    """A signed-in session of somebody who gave both factors just now."""
    from django.contrib.sessions.backends.db import SessionStore

    at = timezone.now().timestamp()
    session = SessionStore()
    session.update(
        {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": "allauth.account.auth_backends.AuthenticationBackend",
            "_auth_user_hash": user.get_session_auth_hash(),
            "signed_in_at": at,
            "seen_at": at,
            "second_factor": True,
        }
    )
    session.create()
    return str(session.session_key)
