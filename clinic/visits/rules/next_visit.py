"""When a client is to be seen again: days proposed from the dose plans."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from clinic.visits.rules.decisions import Decision

# Days in which this clinic sees a client again. Custom of the clinic and no clinical limit: a week after a step, give
# or take two days, the first days on it can be told; where no step comes, four weeks as between its other visits.
AFTER_STEP_DAYS = (5, 9)
STEADY_DAYS = (26, 30)
OFFERED = 6
NOON = 12


class ComingStep(NamedTuple):
    """A day on which another amount begins, and what it is called: "step 2 of sertraline"."""

    on: date
    words: str


class Window(NamedTuple):
    """From which to which day the next visit is proposed, and why."""

    first_on: date
    last_on: date
    why: str


def coming_words(medication: str, number: int, mg: Decimal, mg_before: Decimal | None) -> str:
    """What begins with a coming step: a hold, the end of one, else the step by its number; mg a day, 0 while held."""
    if not mg:
        return f"the first day on which {medication} is held"
    if mg_before is not None and not mg_before:
        return f"{medication} is taken again"
    return f"step {number} of {medication}"


def decided_words(decision: str) -> str:
    """What a change that is decided and not signed yet is for."""
    return {Decision.HOLD: "the hold decided today begins", Decision.STOP: "the stop decided today"}.get(
        Decision(decision), "the change decided today"
    )


def propose_window(steps: Iterable[ComingStep], today: date, held: Sequence[str] = ()) -> Window:
    """5 to 9 days after the first step still to come; about four weeks from today where none comes before that.

    `held`: medications that are held until further notice, which the visit is then for.
    """
    coming = sorted(step for step in steps if today <= step.on <= today + timedelta(days=STEADY_DAYS[1]))
    if coming:
        first, last = AFTER_STEP_DAYS
        begins = coming[0].on
        why = f"{first}-{last} days after {coming[0].words}"
    else:
        first, last = STEADY_DAYS
        begins = today
        steady = f"{' and '.join(held)} held until further notice" if held else "no dose changes before"
        why = f"about four weeks from today: {steady}"
    return Window(begins + timedelta(days=first), begins + timedelta(days=last), why)


def pick_times(starts: Sequence[datetime], last_on: date) -> tuple[list[datetime], bool]:
    """A few free times to choose from, spread over the days, and whether they lie within the window.

    Of each day the first before noon and the first from noon on; where the window has none, the next ones after it.
    Times are in the clinic's zone, in order.
    """
    within = [one for one in starts if one.date() <= last_on]
    picked: dict[tuple[date, bool], datetime] = {}
    for one in within or starts:
        picked.setdefault((one.date(), one.hour < NOON), one)
    return sorted(picked.values())[:OFFERED], bool(within)
