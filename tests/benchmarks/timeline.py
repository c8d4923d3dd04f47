"""How long two years of four medications take to lay out and draw: `uv run python -m tests.benchmarks.timeline`.

The target is below 30 ms; reading the rows is measured with the page. It is the processor's time that counts: what else
runs on a shared machine says nothing about the drawing.
"""

import datetime as dt
import statistics
import time
from decimal import Decimal
from uuid import UUID

from clinic.caseload.rules import timeline
from clinic.caseload.rules.axis import Mark
from clinic.caseload.rules.courses import Missed, StepRow, courses
from clinic.caseload.rules.drawing import draw, draw_rows
from clinic.caseload.rules.ranges import range_of
from clinic.caseload.rules.strips import Span
from clinic.caseload.rules.timeline import History, ScorePoint, ScoreSeries

TODAY = dt.date(2026, 6, 15)
TARGET_MS = 30
ROUNDS = 200
WEEK = dt.timedelta(days=7)
TWO_YEARS = [TODAY - n * WEEK for n in range(104)][::-1]
MEDICATIONS = ("lithium carbonate", "lamotrigine", "sertraline", "bupropion XL")


def steps() -> tuple[list[StepRow], list[Missed]]:
    """Four medications changed every second week for two years, each with days that were missed."""
    rows, missed = [], []
    for number, medication in enumerate(MEDICATIONS):
        key = UUID(int=number)
        for n, first_on in enumerate(TWO_YEARS[::2]):
            last_on = first_on + 2 * WEEK - dt.timedelta(days=1)
            mg = Decimal(25 * (1 + (n + number) % 8))
            rows.append(StepRow(key, medication, "", None, first_on, last_on, 1, mg, f"{mg} mg"))
        missed += [Missed(key, day + dt.timedelta(days=3), day + dt.timedelta(days=4)) for day in TWO_YEARS[::13]]
    return rows, missed


def history() -> History:
    """Two years with a score a week of three scales, and something of all else."""
    rows, missed = steps()
    scales = [
        ScoreSeries(
            title, 0, 27, ((5, "mild"), (10, "moderate")),
            tuple(ScorePoint(day, (n * 7 + place) % 27, "moderate") for n, day in enumerate(TWO_YEARS)),
        )
        for place, title in enumerate(("PHQ-9", "GAD-7", "“Lying awake”"))
    ]  # fmt: skip
    return History(
        courses=courses(rows, missed),
        scores=scales,
        visits=[Mark(day, "Medication check") for day in TWO_YEARS[::4]],
        worries=[Mark(day, "Asked for a call") for day in TWO_YEARS[::5]],
        missed=[Mark(one.first_on, "two days") for one in missed],
        effects=[Span(day, day + 3 * WEEK, "Nausea, on sertraline 50 mg") for day in TWO_YEARS[::9]],
        results=[Mark(day, "Lithium level 0.7 mmol/L") for day in TWO_YEARS[::6]],
        events=[Mark(day, "Moved house") for day in TWO_YEARS[::15]],
    )


def render() -> str:
    """All that the page draws: the picture, its words and the table."""
    chosen = range_of("2y")
    lived = history()
    since = chosen.since(TODAY)
    picture = timeline.picture(lived, since=since, today=TODAY, frame=chosen.frame)
    return (draw(picture) if picture else "") + draw_rows(timeline.table(lived, since=since, today=TODAY))


def milliseconds(rounds: int = ROUNDS) -> list[float]:
    """How long each of some renderings took, on this machine now."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        render()
        taken.append((time.process_time() - began) * 1000)
    return taken


def main() -> None:
    taken = sorted(milliseconds())
    middle, worst = statistics.median(taken), taken[int(len(taken) * 0.95)]
    print(f"four medications, two years, {len(render()):,} letters: median {middle:.1f} ms, p95 {worst:.1f} ms")
    print(f"target {TARGET_MS} ms: {'kept' if middle < TARGET_MS else 'MISSED'}")


if __name__ == "__main__":
    main()
