"""The search for fewest pieces, in whole numbers: sets of reachable sums are the bits of one long integer.

Bit n of such a set is on when the sum n can be made, so adding a coin to every sum is one shift. A large
amount is shortened first: of all pieces but the largest fewer than `largest` are ever needed, since among so
many some add up to a multiple of the largest and fewer of that would do. So the strengths bound the work.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from clinic.titration.rules.reading import BadOrder

MOST_SUMS = 2_000_000


@dataclass(frozen=True, slots=True)
class Coin:
    """One product: what a whole piece is worth, and half a piece where it may be halved."""

    whole: int
    half: int | None


def fewest_pieces(coins: Sequence[Coin], amount: int) -> tuple[int, ...] | None:
    """How many halves of each coin (2 is a whole piece) make the amount best, or None where nothing does.

    Coins come largest first. Best: fewest halves, fewest pieces, fewest coins used, more of the larger first.
    Raises BadOrder where the strengths are too fine for the amount to be searched.
    """
    spare, rest = _shortened(coins, amount)
    if not _sums(_values(coins), rest) >> rest & 1:
        return None
    halves, rests = _fewest_halves(coins, rest)
    wholes = _fewest_wholes(coins, rests)
    most_used = range(1, len(coins) + 1)
    found = (best for used in most_used if (best := _best_with(coins, used, (rest, wholes, halves))))
    best = next(found)
    return (best[0] + 2 * spare, *best[1:])


def closest_sums(coins: Sequence[Coin], amount: int) -> tuple[int, int]:
    """The largest sum that can be made and is at most the amount (0: none), and the smallest above it."""
    spare, rest = _shortened(coins, amount)
    values = _values(coins)
    sums = _sums(values, rest + min(values))
    lower = (sums & ((1 << rest + 1) - 1)).bit_length() - 1
    higher = sums >> rest + 1
    upper = rest + 1 + (higher & -higher).bit_length() - 1
    taken_off = spare * coins[0].whole
    return lower + taken_off, upper + taken_off


def _shortened(coins: Sequence[Coin], amount: int) -> tuple[int, int]:
    """How many of the largest are needed in any case, and what is then left to search."""
    largest = coins[0].whole
    spare = max(0, amount // largest - largest - len(coins) - 1)
    rest = amount - spare * largest
    if rest > MOST_SUMS:
        raise BadOrder("products", "These strengths are too fine for an amount so large.")
    return spare, rest


def _values(coins: Iterable[Coin]) -> list[int]:
    return [value for coin in coins for value in (coin.whole, coin.half) if value is not None]


def _sums(values: Iterable[int], most: int) -> int:
    """All sums up to `most` of any number of the values."""
    within = (1 << most + 1) - 1
    sums = 1
    for value in values:
        while value <= most:
            sums |= sums << value & within
            value *= 2
    return sums


def _fewest_halves(coins: Sequence[Coin], amount: int) -> tuple[int, set[int]]:
    """The fewest halves needed, and what whole pieces then have to make; two halves of one are a whole."""
    by_wholes = _sums([coin.whole for coin in coins], amount)
    halves = [coin.half for coin in coins if coin.half is not None]
    tries = (
        (number, rests)
        for number in range(len(halves) + 1)
        if (rests := _reachable({amount - sum(chosen) for chosen in combinations(halves, number)}, by_wholes))
    )
    return next(tries)


def _reachable(rests: set[int], sums: int) -> set[int]:
    return {rest for rest in rests if rest >= 0 and sums >> rest & 1}


def _fewest_wholes(coins: Sequence[Coin], rests: set[int]) -> int:
    """The fewest whole pieces that make any of the rests."""
    within = (1 << max(rests) + 1) - 1
    wanted = sum(1 << rest for rest in rests)
    pieces, sums = 0, 1
    while not sums & wanted:
        step = 0
        for coin in coins:
            step |= sums << coin.whole
        pieces, sums = pieces + 1, step & within
    return pieces


def _best_with(coins: Sequence[Coin], used: int, goal: tuple[int, int, int]) -> tuple[int, ...] | None:
    """The best way with `used` different coins to reach (amount, whole pieces, halves)."""
    ways = []
    for chosen in combinations(range(len(coins)), used):
        halves = _fill([coins[place] for place in chosen], *goal)
        if halves is not None:
            by_place = dict(zip(chosen, halves, strict=True))
            ways.append(tuple(by_place.get(place, 0) for place in range(len(coins))))
    return max(ways, default=None)


def _fill(coins: Sequence[Coin], amount: int, wholes: int, halves: int) -> tuple[int, ...] | None:
    """Most of the first coin, in halves, then of the next, so that all pieces make up the amount."""
    first, later = coins[0], coins[1:]
    if not later:
        worth = wholes * first.whole + halves * (first.half or 0)
        fits = worth == amount and halves <= (first.half is not None)
        return (2 * wholes + halves,) if fits else None
    least, most = later[-1].whole, later[0].whole
    for number in range(min(wholes, amount // first.whole), -1, -1):
        for half in (1, 0) if halves and first.half else (0,):
            left = amount - number * first.whole - half * (first.half or 0)
            others, other_halves = wholes - number, halves - half
            if not others * least <= left <= (others + other_halves) * most:
                continue
            if (rest := _fill(later, left, others, other_halves)) is not None:
                return (2 * number + half, *rest)
    return None
