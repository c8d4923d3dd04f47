"""Where what is due is seen: the chart, the results, before a signature, and with a refill."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.clients.models import Client
from clinic.monitoring import queries, services
from clinic.monitoring.rules import Given, State
from clinic.plans.models import TreatmentPlan
from clinic.staff.models import User
from clinic.titration import facts
from clinic.titration import queries as titration
from clinic.titration.models import DosePlan
from clinic.worklist.models import Outcome, WorkItem
from tests.factories.clients import ClientFactory
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.titration import TABLETS, refill_asked, started
from tests.factories.worklist import WorkItemFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
STEADY = {"products": TABLETS, "steps": [{"doses": {"morning": "100"}}]}


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def lithium(ada: Client, prescriber: User, now: dt.datetime) -> DosePlan:
    """Begun nine days ago at 100 mg a day."""
    return begun(ada, prescriber, now - 9 * DAY)


def begun(client: Client, by: User, at: dt.datetime, ingredient: str = "lithium") -> DosePlan:
    if not TreatmentPlan.objects.filter(client=client).exists():
        SignedPlanFactory(client=client, written_by=by)
    medication = MedicationFactory(name=f"{ingredient} carbonate", ingredient=ingredient)
    ProductFactory(medication=medication)
    order = STEADY | {"start_on": timezone.localdate(at).isoformat()}
    return started(client, medication, by, at, order)


def enter(client: Client, by: User, at: dt.datetime, kind: str, value: str, unit: str) -> None:
    given = Given(kind, Decimal(value), unit)
    services.record_results(client_id=client.pk, results=[given], taken_at=at, by=by, now=timezone.now())


def text(browser: Browser, user: User, address: str) -> str:
    browser.force_login(user)
    return " ".join(browser.get(address).content.decode().split())


def states(client: Client, now: dt.datetime) -> dict[str, State]:
    return {item.protocol.key: item.state for item in queries.due_of_client(client.pk, now)}


def test_what_is_due_is_computed_from_plan_and_results(
    lithium: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    assert states(ada, now)["lithium_level_change"] is State.OVERDUE
    assert states(ada, now)["lithium_kidney_before"] is State.NEVER_DONE
    enter(ada, prescriber, now - 3 * DAY, "lithium", "0.7", "mmol/L")
    enter(ada, prescriber, now - 3 * DAY, "egfr", "45", "mL/min/1.73 m²")
    assert states(ada, now)["lithium_level_change"] is State.DONE
    assert states(ada, now)["lithium_kidney_low"] is State.NOT_YET


def test_the_chart_tells_it_in_the_statement_it_has(
    browser: Browser, lithium: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    page = text(browser, prescriber, f"/chart/{ada.pk}/")
    assert "<strong>Lithium level</strong>, since" in page
    assert "<strong>Calcium, eGFR or creatinine, sodium, TSH</strong>, was due before" in page
    assert "not yet reviewed by the medical director" in page
    with CaptureQueriesContext(connection) as with_plan:
        browser.get(f"/chart/{ada.pk}/")
    enter(ada, prescriber, now - 3 * DAY, "lithium", "0.7", "mmol/L")
    enter(ada, prescriber, now - 3 * DAY, "egfr", "45", "mL/min/1.73 m²")
    with CaptureQueriesContext(connection) as with_results:
        page = browser.get(f"/chart/{ada.pk}/").content.decode()
    assert len(with_results) == len(with_plan)
    assert "<strong>Lithium level</strong>, since" not in " ".join(page.split())


def test_chart_and_results_tell_the_same(browser: Browser, lithium: DosePlan, ada: Client, prescriber: User) -> None:
    lines = queries.lines_of_client(ada, timezone.now())
    assert [line.label for line in lines] == ["Overdue", "Never done"]
    for address in (f"/chart/{ada.pk}/", f"/monitoring/of/{ada.pk}/"):
        page = text(browser, prescriber, address)
        assert all(f"<strong>{line.measured}</strong>, {line.when}" in page for line in lines)


def test_the_list_leads_on_to_what_can_be_done(
    browser: Browser, lithium: DosePlan, ada: Client, prescriber: User
) -> None:
    page = text(browser, prescriber, "/monitoring/due/")
    assert f"/monitoring/of/{ada.pk}/?enter=lithium#enter" in page
    assert f"/monitoring/of/{ada.pk}/order/" in page


def test_nothing_due_says_so(browser: Browser, ada: Client, prescriber: User) -> None:
    assert "Nothing now or in the next two weeks." in text(browser, prescriber, f"/monitoring/of/{ada.pk}/")


def test_a_change_warns_of_a_level_that_is_overdue(
    browser: Browser, lithium: DosePlan, ada: Client, prescriber: User
) -> None:
    page = text(browser, prescriber, f"/dose-plans/{lithium.pk}/change/")
    assert "Lithium level: overdue, since" in page


def test_a_start_warns_of_what_was_never_measured(
    browser: Browser, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    SignedPlanFactory(client=ada, written_by=prescriber)
    clozapine = ProductFactory(medication__name="clozapine", medication__ingredient="clozapine").medication
    told = facts.due_before(ada, clozapine, now)
    assert any("neutrophils (ANC)" in words for words in told)
    assert facts.due_before(ada, MedicationFactory(ingredient="sertraline"), now) == []
    page = text(browser, prescriber, f"/dose-plans/of/{ada.pk}/start/?medication={clozapine.pk}")
    assert "neutrophils (ANC)" in page


def test_a_refill_is_judged_with_it(lithium: DosePlan, prescriber: User, now: dt.datetime) -> None:
    judgement, _ = titration.judged(refill_asked(lithium, prescriber, now), prescriber, now)
    assert "overdue_monitoring" in {remark.code for remark in judgement.warnings}


def test_what_a_person_settled_is_told_no_more(
    lithium: DosePlan, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    [item] = [one for one in queries.due_of_client(ada.pk, now) if one.state is State.OVERDUE]
    closed = {"outcome": Outcome.NO_LONGER_NEEDED, "closed_at": now, "closed_by": prescriber}
    WorkItemFactory(client=ada, about=item.about, **closed)
    assert states(ada, now)["lithium_level_change"] is State.DONE
    WorkItem.objects.update(closed_by=None)
    assert states(ada, now)["lithium_level_change"] is State.OVERDUE


def test_of_another_client_nothing_is_told(lithium: DosePlan, now: dt.datetime) -> None:
    assert queries.due_of_client(ClientFactory().pk, now) == []
