"""Two clients, their two teams, and one of everything for each: what the matrix walks over."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.test import Client as Browser
from django.utils import timezone

from clinic.checkins.models import Sitting
from clinic.checkins.services import open_sitting
from clinic.clients.models import BreakGlassAccess, Client
from clinic.core.models import new_id
from clinic.coverage.models import PriorAuthorization
from clinic.exchange.models import ImportDifference
from clinic.messaging.models import MessageText
from clinic.messaging.services import mint_link
from clinic.scheduling.models import WaitlistEntry
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.models import DoseChange, SideEffect
from clinic.visits.models import FollowUpVisit, NoteTemplate, Phrase
from tests.factories.checkins import CheckInAnswerFactory, CheckInFactory, link_to
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, SharingConsentFactory
from tests.factories.coverage import CoverageFactory
from tests.factories.formulary import MedicationFactory, ProductFactory, SafetyRuleFactory
from tests.factories.intake import (
    EnquiryFactory,
    LifeEventFactory,
    PsychiatricEvaluationFactory,
    TherapistReferralFactory,
)
from tests.factories.messaging import ReminderFactory
from tests.factories.monitoring import DueDayFactory, MeasurementFactory
from tests.factories.plans import (
    AskedConsentFactory,
    MedicationConsentFactory,
    SignedPlanFactory,
    TreatmentPlanFactory,
)
from tests.factories.risk import OnCallTurnFactory, RiskAlertFactory, SafetyPlanFactory
from tests.factories.scales import ContentPackFactory, TargetSymptomFactory
from tests.factories.scheduling import AppointmentFactory, AvailabilityFactory
from tests.factories.staff import UserFactory
from tests.factories.titration import (
    FavouriteRegimenFactory,
    StepGateFactory,
    filled,
    refill_asked,
    started,
)
from tests.factories.worklist import WorkItemFactory

TEAM = (Role.PRESCRIBER, Role.THERAPIST, Role.COORDINATOR)
ANONYMOUS = "anonymous"
ROLES = [*(role.value for role in Role), ANONYMOUS]
# A canary in every field that holds a person's words: none of it may stand in a refused answer or a log line.
CANARY = "Kanarienvogel"


@dataclass
class Side:
    """One client with the team and the records of their own."""

    client: Client
    team: dict[Role, User]
    made: dict[str, models.Model | str] = field(default_factory=dict)

    @property
    def prescriber(self) -> User:
        return self.team[Role.PRESCRIBER]

    def key(self, name: str, url_name: str, role: str = "") -> Any:
        """The value of an address's argument; made on first use, some pages and roles want theirs in another state."""
        maker_name = next(key for key in (f"{url_name} {name}", f"{role} {name}", name) if key in MAKERS)
        if maker_name not in self.made:
            self.made[maker_name] = MAKERS[maker_name](self)
        thing = self.made[maker_name]
        return thing if isinstance(thing, str) else thing.pk


@dataclass
class World:
    """Everything the matrix needs, made once."""

    own: Side
    others: Side
    staff: dict[str, User]
    browsers: dict[str, Browser]

    def kwargs(self, names: list[str], url_name: str, ownership: str, role: str) -> dict[str, Any]:
        if ownership == "missing":
            return {name: missing(name) for name in names}
        if ownership == "mixed":
            sides = [self.own, *[self.others] * (len(names) - 1)]
            return {name: side.key(name, url_name, role) for name, side in zip(names, sides, strict=True)}
        side = self.own if ownership == "own" else self.others
        return {name: side.key(name, url_name, role) for name in names}


def missing(name: str) -> Any:
    return {"token": "no-such-token", "pk": 999_999, "uidb36": "zz", "key": "no-such-key"}.get(name, new_id())


def build() -> World:
    """The world, with everybody signed in."""
    people = {role: UserFactory(acting_role=role) for role in Role}
    own = _side({role: people[role] for role in TEAM})
    others = _side({role: UserFactory(acting_role=role) for role in TEAM})
    staff = {role.value: user for role, user in people.items()}
    browsers = {ANONYMOUS: Browser(), **{name: _signed_in(user) for name, user in staff.items()}}
    return World(own, others, staff, browsers)


def _side(team: dict[Role, User]) -> Side:
    client = ClientFactory(given_names=CANARY, address_line=CANARY, gender=CANARY)
    for user in team.values():
        CareTeamMemberFactory(client=client, user=user)
    SharingConsentFactory(client=client, recorded_by=team[Role.PRESCRIBER])
    side = Side(client, team)
    side.key("plan_id", "")
    side.key("dose_plan_id", "")
    return side


def _signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    browser.get("/accounts/sessions/")
    return browser


def _dose_plan(side: Side) -> Any:
    medication = MedicationFactory(name=CANARY)
    if not medication.products.exists():
        ProductFactory(medication=medication)
    return started(side.client, medication, side.prescriber, timezone.now())


def _plan_of(side: Side) -> Any:
    return side.made["dose_plan_id"]


def _side_effect(side: Side) -> Any:
    about = {"client": side.client, "dose_plan": _plan_of(side), "began_on": timezone.localdate(), "began_mg": 25}
    return SideEffect.objects.create(code="own", words=CANARY, **about)


def _consent(side: Side) -> Any:
    return MedicationConsentFactory(
        client=side.client, medication=MedicationFactory(name="lithium"), recorded_by=side.prescriber, risks=CANARY
    )


def _asked_consent(side: Side, name: str = "valproate") -> Any:
    return AskedConsentFactory(
        client=side.client, medication=MedicationFactory(name=name), asked_by=side.prescriber, risks=CANARY
    )


def _consent_token(side: Side) -> str:
    expires_at = timezone.now() + dt.timedelta(hours=72)
    about = {"about_kind": "consent", "about_id": _asked_consent(side, "quetiapine").pk}
    return mint_link(client_id=side.client.pk, expires_at=expires_at, **about)


def _answer(side: Side) -> Any:
    dose_plan = side.made["dose_plan_id"]
    checkin = CheckInFactory(dose_plan=dose_plan)
    return CheckInAnswerFactory(checkin=checkin)


def _token(side: Side) -> str:
    checkin = CheckInFactory(dose_plan=side.made["dose_plan_id"], occasion="before_step")
    return link_to(checkin, expires_at=timezone.now() + dt.timedelta(hours=72))


def _calendar_token(side: Side) -> str:
    expires_at = timezone.now() + dt.timedelta(hours=72)
    about = {"about_kind": "calendar", "about_id": side.client.pk}
    return mint_link(client_id=side.client.pk, expires_at=expires_at, **about)


def _safety_token(side: Side) -> str:
    SafetyPlanFactory(client=side.client, signed_by=side.prescriber, number=7, warning_signs=CANARY)
    expires_at = timezone.now() + dt.timedelta(hours=72)
    about = {"about_kind": "safety_plan", "about_id": side.client.pk}
    return mint_link(client_id=side.client.pk, expires_at=expires_at, **about)


def _device_token(side: Side) -> str:
    given = {"instruments": ["phq2"], "language": "en", "by": side.prescriber, "now": timezone.now()}
    return open_sitting(client_id=side.client.pk, **given)  # type: ignore[arg-type]  # as the deed names them


def _scales_token(side: Side) -> str:
    given = {"instruments": ["phq2"], "language": "en", "opened_by": side.prescriber, "opened_at": timezone.now()}
    about = {"about_kind": "scales", "about_id": Sitting.objects.create(client=side.client, **given).pk}
    return mint_link(client_id=side.client.pk, expires_at=timezone.now() + dt.timedelta(hours=72), **about)


def _appointment_token(side: Side) -> str:
    tomorrow = timezone.now() + dt.timedelta(days=1)
    clinician = UserFactory(acting_role=Role.PRESCRIBER)
    appointment = AppointmentFactory(client=side.client, clinician=clinician, starts_at=tomorrow)
    about = {"about_kind": "appointment", "about_id": appointment.pk}
    return mint_link(client_id=side.client.pk, expires_at=tomorrow, **about)


def _reminder_token(side: Side) -> str:
    day = DueDayFactory(client=side.client)
    expires_at = timezone.now() + dt.timedelta(hours=72)
    about = {"about_kind": "test_due", "about_id": day.pk}
    return mint_link(client_id=side.client.pk, expires_at=expires_at, **about)


def _break_glass(side: Side) -> Any:
    now = timezone.now()
    return BreakGlassAccess.objects.create(
        client=side.client,
        user=UserFactory(),
        reason=CANARY,
        opened_at=now - dt.timedelta(hours=3),
        expires_at=now - dt.timedelta(hours=2),
    )


def _authorization(side: Side) -> Any:
    dose_plan: Any = side.made["dose_plan_id"]
    cover = CoverageFactory(client=side.client)
    return PriorAuthorization.objects.create(client=side.client, coverage=cover, medication=dose_plan.medication)


def _visit(side: Side, *, is_signed: bool = False) -> Any:
    words: dict[str, Any] = {"subjective": CANARY, "assessment": CANARY}
    if is_signed:
        words |= {"signed_at": timezone.now(), "signed_by": side.prescriber, "content_hash": "0" * 64}
    return FollowUpVisit.objects.create(
        client=side.client, prescriber=side.prescriber, visited_on=timezone.localdate(), **words
    )


def _signed_evaluation(side: Side) -> Any:
    signature = {"signed_at": timezone.now(), "signed_by": side.prescriber, "content_hash": "0" * 64}
    return PsychiatricEvaluationFactory(
        client=side.client, prescriber=side.prescriber, present_illness=CANARY, **signature
    )


def _duty(side: Side, role: Role) -> Any:
    return WorkItemFactory(client=side.client, reason=CANARY, owner=None, owner_role=role)


def _difference(side: Side) -> Any:
    return ImportDifference.objects.create(
        client=side.client, field="city", ours=CANARY, theirs="Ogden", found_at=timezone.now()
    )


def _pack(side: Side) -> Any:
    return ContentPackFactory(code=f"s{side.client.pk.hex[-10:]}", accepted_by=side.prescriber, terms_text=CANARY)


# How to make what an argument of an address names; `url argument` or `role argument` where theirs is another.
MAKERS: dict[str, Callable[[Side], Any]] = {
    "client_id": lambda side: side.client,
    "user_id": lambda side: UserFactory(),
    "member_id": lambda side: CareTeamMemberFactory(
        client=side.client, user=UserFactory(acting_role=Role.THERAPIST), is_lead=False
    ),
    "access_id": _break_glass,
    "item_id": lambda side: _duty(side, Role.COORDINATOR),
    "prescriber item_id": lambda side: _duty(side, Role.PRESCRIBER),
    "therapist item_id": lambda side: _duty(side, Role.THERAPIST),
    "appointment_id": lambda side: AppointmentFactory(
        client=side.client, clinician=side.prescriber, note_for_desk=CANARY
    ),
    "therapist appointment_id": lambda side: AppointmentFactory(
        client=side.client,
        clinician=side.team[Role.THERAPIST],
        kind="therapy",
        starts_at=dt.datetime(2026, 3, 3, 17, 0, tzinfo=dt.UTC),
        note_for_desk=CANARY,
    ),
    "hours_id": lambda side: AvailabilityFactory(clinician=side.prescriber),
    "entry_id": lambda side: WaitlistEntry.objects.create(
        client=side.client, kind="follow_up", added_by=side.prescriber
    ),
    "alert_id": lambda side: RiskAlertFactory(client=side.client, reason=CANARY),
    "turn_id": lambda side: OnCallTurnFactory(ends_at=timezone.now() + dt.timedelta(days=7)),
    "plan_id": lambda side: SignedPlanFactory(client=side.client, written_by=side.prescriber),
    "plans:sign plan_id": lambda side: TreatmentPlanFactory(client=side.client, written_by=side.prescriber, number=2),
    "dose_plan_id": _dose_plan,
    "consent_id": _consent,
    "asked_id": _asked_consent,
    "fill_id": lambda side: filled(_plan_of(side), side.prescriber, timezone.now()),
    "request_id": lambda side: refill_asked(_plan_of(side), side.prescriber, timezone.now()),
    "effect_id": _side_effect,
    "gate_id": lambda side: StepGateFactory(dose_plan=side.made["dose_plan_id"], set_by=side.prescriber),
    "favourite_id": lambda side: FavouriteRegimenFactory(prescriber=side.prescriber),
    "answer_id": _answer,
    "checkin_id": lambda side: CheckInFactory(dose_plan=side.made["dose_plan_id"], occasion="week_4"),
    "token": _token,
    "handouts:page token": _calendar_token,
    "safety_page token": _safety_token,
    "consent_page token": _consent_token,
    "device_page token": _device_token,
    "scales_page token": _scales_token,
    "reminder_id": lambda side: ReminderFactory(client=side.client, state="refused"),
    "text_id": lambda side: MessageText.objects.create(
        about_kind=f"kind {side.client.pk}"[:30],
        language="en",
        number=1,
        words="A page for you:",
        subject="A page",
        written_by=side.prescriber,
        written_at=timezone.now(),
    ),
    "appointment_page token": _appointment_token,
    "reminder_page token": _reminder_token,
    "change_id": lambda side: DoseChange.objects.get(version__dose_plan=side.made["dose_plan_id"]),
    "enquiry_id": lambda side: EnquiryFactory(what_is_going_on=CANARY),
    "referral_id": lambda side: TherapistReferralFactory(client=side.client, referred_by=side.team[Role.THERAPIST]),
    "evaluation_id": lambda side: PsychiatricEvaluationFactory(client=side.client, prescriber=side.prescriber),
    "intake:evaluation evaluation_id": lambda side: _signed_evaluation(side),
    "intake:add_addendum evaluation_id": lambda side: _signed_evaluation(side),
    "visit_id": lambda side: _visit(side),
    "visits:visit visit_id": lambda side: _visit(side, is_signed=True),
    "visits:print_visit visit_id": lambda side: _visit(side, is_signed=True),
    "visits:cosign visit_id": lambda side: _visit(side, is_signed=True),
    "visits:book_next visit_id": lambda side: _visit(side, is_signed=True),
    "visits:add_addendum visit_id": lambda side: _visit(side, is_signed=True),
    "phrase_id": lambda side: Phrase.objects.create(prescriber=side.prescriber, name=CANARY, text=CANARY),
    "note_template_id": lambda side: NoteTemplate.objects.create(
        prescriber=side.prescriber, name=CANARY, subjective=CANARY
    ),
    "measurement_id": lambda side: MeasurementFactory(client=side.client, recorded_by=side.prescriber, note=CANARY),
    "difference_id": _difference,
    "coverage_id": lambda side: CoverageFactory(client=side.client, payer=CANARY),
    "authorization_id": _authorization,
    "medication_id": lambda side: MedicationFactory(),
    "protocol_key": lambda side: "lithium_level_change",
    "rule_id": lambda side: SafetyRuleFactory(),
    "event_id": lambda side: LifeEventFactory(client=side.client, recorded_by=side.prescriber, words=CANARY),
    "pack_id": _pack,
    "symptom_id": lambda side: TargetSymptomFactory(client=side.client, worded_by=side.prescriber, words=CANARY),
    "pk": lambda side: "999998",
    "uidb36": lambda side: "zz",
    "key": lambda side: "set-password",
}
