"""What is due to be measured: from the days of dose plans, the days of results, and the protocols; pure.

What is due is computed anew at every look. A replan moves it, a stop ends it, and no copy can drift.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from clinic.monitoring.rules.begun import Begun, newest_beside
from clinic.monitoring.rules.gain import Weighed, gain_since
from clinic.monitoring.rules.protocols import UNDECIDED, Decided, Event, Person, Protocol, protocols_for

ONE_DAY = timedelta(days=1)
DUE = "monitoring:"
CHANGES = frozenset({Event.FIRST, Event.CHANGE, Event.LATER_CHANGE, Event.RISE})


class State(StrEnum):
    """How a measurement stands, the most pressing first."""

    OVERDUE = "overdue"
    NEVER_DONE = "never_done"
    DUE = "due"
    NOT_YET = "not_yet"
    DONE = "done"


STATE_WORDS: Mapping[State, str] = {
    State.OVERDUE: "Overdue",
    State.NEVER_DONE: "Never done",
    State.DUE: "Due",
    State.NOT_YET: "Not yet",
    State.DONE: "Done",
}
# What somebody must see to now.
PRESSING = frozenset({State.OVERDUE, State.NEVER_DONE, State.DUE})


@dataclass(frozen=True, slots=True)
class StepDays:
    """Days of one step with what is taken on average a day, in mg; 0 is a hold. `last_on` None: no end is planned."""

    first_on: date
    last_on: date | None
    daily: float


@dataclass(frozen=True, slots=True)
class DosePlanDays:
    """A dose plan as it stands in its version in force; `missed` are first and last days on which none was taken."""

    dose_plan_id: UUID
    medication: str
    ingredient: str
    stop_on: date | None
    steps: tuple[StepDays, ...]
    missed: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a client on a day: the person, and the days on which each kind was measured.

    `settled` are the causes that a person has settled: whoever closes the duty says that no more is to be done.
    `weights` are in order of time; `decided` is what the medical director decided about protocols; `begun` is what is
    taken from elsewhere.
    """

    person: Person
    results: Mapping[str, Sequence[date]]
    today: date
    settled: frozenset[str] = frozenset()
    weights: Sequence[Weighed] = ()
    decided: Decided = UNDECIDED
    begun: Sequence[Begun] = ()


@dataclass(frozen=True, slots=True)
class DueItem:
    """One measurement of one dose plan: by which protocol, in which window, why, and how it stands.

    `from_on` and `by_on` are the first and last day on which it counts; None where no source says one. `event_on`
    is the day it is counted from, `last_on` the last day on which it was measured. `gained` tells weight gained in
    words, `times` how many times what asks for a review.
    """

    protocol: Protocol
    dose_plan_id: UUID
    medication: str
    event_on: date
    from_on: date | None
    by_on: date | None
    state: State
    last_on: date | None
    gained: str = ""
    times: int = 0

    @property
    def about(self) -> str:
        """The cause that names its duty: what is due of one dose plan by one day is seen to together."""
        gain = f":gain{self.times}" if self.gained else ""
        return f"{DUE}{self.dose_plan_id}:{self.by_on or self.event_on:%Y%m%d}{gain}"

    @property
    def is_pressing(self) -> bool:
        """Whether somebody must see to it now."""
        return self.state in PRESSING

    @property
    def since_on(self) -> date:
        """The day since when it is due or overdue, or will be."""
        if self.state is State.OVERDUE and self.by_on is not None:
            return self.by_on + ONE_DAY
        return self.from_on or self.by_on or self.event_on

    @property
    def is_outside(self) -> bool:
        """Whether the last result came after the event but outside the window: it does not count for it."""
        is_window = self.protocol.event in CHANGES and self.by_on is not None
        return is_window and self.state is not State.DONE and self.last_on is not None and self.last_on >= self.event_on


def due_items(plans: Sequence[DosePlanDays], known: Known) -> list[DueItem]:
    """Everything that the protocols ask for of running dose plans, the most pressing and the earliest first.

    Of each series one item stands for the newest event; one that is done is followed by what comes next.
    """
    found = [item for plan in plans for item in _of_plan(plan, plans, known)]
    rank = list(State)
    return sorted(found, key=lambda one: (rank.index(one.state), one.since_on, one.medication, one.protocol.key))


def _of_plan(plan: DosePlanDays, plans: Sequence[DosePlanDays], known: Known) -> Iterator[DueItem]:
    changes = changes_of(plan.steps)
    if not changes or (plan.stop_on is not None and plan.stop_on <= known.today):
        return
    same = [one for one in plans if one.ingredient == plan.ingredient]
    for rows in protocols_for(plan.ingredient, known.decided):
        series = _Series(plan, same, [row for row in rows if row.is_for(known.person)], changes, known)
        yield from (item for item in series.items() if not _is_after_stop(item, plan.stop_on))


def _is_after_stop(item: DueItem, stop_on: date | None) -> bool:
    """What would be measured only once the medication is stopped is not asked for."""
    first = item.from_on or item.by_on
    return stop_on is not None and first is not None and first >= stop_on and item.state is State.NOT_YET


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which another amount begins, `daily` mg of it; `is_later` after the first dose, `is_rise` where more is
    taken then.
    """

    on: date
    daily: float
    is_later: bool
    is_rise: bool

    def counts_for(self, row: Protocol) -> bool:
        """Whether a protocol counts from such a change."""
        later = {Event.FIRST: not self.is_later, Event.LATER_CHANGE: self.is_later, Event.RISE: self.is_rise}
        return later.get(row.event, True) and (row.above_mg is None or self.daily > row.above_mg)


def changes_of(steps: Sequence[StepDays]) -> list[Change]:
    """The start and each later change to another amount that is taken; days without any, and back again, change too."""
    found: list[Change] = []
    before, goes_on_on = 0.0, None
    for step in steps:
        if goes_on_on is not None and step.first_on > goes_on_on:
            before = 0.0
        if step.daily not in (0.0, before):
            found.append(Change(step.first_on, step.daily, bool(found), bool(found) and step.daily > before))
        before = step.daily
        goes_on_on = step.last_on + ONE_DAY if step.last_on else None
    return found


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def course_of(plans: Iterable[DosePlanDays], today: date, most_days: int) -> tuple[date, date | None]:
    """Since when a medication is taken with no interruption of more days than these, and the last day taken before.

    Source of 30 days for clozapine: its label, "interruption of more than 30 days: as a new patient".
    """
    spans = sorted(span for plan in plans for span in taken_spans(plan))
    begun = [span for span in spans if span[0] <= today] or spans[:1] or [(today, today)]
    began_on, before = begun[0][0], None
    last = begun[0][1]
    for first, until in begun[1:]:
        if (first - last).days - 1 > most_days:
            began_on, before = first, last
        last = max(last, until)
    return began_on, before


def taken_spans(plan: DosePlanDays) -> Iterator[tuple[date, date]]:
    """First and last days on which a dose plan has something taken, without the days that were missed."""
    end = plan.stop_on - ONE_DAY if plan.stop_on else date.max
    for step in plan.steps:
        first, last = step.first_on, min(step.last_on or date.max, end)
        if step.daily == 0.0 or first > last:
            continue
        for missed_first, missed_last in sorted(plan.missed):
            if first <= missed_last and missed_first <= last:
                if first < missed_first:
                    yield first, missed_first - ONE_DAY
                first = missed_last + ONE_DAY
        if first <= last:
            yield first, last


@dataclass(frozen=True, slots=True)
class _Series:
    """The rows of one series for one dose plan."""

    plan: DosePlanDays
    same: Sequence[DosePlanDays]
    rows: Sequence[Protocol]
    changes: Sequence[Change]
    known: Known

    def items(self) -> list[DueItem]:
        """The item of the newest event, and where that is done what comes next."""
        if not self.rows:
            return []
        began_on, days = self._course()
        before = self._before(began_on, days)
        if before and before.about not in self.known.settled:
            return [before]
        coming = [*self._windows(days), *self._weeks(began_on, days), *self._intervals(began_on, days), *self._gains()]
        coming += self._begun(began_on, days)
        settled = self.known.settled
        found = [replace(item, state=State.DONE) if item.about in settled else item for item in coming]
        open_items = [item for item in found if item.state is not State.DONE]
        done = [item for item in found if item.state is State.DONE]
        pressing = [item for item in open_items if item.is_pressing and item.protocol.event is not Event.LAST]
        return [*done, *(pressing or sorted(open_items, key=_first_day))[:1]]

    def _rows(self, *events: Event) -> list[Protocol]:
        return [row for row in self.rows if row.event in events]

    def _course(self) -> tuple[date, list[date]]:
        """Since when it is taken, and the days on which what is asked for was measured up to today.

        Where an interruption makes a new start, results before its end count no more.
        """
        days = sorted({day for kind in self.rows[0].kinds for day in self.known.results.get(kind, ())})
        days = [day for day in days if day <= self.known.today]
        most = self.rows[0].restart_days
        if most is None:
            return self.changes[0].on, days
        began_on, before = course_of(self.same, self.known.today, most)
        return began_on, [day for day in days if before is None or day > before]

    def _before(self, began_on: date, days: list[date]) -> DueItem | None:
        """What is measured before the start stays never done until there is a first result, even a late one."""
        rows = self._rows(Event.BEFORE)
        if not rows or days:
            return None
        state = State.DUE if began_on > self.known.today else State.NEVER_DONE
        return self._item(rows[0], began_on, (None, began_on), state, days)

    def _windows(self, days: list[date]) -> Iterator[DueItem]:
        """After the newest change, within its window; the next change supersedes it."""
        for row in self._rows(*CHANGES):
            events = [change.on for change in self._changes_that_last(row) if change.counts_for(row)]
            if not events:
                continue
            on, following = self._newest(row, events)
            if on <= self.known.today and self._is_held():
                continue
            from_on, by_on = _shifted(on, row)
            last = min(day for day in (by_on, following and following - ONE_DAY, self.known.today) if day)
            counted = [day for day in days if (from_on or on) <= day <= last]
            yield self._item(row, on, (from_on, by_on), self._state(from_on or on, by_on, bool(counted)), days)
            if counted and following is not None:
                yield self._item(row, following, _shifted(following, row), State.NOT_YET, days)

    def _changes_that_last(self, row: Protocol) -> Sequence[Change]:
        """The changes that a row looks at: of one that asks above an amount those from today's dose on."""
        if row.above_mg is None:
            return self.changes
        past = [change for change in self.changes if change.on <= self.known.today]
        return [*past[-1:], *(change for change in self.changes if change.on > self.known.today)]

    def _newest(self, row: Protocol, events: list[date]) -> tuple[date, date | None]:
        """The change that counts today, and the next one: one that comes before a window opens takes its place."""
        at = max((n for n, on in enumerate(events) if on <= self.known.today), default=0)
        while at + 1 < len(events) and events[at + 1] <= (_shifted(events[at], row)[0] or events[at]):
            at += 1
        return events[at], events[at + 1] if at + 1 < len(events) else None

    def _is_held(self) -> bool:
        """Whether nothing is taken today: a hold ends the series until the medication is taken again."""
        today = self.known.today
        return any(
            step.daily == 0.0 and step.first_on <= today and (step.last_on is None or today <= step.last_on)
            for step in self.plan.steps
        )

    def _weeks(self, began_on: date, days: list[date]) -> Iterator[DueItem]:
        """Weeks after the start: a result counts for the week it is nearest to, and for those before it."""
        rows = self._rows(Event.WEEK)
        offsets = [0, *(row.to_days or 0 for row in rows)]
        left = [
            (row, began_on + timedelta(days=offset))
            for row, (before, offset) in zip(rows, pairwise(offsets), strict=True)
            if not any(2 * (day - began_on).days > before + offset for day in days)
        ]
        reached = [one for one in left if one[1] <= self.known.today]
        if left:
            row, by_on = reached[-1] if reached else left[0]
            yield self._item(row, began_on, (None, by_on), self._state(by_on, by_on, is_done=False), days)

    def _intervals(self, began_on: date, days: list[date]) -> Iterator[DueItem]:
        """Counted from the last result, or from the start where that is later; the first row that fits today counts.

        While weeks after the start are still open they go first.
        """
        if any(True for _ in self._weeks(began_on, days)):
            return
        anchor = max([began_on, *days[-1:]])
        for row in self._rows(Event.LAST):
            if months_after(began_on, row.since_months or 0) <= max(self.known.today, began_on) and (
                row.until_months is None or self.known.today < months_after(began_on, row.until_months)
            ):
                from_on, by_on = _shifted(anchor, row)
                yield self._item(
                    row, anchor, (from_on, by_on), self._state(from_on or by_on, by_on, is_done=False), days
                )
                return

    def _gains(self) -> Iterator[DueItem]:
        """Weight gained since the start asks for a review; what was reviewed asks again once as much more is gained."""
        began_on = self.changes[0].on
        gain = gain_since(self.known.weights, began_on, self.known.today)
        for row in self._rows(Event.GAIN):
            if gain is not None and row.percent is not None and gain.percent >= row.percent:
                item = self._item(row, began_on, (gain.newest.on, None), State.DUE, [gain.newest.on])
                yield replace(item, gained=gain.words, times=gain.times(row.percent))

    def _begun(self, began_on: date, days: list[date]) -> Iterator[DueItem]:
        """After something else was begun that matters beside it, until it is measured; no source says by when."""
        for row in self._rows(Event.BEGUN):
            newest = newest_beside(self.known.begun, row.beside, after=began_on, today=self.known.today)
            if newest is None or self._is_held():
                continue
            named = replace(row, sentence=f"{row.sentence}: {newest.name}")
            state = self._state(newest.on, None, is_done=any(day >= newest.on for day in days))
            yield self._item(named, newest.on, (newest.on, None), state, days)

    def _state(self, from_on: date | None, by_on: date | None, is_done: bool) -> State:
        today = self.known.today
        if is_done:
            return State.DONE
        if by_on is not None and today > by_on:
            return State.OVERDUE
        return State.NOT_YET if from_on is not None and today < from_on else State.DUE

    def _item(
        self, row: Protocol, event_on: date, window: tuple[date | None, date | None], state: State, days: list[date]
    ) -> DueItem:
        last = days[-1] if days else None
        plan = self.plan
        return DueItem(row, plan.dose_plan_id, plan.medication, event_on, *window, state, last)


def _first_day(item: DueItem) -> date:
    return item.from_on or item.by_on or item.event_on


def _shifted(day: date, row: Protocol) -> tuple[date | None, date | None]:
    """The window of a row counted from a day; None where the row gives no number."""

    def after(days: int | None, months: int | None) -> date | None:
        if days is not None:
            return day + timedelta(days=days)
        return months_after(day, months) if months is not None else None

    return after(row.from_days, row.from_months), after(row.to_days, row.to_months)
