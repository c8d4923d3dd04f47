"""One client of the demo whose lithium began some days ago: a level is due soon, and a reminder of it leaves today."""

import datetime as dt
from decimal import Decimal

from django.db.models import Q

from clinic.caseload.management.demo.clock import at
from clinic.caseload.management.demo.consents import agreed
from clinic.caseload.management.demo.courses import LITHIUM
from clinic.clients.models import CareTeamMember, Client, ClientStatus, MessageConsent, MessagePurpose
from clinic.intake.models import ReportedMedication
from clinic.monitoring.rules import Given
from clinic.monitoring.services import plan_test_reminders, record_results
from clinic.staff.roles import Role
from clinic.titration.models import DosePlan
from clinic.titration.services import start_dose_plan

# Its level is due by the 7th day, and whoever is to have it is reminded three days before.
BEGAN_DAYS_AGO = 4
# What is measured before the first dose; nothing in it stands out.
BEFORE = (
    Given("creatinine", Decimal("0.8"), "mg/dL"),
    Given("egfr", Decimal(95), "mL/min/1.73 m²"),
    Given("tsh", Decimal("2.1"), "mIU/L"),
    Given("sodium", Decimal(140), "mmol/L"),
    Given("calcium", Decimal("9.4"), "mg/dL"),
    Given("weight", Decimal(71), "kg"),
)
# Who takes one of these may need more for their mood; the first is who has taken it longest.
BESIDE = ("lamotrigine", "mirtazapine")


def begin_lithium(today: dt.date) -> None:
    """Beside what somebody in care takes, who is written to and takes nothing that it does not go with."""
    running = DosePlan.objects.running(today)
    others = running.exclude(medication__name__in=BESIDE)
    alone = running.filter(medication__name__in=BESIDE, began_on__lt=today).exclude(
        Q(client__in=others.values("client")) | Q(client__in=ReportedMedication.objects.values("client"))
    )
    consents = MessageConsent.objects.live().filter(purpose=MessagePurpose.CHECKINS)
    written_to = alone.filter(client__status=ClientStatus.ACTIVE, client__in=consents.values("client"))
    beside = written_to.select_related("client").order_by("medication__name", "began_on").first()
    if beside is None:
        return
    _prescribe(beside.client, today - dt.timedelta(days=BEGAN_DAYS_AGO))
    plan_test_reminders(now=at(today, 6))


def _prescribe(client: Client, start_on: dt.date) -> None:
    links = CareTeamMember.objects.live().filter(client=client, role=Role.PRESCRIBER)
    by = links.select_related("user").latest("started_at").user
    eve = start_on - dt.timedelta(days=1)
    record_results(client_id=client.pk, results=BEFORE, taken_at=at(eve, 8), by=by, now=at(eve, 16))
    start_dose_plan(
        client_id=client.pk,
        medication_id=LITHIUM.prescribed().pk,
        order=LITHIUM.order(start_on),
        treats=LITHIUM.treats,
        consent=agreed(client, LITHIUM.treats, eve),
        by=by,
        now=at(eve, 16, 30),
    )
