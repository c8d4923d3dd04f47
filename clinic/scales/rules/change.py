"""What the difference between two scores says, by thresholds that the instrument's own file names with their source."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from clinic.scales.rules.instruments import Instrument
from clinic.scales.rules.scoring import INSTRUMENTS, Score


class Sign(StrEnum):
    """What a change is called; `NONE` where no threshold was reached or none is known."""

    WORSE = "worse"
    REMISSION = "remission"
    RESPONSE = "response"
    RELIABLE = "reliable change"
    MATTERS = "a change that matters"
    NONE = ""


def sign_of(old: int, new: int, scale: Instrument) -> Sign:
    """What it says that a total went from `old` to `new`; lower is better.

    PHQ-9: worse from 5 points more on, remission below 5 from 5 or more, response from 50 % lower on, and otherwise
    whether it changed by the 3.7 points that matter to people on average. An instrument whose file names no
    threshold says nothing.
    """
    change = scale.change
    if change is None:
        return Sign.NONE
    points = new - old
    if change.worse_points is not None and points >= change.worse_points:
        return Sign.WORSE
    if change.remission_at_most is not None and new <= change.remission_at_most < old:
        return Sign.REMISSION
    if change.response_percent is not None and points < 0 and -points * 100 >= old * change.response_percent:
        return Sign.RESPONSE
    if change.reliable_points is not None and abs(points) >= change.reliable_points:
        return Sign.RELIABLE
    if change.matters_points is not None and abs(points) >= change.matters_points:
        return Sign.MATTERS
    return Sign.NONE


def change_words(old: Score, new: Score, *, instruments: Mapping[str, Instrument] = INSTRUMENTS) -> str:
    """Say how a later score differs from an earlier one of the same instrument: "6 points lower: response"."""
    if old.instrument != new.instrument:
        raise ValueError("Only scores of one instrument can be compared.")
    if old.total is None or new.total is None:
        return "cannot be compared: too few answers"
    points = new.total - old.total
    if points == 0:
        return "no change"
    plural = "point" if abs(points) == 1 else "points"
    words = f"{abs(points)} {plural} {'higher' if points > 0 else 'lower'}"
    sign = sign_of(old.total, new.total, instruments[old.instrument])
    return f"{words}: {sign}" if sign else words


def baseline_words(baseline: int, on: date, new: int, scale: Instrument) -> str:
    """Say where a total stands against the one from which treatment began: "61 % lower than 18 on Sep 1: response".

    Percent of the baseline, rounded down, so that 49.9 % is never read as a response.
    """
    sign = sign_of(baseline, new, scale)
    if baseline <= 0 or new == baseline:
        words = f"{'as' if new == baseline else 'from'} {baseline}"
    else:
        words = f"{abs(new - baseline) * 100 // baseline} % {'lower' if new < baseline else 'higher'} than {baseline}"
    words = f"{words} on {on:%b %-d}"
    return f"{words}: {sign}" if sign else words
