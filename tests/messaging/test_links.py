"""The birth-year question of every page by link."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.messaging.models import SignedLink
from clinic.messaging.queries import open_link
from clinic.messaging.services import confirm_birth_year, mint_link
from clinic.messaging.services.links import mint_links
from tests.factories.clients import ClientFactory

NOON = dt.datetime(2026, 6, 4, 18, tzinfo=dt.UTC)
KIND = "test"


def token_for(client: Client, *, now: dt.datetime = NOON) -> str:
    return mint_link(
        client_id=client.pk, about_kind=KIND, about_id=uuid.uuid4(), expires_at=now + dt.timedelta(hours=72)
    )


@pytest.mark.django_db
def test_the_birth_year_opens_and_five_wrong_ones_close(ada: Client) -> None:
    token = token_for(ada)
    confirm_birth_year(token=token, about_kind=KIND, year=1990, now=NOON)
    for left in ("4 tries", "3 tries", "2 tries", "1 try", "no tries"):
        with pytest.raises(RuleBroken, match=f"You have {left} left"):
            confirm_birth_year(token=token, about_kind=KIND, year=1991, now=NOON)
    with pytest.raises(RuleBroken, match="no longer open"):
        confirm_birth_year(token=token, about_kind=KIND, year=1990, now=NOON)
    wrong = AuditEvent.objects.filter(action="test_birth_year_wrong", client_id=ada.pk)
    assert [event.detail["tries_left"] for event in wrong.order_by("at")] == [4, 3, 2, 1, 0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "closed", [{"used_at": NOON}, {"revoked_at": NOON}, {"expires_at": NOON}, {"tries_left": 0}, {"about_kind": "x"}]
)
def test_a_link_that_is_not_live_is_no_link(ada: Client, closed: dict[str, object]) -> None:
    token = token_for(ada)
    assert open_link(token, about_kind=KIND, now=NOON) is not None
    SignedLink.objects.update(**closed)
    assert open_link(token, about_kind=KIND, now=NOON) is None
    assert open_link("never-given", about_kind=KIND, now=NOON) is None


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_are_no_more_than_five() -> None:
    token = token_for(ClientFactory(birth_on=dt.date(1990, 12, 10)), now=timezone.now())
    start = threading.Barrier(8)

    def guess(year: int) -> None:
        start.wait()
        with pytest.raises(RuleBroken):
            confirm_birth_year(token=token, about_kind=KIND, year=year, now=timezone.now())
        connection.close()

    guesses = [threading.Thread(target=guess, args=(year,)) for year in range(1970, 1978)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()
    assert SignedLink.objects.get().tries_left == 0
    with pytest.raises(RuleBroken, match="no longer open"):
        confirm_birth_year(token=token, about_kind=KIND, year=1990, now=timezone.now())


@pytest.mark.django_db
def test_no_link_is_made_where_none_is_wanted() -> None:
    assert mint_links([], about_kind=KIND, expires_at=timezone.now()) == []
    assert not SignedLink.objects.exists()
