"""A clinic with something of everything, so that no page of the walk stands empty; and one client with nothing."""

import datetime as dt
import time
from dataclasses import dataclass

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.test import Client as Browser
from django.utils import timezone

from clinic.clients.models import Client, ContactKind
from clinic.intake.models import PsychiatricEvaluation
from clinic.plans.models import TreatmentPlan
from clinic.scheduling.models import AppointmentKind
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.models import DosePlan
from tests.access.world import MAKERS, Side
from tests.caseload.histories import DAY, dosed, plant, scored
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, ContactPointFactory, SharingConsentFactory
from tests.factories.messaging import OutboxMessageFactory, ReminderFactory
from tests.factories.scheduling import AppointmentFactory, AvailabilityFactory
from tests.factories.staff import UserFactory

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff"
LONG_ADDRESS = "a.very.long.name.of.a.mailbox.that.goes.on.and.on@department.of.a.long.company.example"


@dataclass
class World:
    """One client with a full record, one whose record is empty, and a person of each role who looks after both."""

    full: Side
    empty: Side
    staff: dict[str, User]
    newcomer: User


def build() -> World:
    """Everything that a page may show, made once."""
    now = timezone.now()
    staff = {
        role: UserFactory(acting_role=role, roles=[role, Role.AUDITOR], full_name=f"{role.label} {LONG_NAME}")
        for role in Role
    }
    full, empty = _side(staff, now, family_name=LONG_NAME), _side(staff, now, family_name="Neu")
    _fill(full, now)
    newcomer = UserFactory(acting_role=Role.THERAPIST, second_factor=False)
    return World(full, empty, {role.value: user for role, user in staff.items()}, newcomer)


def _side(staff: dict[Role, User], now: dt.datetime, *, family_name: str) -> Side:
    client = ClientFactory(family_name=family_name, pronouns="she/her", preferred_name="Ada")
    team = {role: staff[role] for role in (Role.PRESCRIBER, Role.THERAPIST, Role.COORDINATOR)}
    for user in team.values():
        CareTeamMemberFactory(client=client, user=user)
    SharingConsentFactory(client=client, recorded_by=team[Role.PRESCRIBER])
    return Side(client, team)


def _fill(side: Side, now: dt.datetime) -> None:
    client, prescriber, therapist = side.client, side.prescriber, side.team[Role.THERAPIST]
    ContactPointFactory(client=client, value=LONG_ADDRESS)
    ContactPointFactory(client=client, kind=ContactKind.PHONE, value="+18015550142", may_email=False, may_call=True)
    plant(client, prescriber, therapist, now, drugs=2, times=3)
    dosed(client, prescriber, None, now - 2 * DAY, "lithium carbonate ER")
    for weeks in range(8):
        scored(client, now - weeks * 7 * DAY, 5 + weeks, "gad7")
    side.made["plan_id"] = TreatmentPlan.objects.get(client=client)
    side.made["dose_plan_id"] = DosePlan.objects.filter(client=client).earliest("created_at")
    side.made["intake:evaluation evaluation_id"] = PsychiatricEvaluation.objects.get(client=client)
    side.made["intake:add_addendum evaluation_id"] = side.made["intake:evaluation evaluation_id"]
    for name in MAKERS:
        parts = name.split()
        side.key(parts[-1], parts[0])
    _fill_the_week(side, now)
    OutboxMessageFactory(to=LONG_ADDRESS, text=f"You have a check-in: {settings.SITE_URL}/check-ins/a/{'x' * 43}/")
    ReminderFactory(client=client)


def _fill_the_week(side: Side, now: dt.datetime) -> None:
    noon = now.replace(hour=18, minute=0, second=0, microsecond=0)
    for weekday in range(7):
        AvailabilityFactory(clinician=side.prescriber, weekday=weekday)
    for hours, kind in enumerate(AppointmentKind.values):
        AppointmentFactory(
            client=side.client, clinician=side.prescriber, kind=kind, starts_at=noon + dt.timedelta(hours=hours)
        )


def session_of(user: User) -> str:
    """A session that has just proved itself, so that the pages of second factors open too."""
    browser = Browser()
    browser.force_login(user)
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session.save()
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)


def client_of(world: World) -> Client:
    return world.full.client
