"""What a rating scale is: its wording, its points, and what its totals say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

SEXES = ("male", "female")
# What `completed_by` says of an instrument that the client fills in alone.
SELF = "client"


@dataclass(frozen=True)
class Choice:
    """One answer a person can tick and the points it counts."""

    value: int
    label: str


@dataclass(frozen=True)
class Item:
    """One question of an instrument in its published wording; `loinc` only where the code was confirmed."""

    text: str
    choices: tuple[Choice, ...]
    loinc: str | None = None

    @property
    def values(self) -> tuple[int, ...]:
        return tuple(choice.value for choice in self.choices)


@dataclass(frozen=True)
class Band:
    """The word for totals from `at_least` points up to the next band."""

    at_least: int
    name: str


@dataclass(frozen=True)
class Flag:
    """A sign raised by one item (1-based): `name` at `at_least` points, `unanswered` if it was left out."""

    item: int
    at_least: int
    name: str
    unanswered: str | None = None


@dataclass(frozen=True)
class Change:
    """When two totals differ enough to say so; a threshold is None where no source is known.

    `matters_points` is the smallest change that matters to people, `reliable_points` what exceeds the error of
    measurement.
    """

    response_percent: int | None
    worse_points: int | None
    remission_at_most: int | None
    source: str
    matters_points: Decimal | None = None
    reliable_points: Decimal | None = None


@dataclass(frozen=True)
class Wording:
    """The questions of an instrument in another language, as published there, with the source of the wording."""

    stem: str
    items: tuple[Item, ...]
    source: str


@dataclass(frozen=True)
class Terms:
    """Under which terms a clinic may use an instrument; kept word by word with who accepted them."""

    version: str
    text: str


@dataclass(frozen=True)
class Instrument:
    """A rating scale as its file defines it: wording, points, range, bands, codes, source and permission.

    `summed_items` is how many of the first items make the total, `prorate_up_to` how many may be missing.
    `bands` by sex hold under "male" and "female", all others under "".
    """

    code: str
    version: str
    title: str
    name: str
    stem: str
    completed_by: str
    language: str
    source: str
    permission: str
    items: tuple[Item, ...]
    summed_items: int
    prorate_up_to: int
    bands: Mapping[str, tuple[Band, ...]]
    flags: tuple[Flag, ...]
    band_source: str
    band_note: str
    change: Change | None
    loinc_panel: str | None
    loinc_total: str | None
    wordings: Mapping[str, Wording]
    terms: Terms | None

    @cached_property
    def minimum(self) -> int:
        return sum(min(item.values) for item in self.items[: self.summed_items])

    @cached_property
    def maximum(self) -> int:
        return sum(max(item.values) for item in self.items[: self.summed_items])

    @property
    def needs_sex(self) -> bool:
        return "" not in self.bands and bool(self.bands)

    def in_language(self, language: str) -> "Instrument":
        """The same instrument as asked in a language ("es"); in its own where no free wording of that one exists."""
        wording = self.wordings.get(language)
        if wording is None:
            return self
        return replace(self, language=language, stem=wording.stem, items=wording.items, source=wording.source)
