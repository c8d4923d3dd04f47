"""The medical director uses a protocol or switches it off: what is due follows at the next look."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.http import Http404
from django.test import Client as Browser
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.monitoring import queries, services
from clinic.monitoring.models import ProtocolDecision
from clinic.monitoring.rules.protocols import protocols_for, read_protocols
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import facts
from tests.factories.staff import UserFactory
from tests.monitoring.test_before_start import carbamazepine  # noqa: F401 - a medication that asks for a test
from tests.monitoring.test_due_pages import DAY, begun, text

pytestmark = pytest.mark.django_db
LEVEL = "lithium_level_change"


@pytest.fixture
def medical_director() -> User:
    user: User = UserFactory(acting_role=Role.PRESCRIBER, is_medical_director=True)
    return user


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


def decide(by: User, key: str, *, is_used: bool, note: str = "Read in the label, June 2025") -> ProtocolDecision:
    return services.decide_protocol(key=key, is_used=is_used, note=note, by=by, now=timezone.now())


def keys(client: Client, now: dt.datetime) -> set[str]:
    return {item.protocol.key for item in queries.due_of_client(client.pk, now)}


def test_one_switched_off_asks_nothing_on_list_and_chart(
    browser: Browser, ada: Client, prescriber: User, now: dt.datetime
) -> None:
    begun(ada, prescriber, now - 9 * DAY)
    assert LEVEL in keys(ada, now)
    assert "<strong>Lithium level</strong>" in text(browser, prescriber, f"/chart/{ada.pk}/")
    decide(prescriber, LEVEL, is_used=False)
    assert LEVEL not in keys(ada, now)
    assert "<strong>Lithium level</strong>, since" not in text(browser, prescriber, f"/chart/{ada.pk}/")
    decide(prescriber, LEVEL, is_used=True)
    assert LEVEL in keys(ada, now)


def test_an_unverified_one_that_is_used_asks_and_counts_as_reviewed(
    ada: Client, prescriber: User, now: dt.datetime
) -> None:
    begun(ada, prescriber, now - 9 * DAY, ingredient="valproate")
    assert keys(ada, now) == set()
    decide(prescriber, "valproate_liver_before", is_used=True)
    decide(prescriber, LEVEL, is_used=True)
    [item] = queries.due_of_client(ada.pk, now)
    assert item.protocol.words == "Before the first dose"
    [rows] = protocols_for("lithium", frozenset({(LEVEL, True)}))[:1]
    assert "not yet reviewed" not in rows[0].words


def test_a_stop_of_a_first_dose_is_switched_off_too(
    ada: Client,
    carbamazepine: Medication,  # noqa: F811 - the fixture by its name
    prescriber: User,
    now: dt.datetime,
) -> None:
    assert facts.stops_before(ada, carbamazepine, now)
    decide(prescriber, "carbamazepine_hla_before", is_used=False)
    assert facts.stops_before(ada, carbamazepine, now) == []
    assert facts.due_before(ada, carbamazepine, now) == []


def test_it_needs_a_reason_and_is_written_down_once(prescriber: User) -> None:
    with pytest.raises(RuleBroken, match="Say why"):
        decide(prescriber, LEVEL, is_used=False, note=" ")
    with pytest.raises(Http404):
        decide(prescriber, "nothing", is_used=True)
    first = decide(prescriber, LEVEL, is_used=True)
    assert decide(prescriber, LEVEL, is_used=True) == first
    assert str(first) == LEVEL
    assert AuditEvent.objects.filter(action="monitoring_protocol_decided").count() == 1


def test_the_database_keeps_decisions(prescriber: User, now: dt.datetime) -> None:
    given = {"key": LEVEL, "status": "V2", "sentence": "x", "by": prescriber, "at": now}
    with pytest.raises(IntegrityError), transaction.atomic():
        ProtocolDecision.objects.create(is_used=False, **given)
    kept = ProtocolDecision.objects.create(is_used=True, **given)
    with pytest.raises(DatabaseError), transaction.atomic():
        ProtocolDecision.objects.filter(pk=kept.pk).update(is_used=False)


def test_the_list_shows_all_and_what_waits(browser: Browser, prescriber: User) -> None:
    browser.force_login(prescriber)
    found = queries.protocol_list("")
    assert len(found.lines) == len(read_protocols())
    assert {line.stands for line in found.lines} == {"Seen in a source", "Secondary source", "Unverified"}
    told = {line.protocol.key: line.told_for for line in found.lines}
    assert told["sga_weight_before"] == "a second-generation antipsychotic"
    assert told["nri_rate_rise"] == "atomoxetine, viloxazine"
    before = len(queries.protocol_list("waiting").lines)
    decide(prescriber, LEVEL, is_used=False, note="Not our habit")
    assert len(queries.protocol_list("waiting").lines) == before - 1
    assert LEVEL in {line.protocol.key for line in queries.protocol_list("off").lines}
    page = text(browser, prescriber, "/monitoring/protocols/?show=off")
    assert "Not our habit" in page
    assert "The medical director&#x27;s" in page or "The medical director's" in page
    assert browser.get("/monitoring/protocols/?show=nonsense").status_code == 200
    assert browser.get(f"/monitoring/protocols/{LEVEL}/").status_code == 403


def test_the_medical_director_decides(browser: Browser, medical_director: User) -> None:
    browser.force_login(medical_director)
    address = f"/monitoring/protocols/{LEVEL}/"
    assert "Decide" in browser.get("/monitoring/protocols/").content.decode()
    assert "Secondary source" in browser.get(address).text
    assert browser.post(address, {"decision": "off", "note": ""}).status_code == 422
    assert browser.post(address, {}).status_code == 422
    done = browser.post(address, {"decision": "used", "note": "Label of June 2025"}, follow=True)
    assert "Decided: Lithium level" in done.content.decode()
    assert "Label of June 2025" in browser.get(address).content.decode()
