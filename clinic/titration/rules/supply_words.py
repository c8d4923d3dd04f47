"""The supply in plain words: how the run-out was counted, so that anybody can follow it with a pencil."""

from datetime import date

from clinic.titration.rules.strengths import counted_words
from clinic.titration.rules.supply import Counts, Days, Leg, Supply


def leg_words(leg: Leg) -> str:
    """Such as "Mar 3 to Mar 15: 13 days of 1 x 25 mg tablet, then 21 x 25 mg tablet left"."""
    left = f"then {_counts(leg.left)} left"
    if not leg.days:
        return f"{_span(leg.first_on, leg.last_on)}: no dose drawn, {left}"
    days = "1 day" if leg.days == 1 else f"{leg.days} days"
    return f"{_span(leg.first_on, leg.last_on)}: {days} of {_counts(leg.a_day)}, {left}"


def end_words(supply: Supply) -> str:
    """What ends the count: the day that is not covered, the end of the plan, or nothing within ten years."""
    if supply.run_out is not None and not supply.run_out.needs:
        return f"{_day(supply.run_out.on)}: the plan takes an amount that no units make, so it is not counted further"
    if supply.run_out is not None:
        short = f"needs {_counts(supply.run_out.needs)}, on hand is {_counts(supply.run_out.on_hand)}"
        return f"{_day(supply.run_out.on)}: {short}"
    if supply.ends_on is not None:
        return f"Lasts until the plan ends on {_day(supply.ends_on)}"
    return "Does not run out as the plan stands"


def gap_words(gap: Days) -> str:
    """Such as "Mar 3 to Mar 5" of days behind that were not covered."""
    return _span(*gap)


def on_hand_words(supply: Supply) -> str:
    """What is on hand this morning by count."""
    return _counts(supply.on_hand)


def _counts(counts: Counts) -> str:
    return counted_words((strength, count) for strength, count in counts.items() if count)


def _span(first: date, last: date) -> str:
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
