"""What a line of history must say."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from clinic.core.rules import RuleBroken

MOST_WEEKS = 3000
# A due date further off than this is a slip of typing; the days say nothing about a pregnancy.
DUE_AT_MOST_AGO = timedelta(days=31)
DUE_AT_MOST_AHEAD = timedelta(days=310)
LONGEST_EVENT = 120
A_YEAR = timedelta(days=366)
PREGNANT = "yes"
MALE = "male"


def same_words(one: str, other: str) -> bool:
    """Whether two entries read the same, capitals and spaces aside."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def check_allergy(*, substance: str, is_none_known: bool, known: Iterable[str]) -> None:
    """“None known” is a statement of its own: it names no substance and stands only where no allergy does."""
    if is_none_known:
        if substance.strip():
            raise RuleBroken("Either name a substance or state that none is known.", field="substance")
        names = ", ".join(known)
        if names:
            raise RuleBroken(f"On record: {names}. Withdraw that first if it is wrong.", field="is_none_known")
    elif not substance.strip():
        raise RuleBroken("Name the substance, or state that no allergy is known.", field="substance")


def check_trial(*, name: str, highest_mg: Decimal | None, weeks: int | None) -> None:
    """A trial names the medication; the highest dose (mg a day) and the weeks are above zero where known."""
    if not name.strip():
        raise RuleBroken("Name the medication.", field="name")
    if highest_mg is not None and highest_mg <= 0:
        raise RuleBroken("The highest dose is more than 0 mg a day. Leave it empty if not known.", field="highest_mg")
    if weeks is not None and not 0 < weeks <= MOST_WEEKS:
        raise RuleBroken(f"Weeks lie between 1 and {MOST_WEEKS}. Leave it empty if not known.", field="weeks")


def check_life_event(words: str, on: date, *, born_on: date, today: date) -> str:
    """What happened in a client's life is told in up to 120 letters, from birth to a year ahead; answers them."""
    kept = " ".join(words.split())
    if not kept or len(kept) > LONGEST_EVENT:
        raise RuleBroken(f"Say in up to {LONGEST_EVENT} letters what happened.", field="words")
    if not born_on <= on <= today + A_YEAR:
        raise RuleBroken("Choose a day between the client's birth and a year from now.", field="happened_on")
    return kept


def check_medication_dates(*, first_on: date | None, last_on: date | None, today: date) -> None:
    """A medication ends on or after the day it began, and neither day lies ahead."""
    if first_on and first_on > today:
        raise RuleBroken("The first day lies in the future.", field="first_on")
    if last_on and last_on > today:
        raise RuleBroken("The last day lies in the future.", field="last_on")
    if first_on and last_on and last_on < first_on:
        raise RuleBroken("The last day lies before the first.", field="last_on")


def check_pregnancy(*, status: str, due_on: date | None, today: date) -> None:
    """A due date belongs to a pregnancy that is told, and lies about where a due date can lie."""
    if due_on is None:
        return
    if status != PREGNANT:
        raise RuleBroken("A due date belongs to “Pregnant”. Choose that, or leave the date empty.", field="due_on")
    if not today - DUE_AT_MOST_AGO <= due_on <= today + DUE_AT_MOST_AHEAD:
        raise RuleBroken("A due date lies between a month ago and ten months from now.", field="due_on")


def may_be_pregnant(sex: str) -> bool:
    """Whether to ask about pregnancy: everybody but a client whose sex is recorded as male.

    Other and unknown are asked too. No age is left out: no source names one, and one answer ends the question.
    """
    return sex != MALE
