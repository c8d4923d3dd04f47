"""The strengths a prescriber chooses from, and what is chosen as the products of an order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinic.titration.rules.units import Release
from clinic.titration.rules.words import HOW_RELEASED


@dataclass(frozen=True, slots=True)
class Offer:
    """One strength of one product: its `key` in a form, its words, and the product an order names."""

    key: str
    words: str
    product: dict[str, Any]

    @property
    def is_solution(self) -> bool:
        """Whether it is measured, not counted."""
        return bool(self.product["form"] == "solution")


def offers_of(products: Sequence[Mapping[str, Any]]) -> list[Offer]:
    """Every strength of the products, each once, in their order."""
    offers: dict[str, Offer] = {}
    for product in products:
        for strength in product.get("strengths_mg") or [None]:
            offer = _offer(product, strength)
            offers.setdefault(offer.key, offer)
    return list(offers.values())


def chosen_products(offers: Sequence[Offer], keys: Collection[str]) -> list[dict[str, Any]]:
    """The products of an order made of the chosen strengths alone."""
    return [offer.product for offer in offers if offer.key in keys]


def _offer(product: Mapping[str, Any], strength: str | None) -> Offer:
    kind = HOW_RELEASED[Release(product["release"])] + str(product["form"])
    amount = product["mg_per_ml"] if strength is None else strength
    scored = bool(product.get("scored"))
    key = f"{product['form']}-{product['release']}-{amount}{'-scored' if scored else ''}"
    if strength is None:
        return Offer(key, f"{amount} mg/mL {kind}", dict(product))
    words = f"{amount} mg {kind}{', may be halved' if scored else ''}"
    return Offer(key, words, {**product, "strengths_mg": [strength]})
