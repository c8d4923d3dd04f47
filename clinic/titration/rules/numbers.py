"""Exact amounts: how they are written, rounded and compared in percent."""

from decimal import Decimal


def plain(amount: Decimal) -> str:
    """An amount as it travels and is shown: "12.5", "25", never an exponent or a trailing zero."""
    return f"{amount.normalize():f}"


def round_up(amount: Decimal, unit: Decimal) -> Decimal:
    """The smallest multiple of `unit` that is not below `amount`."""
    whole, rest = divmod(amount, unit)
    return (whole + 1 if rest > 0 else whole) * unit


def percent_of(part: Decimal, whole: Decimal) -> Decimal:
    """`part` in percent of `whole`, to one decimal, half to even."""
    tenths, rest = divmod(abs(part) * 1000, whole)
    if 2 * rest > whole or (2 * rest == whole and tenths % 2):
        tenths += 1
    return (tenths / 10).copy_sign(part) if tenths else Decimal(0)


def is_over_percent(part: Decimal, whole: Decimal, limit_percent: Decimal) -> bool:
    """Whether `part` is more than so many percent of `whole`, exactly."""
    return part * 100 > limit_percent * whole
