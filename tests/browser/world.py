"""A clinic with something of everything, so that no page of the walk stands empty; and one client with nothing."""

import datetime as dt
import json
import time
from dataclasses import dataclass
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client as Browser
from django.utils import timezone
from fido2.cose import ES256
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

from clinic.clients.models import ContactKind
from clinic.intake.models import PsychiatricEvaluation
from clinic.plans.models import TreatmentPlan
from clinic.scheduling.models import AppointmentKind
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.models import DosePlan
from clinic.visits.models import CopiedPassage
from tests.access.world import ANONYMOUS, MAKERS, TEAM, Side
from tests.caseload.histories import DAY, dosed, plant, scored
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, ContactPointFactory, SharingConsentFactory
from tests.factories.messaging import OutboxMessageFactory, ReminderFactory
from tests.factories.scheduling import AppointmentFactory, AvailabilityFactory
from tests.factories.staff import UserFactory

NEWCOMER = "newcomer"
PASSWORD = "a-long-walk-by-the-lake"
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff"
LONG_ADDRESS = "a.very.long.name.of.a.mailbox.that.goes.on@department.of.a.long.company.example"


@dataclass
class World:
    """A client with a full record, the same with its drafts, a client with an empty record, and the staff."""

    full: Side
    drafts: Side
    empty: Side
    staff: dict[str, User]


def build() -> World:
    """Everything that a page may show."""
    now = timezone.now()
    password = make_password(PASSWORD)
    staff = {
        role: UserFactory(acting_role=role, roles=list(Role), full_name=f"{role.label} {LONG_NAME}", password=password)
        for role in Role
    }
    newcomer = UserFactory(acting_role=Role.THERAPIST, second_factor=False, password=password)
    full, empty = _side(staff, LONG_NAME), _side(staff, "Neu")
    _fill(full, now)
    full.made["pk"] = _second_factors(staff[Role.ADMINISTRATOR])
    drafts = Side(
        full.client,
        full.team,
        {
            "plan_id": full.made["plans:sign plan_id"],
            "intake:evaluation evaluation_id": full.made["evaluation_id"],
            "visits:visit visit_id": full.made["visit_id"],
        },
    )
    return World(full, drafts, empty, {**{role.value: user for role, user in staff.items()}, NEWCOMER: newcomer})


def _side(staff: dict[Role, User], family_name: str) -> Side:
    client = ClientFactory(family_name=family_name, pronouns="she/her", preferred_name="Ada")
    team = {role: staff[role] for role in TEAM}
    for user in team.values():
        CareTeamMemberFactory(client=client, user=user)
    SharingConsentFactory(client=client, recorded_by=team[Role.PRESCRIBER])
    return Side(client, team)


def _fill(side: Side, now: dt.datetime) -> None:
    client, prescriber = side.client, side.prescriber
    ContactPointFactory(client=client, value=LONG_ADDRESS)
    ContactPointFactory(client=client, kind=ContactKind.PHONE, value="+18015550142", may_email=False, may_call=True)
    plant(client, prescriber, side.team[Role.THERAPIST], now, drugs=2, times=3)
    dosed(client, prescriber, None, now - 2 * DAY, "lithium carbonate ER")
    for weeks in range(8):
        scored(client, now - weeks * 7 * DAY, 5 + weeks, "gad7")
    evaluation = PsychiatricEvaluation.objects.get(client=client)
    side.made |= {
        "plan_id": TreatmentPlan.objects.get(client=client),
        "dose_plan_id": DosePlan.objects.filter(client=client).earliest("created_at"),
        "intake:evaluation evaluation_id": evaluation,
        "intake:add_addendum evaluation_id": evaluation,
    }
    for name in MAKERS:
        *whose, argument = name.split()
        side.key(argument, *whose or [""])
    _copy_into(side.made["visit_id"])
    _fill_the_day(side, now)
    OutboxMessageFactory(to=LONG_ADDRESS, text=f"You have a check-in: {settings.SITE_URL}/check-ins/a/{'x' * 43}/")
    ReminderFactory(client=client)


def _copy_into(visit: Any) -> None:
    """Text in a draft that waits to be reviewed."""
    words = {"came_from": "the phrase “stable”", "copied_text": "Stable on the present dose.", "text": "Stable."}
    CopiedPassage.objects.create(visit=visit, part="assessment", origin="phrase", **words)


def _fill_the_day(side: Side, now: dt.datetime) -> None:
    for weekday in range(7):
        AvailabilityFactory(clinician=side.prescriber, weekday=weekday)
    noon = timezone.localtime(now).replace(hour=12, minute=0, second=0, microsecond=0)
    for hours, kind in enumerate(AppointmentKind.values):
        begins = noon + dt.timedelta(hours=hours)
        AppointmentFactory(client=side.client, clinician=side.prescriber, kind=kind, starts_at=begins)


def _second_factors(user: User) -> str:
    """Recovery codes and a passkey; the number of the passkey's row."""
    RecoveryCodes.activate(user)
    data = {"name": "The key on my ring", "credential": _credential()}
    return str(Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data).pk)


def _credential() -> dict[str, Any]:
    """What a passkey answers when it is registered, with a key of no use."""
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    credential = AttestedCredentialData.create(b"\0" * 16, b"key on my ring", ES256({1: 2, 3: -7, -1: 1}))
    seen = AuthenticatorData.create(b"\0" * 32, flags, 0, credential)
    client_data = CollectedClientData.create("webauthn.create", b"challenge", settings.SITE_URL)
    answer = AuthenticatorAttestationResponse(
        client_data=client_data, attestation_object=AttestationObject.create("none", seen, {})
    )
    registered: dict[str, Any] = json.loads(
        json.dumps(RegistrationResponse(raw_id=b"key on my ring", response=answer), default=dict)
    )
    return registered


def session_of(world: World, role: str) -> str | None:
    """A session that has just proved itself, so that the pages of second factors open too."""
    if role == ANONYMOUS:
        return None
    browser = Browser()
    browser.force_login(world.staff[role])
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session.save()
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)
