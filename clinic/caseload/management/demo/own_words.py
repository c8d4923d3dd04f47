"""What clients of the demo want to get better, in their own words, and what happened in their lives meanwhile."""

import datetime as dt

from django.db.models import Count

from clinic.caseload.management.demo.clock import at
from clinic.clients.models import CareTeamMember, Client, ClientStatus
from clinic.core.clock import local_day
from clinic.intake.services import add_life_event
from clinic.scales.services import add_symptom, rate_symptoms
from clinic.staff.models import User
from clinic.staff.roles import Role

HOW_MANY = 6
# Ratings from 0 to 10, the first on the day it was worded, one every three weeks up to some days ago.
SYMPTOMS = (
    ("Lying awake and going over the day", (8, 8, 7, 5, 5, 3)),
    ("Not picking up the phone", (7, 6, 6, 6, 4, 4)),
)
EVENTS = ((96, "New manager at work"), (61, "Moved in with my sister"), (20, "My dog died"))
EVERY = dt.timedelta(days=21)


def tell_own_words(today: dt.date) -> None:
    """Of those in care who take the most: two target symptoms with their ratings, and three life events."""
    active = Client.objects.filter(status=ClientStatus.ACTIVE, dose_plans__isnull=False)
    for client in active.annotate(taken=Count("dose_plans")).order_by("-taken", "created_at")[:HOW_MANY]:
        links = CareTeamMember.objects.live().filter(client=client, role=Role.PRESCRIBER)
        by = links.select_related("user").latest("started_at").user
        for words, values in SYMPTOMS:
            _rate(client, words, values, by, today)
        for days_ago, words in EVENTS:
            happened_on = today - dt.timedelta(days=days_ago)
            told_at = at(min(happened_on + dt.timedelta(days=5), today - dt.timedelta(days=1)), 11)
            add_life_event(client_id=client.pk, words=words, happened_on=happened_on, by=by, now=told_at)


def _rate(client: Client, words: str, values: tuple[int, ...], by: User, today: dt.date) -> None:
    first, *later = values
    instants = [at(today - EVERY * n - dt.timedelta(days=4), 11) for n in reversed(range(len(values)))]
    on = local_day(instants[0])
    symptom = add_symptom(client_id=client.pk, words=words, value=first, by=by, on=on, now=instants[0])
    for value, now in zip(later, instants[1:], strict=True):
        on = local_day(now)
        rate_symptoms(client_id=client.pk, ratings={symptom.pk: value}, by=by, on=on, now=now)
