"""What must hold before the medical director's numbers are checked with."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.limits import amount_text

# What a review may confirm: amounts in mg a day for adults, a rise in mg, days between rises.
NUMBERS = ("start_mg", "step_mg", "max_step_mg", "min_interval_days", "usual_min_mg", "usual_max_mg", "max_mg")
Numbers = Mapping[str, Decimal | int | None]


def check_numbers(numbers: Numbers) -> None:
    """Confirmed numbers fit together: a start no higher than the maximum, a range from low to high, rises in steps.

    An amount that stays unknown (None) is compared with nothing. RuleBroken names the field.
    """
    _check_order(numbers, "start_mg", "max_mg", "The start is above the maximum.")
    _check_order(numbers, "usual_min_mg", "usual_max_mg", "The usual range ends below where it begins.")
    _check_order(numbers, "usual_max_mg", "max_mg", "The usual range reaches above the maximum.")
    _check_order(numbers, "step_mg", "max_step_mg", "The usual rise is above the largest rise.")


def _check_order(numbers: Numbers, low: str, high: str, words: str) -> None:
    lower, upper = numbers.get(low), numbers.get(high)
    if lower is not None and upper is not None and lower > upper:
        raise RuleBroken(words, field=low)


def check_source(source: str) -> None:
    """A number counts as confirmed only with the place where it was read."""
    if not source.strip():
        raise RuleBroken("Say where the numbers were read, such as the label and its date.", field="source")


def check_decision(*, is_accepted: bool, note: str, definition: Mapping[str, Any]) -> None:
    """A rule is switched off only with a reason; a restart rule counts no days that it does not name."""
    if not is_accepted and not note.strip():
        raise RuleBroken("Say why the rule shall not be used.", field="note")
    restart = definition.get("restart")
    if is_accepted and restart is not None and not restart["more_than_days"]:
        raise RuleBroken("This rule gives no number of days, so it cannot be used. Refuse it, with the reason.")


def reviewed_version(data_version: str, reviews: int) -> str:
    """The version that a signed plan names: that of the data files, and how many reviews came since."""
    return f"{data_version.partition('+')[0]}+{reviews}"


def written(numbers: Numbers) -> dict[str, str | None]:
    """Numbers as text without trailing zeros, for the history of reviews."""
    return {name: None if value is None else amount_text(Decimal(value)) for name, value in numbers.items()}
