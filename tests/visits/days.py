"""The days of these tests, in Denver."""

import datetime as dt

START = dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 12, 17, 0, tzinfo=dt.UTC)  # a Thursday; 50 mg since Monday
TOMORROW = dt.date(2026, 3, 13)
MONDAY = dt.date(2026, 3, 16)  # 75 mg by plan
