"""A client takes back by link that the clinic may write to them about check-ins, and allows it again."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from clinic.checkins import services
from clinic.checkins.models import CheckInAnswer
from clinic.clients.models import Client, MessageConsent, MessagePurpose
from clinic.core.rules import RuleBroken
from tests.checkins.conftest import JUNE_4

pytestmark = pytest.mark.django_db
GOOD = {"feeling": "4", "doses_missed": "0"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(JUNE_4, tick=False):
        yield


def test_a_client_ends_messages_about_check_ins_and_has_them_again(let_in: Browser, address: str, ada: Client) -> None:
    agreed = MessageConsent.objects.live().filter(client=ada, purpose=MessagePurpose.CHECKINS)
    assert agreed.exists()
    assert "No more messages about check-ins and tests" in let_in.get(address).text
    typed = {"words": "Cannot sleep <at all>", "effect_nausea": "2"}
    page = let_in.post(address, {**typed, "wants": "no"}).text
    assert "We send you no messages about check-ins and tests." in page
    assert 'name="words" value="Cannot sleep &lt;at all&gt;"' in page
    assert 'type="hidden" name="wants"' not in page
    assert not agreed.exists()
    let_in.post(address, {"wants": "perhaps"})
    assert not agreed.exists()
    back = let_in.post(address, {**typed, "back": "1"}).text
    assert "Cannot sleep &lt;at all&gt;</textarea>" in back
    assert "Send me messages about check-ins and tests" in back
    assert "We send you messages about check-ins and tests." in let_in.post(address, {"wants": "yes"}).text
    assert [(row.given_how, row.given_by) for row in agreed] == [("link", None)]
    assert not CheckInAnswer.objects.exists()


def test_messages_are_ended_by_who_gave_the_birth_year(browser: Browser, address: str) -> None:
    """Pressed after the hour has passed: the year first, then the wish, and nothing typed is sent by it."""
    asked = browser.post(address, {**GOOD, "wants": "no"}).text
    assert 'name="wants" value="no"' in asked
    assert MessageConsent.objects.live().filter(purpose=MessagePurpose.CHECKINS).exists()
    page = browser.post(address, {**GOOD, "wants": "no", "year": "1990"}).text
    assert "We send you no messages about check-ins and tests." in page
    assert not MessageConsent.objects.live().filter(purpose=MessagePurpose.CHECKINS).exists()
    assert not CheckInAnswer.objects.exists()


def test_opening_the_page_ends_no_messages(let_in: Browser, address: str) -> None:
    let_in.get(address, {"wants": "no"})
    assert MessageConsent.objects.live().filter(purpose=MessagePurpose.CHECKINS).exists()


def test_messages_are_not_ended_by_a_link_that_is_no_longer_open(let_in: Browser, address: str, token: str) -> None:
    let_in.post(address, GOOD)
    with pytest.raises(RuleBroken, match="no longer open"):
        services.wish_messages_by_link(token=token, wants=False, now=timezone.now())
