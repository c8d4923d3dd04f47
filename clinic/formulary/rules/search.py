"""Finding a medication by generic name, brand, salt or class."""

import unicodedata
from functools import lru_cache

from clinic.formulary.rules.entries import MedicationEntry

# A phone writes "St. John\u2019s wort" with the curled apostrophe, others with one of these.
APOSTROPHES = "\u2018\u2019\u02bc\u00b4`"
# Beside a brand; written out they would become letters of its name.
MARKS = "\u2122\u2120"
AS_TYPED = str.maketrans(dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(MARKS))
UNSEEN = "Cf"


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Lower case, without accents, straight apostrophes, single spaces: how names are stored and searched.

    What is not seen counts for nothing: a soft hyphen of a copied document, the sign of a trademark.
    """
    plain = unicodedata.normalize("NFKD", text.translate(AS_TYPED))
    seen = (c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != UNSEEN)
    return " ".join("".join(seen).casefold().split())


def search_names(entry: MedicationEntry) -> tuple[str, ...]:
    """Every word a medication is found by: its name, ingredient, brands and salts."""
    return tuple(dict.fromkeys(folded(name) for name in (entry.name, entry.ingredient, *entry.aliases)))


def matches(query: str, entry: MedicationEntry) -> int | None:
    """How well a medication answers a search, 0 best, None not at all.

    0 a name itself, 1 begins its generic name, 2 begins a brand or salt, 3 begins a later word, 4 its class.
    """
    wanted = folded(query)
    if not wanted:
        return None
    names = search_names(entry)
    ranks = (
        wanted in names,
        any(name.startswith(wanted) for name in (folded(entry.name), folded(entry.ingredient))),
        any(name.startswith(wanted) for name in names),
        any(f" {wanted}" in name.replace("-", " ") for name in names),
        wanted in folded(entry.drug_class),
    )
    return next((rank for rank, fits in enumerate(ranks) if fits), None)
