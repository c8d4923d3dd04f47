"""Which medication of the formulary a chart means. Nothing is guessed: a doubtful one stays as text."""

import re
from dataclasses import dataclass
from uuid import UUID

from clinic.formulary.rules import folded

RELEASE = re.compile(r"\b(extended release|delayed release|er|xr|xl|cr|sr|dr|la|cd|24 hr|12 hr|24hr|12hr|odt)\b")
COMBINED = re.compile(r"\s/\s|[a-z]/[a-z]|\band\b|\+")
APART = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Formulary:
    """What a medication is matched by: RxNorm ids, and names (folded) with the medications they lead to."""

    by_rxcui: dict[str, frozenset[UUID]]
    by_name: dict[str, frozenset[UUID]]
    plain: frozenset[UUID]

    def match(self, *, rxcuis: list[str], text: str) -> UUID | None:
        """The one medication meant: by RxNorm id, else by an ingredient or brand that stands in the text.

        Combinations, and names that fit several medications, are left unmatched. Where one ingredient has several
        entries by release, a text that names no release means the plain one.
        """
        for rxcui in rxcuis:
            found = self._one(self.by_rxcui.get(rxcui, frozenset()), text)
            if found:
                return found
        words = folded(text)
        if not words or COMBINED.search(words):
            return None
        spaced = f" {APART.sub(' ', words).strip()} "
        named = [(name, keys) for name, keys in self.by_name.items() if f" {name} " in spaced]
        if not named:
            return None
        common = frozenset.intersection(*(keys for _, keys in named))
        return self._one(common, text)

    def _one(self, found: frozenset[UUID], text: str) -> UUID | None:
        if len(found) == 1:
            return next(iter(found))
        plain = found & self.plain
        return next(iter(plain)) if len(plain) == 1 and not RELEASE.search(folded(text)) else None


def name_key(name: str) -> str:
    """A name as it is looked for in a text: folded, words apart by one space."""
    return APART.sub(" ", folded(name)).strip()
