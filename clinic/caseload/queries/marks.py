"""Rows of the record as marks of the timeline."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from clinic.caseload.queries.lines import worries_in_words
from clinic.caseload.rules.axis import Mark
from clinic.core.clock import local_day
from clinic.core.templatetags.clinic_ui import day
from clinic.scheduling.models import AppointmentKind, AppointmentStatus

CAME = {AppointmentStatus.ARRIVED, AppointmentStatus.DONE}


def visit_marks(booked: Iterable[dict[str, Any]], visits: Iterable[dict[str, Any]], today: date) -> list[Mark]:
    """Days on which the client was seen: by appointment kept or by a visit written."""
    marks = {local_day(row["starts_at"]): AppointmentKind(row["kind"]).label for row in booked if row["status"] in CAME}
    marks |= {row["visited_on"]: "Medication check" for row in visits}
    return [Mark(on, words) for on, words in marks.items() if on <= today]


def worry_marks(answers: Iterable[dict[str, Any]]) -> list[Mark]:
    """Days on which an answer worried, and why."""
    return [Mark(local_day(row["answered_at"]), worries_in_words(row)) for row in answers]


def missed_marks(found: Iterable[dict[str, Any]]) -> list[Mark]:
    """First days on which doses were not taken, of which medication and until when."""
    return [Mark(row["first_missed_on"], f"{row['medication']}, until {day(row['goes_on_on'])}") for row in found]
