"""Which template fits: by what else the client takes, by age, by what the treatment plan names."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from clinic.formulary.rules.search import folded
from clinic.formulary.rules.templates import Group, Template, Templates

NO_ROW = "no label schedule for this combination. You decide"
SEVERAL = "More than one schedule fits: choose by what it treats."
NONE_FITS = "No schedule fits this client's age."
ONLY = "The label's schedule"


@dataclass(frozen=True)
class Choice:
    """The template that fits, if one does, why, and the others that may be chosen by hand."""

    template: Template | None
    reason: str
    others: tuple[Template, ...]

    @property
    def offered(self) -> tuple[Template, ...]:
        """All of them, the one that fits first."""
        return (self.template, *self.others) if self.template else self.others


def groups_taken(groups: Mapping[str, Group], taken: Iterable[str]) -> dict[str, str]:
    """The groups among the names of what is taken, each with the name that told it; brands and doses may stand by."""
    names = [(name, folded(name)) for name in taken]
    found = {}
    for group in groups.values():
        pattern = re.compile(rf"\b({'|'.join(re.escape(name) for name in group.names)})\b")
        told = next((name for name, plain in names if pattern.search(plain)), None)
        if told is not None:
            found[group.key] = told
    return found


def choose(
    templates: Templates,
    medication: str,
    taken: Collection[str],
    *,
    age: int,
    codes: Sequence[str] = (),
    egfr: Decimal | None = None,
) -> Choice:
    """The template of a medication that fits what the client takes, with the reason in plain words.

    What is taken decides first: with groups for which there is no row, nothing is chosen and the prescriber
    decides. Then the age in years, then the ICD-10-CM codes of the treatment plan. A template for an eGFR (mL/min)
    below a number comes before the usual ones where the newest eGFR is below it; where none is known it is only
    offered. Among several that fit nothing is chosen.
    """
    offered = templates.of(medication)
    begun = [one for one in offered if one.kind != "taper"]
    usual = [one for one in begun if _is_below(one, egfr)] or [one for one in begun if one.egfr_below is None]
    if not usual:
        return Choice(None, "", offered)
    matter = frozenset().union(*(kinds for one in usual for kinds in one.takes))
    found = {key: name for key, name in groups_taken(templates.groups, taken).items() if key in matter}
    with_words = _with_words(templates.groups, found)
    fitting = [one for one in usual if frozenset(found) in one.takes]
    if not fitting:
        return Choice(None, f"{with_words}: {NO_ROW}.", offered)
    of_age = [one for one in fitting if _fits_age(one, age)]
    meant = [one for one in of_age if _code_of(one, codes)] or of_age
    if len(meant) != 1:
        return Choice(None, SEVERAL if meant else NONE_FITS, offered)
    chosen = meant[0]
    others = tuple(one for one in offered if one is not chosen)
    reason = _reason(chosen, with_words, matter, templates.groups, codes)
    if chosen.egfr_below is not None:
        reason = f"eGFR {egfr} mL/min, below {chosen.egfr_below}. {reason}"
    return Choice(chosen, reason, others)


def _is_below(template: Template, egfr: Decimal | None) -> bool:
    return template.egfr_below is not None and egfr is not None and egfr < template.egfr_below


def _fits_age(template: Template, age: int) -> bool:
    return (template.min_age or 0) <= age and (template.max_age is None or age <= template.max_age)


def _code_of(template: Template, codes: Iterable[str]) -> str:
    """The code of the plan for which the template is meant, empty where none is."""
    return next((code for code in codes if code.startswith(template.codes)), "") if template.codes else ""


def _with_words(groups: Mapping[str, Group], found: Mapping[str, str]) -> str:
    """Such as "With valproate (Depakote) and an enzyme inducer (phenytoin)"."""
    named = [f"{groups[key].words} ({name})" for key, name in found.items()]
    return f"With {' and '.join(named)}" if named else ""


def _reason(
    chosen: Template, with_words: str, matter: Collection[str], groups: Mapping[str, Group], codes: Iterable[str]
) -> str:
    first = with_words or ONLY
    if matter and not with_words:
        without = " or ".join(group.words for key, group in groups.items() if key in matter)
        first = f"Without {without}, as far as is recorded"
    code = _code_of(chosen, codes)
    return f"{first}; for {code} in the treatment plan." if code else f"{first}."
