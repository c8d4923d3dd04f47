"""What is wanted, once read and found sound: all that a plan is computed from, in days and exact amounts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from clinic.titration.rules.units import Shelf


class Time(StrEnum):
    """When in a day a dose is taken, in the order of the day."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"
    BEDTIME = "bedtime"


class TaperMethod(StrEnum):
    """How large the next cut is: mg each time, percent of the first dose, or percent of the dose before."""

    LINEAR = "linear"
    PERCENT_OF_START = "percent_of_start"
    PERCENT_OF_CURRENT = "percent_of_current"


class Action(StrEnum):
    """How a running plan may be changed."""

    PAUSE = "pause"
    BACK_ONE_STEP = "back_one_step"
    STOP = "stop"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers that findings are judged by; None where there is none. Sources belong to who gives them."""

    max_mg_per_day: Decimal | None = None
    max_step_mg: Decimal | None = None
    min_step_interval_days: int | None = None
    warn_reduction_percent: Decimal | None = None
    max_reduction_percent: Decimal | None = None
    reduction_window_days: int | None = None


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """A step as written: amounts by time (0 left out), on every n-th day, for `days` or open-ended (None)."""

    doses: tuple[tuple[Time, Decimal], ...]
    every_days: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Titration:
    """From one daily amount up to another, `step_mg` every `interval_days`."""

    from_mg: Decimal
    to_mg: Decimal
    step_mg: Decimal
    interval_days: int
    times: tuple[Time, ...]


@dataclass(frozen=True, slots=True)
class Taper:
    """From one daily amount down to another; `amount` is mg or percent, as the method says."""

    from_mg: Decimal
    to_mg: Decimal
    method: TaperMethod
    amount: Decimal
    interval_days: int
    unit_mg: Decimal
    times: tuple[Time, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change to the running plan from the day `on`; `days` is how long a pause or a slowed step lasts."""

    on: date
    action: Action
    days: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What a prescriber wants: products, limits, and steps, a titration or a taper, with later changes."""

    id: str
    start_on: date
    horizon_days: int
    shelf: Shelf
    limits: Limits
    regimen: tuple[WrittenStep, ...] | Titration | Taper
    changes: tuple[Change, ...]
