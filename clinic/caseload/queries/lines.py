"""The lines of the chart's lists in words, so that the page only sets them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.utils.text import capfirst

from clinic.caseload.queries.record import EXCERPT
from clinic.caseload.queries.scores import NewestScore
from clinic.caseload.queries.who import Member, Trial
from clinic.checkins.rules import BOTHER, FEELINGS
from clinic.checkins.rules.adherence import FEW, told_words
from clinic.core.addresses import address
from clinic.core.clock import local_day
from clinic.core.templatetags.clinic_ui import DatedLine, day, mg
from clinic.monitoring.rules import KINDS, PRESSURE, label_of, result_words, together

ANSWER_SHOWN = 160
TEXT_SHOWN = 300
NOT_SIGNED = ("Draft, not signed", "warn", "pencil")


class Named(NamedTuple):
    """Something by its name where it has one, what is said of it, and what is told beside in small print."""

    name: str
    words: str
    small: str


def shortened(text: str, most: int) -> str:
    """The beginning of a text, with an ellipsis where more follows."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def answer_line(row: dict[str, Any]) -> DatedLine:
    """One check-in answer, as the chart tells it."""
    missed = row["doses_missed"]
    said = f"feels {feeling_words(row)}, missed {missed} {'dose' if missed == 1 else 'doses'} in 7 days"
    if row["side_effects"]:
        said += f", {', '.join(map(effect_words, row['side_effects'])).lower()}"
    read = "Not read yet"
    if row["read_at"]:
        read = f"Read by {row['read_by']}" + (f": {row['read_words']}" if row["read_words"] else "")
    return DatedLine(
        when=day(row["answered_at"]),
        words=said,
        quote=shortened(row["words"], ANSWER_SHOWN),
        small=read,
        name=f"On {row['medication']} {mg(row['step_mg'])}",
        address=address("checkins:review", row["id"]),
        sign=(worries_in_words(row), "stop", "alert-triangle") if row["is_worrying"] else None,
    )


def feeling_words(row: dict[str, Any]) -> str:
    """How the client feels on it, as the answer said."""
    return FEELINGS[row["feeling"]].lower()


def worries_in_words(row: dict[str, Any]) -> str:
    """Every reason why an answer worries."""
    return "; ".join(map(worry_words, row["worries"])) or "worrying answer"


def missed_words(rows: Sequence[dict[str, Any]]) -> str:
    """Doses missed as the newest answers about the newest one's medication say; nothing where nobody has answered."""
    if not rows:
        return ""
    newest = rows[0]
    same = [row for row in rows if row["medication"] == newest["medication"]]
    told = [(local_day(row["answered_at"]), row["doses_missed"]) for row in same[:FEW]]
    return f"{capfirst(newest['medication'])}: {told_words(told)}"


def worry_words(worry: Any) -> str:
    """One reason why an answer worries: its sentence, or its code read out where only that was kept."""
    said = worry.get("sentence") or worry.get("code", "") if isinstance(worry, dict) else str(worry)
    return str(said).replace("_", " ").rstrip(".")


def effect_words(effect: Any) -> str:
    """One side effect and how much it bothers: "Headache (yes, a little)"."""
    if not isinstance(effect, dict):
        return str(effect).replace("_", " ")
    words = str(effect.get("words") or effect.get("code", "")).replace("_", " ")
    bother = BOTHER.get(effect.get("bother", -1), "")
    return f"{words} ({bother.lower()})" if bother else words


def change_line(row: dict[str, Any]) -> DatedLine:
    """One change of a dose, who made it, and who has acknowledged it."""
    seen = ", ".join(names["name"] for names in row["seen_rows"])
    known = f"Acknowledged by {seen}." if seen else "Nobody has acknowledged it yet."
    return DatedLine(
        day(row["takes_effect_on"]), row["words"], row["reason"], f"{row['by_name']}, {day(row['at'])}. {known}"
    )


def observation_line(row: dict[str, Any]) -> DatedLine:
    """One observation, by whom, and which change it is about."""
    small = f"{row['by_name']}, about: {row['about']}" if row["about"] else row["by_name"]
    return DatedLine(day(row["at"]), shortened(row["text"], TEXT_SHOWN), small=small)


def visit_line(row: dict[str, Any]) -> DatedLine:
    """One visit with the beginning of its assessment."""
    return _note(row, row["visited_on"], "Medication check", address("visits:visit", row["id"]), row["excerpt"])


def evaluation_line(row: dict[str, Any]) -> DatedLine:
    """One evaluation with the beginning of its recommendation."""
    return _note(row, row["evaluated_on"], "Evaluation", address("intake:evaluation", row["id"]), row["advice"])


def _note(row: dict[str, Any], on: date, name: str, where: str, excerpt: str) -> DatedLine:
    return DatedLine(
        when=day(on),
        words=f"with {row['by_name']}",
        small=shortened(excerpt, EXCERPT - 10),
        name=name,
        address=where,
        sign=None if row["signed_at"] else NOT_SIGNED,
    )


def score_line(score: NewestScore) -> Named:
    """The newest total of an instrument and how it moved."""
    total = "not scored" if score.total is None else score.total
    words = ", ".join(filter(None, (f"of {score.maximum}" if score.maximum else "", score.band)))
    small = day(score.answered_at)
    if score.change:
        small += f", {score.change} since {day(score.before_at)}"
    if score.since_baseline:
        small += f"; {score.since_baseline}"
    return Named(f"{score.title} {total}", words, small)


def measurement_lines(rows: Sequence[dict[str, Any]]) -> list[Named]:
    """The newest value of each kind with its unit, vital signs first; a blood pressure taken at once is one."""
    by_kind = {row["kind"]: row for row in rows}
    order = [*(kind for kind in KINDS if kind in by_kind), *(kind for kind in by_kind if kind not in KINDS)]
    pair = [by_kind[kind] for kind in PRESSURE if kind in by_kind]
    is_one = len(pair) == len(PRESSURE) and pair[0]["taken_at"] == pair[1]["taken_at"]
    return [
        _pressure_line(pair) if is_one and kind == PRESSURE[0] else _measurement_line(by_kind[kind])
        for kind in order
        if not (is_one and kind == PRESSURE[1])
    ]


def _pressure_line(pair: Sequence[dict[str, Any]]) -> Named:
    values = [result_words(row["kind"], row["value"], row["unit"]) for row in pair]
    return Named("Blood pressure", together(values, pair[0]["unit"]), day(pair[0]["taken_at"]))


def _measurement_line(row: dict[str, Any]) -> Named:
    words = result_words(row["kind"], row["value"], row["unit"])
    return Named(label_of(row["kind"]), words, day(row["taken_at"]))


def trial_line(trial: Trial) -> Named:
    """A medication tried before: how far, how long, how it went."""
    words = [f"up to {mg(trial.highest_mg)} a day"] if trial.highest_mg else []
    if trial.weeks:
        words.append(f"for {trial.weeks} {'week' if trial.weeks == 1 else 'weeks'}")
    return Named(trial.name, " ".join(words), f"{trial.response} · {trial.why_stopped.lower()}")


def member_line(member: Member) -> Named:
    """One of the care team."""
    words = [member.role, "responsible" if member.is_lead else "", "" if member.works_here else "works here no longer"]
    return Named("", member.name, ", ".join(filter(None, words)))


def goal_line(row: dict[str, Any]) -> Named:
    """A goal of the plan with its measure, where it starts, where it shall be and by when."""
    parts = [row["measure"]]
    if row["baseline"] or row["target"]:
        parts.append(f"{row['baseline'] or '?'} to {row['target'] or '?'}")
    if row["target_on"]:
        parts.append(f"by {day(row['target_on'])}")
    return Named("", row["text"], " ".join(filter(None, parts)))


def intervention_line(row: dict[str, Any]) -> Named:
    """One thing done, how often, and who is responsible."""
    return Named("", row["text"], " · ".join(filter(None, (row["how_often"], row["responsible"]))))
