"""Exact amounts: how they are written, rounded and compared in percent."""

from decimal import Decimal
from fractions import Fraction


def plain(amount: Decimal) -> str:
    """An amount as it travels and is shown: "12.5", "25", never an exponent or a trailing zero."""
    return f"{amount.normalize():f}"


def round_up(amount: Decimal, unit: Decimal) -> Decimal:
    """The smallest multiple of `unit` that is not below `amount`."""
    whole, rest = divmod(amount, unit)
    return (whole + 1 if rest > 0 else whole) * unit


def percent_of(part: Decimal, whole: Decimal) -> Fraction:
    """`part` in percent of `whole`, exact."""
    return Fraction(part) * 100 / Fraction(whole)


def one_decimal(percent: Fraction) -> Decimal:
    """A percentage to one decimal, half to even."""
    return Decimal(round(percent * 10)) / 10
