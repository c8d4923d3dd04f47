"""Who does not improve on what they take, and by which sign: each by the clinic's own thresholds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic.scales.rules.scoring import title_of
from clinic.titration.rules.gates import day_words
from clinic.titration.rules.response import Thresholds
from clinic.titration.rules.trial_words import weeks_words
from clinic.titration.rules.trials import Adequacy, ScoreChange, Total, Trial


class Sign(StrEnum):
    """What shows that somebody does not improve, or that nobody could know; the most pressing first."""

    WORSE = "worse"
    NO_BETTER = "no_better"
    NO_SCORE = "no_score"
    NO_VISIT = "no_visit"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Sign.WORSE: "Worse",
    Sign.NO_BETTER: "Not better",
    Sign.NO_SCORE: "No score",
    Sign.NO_VISIT: "No visit booked",
}
TONES = {Sign.WORSE: "stop", Sign.NO_BETTER: "warn", Sign.NO_SCORE: "note", Sign.NO_VISIT: "note"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One sign with the words that show it."""

    sign: Sign
    words: str


@dataclass(frozen=True, slots=True)
class Followed:
    """What is known of one client: the medications taken now, every total in the order of its days, a visit to come."""

    trials: Sequence[Trial]
    totals: Sequence[Total]
    is_booked: bool


def reasons_of(followed: Followed, thresholds: Thresholds, today: date) -> list[Reason]:
    """Why a client is on the list, the most pressing first; none where no medication is taken.

    Worse: the newest total is so many points above the one before it or above the last before a medication began.
    Not better: an adequate dose for the clinic's weeks, and the score not so many percent lower. No score: none for
    so many weeks, counted from the first day of medication at the earliest.
    """
    if not followed.trials:
        return []
    found = [
        *_worse(followed, thresholds),
        *_no_better(followed.trials, thresholds),
        *_no_score(followed, thresholds, today),
    ]
    return found if followed.is_booked else [*found, Reason(Sign.NO_VISIT, "No visit about medication is booked")]


def _worse(followed: Followed, thresholds: Thresholds) -> list[Reason]:
    worse = [change for change in _changes(followed) if _points_more(change) >= thresholds.worse_points]
    worst = max(worse, key=_points_more, default=None)
    return [Reason(Sign.WORSE, _scores(worst))] if worst else []


def _points_more(change: ScoreChange) -> int:
    return change.after.total - change.before.total


def _changes(followed: Followed) -> Iterable[ScoreChange]:
    by_scale: dict[str, list[Total]] = {}
    for total in followed.totals:
        by_scale.setdefault(total.instrument, []).append(total)
    begun = [trial.first_on for trial in followed.trials if trial.first_on]
    for totals in by_scale.values():
        *earlier, newest = totals
        yield from (ScoreChange(one, newest) for one in earlier[-1:])
        for first_on in begun:
            before = [one for one in earlier if one.on <= first_on]
            yield from (ScoreChange(one, newest) for one in before[-1:])


def _no_better(trials: Sequence[Trial], thresholds: Thresholds) -> list[Reason]:
    return [
        Reason(
            Sign.NO_BETTER,
            f"{trial.medication[:1].upper()}{trial.medication[1:]} for {weeks_words(trial.days_at_dose or 0)} "
            f"at an effective dose: {_scores(trial.score)}",
        )
        for trial in trials
        if trial.adequacy is Adequacy.ADEQUATE and trial.score and not _is_better(trial.score, thresholds)
    ]


def _is_better(change: ScoreChange, thresholds: Thresholds) -> bool:
    return (change.before.total - change.after.total) * 100 >= change.before.total * thresholds.better_percent


def _no_score(followed: Followed, thresholds: Thresholds, today: date) -> list[Reason]:
    newest = followed.totals[-1].on if followed.totals else None
    first_on = min(trial.first_on for trial in followed.trials if trial.first_on)
    if max(newest or first_on, first_on) > today - timedelta(weeks=thresholds.silent_weeks):
        return []
    told = f"The last score is of {day_words(newest)}" if newest else "No score at all"
    return [Reason(Sign.NO_SCORE, told)]


def _scores(change: ScoreChange) -> str:
    points = (f"{one.total} ({day_words(one.on)})" for one in (change.before, change.after))
    return f"{title_of(change.after.instrument)} {' to '.join(points)}"


def place(reasons: Sequence[Reason]) -> tuple[int, int]:
    """Where a client stands on the list: by the most pressing sign, then by how many there are."""
    return list(Sign).index(reasons[0].sign), -len(reasons)
