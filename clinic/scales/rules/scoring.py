"""From answers to a total, a band and flags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic.core.contracts import BadField
from clinic.scales.rules.definitions import load_packs
from clinic.scales.rules.instruments import SEXES, Instrument

INSTRUMENTS: Mapping[str, Instrument] = load_packs(Path(__file__).parent / "shipped")
# The scales by which it is followed how a client does.
FOLLOWED = ("phq9", "gad7")


@dataclass(frozen=True)
class Score:
    """One scored questionnaire. `total` and `band` are None where too few items were answered.

    `complete` says that every item was answered; `prorated` that missing ones were filled in by the mean.
    """

    instrument: str
    version: str
    total: int | None
    minimum: int
    maximum: int
    band: str | None
    complete: bool
    flags: tuple[str, ...]
    prorated: bool = False


def title_of(code: str) -> str:
    """The title that people know an instrument by; one that the clinic no longer has reads as its code."""
    return INSTRUMENTS[code].title if code in INSTRUMENTS else code


def score(question: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one question of the `score` contract; raises BadField with the path of what is wrong."""
    result = score_answers(question.get("instrument"), question.get("answers"), question.get("sex"))
    answer: dict[str, Any] = {
        "instrument": result.instrument,
        "total": result.total,
        "minimum": result.minimum,
        "maximum": result.maximum,
        "band": result.band,
        "complete": result.complete,
        "flags": list(result.flags),
    }
    return {**answer, "prorated": True} if result.prorated else answer


def score_answers(
    instrument: object,
    answers: object,
    sex: object = None,
    *,
    instruments: Mapping[str, Instrument] = INSTRUMENTS,
) -> Score:
    """Score the answers (whole points in the order of the items, None where unanswered) of one instrument.

    `sex` ("male" or "female") is asked for only where the bands depend on it. Missing items are prorated only
    where the instrument allows it: sum × items / answered, rounded half up. Raises BadField.
    """
    scale = instruments.get(instrument) if isinstance(instrument, str) else None
    if scale is None:
        raise BadField("instrument", f"Unknown instrument. Known are {', '.join(sorted(instruments))}.")
    points = _checked_answers(scale, answers)
    if scale.needs_sex and sex not in SEXES:
        raise BadField("sex", f"{scale.title} needs the sex: {' or '.join(SEXES)}.")
    total, prorated = _total(scale, points)
    return Score(
        instrument=scale.code,
        version=scale.version,
        total=total,
        minimum=scale.minimum,
        maximum=scale.maximum,
        band=_band(scale, total, sex),
        complete=None not in points,
        flags=_flags(scale, points),
        prorated=prorated,
    )


def _checked_answers(scale: Instrument, answers: object) -> list[int | None]:
    count = len(scale.items)
    if not isinstance(answers, Sequence) or isinstance(answers, str) or len(answers) != count:
        raise BadField("answers", f"{scale.title} has {count} items: give {count} answers, null where unanswered.")
    for index, (item, value) in enumerate(zip(scale.items, answers, strict=True)):
        if value is not None and (type(value) is not int or value not in item.values):
            lowest, highest = min(item.values), max(item.values)
            raise BadField(f"answers[{index}]", f"Give a whole number from {lowest} to {highest}, or null.")
    return list(answers)


def _total(scale: Instrument, points: list[int | None]) -> tuple[int | None, bool]:
    answered = [value for value in points[: scale.summed_items] if value is not None]
    missing = scale.summed_items - len(answered)
    if missing > scale.prorate_up_to:
        return None, False
    rounded_half_up = (2 * sum(answered) * scale.summed_items + len(answered)) // (2 * len(answered))
    return rounded_half_up, missing > 0


def _band(scale: Instrument, total: int | None, sex: object) -> str | None:
    if total is None:
        return None
    bands = scale.bands.get(str(sex) if scale.needs_sex else "", ())
    return next((band.name for band in reversed(bands) if total >= band.at_least), None)


def _flags(scale: Instrument, points: list[int | None]) -> tuple[str, ...]:
    flags = []
    for flag in scale.flags:
        value = points[flag.item - 1]
        if value is None and flag.unanswered:
            flags.append(flag.unanswered)
        elif value is not None and value >= flag.at_least:
            flags.append(flag.name)
    return tuple(flags)
