"""What is due to be measured on the visit page: as on the chart, with the way to do it; weight reviewed in place."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clinic.clients.models import Client
from clinic.monitoring.queries import lines_of_client
from clinic.monitoring.rules.gathering import DueLine
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.visits.models import FollowUpVisit
from clinic.worklist.models import DutyKind, WorkItem
from tests.factories.monitoring import MeasurementFactory
from tests.factories.visits import draft
from tests.monitoring.test_due_pages import DAY, begun
from tests.visits.test_pages import AUTOSAVE, filled, url

pytestmark = pytest.mark.django_db
WORDS = "Diet talked over; the dietitian calls."


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def olanzapine(ada: Client, prescriber: User, now: dt.datetime) -> DosePlan:
    """Begun 60 days ago at 80 kg, now 86 kg; nothing else was ever measured."""
    plan = begun(ada, prescriber, now - 60 * DAY, ingredient="olanzapine")
    for days, kg in ((61, 80), (2, 86)):
        MeasurementFactory(client=ada, kind="weight", value=Decimal(kg), unit="kg", taken_at=now - days * DAY)
    return plan


@pytest.fixture
def visit(ada: Client, prescriber: User, olanzapine: DosePlan, browser: Browser, now: dt.datetime) -> FollowUpVisit:
    browser.force_login(prescriber)
    return draft(ada, prescriber, now)


def gained(client: Client) -> list[DueLine]:
    return [line for line in lines_of_client(client, timezone.now()) if line.is_gain]


def typed(visit: FollowUpVisit, words: str = WORDS, **more: str) -> dict[str, str]:
    [line] = gained(visit.client)
    return filled(visit) | {f"gain:{line.about}": words} | more


def reviews() -> list[str]:
    return [duty.outcome_note for duty in WorkItem.objects.filter(kind=DutyKind.WEIGHT_GAIN, closed_by__isnull=False)]


def test_the_lines_are_those_of_the_chart(browser: Browser, visit: FollowUpVisit, ada: Client) -> None:
    on_the_visit = browser.get(url("visit", visit)).context["page"].due
    on_the_chart = browser.get(ada.get_absolute_url()).context["chart"].due
    assert on_the_visit == on_the_chart
    assert {line.state for line in on_the_visit} >= {"due", "never_done"}


def test_each_line_leads_to_where_it_is_done(browser: Browser, visit: FollowUpVisit, ada: Client) -> None:
    page = browser.get(url("visit", visit))
    assert f'href="/scales/{ada.pk}/?instrument=aims"' in page.text
    line = next(line for line in page.context["page"].due if "a1c" in line.results or "glucose" in line.results)
    address = f"/monitoring/of/{ada.pk}/?enter={line.results}"
    assert f'href="{address}#enter"' in page.text
    form = browser.get(address).context["form"]
    chosen = [kind.value() for kind, _ in form.lines() if kind.value()]
    assert any(choice.startswith("glucose") for choice in chosen)
    assert (
        browser.get(f"/monitoring/of/{ada.pk}/?enter=hla_b1502,weight,nonsense").context["form"]["kind_1"].value()
        is None
    )


def test_weight_is_reviewed_in_place(browser: Browser, visit: FollowUpVisit, ada: Client) -> None:
    [line] = gained(ada)
    answer = browser.post(url("save", visit), typed(visit, review_gain=line.about))
    assert answer.url == f"{url('visit', visit)}#to-measure"
    assert reviews() == [WORDS]
    page = browser.get(url("visit", visit))
    assert "Weight reviewed." in page.text
    assert not any(line.is_gain for line in page.context["page"].due)
    assert "Sleeps better." in page.text


def test_a_review_without_words_is_refused(browser: Browser, visit: FollowUpVisit, ada: Client) -> None:
    [line] = gained(ada)
    page = browser.post(url("save", visit), typed(visit, " ", review_gain=line.about), follow=True)
    assert "Weight: This field is required." in page.text
    assert reviews() == []


@pytest.mark.parametrize("where", ["save", "sign"])
def test_a_review_that_is_too_long_stays_in_its_place_and_the_note_is_saved(
    browser: Browser, visit: FollowUpVisit, where: str
) -> None:
    assert 'maxlength="500"' not in browser.get(url("visit", visit)).text
    answer = browser.post(url(where, visit), typed(visit, "w" * 501))
    assert answer.status_code == 422
    assert f">{'w' * 501}</textarea>" in answer.text
    assert answer.text.count("at most 500 characters (it has 501)") == 2
    assert reviews() == []
    visit.refresh_from_db()
    assert (visit.subjective, visit.is_signed) == ("Sleeps better.", False)


def test_words_that_were_typed_go_with_any_button_but_not_by_themselves(browser: Browser, visit: FollowUpVisit) -> None:
    sent = typed(visit)
    assert browser.post(url("save", visit), sent, headers=AUTOSAVE).status_code == 200
    assert reviews() == []
    browser.post(url("save", visit), filled(visit) | {name: sent[name] for name in sent if name.startswith("gain:")})
    assert reviews() == [WORDS]


def test_what_was_reviewed_meanwhile_gives_the_words_back(browser: Browser, visit: FollowUpVisit) -> None:
    sent = typed(visit)
    browser.post(url("save", visit), sent)
    other = {name: "Other words" for name in sent if name.startswith("gain:")}
    page = browser.post(url("save", visit), filled(visit) | other, follow=True)
    assert "There is nothing to review any more" in page.text
    assert "You wrote: “Other words”" in page.text
    assert reviews() == [WORDS]
