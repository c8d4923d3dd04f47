"""One safety plan of the demo, written some weeks ago."""

import datetime as dt

from clinic.caseload.management.demo.clock import at
from clinic.clients.models import CareTeamMember, Client, ClientStatus
from clinic.core.clock import local_day
from clinic.risk.models import RiskAlert
from clinic.risk.services import give_copy, sign_safety_plan
from clinic.staff.roles import Role

WORDS = {
    "warning_signs": "I stop answering my phone.\nI lie awake and go over everything I did wrong.",
    "coping_alone": "Walk the dog to the canal and back.\nThe playlist my brother made.\nA cold shower.",
    "distraction": "Coffee at the corner place, where they know me.\nSam from the climbing gym, 801-555-0163.",
    "people_to_ask": "My brother Noel, 801-555-0164: he knows, any hour.\nMy aunt Bea, 801-555-0165.",
    "professionals": "My therapist and my prescriber, through the clinic.\nThe emergency room on State Street.",
    "safe_environment": "Noel keeps my old tablets at his place.\nI take few tablets home at a time.",
}


def write_safety_plans(today: dt.date) -> None:
    """Signed by the prescriber, with copies of the client and of a brother.

    Of whoever has an open alert; on a day without one, of a client in care.
    """
    now = at(today - dt.timedelta(days=24), 11)
    in_danger = RiskAlert.objects.open().values("client")
    active = Client.objects.filter(status=ClientStatus.ACTIVE).order_by("created_at")
    client = active.filter(pk__in=in_danger).first() or active[0]
    links = CareTeamMember.objects.live().filter(client=client, role=Role.PRESCRIBER)
    by = links.select_related("user").latest("started_at").user
    review_on = today + dt.timedelta(days=60)
    sign_safety_plan(client_id=client.pk, version=0, review_on=review_on, by=by, now=now, **WORDS)
    for holder, name in (("client", ""), ("family", "Noel, brother")):
        give_copy(client_id=client.pk, holder=holder, name=name, given_on=local_day(now), by=by, now=now)
