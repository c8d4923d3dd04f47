"""R08 in small: every zone, a few plans each; the full run is `python -m tests.faults.zones`."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

import pytest

from clinic.messaging import rules
from tests.faults.zones import all_zones, mismatches, plans


def test_plans_in_many_zones_leave_when_the_oracle_says() -> None:
    seed = random.randrange(10**6)
    names = [*random.Random(seed).sample(all_zones(), 40), "America/Denver", "Australia/Lord_Howe", "America/Nuuk"]
    count, found = mismatches(list(plans(60, seed)), names)
    assert found == [], f"seed {seed}"
    assert count == 43 * 60


def test_a_clock_that_forgets_summer_time_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def winter_always(on: dt.date, at: dt.time, zone: ZoneInfo) -> dt.datetime:
        return dt.datetime.combine(on, at).replace(tzinfo=dt.timezone(dt.timedelta(hours=-7))).astimezone(dt.UTC)

    monkeypatch.setattr(rules, "due_at", winter_always)
    summer = [dt.datetime.combine(dt.date(2027, 7, 4), dt.time(10))]
    assert mismatches(summer, ["America/Denver"])[1]
    assert not mismatches([dt.datetime.combine(dt.date(2027, 1, 4), dt.time(10))], ["America/Denver"])[1]
