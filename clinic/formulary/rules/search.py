"""Finding a medication by generic name, brand, salt or class."""

import unicodedata
from functools import lru_cache

from clinic.formulary.rules.entries import MedicationEntry


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Lower case, without accents, straight apostrophes, single spaces: how names are stored and searched."""
    # A phone writes "St. John’s wort" with the curled apostrophe.
    plain = unicodedata.normalize("NFKD", text).replace("\u2019", "'")
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


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
