"""When a client is reminded of a test that is due, and what they are told of it, in plain words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.utils.translation import gettext as _

from clinic.core.rules import RuleBroken
from clinic.monitoring.rules.due import DueItem, State
from clinic.monitoring.rules.results import HEART, KINDS, SCALES, VITALS
from clinic.scheduling.rules import day_words

# Three days before, on the day, two days late: the clinic's own defaults, status U. Source: clinical facts, check-in
# reminder content by drug phase, "lab reminder 3 d before, on day, 2 d late escalate".
REMINDED_AFTER_DAYS: Mapping[int, int] = {1: -3, 2: 0, 3: 2}
REMINDED_AT = time(10)
# Rows are made this long before the day: weeks without a planner lose nothing.
PLANNED_AHEAD = timedelta(days=14)

# Talked over at the clinic: a message may be read by somebody else.
SAID_IN_PERSON = frozenset({"pregnancy_test"})
LINK_LASTS = timedelta(days=7)
WORDS: Mapping[str, str] = {"en": "You have a reminder from us:", "es": "Tiene un recordatorio nuestro:"}
SUBJECT: Mapping[str, str] = {"en": "You have a reminder", "es": "Tiene un recordatorio"}
HOW_LONG: Mapping[str, str] = {"en": "works for 7 days", "es": "funciona 7 días"}

# What a client calls the first kind of a protocol, in English and Spanish.
PLAIN: Mapping[str, tuple[str, str]] = {
    "glucose": ("blood sugar", "azúcar en la sangre"),
    "cholesterol": ("cholesterol and other fats in the blood", "colesterol y otras grasas en la sangre"),
    "wbc": ("blood count", "recuento de células de la sangre"),
    "anc": ("white blood cells", "glóbulos blancos"),
    "platelets": ("platelets", "plaquetas"),
    "sodium": ("salts in the blood", "sales en la sangre"),
    "calcium": ("calcium", "calcio"),
    "creatinine": ("kidneys", "riñones"),
    "egfr": ("kidneys", "riñones"),
    "alt": ("liver", "hígado"),
    "tsh": ("thyroid", "tiroides"),
    "hla_b1502": ("a gene that matters for a medication", "un gen importante para un medicamento"),
    "lithium": ("lithium level", "nivel de litio"),
    "valproate": ("valproate level", "nivel de valproato"),
    "nortriptyline": ("nortriptyline level", "nivel de nortriptilina"),
    "troponin": ("heart", "corazón"),
    "crp": ("inflammation", "inflamación"),
    "carbamazepine": ("carbamazepine level", "nivel de carbamazepina"),
    "qtc": ("ECG, a recording of your heartbeat", "Electrocardiograma, un registro de los latidos del corazón"),
}
OF_BLOOD: Mapping[str, str] = {"en": "Blood test: {}", "es": "Análisis de sangre: {}"}
NOT_BEFORE: Mapping[str, str] = {"en": "not before {}", "es": "no antes del {}"}


@dataclass(frozen=True, slots=True)
class ToldTest:
    """One test as a client reads it; `not_before` is empty where it may be done today."""

    words: str
    not_before: str


def is_reminded_of(item: DueItem) -> bool:
    """A client is reminded of blood tests, levels and ECGs that are still to be done by a day that a source gives.

    Vital signs are taken and scales answered at the clinic; of a pregnancy test nobody is reminded by message.
    """
    return is_told_by_message(item.protocol.kinds[0]) and item.by_on is not None and item.state is not State.DONE


def is_told_by_message(kind: str) -> bool:
    """Whether a client is told of a kind of test by message."""
    return KINDS[kind].group not in {VITALS, SCALES} and kind not in SAID_IN_PERSON


def is_near(due_on: date, *, today: date) -> bool:
    """Whether reminders of a day are planned: from 14 days before it until the last of them, two days late."""
    return due_on - PLANNED_AHEAD <= today <= reminded_on(due_on)[max(REMINDED_AFTER_DAYS)]


def reminded_on(due_on: date) -> dict[int, date]:
    """By message, its day: 3 days before the day by which a test is due, on it, and 2 days late.

    What is still overdue then is the care team's: their duty that monitoring is due stands since before the day.
    """
    return {step: due_on + timedelta(days=days) for step, days in REMINDED_AFTER_DAYS.items()}


def step_wanted(due_on: date, *, today: date) -> int:
    """The message whose turn it is: one that is late gives way to the next on that one's day."""
    reached = [step for step, on in reminded_on(due_on).items() if on <= today]
    return max(reached, default=min(REMINDED_AFTER_DAYS))


def told_tests(items: Iterable[DueItem], *, today: date, language: str) -> list[ToldTest]:
    """What a client reads of the tests due by one day, each once; no value and no medication that is not its name.

    A level that is taken too early does not count: the first day of its window is told while it is to come.
    """
    found = []
    for item in items:
        is_early = item.from_on is not None and today < item.from_on
        since = NOT_BEFORE[language].format(day_words(item.from_on, language)) if is_early and item.from_on else ""
        found.append(ToldTest(_words(item.protocol.kinds[0], language), since))
    return list(dict.fromkeys(found))


def _words(kind: str, language: str) -> str:
    plain = PLAIN[kind][language == "es"]
    return plain if KINDS[kind].group == HEART else OF_BLOOD[language].format(plain)


def check_may_be_said(*, is_due: bool) -> None:
    """A client says that a test is done only while the clinic still waits for it."""
    if not is_due:
        raise RuleBroken(_("Nothing is due by that day any more. Call us if you need us."))
