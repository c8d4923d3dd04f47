"""What a client agrees to be written to about: the team's page, what follows from contact points, and sending by it."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client, MessageConsent, MessagePurpose
from clinic.clients.rules import MESSAGE_TEXT, Contact
from clinic.clients.services import end_message_consents, register_client, set_contact_points
from clinic.core.rules import RuleBroken
from clinic.messaging import services
from clinic.messaging.models import Channel, OutboxMessage, Reminder, ReminderState
from clinic.messaging.purposes import consent_to
from clinic.staff.models import User
from tests.clients.test_services import GRACE
from tests.factories.clients import ContactPointFactory
from tests.factories.messaging import ReminderFactory

pytestmark = pytest.mark.django_db
PHONE = Contact(kind="phone", value="+18015550111", may_text=True)
NOW = dt.datetime(2026, 6, 1, 16, tzinfo=dt.UTC)


def live(client: Client) -> set[tuple[str, str]]:
    return set(MessageConsent.objects.live().filter(client=client).values_list("channel", "purpose"))


def every(channel: str) -> set[tuple[str, str]]:
    return {(channel, purpose.value) for purpose in MessagePurpose}


def address(client: Client) -> str:
    return reverse("messaging:consents", args=[client.pk])


@pytest.fixture
def desk(browser: Browser, coordinator: User) -> Browser:
    browser.force_login(coordinator)
    return browser


def read_on(page: Any) -> list[str]:
    """What stood when the page was opened, as the page carries it."""
    return re.findall(r'name="read" value="([^"]+)"', page.text)


def boxes(page: Any) -> set[str]:
    """The boxes that are ticked."""
    return set(re.findall(r'value="([^"]+)"\s+checked', page.text))


def say(desk: Browser, client: Client, *agreed: str) -> Any:
    """Open the page, tick these boxes alone, and save."""
    return desk.post(address(client), {"read": read_on(desk.get(address(client))), "agreed": agreed})


@pytest.mark.parametrize(("came_from", "how"), [("staff", "staff"), ("enquiry", "enquiry")])
def test_who_lets_a_number_be_used_agrees_to_every_purpose(coordinator: User, came_from: str, how: str) -> None:
    client = register_client(
        details=GRACE, contact_points=[PHONE], came_from=came_from, by=coordinator, now=timezone.now()
    )
    assert live(client) == every("sms")
    kept = MessageConsent.objects.filter(client=client)
    assert set(kept.values_list("given_how", "given_by", "text_version")) == {(how, coordinator.pk, "2026-11")}
    assert AuditEvent.objects.filter(action="message_consents_given", client_id=client.pk).count() == 1


def test_who_lets_it_be_used_no_more_has_ended_them(ada: Client, coordinator: User) -> None:
    words: dict[str, Any] = {"client_id": ada.pk, "by": coordinator, "now": NOW}
    set_contact_points(contact_points=[PHONE], **words)
    set_contact_points(contact_points=[], **words)
    assert live(ada) == set()
    assert set(MessageConsent.objects.values_list("ended_how", "ended_by")) == {("staff", coordinator.pk)}


def test_what_was_ended_stays_so_when_the_number_changes(ada: Client, coordinator: User, desk: Browser) -> None:
    words: dict[str, Any] = {"client_id": ada.pk, "by": coordinator, "now": NOW}
    set_contact_points(contact_points=[PHONE], **words)
    say(desk, ada, "sms:appointments")
    set_contact_points(contact_points=[Contact(kind="phone", value="+18015550112", may_text=True)], **words)
    assert live(ada) == {("sms", "appointments")}


def test_the_page_says_what_is_agreed_and_keeps_what_is_said(ada: Client, desk: Browser, coordinator: User) -> None:
    ContactPointFactory(client=ada)
    page = desk.get(address(ada)).content.decode()
    assert page.count("checked") == 3
    assert "text 2026-11" in page
    assert say(desk, ada, "email:checkins").status_code == 302
    assert live(ada) == {("email", "checkins")}
    assert "ended" in desk.get(address(ada)).content.decode()
    assert "check-ins" in desk.get(reverse("clients:detail", args=[ada.pk])).content.decode()


def test_a_channel_without_an_address_cannot_be_agreed_to(ada: Client, desk: Browser) -> None:
    answer = say(desk, ada, "sms:checkins")
    assert answer.status_code == 422
    assert "There is no number or address" in answer.content.decode()
    assert boxes(answer) == {"sms:checkins"}
    assert live(ada) == set()


def test_what_was_ended_by_link_meanwhile_does_not_come_back_unseen(ada: Client, desk: Browser) -> None:
    ContactPointFactory(client=ada)
    opened = desk.get(address(ada))
    sent = {"read": read_on(opened), "agreed": ["email:checkins", "email:appointments"]}
    end_message_consents(client_id=ada.pk, purpose=MessagePurpose.CHECKINS, now=NOW)

    refused = desk.post(address(ada), sent)

    assert refused.status_code == 422
    assert "changed after you opened this page" in refused.text
    assert live(ada) == {("email", "appointments"), ("email", "pages")}
    # Both are to be seen: what was ticked, and beside it what stands.
    assert boxes(refused) == {"email:checkins", "email:appointments"}
    assert refused.text.count("not agreed to until now") == 1
    assert desk.post(address(ada), {**sent, "read": read_on(refused)}).status_code == 302
    assert live(ada) == {("email", "checkins"), ("email", "appointments")}
    # The same form once more changes nothing and refuses nothing.
    assert desk.post(address(ada), sent).status_code == 302


def test_a_box_that_does_not_exist_is_refused(ada: Client, desk: Browser) -> None:
    assert desk.post(address(ada), {"agreed": ["pigeon:checkins"]}).status_code == 422


def test_the_page_says_who_said_stop(ada: Client, desk: Browser) -> None:
    ContactPointFactory(client=ada, kind="phone", value="+18015550111", may_text=True, may_email=False)
    services.stop_messages(channel=Channel.SMS, address="+18015550111", by=None, now=NOW)
    assert "said STOP on" in desk.get(address(ada)).content.decode()


def test_a_purpose_that_was_ended_while_its_message_waited_is_not_sent(unwanted: set[Any]) -> None:
    row: Reminder = ReminderFactory()
    ContactPointFactory(client=row.client)
    MessageConsent.objects.filter(purpose=consent_to("test")).update(ended_at=NOW, ended_how="link")
    services.send_due(channel=Channel.EMAIL)
    assert not OutboxMessage.objects.exists()
    row.refresh_from_db()
    assert (row.state, row.closed_because) == (ReminderState.REFUSED, "no way that may be used")


def test_one_of_another_purpose_does_not_stop_it(unwanted: set[Any]) -> None:
    row: Reminder = ReminderFactory()
    ContactPointFactory(client=row.client)
    MessageConsent.objects.exclude(purpose=consent_to("test")).update(ended_at=NOW, ended_how="link")
    services.send_due(channel=Channel.EMAIL)
    assert OutboxMessage.objects.count() == 1


def test_nothing_is_agreed_to_for_a_kind_that_nobody_registered() -> None:
    assert consent_to("nobody's") is None


def test_a_channel_that_cannot_be_used_is_refused_by_the_deed_too(ada: Client, coordinator: User) -> None:
    from clinic.clients.services import set_message_consents

    with pytest.raises(RuleBroken, match="no number or address"):
        set_message_consents(client_id=ada.pk, agreed=[("sms", "pages")], read=[], by=coordinator, now=NOW)


def test_what_was_ended_can_be_agreed_to_again(ada: Client, desk: Browser) -> None:
    ContactPointFactory(client=ada)
    say(desk, ada)
    assert live(ada) == set()
    say(desk, ada, "email:pages")
    assert live(ada) == {("email", "pages")}


def test_the_text_is_shown_wherever_it_is_agreed_to(desk: Browser) -> None:
    for page in (reverse("intake:enquire"), reverse("clients:create")):
        assert MESSAGE_TEXT in desk.get(page).content.decode()
