"""A trial in words: its days, its dose, its scores, and what it says before the same is started again."""

from clinic.scales.rules.scoring import title_of
from clinic.titration.rules.gates import day_words
from clinic.titration.rules.numbers import plain
from clinic.titration.rules.trials import (
    DAYS_A_WEEK,
    Adequacy,
    Outcome,
    ScoreChange,
    Trial,
    Verdict,
)

VERDICTS = {
    Verdict.RUNNING: ("Taken now", "quiet", "pill"),
    Verdict.HELPED: ("Helped", "good", "check"),
    Verdict.PARTIAL: ("Some benefit", "note", "chart-line"),
    Verdict.FAILED: ("Adequate, did not help", "warn", "trending-down"),
    Verdict.INTOLERANCE: ("Not tolerated", "warn", "alert-triangle"),
    Verdict.INADEQUATE: ("Too short or too low to judge", "quiet", "clock"),
    Verdict.UNKNOWN: ("Cannot be judged", "quiet", "help-circle"),
}
OUTCOMES = {
    Outcome.REMISSION: "remission",
    Outcome.RESPONSE: "response",
    Outcome.PARTIAL: "some benefit",
    Outcome.NONE: "no response",
    Outcome.WORSE: "worse",
    Outcome.UNKNOWN: "outcome not known",
}


def days_words(trial: Trial) -> str:
    """When it was taken: "Mar 2, 2026 to May 4, 2026", "since Mar 2, 2026", "before, told on Mar 1, 2026"."""
    if trial.told_on is not None:
        return f"before, told on {day_words(trial.told_on)}"
    if trial.first_on is None or trial.last_on is None:
        return f"since {day_words(trial.first_on)}" if trial.first_on else ""
    return f"{day_words(trial.first_on)} to {day_words(trial.last_on)}"


def dose_words(trial: Trial) -> str:
    """How high, and how long at an effective dose; what is not known is said."""
    highest = f"up to {plain(trial.highest_mg)} mg a day" if trial.highest_mg is not None else "dose not known"
    if not trial.is_own:
        return f"{highest}, {weeks_words(trial.days_at_dose) if trial.days_at_dose else 'weeks not known'} as told"
    if trial.least_mg is None or trial.days_at_dose is None:
        return f"{highest}; the least effective dose is not known here"
    return f"{highest}, {weeks_words(trial.days_at_dose)} at or above {plain(trial.least_mg)} mg"


def weeks_words(days: int) -> str:
    """Such as "4 weeks", "3 weeks 2 days", "5 days"."""
    weeks, rest = divmod(days, DAYS_A_WEEK)
    parts = [_counted(weeks, "week")] if weeks else []
    if rest or not weeks:
        parts.append(_counted(rest, "day"))
    return " ".join(parts)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def score_words(change: ScoreChange | None, outcome: Outcome) -> str:
    """The outcome with the scores it is read from: "PHQ-9 18 (Mar 2, 2026) to 8 (May 4, 2026): response"."""
    if change is None:
        return OUTCOMES[outcome]
    points = (f"{one.total} ({day_words(one.on)})" for one in (change.before, change.after))
    return f"{title_of(change.after.instrument)} {' to '.join(points)}: {OUTCOMES[outcome]}"


def adequacy_words(trial: Trial, weeks_needed: int) -> str:
    """Whether it counts as adequate, and by what."""
    if trial.adequacy is Adequacy.ADEQUATE:
        return "Adequate" if trial.is_own else "Adequate as told"
    if trial.adequacy is Adequacy.INADEQUATE:
        yet = " yet" if trial.verdict is Verdict.RUNNING else ""
        return f"Not adequate{yet}: under {_counted(weeks_needed, 'week')} at an effective dose"
    return "Adequacy not known"


def evidence_words(trial: Trial) -> str:
    """All that speaks for the verdict in one line: days, dose and weeks, scores."""
    return f"{days_words(trial)}, {dose_words(trial)}, {score_words(trial.score, trial.outcome)}"


def warning_words(trial: Trial) -> str:
    """The sentence before the same medication is started again; nothing where the trial does not speak against it."""
    if trial.verdict is Verdict.FAILED:
        return f"An adequate trial of {trial.medication} did not help: {evidence_words(trial)}."
    if trial.verdict is Verdict.INTOLERANCE:
        return f"A trial of {trial.medication} was stopped for side effects: {evidence_words(trial)}."
    return ""
