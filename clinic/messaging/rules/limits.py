"""How many text messages one number gets."""

from collections.abc import Collection
from datetime import date, timedelta

# The clinic's own promise, no law's number: nobody is to feel pursued.
A_DAY = 1
A_WEEK = 3
WEEK = timedelta(days=7)


def is_full(on: date, counted: Collection[date]) -> bool:
    """Whether a number got one message on a day already, or three in the seven days that end with it."""
    in_week = [day for day in counted if on - WEEK < day <= on]
    return len([day for day in in_week if day == on]) >= A_DAY or len(in_week) >= A_WEEK


def next_day(on: date, counted: Collection[date]) -> date:
    """The first day from `on` on which a number may get one more message."""
    while is_full(on, counted):
        on += timedelta(days=1)
    return on
