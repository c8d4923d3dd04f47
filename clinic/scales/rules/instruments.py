"""What a rating scale is, and how its definition file is read."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from clinic.core.rules import RuleBroken

SEXES = ("male", "female")


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
    """When two totals differ enough to say so; a threshold is None where no source is known."""

    response_percent: int | None
    worse_points: int | None
    remission_at_most: int | None
    source: str


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

    @cached_property
    def minimum(self) -> int:
        return sum(min(item.values) for item in self.items[: self.summed_items])

    @cached_property
    def maximum(self) -> int:
        return sum(max(item.values) for item in self.items[: self.summed_items])

    @property
    def needs_sex(self) -> bool:
        return "" not in self.bands and bool(self.bands)


def load_pack(path: Path) -> Instrument:
    """Read one instrument from its TOML or JSON file.

    Raises RuleBroken naming the file and what is wrong: a clinic may load scales whose terms it has accepted.
    """
    try:
        text = path.read_text(encoding="utf-8")
        raw = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        instrument = _read_instrument(raw)
        _check_instrument(instrument)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise RuleBroken(f"The scale in {path.name} cannot be used: {_say(problem)}.") from problem
    return instrument


def load_packs(folder: Path) -> dict[str, Instrument]:
    """Read every instrument of a folder, by its code; two files with one code are refused."""
    packs: dict[str, Instrument] = {}
    for path in sorted(p for p in folder.iterdir() if p.suffix in {".toml", ".json"}):
        instrument = load_pack(path)
        if instrument.code in packs:
            raise RuleBroken(f"The scale in {path.name} cannot be used: {instrument.code} is there twice.")
        packs[instrument.code] = instrument
    return packs


def _say(problem: Exception) -> str:
    return f"{problem.args[0]} is missing" if isinstance(problem, KeyError) else str(problem)


def _read_instrument(raw: Mapping[str, Any]) -> Instrument:
    shared = raw.get("choices", [])
    items = tuple(_read_item(item, shared) for item in raw["items"])
    change = raw.get("change")
    words = ("code", "version", "title", "name", "stem", "completed_by", "language", "source", "permission")
    return Instrument(
        **{word: str(raw[word]) for word in words},
        items=items,
        summed_items=int(raw.get("summed_items", len(items))),
        prorate_up_to=int(raw.get("prorate_up_to", 0)),
        bands=_read_bands(raw),
        flags=tuple(Flag(**flag) for flag in raw.get("flags", [])),
        band_source=str(raw.get("band_source", "")),
        band_note=str(raw.get("band_note", "")),
        change=_read_change(change) if change else None,
        loinc_panel=raw.get("loinc_panel"),
        loinc_total=raw.get("loinc_total"),
    )


def _read_change(raw: Mapping[str, Any]) -> Change:
    return Change(raw.get("response_percent"), raw.get("worse_points"), raw.get("remission_at_most"), raw["source"])


def _read_item(raw: Mapping[str, Any], shared: list[dict[str, Any]]) -> Item:
    choices = tuple(Choice(choice["value"], choice["label"]) for choice in raw.get("choices", shared))
    return Item(raw["text"], choices, raw.get("loinc"))


def _read_bands(raw: Mapping[str, Any]) -> dict[str, tuple[Band, ...]]:
    by_sex = raw.get("bands_by_sex") or ({"": raw["bands"]} if raw.get("bands") else {})
    return {sex: tuple(Band(**band) for band in bands) for sex, bands in by_sex.items()}


def _check_instrument(instrument: Instrument) -> None:
    """A definition that would score wrongly is refused rather than repaired."""
    if not instrument.items:
        raise ValueError("it has no items")
    for number, item in enumerate(instrument.items, start=1):
        if not item.choices or any(type(value) is not int for value in item.values):
            raise ValueError(f"item {number} needs answers with whole points")
        if len(set(item.values)) < len(item.values):
            raise ValueError(f"item {number} has two answers with the same points")
    if not 1 <= instrument.summed_items <= len(instrument.items):
        raise ValueError("summed_items must lie within its items")
    if not 0 <= instrument.prorate_up_to < instrument.summed_items:
        raise ValueError("prorate_up_to must be below the number of summed items")
    if instrument.bands and not instrument.band_source:
        raise ValueError("its bands name no source")
    if instrument.needs_sex and set(instrument.bands) != set(SEXES):
        raise ValueError("bands by sex must be given for male and female")
    for bands in instrument.bands.values():
        starts = [band.at_least for band in bands]
        if starts != sorted(set(starts)) or starts[0] != instrument.minimum:
            raise ValueError("its bands must rise from the lowest total")
    if any(not 1 <= flag.item <= len(instrument.items) for flag in instrument.flags):
        raise ValueError("a flag names an item that is not there")
