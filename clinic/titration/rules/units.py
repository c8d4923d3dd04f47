"""What can be had, and which of it makes an amount: pieces, halves of scored tablets, volumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from math import gcd

from clinic.titration.rules.coins import Coin, closest_sums, fewest_pieces
from clinic.titration.rules.numbers import plain

# Amounts have at most six decimals, so has each factor of a solution's smallest dose; a half adds a factor 2.
SCALE = 2 * 10**12


class Form(StrEnum):
    """What a product is: a solid piece or a liquid that is measured."""

    TABLET = "tablet"
    CAPSULE = "capsule"
    SOLUTION = "solution"


class Release(StrEnum):
    """How a product gives its content: immediate, extended, delayed, or dissolving in the mouth."""

    IR = "IR"
    ER = "ER"
    DR = "DR"
    ODT = "ODT"


@dataclass(frozen=True, slots=True)
class Solid:
    """One strength of a tablet or capsule. Only a scored immediate-release tablet may be halved."""

    form: Form
    release: Release
    strength_mg: Decimal
    scored: bool = False

    @property
    def can_be_halved(self) -> bool:
        """Capsules, ER, DR and ODT are never split, whatever `scored` says."""
        return self.scored and self.form is Form.TABLET and self.release is Release.IR

    @property
    def smallest_mg(self) -> Decimal:
        """The least that can be taken of it: a piece, or half of one."""
        return self.strength_mg / 2 if self.can_be_halved else self.strength_mg

    def to_json(self, count: Decimal) -> dict[str, str]:
        """So many of it, as the contract writes it."""
        strength = {"strength_mg": plain(self.strength_mg)}
        return {"form": self.form, "release": self.release, **strength, "count": plain(count)}


@dataclass(frozen=True, slots=True)
class Solution:
    """A liquid of so many mg in one mL; `ml_step` is the smallest volume that can be measured."""

    form: Form
    release: Release
    mg_per_ml: Decimal
    ml_step: Decimal

    @property
    def smallest_mg(self) -> Decimal:
        """The least that can be taken of it: the smallest measurable volume."""
        return self.mg_per_ml * self.ml_step

    def to_json(self, count: Decimal) -> dict[str, str]:
        """So many mL of it, as the contract writes it."""
        strength = {"mg_per_ml": plain(self.mg_per_ml)}
        return {"form": self.form, "release": self.release, **strength, "count": plain(count)}


@dataclass(frozen=True, slots=True)
class Unit:
    """So much of one product in one dose: `count` in pieces (a half is 0.5), or in mL of a solution."""

    product: Solid | Solution
    count: Decimal

    def to_json(self) -> dict[str, str]:
        """As the contract writes it."""
        return self.product.to_json(self.count)


@dataclass(frozen=True, slots=True)
class Shelf:
    """All products of an order: larger strengths first, solids before solutions, as units are listed."""

    solids: tuple[Solid, ...]
    solutions: tuple[Solution, ...]

    @classmethod
    def of(cls, products: Sequence[Solid | Solution]) -> "Shelf":
        """Sort the products; what is listed twice is one, and may be halved if either listing is scored."""
        solids: dict[tuple[Form, Release, Decimal], Solid] = {}
        solutions: dict[tuple[Release, Decimal, Decimal], Solution] = {}
        for product in products:
            if isinstance(product, Solution):
                solutions.setdefault((product.release, product.mg_per_ml, product.ml_step), product)
            else:
                key = (product.form, product.release, product.strength_mg)
                if key not in solids or product.scored:
                    solids[key] = product
        return cls(
            solids=tuple(sorted(solids.values(), key=lambda solid: -solid.strength_mg)),
            solutions=tuple(sorted(solutions.values(), key=lambda solution: -solution.mg_per_ml)),
        )

    @property
    def products(self) -> tuple[Solid | Solution, ...]:
        """All of them, in the order in which units and dispensing are listed."""
        return (*self.solids, *self.solutions)

    @property
    def smallest_mg(self) -> Decimal:
        """The smallest amount that can be made at all."""
        return min(product.smallest_mg for product in self.products)


@lru_cache(maxsize=4096)
def units_for(shelf: Shelf, amount_mg: Decimal) -> tuple[Unit, ...]:
    """What makes the amount exactly; empty where nothing does.

    Fewest halves, then fewest pieces, then fewest products, then larger strengths first. A solution only
    where no solids make the amount, and then the most concentrated one that measures it alone.
    """
    coins, unit = _coins(shelf.solids)
    amount = _scaled(amount_mg)
    found = fewest_pieces(coins, amount // unit) if coins and amount % unit == 0 else None
    if found is not None:
        counted = zip(shelf.solids, found, strict=True)
        return tuple(Unit(solid, Decimal(halves) / 2) for solid, halves in counted if halves)
    for solution in shelf.solutions:
        steps, rest = divmod(amount_mg, solution.smallest_mg)
        if not rest:
            return (Unit(solution, steps * solution.ml_step),)
    return ()


def nearest_to(shelf: Shelf, amount_mg: Decimal) -> tuple[Decimal | None, Decimal]:
    """The nearest amounts below and above one that cannot be made; None below where there is none."""
    amount = _scaled(amount_mg)
    below, above = [0], []
    coins, unit = _coins(shelf.solids)
    if coins:
        lower, upper = closest_sums(coins, amount // unit)
        below.append(lower * unit)
        above.append(upper * unit)
    for step in (_scaled(solution.smallest_mg) for solution in shelf.solutions):
        below.append(amount // step * step)
        above.append(amount // step * step + step)
    return Decimal(max(below)) / SCALE or None, Decimal(min(above)) / SCALE


def _coins(solids: Sequence[Solid]) -> tuple[tuple[Coin, ...], int]:
    """The solids as whole numbers of their largest common unit, and that unit in scaled mg."""
    values = [_scaled(solid.strength_mg) for solid in solids]
    halvable = [solid.can_be_halved for solid in solids]
    unit = gcd(*(value // 2 if half else value for value, half in zip(values, halvable, strict=True)))
    coins = (
        Coin(value // unit, value // unit // 2 if half else None) for value, half in zip(values, halvable, strict=True)
    )
    return tuple(coins), unit


def _scaled(amount_mg: Decimal) -> int:
    return int(amount_mg * SCALE)
