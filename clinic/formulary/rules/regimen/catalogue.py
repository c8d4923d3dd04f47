"""Which medication a written name means, and which classes it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass

from clinic.formulary.rules.search import folded

# What may follow a name without changing the ingredient: salts and ways of release.
FOLLOWING = frozenset(
    {"hcl", "hydrochloride", "hbr", "hydrobromide", "sodium", "potassium", "calcium", "magnesium", "maleate"}
    | {"mesylate", "succinate", "tartrate", "fumarate", "besylate", "citrate", "sulfate", "phosphate", "acetate"}
    | {"er", "xr", "sr", "ir", "cr", "dr", "xl", "la", "ec", "odt", "sl", "xt"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Ingredient:
    """One ingredient; `tokens` are all that a rule may name it by: itself, its parts, and the classes of both."""

    name: str
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All ingredients by every name, brand, salt and synonym, and the classes by theirs."""

    by_name: Mapping[str, Ingredient]
    class_by_name: Mapping[str, str]

    def ingredient(self, written: str) -> Ingredient | None:
        """What a written name means, without case, accents, and salts or release at its end; None if unknown."""
        words = folded(written).split()
        while words:
            found = self.by_name.get(" ".join(words))
            if found or words[-1] not in FOLLOWING:
                return found
            words.pop()
        return None

    def allergen(self, written: str) -> str | None:
        """The token of an allergy: an ingredient or a class; None where it is neither of a medication known here."""
        ingredient = self.ingredient(written)
        return ingredient.name if ingredient else self.class_by_name.get(folded(written))
