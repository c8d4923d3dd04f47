"""Weight gained on an antipsychotic: when it asks, of whom, and how a person ends it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.monitoring import queries, services
from clinic.monitoring.models import Measurement
from clinic.monitoring.rules.gain import Weighed, gain_since
from clinic.monitoring.rules.gathering import DueLine
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.worklist.models import DutyKind, Outcome, WorkItem
from clinic.worklist.services import close_item
from tests.factories.monitoring import MeasurementFactory
from tests.monitoring.test_due_pages import DAY, begun, text

pytestmark = pytest.mark.django_db
BEGAN = dt.date(2026, 1, 5)


def weighed(*days_and_kg: tuple[int, str]) -> list[Weighed]:
    return [Weighed(BEGAN + days * DAY, Decimal(kg)) for days, kg in days_and_kg]


@pytest.mark.parametrize(
    ("weights", "today", "percent"),
    [
        ([], 60, None),
        ([(0, "80")], 60, None),
        ([(-90, "70"), (-3, "80"), (56, "84")], 60, "5"),
        ([(-3, "80"), (0, "81"), (56, "89.1")], 60, "10"),
        ([(14, "80"), (56, "76")], 60, "-5"),
        ([(-9, "80"), (-3, "90")], 60, None),
        ([(-3, "80"), (56, "90")], 40, None),
        ([(-3, "80"), (56, "90")], -1, None),
    ],
    ids=["never", "once", "exactly", "last before the start", "none before", "both before", "later", "not begun"],
)
def test_gain_is_counted_from_the_start(weights: list[tuple[int, str]], today: int, percent: str | None) -> None:
    gain = gain_since(weighed(*weights), BEGAN, BEGAN + today * DAY)
    assert (gain.percent if gain else None) == (Decimal(percent) if percent else None)


def test_gain_in_words() -> None:
    gain = gain_since(weighed((0, "80"), (56, "86")), BEGAN, BEGAN + 60 * DAY)
    assert gain is not None
    assert gain.words == "Weight gain of 7.5 %: 80.0 kg on Jan 5, 2026, 86.0 kg on Mar 2, 2026"
    assert (gain.times(5), gain.times(10)) == (1, 0)


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def olanzapine(ada: Client, prescriber: User, now: dt.datetime) -> DosePlan:
    """Begun 60 days ago at 80 kg."""
    plan = begun(ada, prescriber, now - 60 * DAY, ingredient="olanzapine")
    weigh(ada, now - 61 * DAY, "80")
    return plan


def weigh(client: Client, at: dt.datetime, kg: str, unit: str = "kg") -> Measurement:
    return MeasurementFactory(client=client, kind="weight", value=Decimal(kg), unit=unit, taken_at=at)


def gained(client: Client, now: dt.datetime) -> list[DueLine]:
    return [line for line in queries.lines_of_client(client, now) if line.is_gain]


def review(line: DueLine, by: User, words: str = "Diet talked over; metformin next time") -> WorkItem:
    client_id = DosePlan.objects.get(pk=line.dose_plan_id).client_id
    return services.review_gain(client_id=client_id, about=line.about, words=words, by=by, now=timezone.now())


def test_five_percent_asks_and_less_does_not(olanzapine: DosePlan, ada: Client, now: dt.datetime) -> None:
    weigh(ada, now - 10 * DAY, "83.9")
    assert gained(ada, now) == []
    weigh(ada, now - 2 * DAY, "185.2", "[lb_av]")
    [line] = gained(ada, now)
    assert line.measured.startswith("Weight gain of 5.0 %: 80.0 kg on")
    assert "omicsonline" not in line.why


def test_what_cannot_be_read_and_other_medications_do_not_ask(
    olanzapine: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    weigh(ada, now - 2 * DAY, "90", "stone")
    assert gained(ada, now) == []
    weigh(ada, now - DAY, "90")
    DosePlan.objects.filter(pk=olanzapine.pk).update(medication=begun(ada, prescriber, now).medication)
    assert gained(ada, now) == []


def test_a_review_ends_it_until_as_much_more_is_gained(
    olanzapine: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    weigh(ada, now - 9 * DAY, "85")
    [line] = gained(ada, now)
    made = review(line, prescriber)
    assert (made.outcome, made.kind, made.closed_by) == (Outcome.DONE, DutyKind.WEIGHT_GAIN, prescriber)
    assert review(line, prescriber) == made
    weigh(ada, now - 5 * DAY, "87.9")
    assert gained(ada, now) == []
    weigh(ada, now - 2 * DAY, "88")
    assert len(gained(ada, now)) == 1


def test_a_review_says_something_and_only_once(
    olanzapine: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    weigh(ada, now - 9 * DAY, "85")
    [line] = gained(ada, now)
    with pytest.raises(RuleBroken, match="Say what was looked at"):
        review(line, prescriber, "  ")
    review(line, prescriber)
    with pytest.raises(RuleBroken, match="nothing to review any more"):
        review(line, prescriber, "Other words")


def test_the_board_has_it_for_prescribers_and_wants_a_word(
    browser: Browser, olanzapine: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    weigh(ada, now - 9 * DAY, "85")
    services.look_at_due(now=now)
    duty = WorkItem.objects.get(kind=DutyKind.WEIGHT_GAIN)
    assert (duty.owner_role, duty.reason[:22]) == ("prescriber", "Weight gain of 6.3 %: ")
    with pytest.raises(RuleBroken, match="Say what was looked at"):
        close_item(item_id=duty.pk, outcome=Outcome.DONE, by=prescriber, now=now)
    row = text(browser, prescriber, "/worklist/")
    assert "Review<span" in row
    assert 'name="outcome"' not in row
    close_item(item_id=duty.pk, outcome=Outcome.DONE, note="Looked at", by=prescriber, now=now)
    assert gained(ada, now) == []


def test_chart_and_trends_lead_to_the_review(
    browser: Browser, olanzapine: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    weigh(ada, now - 9 * DAY, "85")
    page = f"/monitoring/of/{ada.pk}/trends/"
    assert page in text(browser, prescriber, f"/chart/{ada.pk}/")
    assert "Weight gain of 6.3 %" in text(browser, prescriber, f"/chart/{ada.pk}/")
    [line] = gained(ada, now)
    address = f"/monitoring/of/{ada.pk}/review-gain/"
    assert browser.get(address).headers["Location"] == page
    refused = browser.post(address, {"about": line.about, "words": " "})
    assert refused.status_code == 422
    done = browser.post(address, {"about": line.about, "words": "Diet talked over"}, follow=True)
    assert "Diet talked over" in done.content.decode()
    late = browser.post(address, {"about": line.about, "words": "Twice"})
    assert "nothing to review any more" in late.content.decode()


def test_who_does_not_prescribe_reads_and_does_not_review(
    browser: Browser, olanzapine: DosePlan, ada: Client, coordinator: User, now: dt.datetime
) -> None:
    weigh(ada, now - 9 * DAY, "85")
    assert "A prescriber reviews it." in text(browser, coordinator, f"/monitoring/of/{ada.pk}/trends/")
