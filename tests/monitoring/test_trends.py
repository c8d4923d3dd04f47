"""Results over time: the pictures, the tables that say the same, and the page."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.clients.models import Client
from clinic.monitoring.rules.drawing import draw
from clinic.monitoring.rules.ranges import RANGES
from clinic.monitoring.rules.results import KINDS
from clinic.monitoring.rules.trends import BOTTOM, LEFT, RIGHT, TOP, Reading, Trend, body_mass, trends_of
from clinic.staff.models import User
from tests.factories.monitoring import MeasurementFactory
from tests.monitoring.test_due_pages import DAY, begun, text

MARCH_2 = dt.date(2026, 3, 2)


def readings(*values: str, every: int = 10) -> list[Reading]:
    return [Reading(MARCH_2 + number * every * DAY, Decimal(value)) for number, value in enumerate(values)]


def only(trends: list[Trend]) -> Trend:
    [trend] = trends
    return trend


def test_points_lie_by_day_and_value() -> None:
    trend = only(trends_of({"weight": readings("80", "84", "82")}, [(MARCH_2 + 10 * DAY, "Olanzapine")]))
    assert trend.picture is not None
    [line] = trend.picture.lines
    middle = (LEFT + RIGHT) / 2
    assert [(dot.x, dot.y) for dot in line.dots] == [
        (LEFT, BOTTOM), (middle, TOP), (RIGHT, (BOTTOM + TOP) / 2),
    ]  # fmt: skip
    assert trend.picture.began == ((middle, "Olanzapine"),)
    assert [level.words for level in trend.picture.sides] == ["80", "84"]
    assert trend.rows[0] == (MARCH_2 + 20 * DAY, ("82\N{NO-BREAK SPACE}kg",))


def test_one_reading_is_told_and_not_drawn() -> None:
    trend = only(trends_of({"tsh": readings("2.1")}, []))
    assert (trend.picture, trend.newest) == (None, "2.1\N{NO-BREAK SPACE}mIU/L")


def test_found_or_not_found_is_told_and_not_drawn() -> None:
    trend = only(trends_of({"hla_b1502": readings("0", "1")}, []))
    assert (trend.picture, trend.newest) == (None, "found")


def test_the_same_value_twice_is_a_flat_line() -> None:
    trend = only(trends_of({"tsh": readings("0", "0")}, []))
    assert trend.picture is not None
    assert [level.words for level in trend.picture.sides] == ["0"]
    assert {dot.y for dot in trend.picture.lines[0].dots} == {BOTTOM}


def test_both_numbers_of_a_blood_pressure_stand_in_one_picture() -> None:
    found = trends_of({"systolic": readings("120", "130"), "diastolic": readings("80", "85")}, [])
    assert [trend.title for trend in found] == ["Blood pressure"]
    assert found[0].newest == "130/85\N{NO-BREAK SPACE}mmHg"
    assert found[0].picture is not None
    assert len(found[0].picture.lines) == 2
    alone = only(trends_of({"systolic": readings("120", "130")}, []))
    assert alone.picture is not None
    assert len(alone.picture.lines) == 1
    assert alone.rows[0].values == ("130\N{NO-BREAK SPACE}mmHg", "")


@pytest.mark.parametrize(
    ("heights", "expected"),
    [([], []), ([(30, "200")], ["20.0", "22.5"]), ([(0, "200"), (5, "150")], ["20.0", "40.0"])],
)
def test_body_mass_takes_the_height_of_its_time(heights: list[tuple[int, str]], expected: list[str]) -> None:
    tall = [Reading(MARCH_2 + days * DAY, Decimal(cm)) for days, cm in heights]
    assert [str(one.value) for one in body_mass(readings("80", "90"), tall)] == expected
    found = trends_of({"weight": readings("80", "90"), "height": tall}, [])
    assert [trend.code for trend in found] == (["weight", "bmi"] if heights else ["weight"])


def test_the_range_of_a_source_is_drawn_and_named() -> None:
    trend = only(trends_of({"valproate": readings("60", "70")}, []))
    assert trend.picture is not None
    assert trend.picture.band == (TOP, BOTTOM)
    assert trend.range_words == "50 to 125, trough (simpleandpractical)"
    assert RANGES["lithium"].words.endswith("not yet reviewed by the medical director)")
    assert RANGES.keys() <= KINDS.keys()
    assert {one.status for one in RANGES.values()} <= {"V", "V2"}


def test_the_picture_escapes_words_and_tells_itself() -> None:
    trend = only(trends_of({"weight": readings("80", "84")}, [(MARCH_2, "<b>")]))
    assert trend.picture is not None
    drawn = draw(trend.picture)
    assert "&lt;b&gt; began" in drawn
    assert 'aria-label="Weight from Mar 2, 2026 to Mar 12, 2026: Weight, 2 results, the last 84.' in drawn
    both = trends_of({"systolic": readings("120", "130"), "diastolic": readings("80", "85")}, [])[0]
    assert both.picture is not None
    assert "trend-1" in draw(both.picture)
    banded = only(trends_of({"valproate": readings("60", "70")}, []))
    assert banded.picture is not None
    assert "trend-band" in draw(banded.picture)


@pytest.mark.django_db
def test_the_page_tells_what_stands(browser: Browser, ada: Client, prescriber: User) -> None:
    now = timezone.now()
    begun(ada, prescriber, now - 9 * DAY, ingredient="olanzapine")
    begun(ada, prescriber, now - 9 * DAY)
    for days, kg in ((20, "80"), (3, "81"), (3, "82")):
        MeasurementFactory(client=ada, value=Decimal(kg), taken_at=now - days * DAY)
    MeasurementFactory(client=ada, value=Decimal(99), unit="stone", taken_at=now)
    MeasurementFactory(client=ada, value=Decimal(98), taken_at=now - 2000 * DAY)
    withdrawn = {"withdrawn_at": now, "withdrawn_by": prescriber, "withdrawn_because": "typed_wrong"}
    MeasurementFactory(client=ada, value=Decimal(97), taken_at=now, **withdrawn)
    address = f"/monitoring/of/{ada.pk}/trends/"
    page = text(browser, prescriber, address)
    assert "82 kg" in page
    assert "Olanzapine carbonate began" in page
    assert not [kg for kg in ("81", "97", "98", "99") if f"{kg} kg" in page]
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    for days in range(40):
        MeasurementFactory(client=ada, kind="tsh", unit="mIU/L", value=Decimal(2), taken_at=now - days * DAY)
    with CaptureQueriesContext(connection) as many:
        browser.get(address)
    assert len(many) == len(few) <= 20


@pytest.mark.django_db
def test_nothing_measured_says_what_to_do(browser: Browser, ada: Client, prescriber: User) -> None:
    assert "Nothing was measured yet" in text(browser, prescriber, f"/monitoring/of/{ada.pk}/trends/")
