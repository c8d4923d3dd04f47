"""Who is looked after at the demo clinic: eighty invented people, among them those who are easily forgotten."""

import datetime as dt
from dataclasses import dataclass

# Women and men take turns.
GIVEN = tuple(
    """
    Amelia Jonah Beatriz Caleb Danielle Elias Fatima Gabriel Harriet Isaac Jasmine Kofi Lucía Mateo Nadia Oliver
    Paloma Quentin Ruth Simon Tamar Ulises Violet Wesley Ximena Yusuf Zoe Adrian Bianca Cyrus Delia Emmett Farah
    Graham Imani Hollis Keira Joaquín Mirela Leland Noor Orson Phoebe Rafael Sabine Thaddeus Uma Vincent Willa Zachary
    """.split()  # noqa: SIM905 - a list of names reads better as text
)
FAMILY = tuple(
    """
    Abernathy Barnes Castellanos Dunmore Eriksen Fairbanks Guerrero Hollister Ibáñez Jorgensen Kimball Larkspur
    Montgomery Nakamura Oyelaran Pemberton Quiñones Rasmussen Sandoval Thackeray Underwood Valdez Whitlock Yazzie
    Zamora Ashdown Bautista Crandall Dahlquist Espinoza
    """.split()  # noqa: SIM905
)
CITIES = ("Salt Lake City", "Provo", "Ogden", "Sandy", "Murray", "Layton", "Lehi")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented client. `regimen` names the medication course, `enquired_days_ago` where the way began."""

    given: str
    family: str
    born: dt.date
    enquired_days_ago: int
    regimen: str
    diagnosis: str
    preferred: str = ""
    pronouns: str = ""
    sex: str = "female"
    gender: str = ""
    phone: str = ""
    email: str = ""
    guardian: str = ""
    time_zone: str = "America/Denver"
    language: str = "en"
    city: str = "Salt Lake City"
    ends: str = ""


REGIMENS = ("sertraline", "escitalopram", "bupropion", "lamotrigine", "venlafaxine", "mirtazapine", "buspirone")
DIAGNOSES = {
    "sertraline": "F33.1",
    "escitalopram": "F41.1",
    "bupropion": "F33.1",
    "lamotrigine": "F31.81",
    "venlafaxine": "F33.1",
    "mirtazapine": "F33.1",
    "buspirone": "F41.1",
    "three": "F33.2",
    "taper": "F41.1",
}

# Easily forgotten, and therefore here: no phone, another zone, long and non-Latin names, a minor, three at once.
SPECIAL = [
    Person(
        "Tobias",
        "Halvorsen",
        dt.date(2011, 5, 17),
        210,
        "sertraline",
        "F41.1",
        sex="male",
        pronouns="he/him",
        phone="+18015550141",
        email="k.halvorsen@mail.example",
        guardian="Kirsten Halvorsen",
    ),
    Person("Marguerite", "Okonkwo", dt.date(1961, 2, 3), 190, "escitalopram", "F33.1", email="marguerite@mail.example"),
    Person(
        "Renata",
        "Silveira",
        dt.date(1988, 9, 29),
        160,
        "bupropion",
        "F33.1",
        pronouns="she/her",
        time_zone="America/New_York",
        city="Boston",
        phone="+16175550188",
        email="renata@mail.example",
    ),
    Person(
        "Αλεξάνδρα",
        "Παπαδοπούλου",
        dt.date(1979, 11, 2),
        240,
        "venlafaxine",
        "F33.1",
        preferred="Alexandra",
        phone="+18015550152",
        email="alexandra@mail.example",
    ),
    Person(
        "Maximiliana Esperanza de la Concepción",
        "Featherstonehaugh-Montemayor y Villavicencio",
        dt.date(1992, 7, 7),
        130,
        "mirtazapine",
        "F33.1",
        preferred="Max",
        pronouns="they/them",
        gender="nonbinary",
        sex="other",
        phone="+18015550163",
        email="max@mail.example",
    ),
    Person(
        "Dorothy",
        "Castleberry",
        dt.date(1957, 3, 21),
        330,
        "three",
        "F33.2",
        phone="+18015550174",
        email="dorothy@mail.example",
    ),
    Person(
        "Benedict",
        "Ashworth",
        dt.date(1984, 12, 12),
        285,
        "taper",
        "F41.1",
        sex="male",
        phone="+18015550185",
        email="benedict@mail.example",
    ),
    Person(
        "小明",
        "王",
        dt.date(1996, 6, 1),
        95,
        "sertraline",
        "F33.1",
        preferred="Xiaoming",
        sex="male",
        language="en",
        phone="+18015550196",
        email="xiaoming@mail.example",
    ),
    Person(
        "Guadalupe",
        "Rentería",
        dt.date(1990, 4, 14),
        75,
        "escitalopram",
        "F41.1",
        language="es",
        phone="+18015550107",
        email="guadalupe@mail.example",
    ),
]
TOTAL = 80

# How long ago each of the others enquired: new ones wait in the queue, older ones stand further along the way.
DAYS_AGO = (
    *(0, 0, 1, 9, 2, 3, 4, 5, 6, 8, 1, 11, 13, 15, 17, 19, 21, 23, 25, 27, 30, 33, 36, 39, 42, 46, 50, 54, 58, 62),
    *(67, 72, 78, 84, 90, 96, 103, 110, 117, 124, 132, 140, 148, 156, 165, 174, 183, 192, 202, 212, 222, 232, 243),
    *(254, 262, 270, 278, 286, 294, 302, 309, 316, 322, 328, 334, 340, 344, 348, 352, 355, 358),
)
ENDS = {9: "paused", 19: "discharged", 29: "discharged", 39: "paused", 49: "closed_enquiry"}


def people(today: dt.date) -> list[Person]:
    """All eighty, the same ones every time, with dates relative to today."""
    others = [_other(number, days_ago, today) for number, days_ago in enumerate(DAYS_AGO)]
    return [*SPECIAL, *others][:TOTAL]


def _other(number: int, days_ago: int, today: dt.date) -> Person:
    given, family = GIVEN[(number * 7) % len(GIVEN)], FAMILY[(number * 11 + 3) % len(FAMILY)]
    regimen = REGIMENS[number % len(REGIMENS)]
    born = today - dt.timedelta(days=365 * (19 + (number * 13) % 52) + (number * 37) % 360)
    return Person(
        given,
        family,
        born,
        days_ago,
        regimen,
        DIAGNOSES[regimen],
        sex=("female", "male")[number % 2],
        pronouns=("she/her", "he/him")[number % 2] if number % 5 else "",
        phone=f"+1801555{1000 + number:04d}",
        email=f"person{number}@mail.example" if number % 5 else "",
        city=CITIES[number % len(CITIES)],
        ends=ENDS.get(number, ""),
    )
