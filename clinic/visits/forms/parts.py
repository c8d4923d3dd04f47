"""How the three written parts of the note stand on the visit page: the text, and what was copied beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.forms.boundfield import BoundField

from clinic.visits.forms.visit import VisitForm
from clinic.visits.queries import VisitPage, Waiting
from clinic.visits.rules.copied import ORIGINS, PARTS, Origin, passage_field


@dataclass(frozen=True, slots=True)
class Copied:
    """One text that was copied, with the box in which it stands until it is reviewed."""

    passage: Waiting
    box: BoundField


@dataclass(frozen=True, slots=True)
class Part:
    """One written part of the note; `sources` are what can be copied into it now, each with its words."""

    name: str
    field: BoundField
    phrase: BoundField
    copied: list[Copied]
    sources: list[tuple[str, str]]


def parts(page: VisitPage, form: VisitForm) -> dict[str, Part]:
    """The parts by name."""
    return {name: _part(page, form, name) for name in PARTS}


def _part(page: VisitPage, form: VisitForm, name: str) -> Part:
    mine = [one for one in page.around.passages if one.part == name and passage_field(one.id.hex) in form.fields]
    return Part(
        name=name,
        field=form[name],
        phrase=form[f"phrase_{name}"],
        copied=[Copied(one, form[passage_field(one.id.hex)]) for one in mine],
        sources=_sources(page, name, mine),
    )


def _sources(page: VisitPage, name: str, waiting: Sequence[Waiting]) -> list[tuple[str, str]]:
    """What can be copied with one press; what waits to be reviewed already is not offered again."""
    last = page.since.last
    can = {
        Origin.EVENTS: ("Propose from what happened", bool(page.since.lines)),
        Origin.LAST_VISIT: ("Copy from the last visit", last is not None and bool(getattr(last, name).strip())),
    }
    offered = [origin for origin in ORIGINS[name] if origin in can and can[origin][1]]
    taken = {one.origin for one in waiting}
    return [(origin.value, can[origin][0]) for origin in offered if origin not in taken]
