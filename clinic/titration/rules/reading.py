"""Reading one object of an order, field by field: what is unknown, missing or wrong names its path."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from clinic.core.rules import RuleBroken

LONGEST_PLAN_DAYS = 3660
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
AMOUNT = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?")

Choice = TypeVar("Choice", bound=StrEnum)


class BadOrder(RuleBroken):
    """An order that makes no plan; `field` is the path of what is wrong, such as "steps[1].days"."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, field=field)


class Fields:
    """One JSON object; a field that is null counts as left out. Every refusal is a BadOrder with its path."""

    def __init__(self, raw: object, path: str, known: frozenset[str]) -> None:
        if not isinstance(raw, Mapping):
            raise BadOrder(path, "Give an object with fields here.")
        self._raw: Mapping[Any, Any] = raw
        self._path = path
        for name in raw:
            if name not in known:
                raise BadOrder(self.path(name), f"“{name}” is not known here.")

    def path(self, name: object) -> str:
        """The full path of a field of this object."""
        return f"{self._path}.{name}" if self._path else str(name)

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return self._raw.get(name) is not None

    def names(self, name: str) -> bool:
        """Whether the field is named at all, be it as null."""
        return name in self._raw

    def needed(self, name: str) -> Any:
        """The field's value as it stands; refused when it is missing."""
        if not self.has(name):
            raise BadOrder(self.path(name), "This is missing.")
        return self._raw[name]

    def text(self, name: str) -> str:
        """A text, empty when left out."""
        value = self.needed(name) if self.has(name) else ""
        if not isinstance(value, str):
            raise BadOrder(self.path(name), "Give a text.")
        return value

    def truth(self, name: str) -> bool:
        """True or false; false when left out."""
        value = self.needed(name) if self.has(name) else False
        if not isinstance(value, bool):
            raise BadOrder(self.path(name), "Give true or false.")
        return value

    def items(self, name: str) -> list[tuple[str, Any]]:
        """The entries of a list that may not be empty, each with its path."""
        value = self.needed(name)
        if not isinstance(value, list | tuple):
            raise BadOrder(self.path(name), "Give a list here.")
        if not value:
            raise BadOrder(self.path(name), "Give at least one.")
        return [(f"{self.path(name)}[{place}]", entry) for place, entry in enumerate(value)]

    def amount(self, name: str, *, zero_allowed: bool = False) -> Decimal:
        """A positive amount."""
        return read_amount(self.needed(name), self.path(name), zero_allowed=zero_allowed)

    def amount_if_any(self, name: str) -> Decimal | None:
        """A positive amount, None when left out."""
        return self.amount(name) if self.has(name) else None

    def whole(self, name: str, *, least: int = 1) -> int:
        """A whole number of days."""
        value = self.needed(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadOrder(self.path(name), "Give a whole number of days.")
        if value < least:
            raise BadOrder(self.path(name), f"Give {least} or more.")
        return value

    def whole_if_any(self, name: str) -> int | None:
        """A whole number of days of 1 or more, None when left out."""
        return self.whole(name) if self.has(name) else None

    def day(self, name: str) -> date:
        """A day written as 2026-03-02."""
        value = self.needed(name)
        if isinstance(value, str) and DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise BadOrder(self.path(name), "Give a day as year-month-day, such as 2026-03-02.")

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        """One of the words of an enumeration."""
        return read_choice(self.needed(name), self.path(name), choices)


def read_amount(value: object, path: str, *, zero_allowed: bool = False) -> Decimal:
    """An exact positive amount: a decimal text such as "12.5" or a whole number, never a binary fraction."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    text = str(value) if is_whole else value
    if not isinstance(text, str) or not AMOUNT.fullmatch(text):
        raise BadOrder(path, 'Give an amount as a decimal number in quotes, such as "12.5".')
    amount = Decimal(text)
    if not amount and not zero_allowed:
        raise BadOrder(path, "The amount must be more than 0.")
    return amount


def read_choice(value: object, path: str, choices: type[Choice]) -> Choice:
    """One of the words of an enumeration; the refusal lists them."""
    for choice in choices:
        if choice.value == value:
            return choice
    raise BadOrder(path, f"Give one of: {', '.join(choices)}.")
