"""Who works at the demo clinic and when."""

import datetime as dt
from dataclasses import dataclass
from itertools import cycle

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from clinic.scheduling.services import add_hours
from clinic.staff.models import User
from clinic.staff.roles import Role

STAFF = [
    ("Dr. Naomi Whitfield", "MD", [Role.PRESCRIBER]),
    ("Samuel Ortega", "PMHNP-BC", [Role.PRESCRIBER]),
    ("Dr. Priya Raman", "DO", [Role.PRESCRIBER]),
    ("Leah Goldberg", "LCSW", [Role.THERAPIST]),
    ("Marcus Bell", "CMHC", [Role.THERAPIST]),
    ("Yuki Tanaka", "PsyD", [Role.THERAPIST]),
    ("Rosa Delgado", "LMFT", [Role.THERAPIST]),
    ("Hannah Price", "", [Role.COORDINATOR]),
    ("Diego Fuentes", "", [Role.COORDINATOR]),
    ("Grace Okafor", "", [Role.ADMINISTRATOR]),
    ("Walter Lindqvist", "", [Role.AUDITOR]),
]
MEDICAL_DIRECTOR = "Dr. Naomi Whitfield"
# Weekdays whose afternoons are seen by telehealth: Tuesday and Friday.
AFAR = (1, 4)
EMAILS = {
    "Dr. Naomi Whitfield": "prescriber",
    "Samuel Ortega": "prescriber2",
    "Dr. Priya Raman": "prescriber3",
    "Leah Goldberg": "therapist",
    "Marcus Bell": "therapist2",
    "Yuki Tanaka": "therapist3",
    "Rosa Delgado": "therapist4",
    "Hannah Price": "coordinator",
    "Diego Fuentes": "coordinator2",
    "Grace Okafor": "administrator",
    "Walter Lindqvist": "auditor",
}


@dataclass(frozen=True, slots=True)
class Team:
    """Who looks after one client."""

    prescriber: User
    therapist: User
    coordinator: User


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody, by role."""

    prescribers: list[User]
    therapists: list[User]
    coordinators: list[User]
    administrator: User

    def teams(self, how_many: int) -> list[Team]:
        """Clients spread evenly over the staff, the same way every time."""
        people = zip(cycle(self.prescribers), cycle(self.therapists), cycle(self.coordinators), strict=False)
        return [Team(*next(people)) for _ in range(how_many)]


@transaction.atomic
def hire(first_day: dt.date) -> Staff:
    """Make the demo's accounts, exempt from the second factor in the demo only, and open the clinicians' hours."""
    # One hash for all: they share the password, and hashing is slow on purpose.
    password = make_password(settings.DEMO_PASSWORD)
    users = {name: _account(name, credentials, roles, password) for name, credentials, roles in STAFF}

    def having(role: Role) -> list[User]:
        return [user for user in users.values() if user.acting_role == role]

    staff = Staff(
        having(Role.PRESCRIBER), having(Role.THERAPIST), having(Role.COORDINATOR), *having(Role.ADMINISTRATOR)
    )
    for clinician in [*staff.prescribers, *staff.therapists]:
        _open_hours(clinician, first_day, staff.coordinators[0])
    return staff


def _account(name: str, credentials: str, roles: list[Role], password: str) -> User:
    user = User.objects.create_user(
        email=f"{EMAILS[name]}@demo.clinic.example",
        password=None,
        full_name=name,
        roles=roles,
        credentials=credentials,
        is_demo=True,
    )
    user.password, user.is_medical_director = password, name == MEDICAL_DIRECTOR
    user.save(update_fields=["password", "is_medical_director"])
    return user


def _open_hours(clinician: User, first_day: dt.date, by: User) -> None:
    """Every day of the week, so that the demo's today is a working day whenever it is opened."""
    for weekday in range(7):
        for begins, ends in ((dt.time(8), dt.time(12)), (dt.time(13), dt.time(17))):
            add_hours(
                clinician=clinician,
                weekday=weekday,
                begins=begins,
                ends=ends,
                modality="telehealth" if begins.hour > 12 and weekday in AFAR else "in_person",
                valid_from=first_day,
                by=by,
            )
