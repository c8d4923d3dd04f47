"""The protocols of monitoring as data: read, checked, and refused by name where a row would be wrong in use."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.entries import STATUSES
from clinic.formulary.rules.reading import DATA as FORMULARY_DATA
from clinic.formulary.rules.regimen import read_rows, recognize
from clinic.monitoring.rules.results import KINDS

DATA = Path(__file__).parent.parent / "data"
FILE = "protocols.csv"
VERIFIED, SECONDARY, UNVERIFIED = "V", "V2", "U"
FEMALE = "female"
RISK = "dyskinesia_risk_over"
PREGNANCY = "pregnancy_possible"
NOT_REVIEWED = "not yet reviewed by the medical director"
Row = Mapping[str, str]
# The keys of protocols that were decided about, each with whether it is used.
Decided = frozenset[tuple[str, bool]]
UNDECIDED: Decided = frozenset()


class Event(StrEnum):
    """What a measurement is counted from.

    `change` are the start and each change of the dose, `later_change` the changes alone, `rise` the increases
    alone; `week` is a week after the start, `first` the start, `last` the last result. `gain` is weight gained since
    the start, `begun` the day on which the client began something else that matters beside it.
    """

    BEFORE = "before"
    WEEK = "week"
    FIRST = "first"
    CHANGE = "change"
    LATER_CHANGE = "later_change"
    RISE = "rise"
    LAST = "last"
    GAIN = "gain"
    BEGUN = "begun"


@dataclass(frozen=True, slots=True)
class Person:
    """What conditions of protocols ask of a client; `egfr` (mL/min/1.73 m²) is None where none is known.

    `codes` are the diagnoses (ICD-10-CM) of signed evaluations and of the plan in force. `may_be_pregnant`: the newest
    answer is that a pregnancy is possible, or was asked for and is not known.
    """

    age: int
    egfr: Decimal | None
    sex: str = ""
    codes: frozenset[str] = frozenset()
    may_be_pregnant: bool = False


# Disorders of substance use, mood disorders, intellectual disability: chapter V of ICD-10-CM, by their blocks.
DYSKINESIA_BLOCKS = ("F1", "F3", "F7")


def is_at_risk_of_dyskinesia(person: Person, age_over: int) -> bool:
    """Whether the chart knows of a high risk of tardive dyskinesia: age, a woman, mood, substances, intellectual.

    The source also names injury of the brain, high exposure and extrapyramidal signs, which no field of the chart
    says for sure. Source: austedohcp.com quoting APA 2020.
    """
    return (
        person.age > age_over
        or person.sex == FEMALE
        or any(code.startswith(DYSKINESIA_BLOCKS) for code in person.codes)
    )


CONDITIONS: Mapping[str, Callable[[Person, int], bool]] = {
    "age_over": lambda person, number: person.age > number,
    "age_from": lambda person, number: person.age >= number,
    RISK: is_at_risk_of_dyskinesia,
    PREGNANCY: lambda person, _: person.may_be_pregnant,
    "egfr_below": lambda person, number: person.egfr is not None and person.egfr < number,
}


@dataclass(frozen=True, slots=True)
class Protocol:
    """One row: for whom, what is measured, counted from what, by when; empty numbers are such as no source gives.

    Rows of one `series` ask for the same and follow one another. `since_months` and `until_months` bound a row by
    the time since the start; after an interruption of more than `restart_days` that time begins anew. `percent` is
    how much must be gained, `above_mg` above how many mg a day a change counts. One that `stops_start` holds up the
    first signature until a reason is given. `beside` are the ingredients and classes that matter when they are begun.
    """

    key: str
    series: str
    applies_to: frozenset[str]
    without: frozenset[str]
    kinds: tuple[str, ...]
    measured: str
    event: Event
    beside: frozenset[str]
    from_days: int | None
    to_days: int | None
    from_months: int | None
    to_months: int | None
    since_months: int | None
    until_months: int | None
    restart_days: int | None
    condition: tuple[str, int] | None
    percent: int | None
    above_mg: int | None
    stops_start: bool
    sentence: str
    status: str
    source: str

    @property
    def is_active(self) -> bool:
        """Whether anything is asked by it: one whose status is unverified waits for a review and asks nothing."""
        return self.status != UNVERIFIED

    @property
    def words(self) -> str:
        """The sentence; one known from a secondary source alone says that it was not reviewed."""
        return f"{self.sentence} ({NOT_REVIEWED})" if self.status == SECONDARY else self.sentence

    def covers(self, groups: frozenset[str]) -> bool:
        """Whether it is meant for a medication of these ingredients and classes."""
        return bool(self.applies_to & groups) and not self.without & groups

    def is_for(self, person: Person) -> bool:
        """Whether its condition holds for a client; what is not known does not hold."""
        return self.condition is None or CONDITIONS[self.condition[0]](person, self.condition[1])


@lru_cache(maxsize=2)
def read_protocols(folder: Path = DATA) -> tuple[Protocol, ...]:
    """Every protocol, active or not; RuleBroken names the row that would be wrong in use."""
    known = frozenset().union(*ingredient_groups().values())
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        return protocols_of(list(csv.DictReader(file)), known)


def protocols_of(rows: Sequence[Row], known: frozenset[str]) -> tuple[Protocol, ...]:
    """Check rows and build the protocols: known ingredients and classes, known kinds, numbers that fit the event."""
    built: dict[str, Protocol] = {}
    for row in rows:
        try:
            one = _protocol(row)
            _check(one, known)
            if one.key in built:
                raise ValueError("it is there twice")
        except (ValueError, KeyError) as problem:
            raise RuleBroken(f"The protocol {row.get('key')} cannot be used: {problem}.") from problem
        built[one.key] = one
    return tuple(built.values())


@lru_cache(maxsize=1)
def ingredient_groups() -> Mapping[str, frozenset[str]]:
    """Each ingredient of the formulary with what a protocol may name it by: itself, its parts, the classes of both."""
    rows = {row["ingredient"]: row for row in read_rows(FORMULARY_DATA, "ingredients")}
    return {
        name: frozenset(parts).union(*(_list(rows[part]["classes"]) for part in parts))
        for name, parts in ((name, [name, *_list(row["contains"])]) for name, row in rows.items())
    }


def groups_of(written: str) -> frozenset[str]:
    """What a protocol may name a medication by that somebody wrote down; empty where no name in it is known."""
    found = recognize(written)
    return found.ingredient.tokens if found else frozenset()


def asks_for_begun(ingredient: str) -> bool:
    """Whether any protocol of an ingredient looks at what else is begun, used or not."""
    return any(row.event is Event.BEGUN for row in all_protocols_of(ingredient))


def asks_for_diagnoses(ingredient: str) -> bool:
    """Whether any protocol of an ingredient depends on the diagnoses of a client, used or not."""
    return any(row.condition is not None and row.condition[0] == RISK for row in all_protocols_of(ingredient))


@lru_cache(maxsize=1024)
def all_protocols_of(ingredient: str) -> tuple[Protocol, ...]:
    """Every protocol of an ingredient in the order of the file, used or not."""
    groups = ingredient_groups().get(ingredient, frozenset({ingredient}))
    return tuple(one for one in read_protocols() if one.covers(groups))


def told_for(protocol: Protocol) -> str:
    """For which medications a protocol is, in words: "a second-generation antipsychotic", "atomoxetine, viloxazine"."""
    classes = {row["class"]: row["words"] for row in read_rows(FORMULARY_DATA, "classes")}
    return ", ".join(classes.get(name, name) for name in sorted(protocol.applies_to))


def how_sure(protocol: Protocol) -> str:
    """How sure a protocol is, in words."""
    if protocol.status == VERIFIED:
        return "Seen in a source"
    return "Unverified" if protocol.status == UNVERIFIED else "Secondary source"


def ingredients_of(protocol: Protocol) -> list[str]:
    """The ingredients of the formulary that a protocol is for."""
    return [name for name, groups in ingredient_groups().items() if protocol.covers(groups)]


def check_decision(*, is_used: bool, note: str) -> str:
    """A protocol is switched off only with a reason; answers the words."""
    if not is_used and not note.strip():
        raise RuleBroken("Say why it shall not be used.", field="note")
    return note.strip()


@lru_cache(maxsize=1024)  # more than the formulary has ingredients
def protocols_for(ingredient: str, decided: Decided = UNDECIDED) -> tuple[tuple[Protocol, ...], ...]:
    """The protocols of an ingredient that are used, each series in the order of the file.

    What the medical director decided counts before the status: one they use counts as seen in a source.
    """
    groups = ingredient_groups().get(ingredient, frozenset({ingredient}))
    series: dict[str, list[Protocol]] = {}
    choices = dict(decided)
    for one in read_protocols():
        if choices.get(one.key, one.is_active) and one.covers(groups):
            used = replace(one, status=VERIFIED) if one.key in choices else one
            series.setdefault(one.series, []).append(used)
    return tuple(tuple(rows) for rows in series.values())


def _protocol(row: Row) -> Protocol:
    name, _, number = row["condition"].partition(":")
    return Protocol(
        key=row["key"],
        series=row["series"],
        applies_to=frozenset(_list(row["applies_to"])),
        without=frozenset(_list(row["without"])),
        kinds=tuple(_list(row["kinds"])),
        measured=row["measured"],
        event=Event(row["event"]),
        beside=frozenset(_list(row["beside"])),
        from_days=_number(row["from_days"]),
        to_days=_number(row["to_days"]),
        from_months=_number(row["from_months"]),
        to_months=_number(row["to_months"]),
        since_months=_number(row["since_months"]),
        until_months=_number(row["until_months"]),
        restart_days=_number(row["restart_days"]),
        condition=(name, int(number or 0)) if name else None,
        percent=_number(row["percent"]),
        above_mg=_number(row["above_mg"]),
        stops_start=bool(row["stops_start"]),
        sentence=row["sentence"],
        status=row["status"],
        source=row["source"],
    )


def _check(one: Protocol, known: frozenset[str]) -> None:
    for what, given, allowed in (
        ("ingredient or class", [*one.applies_to, *one.without, *one.beside], known),
        ("kind of result", one.kinds, KINDS.keys()),
        ("condition", [one.condition[0]] if one.condition else [], CONDITIONS.keys()),
        ("status", [one.status], STATUSES),
    ):
        if missing := sorted(set(given) - set(allowed)):
            raise ValueError(f"{missing[0]} is no {what}")
    if not (one.key and one.series and one.applies_to and one.kinds and one.measured and one.sentence and one.source):
        raise ValueError("something is empty that must be said")
    days, months = (one.from_days, one.to_days), (one.from_months, one.to_months)
    if any(number is not None for number in days) and any(number is not None for number in months):
        raise ValueError("it counts in days and in months")
    lowest, highest = days if any(number is not None for number in days) else months
    if lowest is not None and highest is not None and lowest > highest:
        raise ValueError("its window ends before it begins")
    if one.event in {Event.WEEK, Event.LAST} and highest is None:
        raise ValueError("it does not say by when")
    if one.event is Event.BEFORE and (lowest, highest) != (None, None):
        raise ValueError("what comes before the start has no window")
    if (one.event is Event.GAIN) != bool(one.percent):
        raise ValueError("a gain, and nothing else, says how many percent")
    if one.above_mg is not None and one.event is not Event.CHANGE:
        raise ValueError("only a change of the dose goes above an amount")
    if (one.event is Event.BEGUN) != bool(one.beside):
        raise ValueError("what is begun beside it, and nothing else, says what that is")
    if one.stops_start and one.event is not Event.BEFORE:
        raise ValueError("only what comes before the start stops it")


def _list(text: str) -> list[str]:
    return [part for part in text.split(";") if part]


def _number(text: str) -> int | None:
    return int(text) if text else None
