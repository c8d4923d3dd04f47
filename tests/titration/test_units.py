"""Which units make an amount: halves, pieces, products, strengths, in this order; solids before solutions."""

import time
from itertools import product as every_combination

import pytest

from clinic.titration.rules import BadOrder
from clinic.titration.rules.coins import Coin, closest_sums, fewest_pieces
from tests.titration.orders import solution, tablets, taken

BUSPIRONE = tablets("5", "7.5", "10", "15", "30", scored=True)


@pytest.mark.parametrize(
    ("products", "mg", "units"),
    [
        ([tablets("25", "100")], "75", ["3 tablet 25"]),
        ([tablets("25", scored=True)], "12.5", ["0.5 tablet 25"]),
        ([tablets("2", "5", scored=True)], "3", ["1.5 tablet 2"]),
        ([BUSPIRONE], "12.5", ["1 tablet 7.5", "1 tablet 5"]),
        ([tablets("10", "20", "30")], "40", ["2 tablet 20"]),
        ([tablets("10", "20", "40", "50")], "60", ["1 tablet 50", "1 tablet 10"]),
        ([tablets("1", "3", "4")], "6", ["2 tablet 3"]),
        ([tablets("10", form="capsule"), tablets("20")], "30", ["1 tablet 20", "1 capsule 10"]),
    ],
)
def test_the_best_units_are_chosen(products: list[dict[str, object]], mg: str, units: list[str]) -> None:
    assert taken(*products, mg=mg) == units


def test_no_half_is_used_where_whole_pieces_do_even_if_they_are_many() -> None:
    assert taken(tablets("10", "25", scored=True), tablets("1"), mg="5") == ["5 tablet 1"]


@pytest.mark.parametrize(
    ("form", "release"), [("capsule", "IR"), ("tablet", "ER"), ("tablet", "DR"), ("tablet", "ODT")]
)
def test_what_is_no_plain_tablet_is_never_halved(form: str, release: str) -> None:
    assert taken(tablets("10", scored=True, form=form, release=release), mg="5") == []


def test_a_solution_is_used_only_where_no_solids_make_the_amount() -> None:
    products = (solution("20", "0.125"), tablets("25", "50", scored=True))

    assert taken(*products, mg="37.5") == ["1.5 tablet 25"]
    assert taken(*products, mg="30") == ["1.5 solution 20"]
    assert taken(*products, mg="31") == []


def test_the_stronger_solution_comes_first_and_the_other_measures_what_it_cannot() -> None:
    products = (solution("1", "0.5"), solution("20", "0.5"))

    assert taken(*products, mg="10") == ["0.5 solution 20"]
    assert taken(*products, mg="0.5") == ["0.5 solution 1"]


def test_a_strength_listed_twice_is_one() -> None:
    assert taken(tablets("10", "10", scored=True), tablets("10"), mg="25") == ["2.5 tablet 10"]
    assert taken(tablets("10"), tablets("10", scored=True), mg="25") == ["2.5 tablet 10"]


COINS = [Coin(20, 10), Coin(15, None), Coin(8, 4), Coin(6, None)]


def by_trying_all(amount: int) -> tuple[int, ...] | None:
    """The best way to make an amount, found by looking at every way."""
    most = [range(2 * amount // coin.whole + 2) for coin in COINS]
    ways = [
        halves
        for halves in every_combination(*most)
        if sum(
            number // 2 * coin.whole + number % 2 * (coin.half or 1000)
            for number, coin in zip(halves, COINS, strict=True)
        )
        == amount
    ]

    def badness(halves: tuple[int, ...]) -> tuple[int, int, int, tuple[int, ...]]:
        odd = sum(number % 2 for number in halves)
        pieces = sum(number // 2 for number in halves) + odd
        return odd, pieces, sum(number > 0 for number in halves), tuple(-number for number in halves)

    return min(ways, key=badness, default=None)


def test_the_search_finds_what_trying_all_finds() -> None:
    assert [fewest_pieces(COINS, amount) for amount in range(1, 55)] == [
        by_trying_all(amount) for amount in range(1, 55)
    ]


def test_the_nearest_amounts_are_those_that_can_be_made() -> None:
    makeable = [amount for amount in range(1, 60) if fewest_pieces(COINS, amount)]
    for amount in set(range(1, 40)) - set(makeable):
        lower, upper = closest_sums(COINS, amount)
        assert lower == max((sum_ for sum_ in makeable if sum_ < amount), default=0)
        assert upper == min(sum_ for sum_ in makeable if sum_ > amount)


def test_eight_awkward_strengths_and_a_huge_amount_are_found_at_once() -> None:
    coins = [Coin(worth, None) for worth in (997, 991, 983, 977, 971, 967, 953, 947)]
    began = time.process_time()
    found = fewest_pieces(coins, 9_000_001)

    assert time.process_time() - began < 2
    assert found is not None
    assert sum(halves // 2 * coin.whole for halves, coin in zip(found, coins, strict=True)) == 9_000_001


def test_strengths_too_fine_for_the_amount_are_refused() -> None:
    with pytest.raises(BadOrder, match="too fine") as refused:
        taken(tablets("0.001", "999.999"), mg="9999999")

    assert refused.value.field == "products"
