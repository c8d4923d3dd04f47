"""The label's titrations and tapers as named templates: read from their file, checked, refused by name."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.text import capfirst

from clinic.core.rules import RuleBroken
from clinic.formulary.rules.entries import STATUSES

DATA = Path(__file__).parent.parent / "data"
FILE = "titration_templates.json"
KINDS = ("titration", "fixed", "taper")
REGIMENS = ("steps", "taper")
NOT_REVIEWED = "not yet reviewed by the medical director"


@dataclass(frozen=True)
class Group:
    """What else may be taken and changes a schedule: its words, and every name it goes by, in lower case."""

    key: str
    words: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """One titration or taper of a source; `regimen` is its `steps` or `taper` as a dose_plan order names them.

    `takes` lists the sets of groups with which it fits, the empty set for none of them; `codes` are beginnings of
    ICD-10-CM codes it is meant for. A `fixed` one has one dose and no titration. Where `is_safety_control`, going
    above it is dangerous. `max_mg_per_day` is the highest of its indication. Ages in years, eGFR in mL/min.
    `status` is V (seen in `source`), V2 (secondary source) or U (unverified: never offered).
    """

    key: str
    medication: str
    title: str
    indication: str
    kind: str
    codes: tuple[str, ...]
    takes: tuple[frozenset[str], ...]
    min_age: int | None
    max_age: int | None
    egfr_below: int | None
    max_mg_per_day: str | None
    is_safety_control: bool
    note: str
    status: str
    source: str
    regimen: Mapping[str, Any]

    @property
    def is_offered(self) -> bool:
        """What is unverified is loaded and never offered."""
        return self.status != "U"

    @property
    def caution(self) -> str:
        """What a prescriber reads beside a template of a secondary source; empty otherwise."""
        return NOT_REVIEWED if self.status == "V2" else ""


@dataclass(frozen=True)
class Templates:
    """All templates of the file, offered or not, and the groups their conditions name."""

    groups: Mapping[str, Group]
    every: tuple[Template, ...]

    def named(self, key: str) -> Template | None:
        """The template of that key, offered or not; None for no key, and for one that left the file."""
        return next((one for one in self.every if one.key == key), None)

    def of(self, medication: str) -> tuple[Template, ...]:
        """The templates of one medication that may be offered."""
        return tuple(one for one in self.every if one.medication == medication and one.is_offered)


@lru_cache(maxsize=2)
def read_templates(folder: Path = DATA) -> Templates:
    """Read and check the file; RuleBroken names the template that would be wrong in use."""
    return templates_of(_contents(folder)["templates"], folder)


def read_schedule_rows(folder: Path = DATA) -> list[dict[str, Any]]:
    """Every template as a rule that the medical director reviews: its sentence, status and source, and its row."""
    return [
        {
            "rule": f"schedule-{row['id']}",
            "text": f"{capfirst(row['medication'])}, {row['indication']}: {row['title']}",
            "status": row["status"],
            "source": row["source"],
            "schedule": row,
        }
        for row in _contents(folder)["templates"]
    ]


def templates_of(rows: Iterable[Mapping[str, Any]], folder: Path = DATA) -> Templates:
    """Check rows of templates and build them, with the groups of the file; RuleBroken names the one not of use."""
    named = _contents(folder)["groups"]
    groups = {key: Group(key, row["words"], tuple(row["names"])) for key, row in named.items()}
    templates: dict[str, Template] = {}
    for row in rows:
        try:
            template = _read(row)
            _check(template, groups)
        except (KeyError, TypeError, ValueError) as problem:
            raise RuleBroken(f"The template {row.get('id')} cannot be used: {problem}.") from problem
        if template.key in templates:
            raise RuleBroken(f"The template {template.key} cannot be used: it is there twice.")
        templates[template.key] = template
    return Templates(groups, tuple(templates.values()))


def schedule_lines(row: Mapping[str, Any]) -> list[str]:
    """A template's steps or taper as lines to be held against the label, and what it is chosen by."""
    taper = row.get("taper")
    if taper:
        lines = [", ".join(f"{name.replace('_', ' ')} {value}" for name, value in taper.items())]
    else:
        lines = [_step_line(step) for step in row["steps"]]
    takes = [" and ".join(one).replace("_", " ") or "none of them" for one in row.get("takes", [[]])]
    lines.append(f"Taken beside it: {'; '.join(takes)}")
    for name, words in (("min_age", "From age"), ("max_age", "Up to age"), ("egfr_below", "eGFR below")):
        if row.get(name) is not None:
            lines.append(f"{words} {row[name]}")
    if row.get("codes"):
        lines.append(f"For {', '.join(row['codes'])}")
    return [*lines, row["note"]] if row.get("note") else lines


def _step_line(step: Mapping[str, Any]) -> str:
    doses = ", ".join(f"{mg} mg {time}" for time, mg in step["doses"].items()) or "no dose"
    often = f" every {step['every_days']} days" if step.get("every_days", 1) > 1 else ""
    return f"{step['days']} days: {doses}{often}" if "days" in step else f"Then: {doses}{often}"


def _contents(folder: Path) -> dict[str, Any]:
    contents: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return contents


def _read(row: Mapping[str, Any]) -> Template:
    return Template(
        key=row["id"],
        medication=row["medication"],
        title=row["title"],
        indication=row["indication"],
        kind=row["kind"],
        codes=tuple(row.get("codes", ())),
        takes=tuple(frozenset(one) for one in row.get("takes", [[]])),
        min_age=row.get("min_age"),
        max_age=row.get("max_age"),
        egfr_below=row.get("egfr_below"),
        max_mg_per_day=row.get("max_mg_per_day"),
        is_safety_control=row.get("is_safety_control", False),
        note=row.get("note", ""),
        status=row["status"],
        source=row["source"],
        regimen={name: row[name] for name in REGIMENS if name in row},
    )


def _check(template: Template, groups: Mapping[str, Group]) -> None:
    if template.status not in STATUSES or not template.source:
        raise ValueError("it needs a status and a source")
    if template.kind not in KINDS:
        raise ValueError(f"{template.kind!r} is no kind")
    if len(template.regimen) != 1:
        raise ValueError("it has either steps or a taper")
    if unknown := frozenset().union(*template.takes) - groups.keys():
        raise ValueError(f"it names unknown groups: {', '.join(sorted(unknown))}")
    steps = template.regimen.get("steps", [])
    if template.kind != "taper" and (not steps or "days" in steps[-1]):
        raise ValueError("its last step has no end")
    if template.kind == "fixed" and len(steps) != 1:
        raise ValueError("a fixed dose is one step")
