"""Whom a regimen is checked for, and what is taken: the question of the check."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Pregnancy(StrEnum):
    """Whether the client is pregnant, or may be; `unknown` is never read as "no"."""

    YES = "yes"
    NO = "no"
    POSSIBLE = "possible"
    UNKNOWN = "unknown"


class Sex(StrEnum):
    """The client's sex as far as it bears on doses and limits."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of the client; None is "not known", and is never read as "no".

    `conditions` are ICD-10-CM codes, `allergies` names of medications or classes, `egfr` in mL/min, QTc in ms.
    """

    birth_on: date | None = None
    sex: Sex | None = None
    pregnancy: Pregnancy = Pregnancy.UNKNOWN
    conditions: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    egfr: Decimal | None = None
    qtc_ms: Decimal | None = None

    def birthday(self, age: int) -> date | None:
        """The day on which the client is so many years old; 1 March where that year has no 29 February."""
        if self.birth_on is None or self.birth_on.year + age > date.max.year:
            return None
        try:
            return self.birth_on.replace(year=self.birth_on.year + age)
        except ValueError:
            return date(self.birth_on.year + age, 3, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which one amount is taken: from `first_on` (None: since always) to `last_on` (None: no end known).

    Both days count. `mg_per_day` is the amount on a day on which it is taken (None: not known); `every_days` 2 is
    every other day, counted from `first_on`.
    """

    first_on: date | None
    last_on: date | None
    mg_per_day: Decimal | None = None
    every_days: int = 1


@dataclass(frozen=True, slots=True)
class Taken:
    """One entry of what a client takes: the name as it was written, and its days."""

    name: str
    spans: tuple[Span, ...] = field(default=())
