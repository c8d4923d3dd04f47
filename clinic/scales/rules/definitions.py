"""How the definition file of a rating scale is read; what is wrong in it is told with its place in the file."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from clinic.core.rules import RuleBroken
from clinic.scales.rules.instruments import SEXES, Band, Change, Choice, Flag, Instrument, Item, Terms, Wording

CODE = re.compile(r"[a-z][a-z0-9_]{0,19}")
# What the record keeps of a response has room for these.
LONGEST = {"version": 20, "language": 10}
LONGEST_NAME = 30
MOST_ITEMS = 100
MOST_POINTS = 100
WORDS = ("code", "version", "title", "name", "stem", "completed_by", "language", "source", "permission")
OTHERS = (
    "items", "choices", "summed_items", "prorate_up_to", "bands", "bands_by_sex", "band_source", "band_note", "flags",
    "change", "loinc_panel", "loinc_total", "wordings", "terms",
)  # fmt: skip


class DefinitionError(ValueError):
    """What is wrong in a definition and where: `path` such as "items[2].choices[0].value"."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)


class Part:
    """One table of a definition with its path, so that every complaint can say where."""

    def __init__(self, raw: object, path: str, known: Iterable[str]) -> None:
        if not isinstance(raw, Mapping):
            raise DefinitionError(path, "must hold names with values")
        self.raw, self.path = raw, path
        if unknown := sorted(set(raw) - set(known)):
            raise DefinitionError(self.at(unknown[0]), "is no name of a definition")

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str, longest: int = 2_000) -> str:
        """A text that must be there."""
        found = self.raw.get(name)
        if found is None:
            raise DefinitionError(self.at(name), "is missing")
        if not isinstance(found, str) or not found.strip() or len(found) > longest or "\x00" in found:
            raise DefinitionError(self.at(name), f"must be a text of up to {longest} characters")
        return found

    def text_or_none(self, name: str) -> str | None:
        return self.text(name) if name in self.raw else None

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number; it must be there unless there is a default."""
        found = self.raw.get(name, default)
        if found is None:
            raise DefinitionError(self.at(name), "is missing")
        if type(found) is not int or abs(found) > MOST_POINTS * MOST_ITEMS:
            raise DefinitionError(self.at(name), "must be a whole number")
        return found

    def number_or_none(self, name: str) -> int | None:
        return self.number(name) if name in self.raw else None

    def points_or_none(self, name: str) -> Decimal | None:
        found = self.raw.get(name)
        if found is None:
            return None
        if type(found) not in {int, float} or not 0 < found <= MOST_POINTS * MOST_ITEMS:
            raise DefinitionError(self.at(name), "must be a number of points above 0")
        return Decimal(str(found))

    def several(self, name: str) -> list[tuple[object, str]]:
        """The entries of a list with their paths; none where the name is not there."""
        found = self.raw.get(name, [])
        if not isinstance(found, list):
            raise DefinitionError(self.at(name), "must be a list")
        return [(one, f"{self.at(name)}[{place}]") for place, one in enumerate(found)]


def load_pack(path: Path) -> Instrument:
    """Read one instrument from its TOML or JSON file; RuleBroken as `read_definition`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as problem:
        raise RuleBroken(f"The scale in {path.name} cannot be used: {problem}.") from problem
    return read_definition(text, path.name)


def load_packs(folder: Path) -> dict[str, Instrument]:
    """Read every instrument of a folder, by its code; two files with one code are refused."""
    packs: dict[str, Instrument] = {}
    for path in sorted(p for p in folder.iterdir() if p.suffix in {".toml", ".json"}):
        instrument = load_pack(path)
        if instrument.code in packs:
            raise RuleBroken(f"The scale in {path.name} cannot be used: {instrument.code} is there twice.")
        packs[instrument.code] = instrument
    return packs


def read_definition(text: str, file_name: str) -> Instrument:
    """An instrument from the text of its definition, JSON or TOML by the name of the file.

    Raises RuleBroken naming the file and the place in it: what would score wrongly is refused, never repaired.
    """
    try:
        raw = json.loads(text) if file_name.endswith(".json") else tomllib.loads(text)
        instrument = _instrument(Part(raw, "", (*WORDS, *OTHERS)))
    except (ValueError, RecursionError) as problem:
        said = " ".join(str(problem).split()).rstrip(".")
        raise RuleBroken(f"The scale in {file_name} cannot be used: {said}.") from problem
    return instrument


def _instrument(part: Part) -> Instrument:
    words = {word: part.text(word, LONGEST.get(word, 2_000)) for word in WORDS}
    if not CODE.fullmatch(words["code"]):
        raise DefinitionError("code", "must be up to 20 small letters, digits and underscores, a letter first")
    items = _items(part)
    summed, prorated = part.number("summed_items", len(items)), part.number("prorate_up_to", 0)
    if not 1 <= summed <= len(items):
        raise DefinitionError("summed_items", "must lie within its items")
    if not 0 <= prorated < summed:
        raise DefinitionError("prorate_up_to", "must be below the number of summed items")
    lowest = sum(min(item.values) for item in items[:summed])
    return Instrument(
        **words,
        items=items,
        summed_items=summed,
        prorate_up_to=prorated,
        bands=_bands(part, lowest),
        flags=tuple(_flag(raw, path, len(items)) for raw, path in part.several("flags")),
        band_source=part.text_or_none("band_source") or "",
        band_note=part.text_or_none("band_note") or "",
        change=_change(part.raw["change"]) if "change" in part.raw else None,
        loinc_panel=part.text_or_none("loinc_panel"),
        loinc_total=part.text_or_none("loinc_total"),
        wordings=_wordings(part.raw.get("wordings", {}), items),
        terms=_terms(part.raw["terms"]) if "terms" in part.raw else None,
    )


def _items(part: Part) -> tuple[Item, ...]:
    shared = _choices(part)
    found = part.several("items")
    if not found or len(found) > MOST_ITEMS:
        raise DefinitionError("items", f"must be 1 to {MOST_ITEMS} questions")
    items = []
    for raw, path in found:
        one = Part(raw, path, ("text", "choices", "loinc"))
        choices = _choices(one) or shared
        if not choices:
            raise DefinitionError(one.at("choices"), "is missing: each question needs answers, its own or shared ones")
        items.append(Item(one.text("text"), choices, one.text_or_none("loinc")))
    return tuple(items)


def _choices(part: Part) -> tuple[Choice, ...]:
    choices: list[Choice] = []
    for raw, path in part.several("choices"):
        one = Part(raw, path, ("value", "label"))
        value = one.number("value")
        if not 0 <= value <= MOST_POINTS:
            raise DefinitionError(one.at("value"), f"must be a whole number of points from 0 to {MOST_POINTS}")
        if value in [choice.value for choice in choices]:
            raise DefinitionError(one.at("value"), f"two answers count {value} points")
        choices.append(Choice(value, one.text("label")))
    return tuple(choices)


def _bands(part: Part, lowest: int) -> dict[str, tuple[Band, ...]]:
    by_sex = part.raw.get("bands_by_sex")
    if by_sex is None:
        found = {"": _bands_of(part, "bands", lowest)} if part.raw.get("bands") else {}
    else:
        sexes = Part(by_sex, "bands_by_sex", SEXES)
        if set(by_sex) != set(SEXES):
            raise DefinitionError("bands_by_sex", f"must be given for {' and '.join(SEXES)}")
        found = {sex: _bands_of(sexes, sex, lowest) for sex in SEXES}
    if found and not part.raw.get("band_source"):
        raise DefinitionError("band_source", "is missing: its bands name no source")
    return found


def _bands_of(part: Part, name: str, lowest: int) -> tuple[Band, ...]:
    rows = [Part(raw, path, ("at_least", "name")) for raw, path in part.several(name)]
    bands = tuple(Band(row.number("at_least"), row.text("name", LONGEST_NAME)) for row in rows)
    starts = [band.at_least for band in bands]
    if not starts or starts != sorted(set(starts)) or starts[0] != lowest:
        raise DefinitionError(part.at(name), f"must rise from the lowest total, {lowest}")
    return bands


def _flag(raw: object, path: str, items: int) -> Flag:
    part = Part(raw, path, ("item", "at_least", "name", "unanswered"))
    item = part.number("item")
    if not 1 <= item <= items:
        raise DefinitionError(part.at("item"), f"a flag names an item that is not there: there are {items}")
    return Flag(item, part.number("at_least"), part.text("name", LONGEST_NAME), part.text_or_none("unanswered"))


def _change(raw: object) -> Change:
    names = ("response_percent", "worse_points", "remission_at_most", "matters_points", "reliable_points", "source")
    part = Part(raw, "change", names)
    return Change(
        response_percent=part.number_or_none("response_percent"),
        worse_points=part.number_or_none("worse_points"),
        remission_at_most=part.number_or_none("remission_at_most"),
        source=part.text("source"),
        matters_points=part.points_or_none("matters_points"),
        reliable_points=part.points_or_none("reliable_points"),
    )


def _wordings(raw: object, items: tuple[Item, ...]) -> dict[str, Wording]:
    named = Part(raw, "wordings", raw if isinstance(raw, Mapping) else ())
    return {language: _wording(found, f"wordings.{language}", items) for language, found in named.raw.items()}


def _wording(raw: object, path: str, items: tuple[Item, ...]) -> Wording:
    """Texts and labels in the order of the questions and answers, whose points stay."""
    part = Part(raw, path, ("stem", "source", "items", "choices"))
    texts, labels = _texts(part, "items"), _texts(part, "choices")
    if len(texts) != len(items):
        raise DefinitionError(part.at("items"), f"must be {len(items)} texts, one for each question")
    if any(len(item.choices) != len(labels) for item in items):
        raise DefinitionError(part.at("choices"), "must be as many texts as each question has answers")
    return Wording(
        stem=part.text("stem"),
        items=tuple(
            Item(text, tuple(Choice(c.value, label) for c, label in zip(item.choices, labels, strict=True)), item.loinc)
            for item, text in zip(items, texts, strict=True)
        ),
        source=part.text("source"),
    )


def _texts(part: Part, name: str) -> list[str]:
    return [Part({"text": one}, path, ("text",)).text("text") for one, path in part.several(name)]


def _terms(raw: Any) -> Terms:
    part = Part(raw, "terms", ("version", "text"))
    return Terms(part.text("version", 40), part.text("text", 20_000))
