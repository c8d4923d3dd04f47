"""What is taken, by ingredient: which days, how much on them, under which names it was asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from clinic.formulary.rules.regimen.catalogue import Catalogue, Ingredient
from clinic.formulary.rules.regimen.days import (
    ALWAYS,
    OPEN,
    Run,
    covers,
    first_number,
    last_number,
    merged,
    pieces,
)
from clinic.formulary.rules.regimen.person import Span, Taken


@dataclass(frozen=True, slots=True)
class Stretch:
    """One span of one entry, its days as numbers."""

    name: str
    first: int
    last: int
    mg: Decimal | None
    every_days: int

    @property
    def last_taken(self) -> int:
        """The last day on which it really is taken: with every other day the span may end on a day without."""
        if self.every_days == 1 or self.last == OPEN or self.first == ALWAYS:
            return self.last
        return self.last - (self.last - self.first) % self.every_days

    def is_taken_on(self, day: int) -> bool:
        """Whether a dose is taken on that day of the span: its 1st day, and every n-th after."""
        return self.every_days == 1 or (day - self.first) % self.every_days == 0


@dataclass(frozen=True)
class Course:
    """All entries of one ingredient. It counts as taken throughout each span, also on days between two doses."""

    ingredient: Ingredient
    stretches: tuple[Stretch, ...]

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The unbroken runs of days on which it is taken."""
        return merged((stretch.first, stretch.last) for stretch in self.stretches)

    @cached_property
    def last(self) -> int:
        """Its last day."""
        return self.runs[-1][1]

    @cached_property
    def edges(self) -> frozenset[int]:
        """The days on which an entry begins, and those after one ends."""
        return frozenset(edge for stretch in self.stretches for edge in (stretch.first, stretch.last + 1))

    @cached_property
    def name(self) -> str:
        """The first of its names, as asked."""
        return min(stretch.name for stretch in self.stretches)

    def names_in(self, run: Run) -> tuple[str, ...]:
        """The names of the entries that are taken in a run of days, each once."""
        first, last = run
        return tuple(sorted({one.name for one in self.stretches if one.first <= last and one.last >= first}))

    def active_on(self, day: int) -> list[Stretch]:
        """The entries that run on a day."""
        return [stretch for stretch in self.stretches if stretch.first <= day <= stretch.last]

    def amount_on(self, day: int) -> Decimal | None:
        """All that its entries of that day amount to, on a day on which each is taken; None where one is not known."""
        amounts = [stretch.mg for stretch in self.active_on(day)]
        known = [mg for mg in amounts if mg is not None]
        return sum(known, Decimal()) if len(known) == len(amounts) else None

    def runs_above(self, most_mg: Decimal) -> tuple[Run, ...]:
        """The days on which more than so many mg are taken, or nobody knows how much."""
        found = []
        for first, last in self.runs:
            for piece in pieces(self.edges, first, last):
                amount = self.amount_on(piece[0])
                if amount is None or amount > most_mg:
                    found.append(piece)
        return merged(found)

    def last_taken_by(self, run: Run) -> int:
        """The last day of a run on which a dose is taken."""
        return max(stretch.last_taken for stretch in self.stretches if stretch.last == run[1])

    def is_taken_on(self, day: int) -> bool:
        """Whether a day stands in one of its runs."""
        return covers(self.runs, day)


def courses_of(taken: Iterable[Taken], catalogue: Catalogue) -> tuple[Course, ...]:
    """What is taken gathered by ingredient, in the order of the names; entries that nobody knows are left out."""
    known: dict[Ingredient, list[Stretch]] = {}
    for entry in taken:
        recognized = catalogue.recognize(entry.name)
        if recognized:
            known.setdefault(recognized.ingredient, []).extend(stretches_of(entry))
    courses = [Course(ingredient, tuple(stretches)) for ingredient, stretches in known.items() if stretches]
    return tuple(sorted(courses, key=lambda course: (course.name, course.ingredient.name)))


def stretches_of(entry: Taken) -> Sequence[Stretch]:
    """The spans of an entry with their days as numbers, under its name in lower case."""
    name = as_asked(entry.name)
    return [_stretch(name, span) for span in entry.spans]


def as_asked(name: str) -> str:
    """A name as the answer gives it back: as it was asked, in lower case."""
    return name.strip().lower()


def _stretch(name: str, span: Span) -> Stretch:
    every_days = 1 if span.first_on is None else span.every_days
    return Stretch(name, first_number(span.first_on), last_number(span.last_on), span.mg_per_day, every_days)
