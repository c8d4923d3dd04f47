"""Which medication a written name or text means, and which classes it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from clinic.formulary.rules.regimen.recognizing import Index, index_of, names_in, pieces_of, rest_of, words_of
from clinic.formulary.rules.search import folded

TEXTS = 1 << 13
CATALOGUES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Ingredient:
    """One ingredient; `tokens` are all that a rule may name it by: itself, its parts, and the classes of both.

    `contains` names the ingredients in it; `parts` are there where a text names several that no product combines.
    """

    name: str
    tokens: frozenset[str]
    contains: tuple[str, ...] = ()
    parts: tuple["Ingredient", ...] = ()

    @property
    def words(self) -> str:
        """What it is, for a person: "acetaminophen and codeine" of a combination."""
        return " and ".join(part.name for part in self.parts) or self.name


@dataclass(frozen=True, slots=True)
class Recognized:
    """What a text means, and the words in it that nobody knows: nothing is checked about those."""

    ingredient: Ingredient
    rest: tuple[str, ...]

    @property
    def words(self) -> str:
        """What it is checked as: "ibuprofen", "ibuprofen, without “zilch”" where a word is not known."""
        rest = f", without “{' '.join(self.rest)}”" if self.rest else ""
        return f"{self.ingredient.words}{rest}"

    @property
    def names(self) -> tuple[str, ...]:
        """The ingredients named, what a combination contains among them."""
        return (self.ingredient.name, *self.ingredient.contains)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """All ingredients by every name, brand, salt and synonym, and the classes by theirs."""

    by_name: Mapping[str, Ingredient]
    class_by_name: Mapping[str, str]

    def recognize(self, written: str) -> Recognized | None:
        """What a name or text means: every known name in it, in whole words, as one product; None if there is none.

        Case, accents, strength and form do not count, and what is said about it ("not", "stopped") is not read.
        """
        return _recognized(self, folded(written))

    def allergens(self, written: str) -> frozenset[str]:
        """The tokens of an allergy: ingredients, also those in a combination, and classes; none where none is known."""
        return _allergens(self, folded(written))


@lru_cache(maxsize=TEXTS)
def _recognized(catalogue: Catalogue, text: str) -> Recognized | None:
    written = words_of(text)
    found = names_in(written.words, _ingredient_index(catalogue))
    named = dict.fromkeys(catalogue.by_name[name] for name in found.names)
    if not named:
        return None
    left = [one for one in named if not any(_is_within(one, other, found.pieces) for other in named)]
    ingredient = left[0] if len(left) == 1 else _together(frozenset(left))
    own = frozenset(piece for one in left for piece in pieces_of(one.name))
    return Recognized(ingredient, rest_of(written, found.told, own))


def _is_within(one: Ingredient, other: Ingredient, pieces: frozenset[str]) -> bool:
    """Whether a rule that means one means the other already: it is in it, or a piece of how the other was written."""
    if one is other:
        return False
    own = {one.name} if one.name in pieces else set()
    return one.tokens - own < other.tokens


@lru_cache(maxsize=TEXTS)
def _together(named: frozenset[Ingredient]) -> Ingredient:
    parts = tuple(sorted(named, key=lambda one: one.name))
    contains = tuple(dict.fromkeys(name for part in parts for name in (part.name, *part.contains)))
    tokens = frozenset().union(*(part.tokens for part in parts))
    return Ingredient(" / ".join(part.name for part in parts), tokens, contains, parts)


@lru_cache(maxsize=TEXTS)
def _allergens(catalogue: Catalogue, text: str) -> frozenset[str]:
    words = words_of(text).words
    ingredients = [catalogue.by_name[name] for name in names_in(words, _ingredient_index(catalogue)).names]
    classes = [catalogue.class_by_name[name] for name in names_in(words, _class_index(catalogue)).names]
    return frozenset([*classes, *(name for one in ingredients for name in (one.name, *one.contains))])


@lru_cache(maxsize=CATALOGUES)
def _ingredient_index(catalogue: Catalogue) -> Index:
    return index_of(catalogue.by_name)


@lru_cache(maxsize=CATALOGUES)
def _class_index(catalogue: Catalogue) -> Index:
    return index_of(catalogue.class_by_name)
