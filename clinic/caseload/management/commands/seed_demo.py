"""`seed_demo`: fill an empty database with the demo clinic, through the services, so that it obeys the rules."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from clinic.audit.services import recorded_together
from clinic.caseload.management.demo.cast import hire
from clinic.caseload.management.demo.clock import at, walk
from clinic.caseload.management.demo.days import EachDay
from clinic.caseload.management.demo.lithium import begin_lithium
from clinic.caseload.management.demo.note_templates import keep_note_templates
from clinic.caseload.management.demo.own_words import tell_own_words
from clinic.caseload.management.demo.people import people
from clinic.caseload.management.demo.rota import fill_rota
from clinic.caseload.management.demo.safety import write_safety_plans
from clinic.caseload.management.demo.supply import supply
from clinic.caseload.management.demo.way import Story
from clinic.clients.models import Client
from clinic.formulary.services import load_formulary, load_rules
from clinic.staff.models import User

A_YEAR = dt.timedelta(days=366)


class Command(BaseCommand):
    help = "Fill an empty database with the demo clinic: staff, eighty clients, a year of history."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where somebody already works here")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ACCOUNTS_ALLOWED:
            raise CommandError("Sample accounts are not allowed in this deployment.")
        if User.objects.working().exists():
            if options["if_empty"]:
                return
            raise CommandError("This database is not empty. Start afresh with script/demo --reset.")
        seed(timezone.localdate())
        self.stdout.write(f"{Client.objects.count()} clients, {User.objects.working().count()} members of staff")


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """One transaction without a savepoint around each deed: nothing of a seed that failed is kept anyway."""
    features = connection.features
    with recorded_together():
        features.uses_savepoints = False
        try:
            yield
        finally:
            features.uses_savepoints = True


@all_or_nothing()
def seed(today: dt.date) -> None:
    """The demo clinic as it stands at six in the morning of `today`, all of it or nothing."""
    first_day = today - A_YEAR
    load_formulary(now=at(first_day, 6))
    load_rules(now=at(first_day, 6))
    staff = hire(first_day)
    fill_rota(staff, today)
    everybody = people(today)
    teams = staff.teams(len(everybody))
    ways = [
        Story(person, team, today, number).way()
        for number, (person, team) in enumerate(zip(everybody, teams, strict=True))
    ]
    walk(ways, until=at(today, 6), each_day=EachDay(today, staff.coordinators[0]), first_day=first_day)
    begin_lithium(today)
    supply(today)
    write_safety_plans(today)
    tell_own_words(today)
    keep_note_templates(staff.prescribers[0])
