"""Texts of messages: short, neutral, by one person and approved by another; unapproved ones are not sent."""

from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.core.rules import RuleBroken
from clinic.messaging import queries, rules, services
from clinic.messaging.models import Channel, MessageText, OutboxMessage
from clinic.messaging.purposes import all_purposes, text_lines
from clinic.messaging.rules.texts import SMS_PART, gsm_length
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.factories.clients import ContactPointFactory
from tests.factories.messaging import KIND, ReminderFactory
from tests.factories.staff import UserFactory

TEXTS = reverse("messaging:texts")
NEW = {"about_kind": "checkin", "language": "en", "words": "Questions wait for you:", "subject": "Questions for you"}
LINK = "https://portal.example/check-ins/a/" + "x" * 43 + "/"


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_of_the_portal_keeps_its_own_rule_with_the_longest_link(language: str) -> None:
    lines = [one for one in all_purposes() if one.to_staff is None]
    assert len(lines) >= 4
    for purpose in lines:
        link = queries.longest_link(purpose.view_name)
        sender, words = settings.MESSAGE_SENDER_NAME, purpose.words[language]
        rules.check_text(
            words=words, subject=purpose.subject[language], sender=sender, longest_link=link, language=language
        )
        text = rules.sms_text(sender=sender, words=words, link=link, language=language)
        assert words in text
        assert gsm_length(text) <= SMS_PART


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Your medication check-in:", "what the clinic does"),
        ("Su tratamiento:", "what the clinic does"),
        ("Dear {name}:", "plain words"),
        ("See http://elsewhere.example", "plain words"),
        ("A rather long sentence that says what it has to say twice, and twice:", "too long for one SMS"),
        ("Voilà ☂:", "cannot hold ☂"),
    ],
)
def test_what_a_text_may_not_say(words: str, why: str) -> None:
    with pytest.raises(RuleBroken, match=why):
        rules.check_text(words=words, subject="A page", sender="Wasatch Care", longest_link=LINK, language="en")


@pytest.fixture
def writer(browser: Browser, administrator: User) -> Browser:
    browser.force_login(administrator)
    return browser


@pytest.fixture
def second(db: None) -> Browser:
    """Another administrator."""
    other = Browser()
    other.force_login(UserFactory(acting_role=Role.ADMINISTRATOR))
    return other


def in_force(kind: str = "checkin", language: str = "en") -> str:
    [line] = [line for line in text_lines() if (line.kind, line.language) == (kind, language)]
    return line.wording.words


@pytest.mark.django_db
def test_one_writes_and_another_approves(writer: Browser, second: Browser, administrator: User) -> None:
    assert writer.post(TEXTS, NEW).status_code == 302
    writer.post(TEXTS, NEW)
    text = MessageText.objects.get()
    approve = reverse("messaging:approve", args=[text.pk])
    assert in_force() == "You have a check-in:"
    answer = writer.post(approve)
    assert (answer.status_code, in_force()) == (422, "You have a check-in:")
    assert "You wrote this text" in answer.content.decode()
    assert "Waits for a second person" in second.get(TEXTS).content.decode()
    assert second.post(approve).status_code == 302
    assert in_force() == "Questions wait for you:"
    assert second.post(approve).status_code == 422
    actions = AuditEvent.objects.filter(action__startswith="message_text").values_list("action", flat=True)
    assert sorted(actions) == ["message_text_approved", "message_text_written"]


@pytest.mark.django_db
def test_a_text_that_came_with_the_portal_says_that_nobody_here_read_it_until_somebody_did(second: Browser) -> None:
    shown = second.get(TEXTS).content.decode()
    count = len(text_lines())
    assert f"{count} of {count} came with the portal" in shown
    assert shown.count("Came with the portal, read by nobody here") == count
    approve, line = reverse("messaging:approve_shipped"), {"about_kind": "checkin", "language": "es"}
    assert second.post(approve, line).status_code == 302
    text = MessageText.objects.get()
    assert (text.written_by, text.number, text.words) == (None, 1, in_force(language="es"))
    assert text.approved_by
    shown = second.get(TEXTS).content.decode()
    assert f"{count - 1} of {count} came with the portal" in shown
    assert "came with the portal, approved" in shown
    again = second.post(approve, line)
    assert again.status_code == 422
    assert "approved already" in again.content.decode()
    assert [line.is_unread for line in text_lines() if line.kind == "checkin"] == [True, False]


@pytest.mark.django_db
def test_of_a_text_that_was_written_anew_only_the_new_one_is_approved(writer: Browser, second: Browser) -> None:
    writer.post(TEXTS, NEW)
    shown = second.get(TEXTS).content.decode()
    assert shown.count("I have read it: approve") == len(text_lines()) - 1
    asked = {"about_kind": "checkin", "language": "en"}
    assert second.post(reverse("messaging:approve_shipped"), asked).status_code == 422
    assert MessageText.objects.get().approved_at is None


@pytest.mark.django_db
def test_no_text_stands_without_anybody() -> None:
    with pytest.raises(IntegrityError):
        MessageText.objects.create(
            about_kind="checkin", language="en", number=1, words="x", subject="x", written_at=timezone.now()
        )


@pytest.mark.django_db
def test_only_the_newest_is_approved(writer: Browser, second: Browser) -> None:
    writer.post(TEXTS, NEW)
    first = MessageText.objects.get()
    writer.post(TEXTS, {**NEW, "words": "Two questions:"})
    assert "A newer text" in second.post(reverse("messaging:approve", args=[first.pk])).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"about_kind": "nothing"}, {"about_kind": "call_out"}, {"words": "Your drug:"}])
def test_a_text_that_may_not_be_is_refused_and_said(writer: Browser, wrong: dict[str, str]) -> None:
    assert writer.post(TEXTS, {**NEW, **wrong}).status_code == 422
    shipped = {"about_kind": wrong.get("about_kind", "nothing"), "language": "en"}
    assert writer.post(reverse("messaging:approve_shipped"), shipped).status_code == 422
    assert not MessageText.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("is_approved", [True, False])
def test_only_an_approved_text_is_sent(unwanted: set[Any], administrator: User, is_approved: bool) -> None:
    row = ReminderFactory()
    ContactPointFactory(client=row.client)
    words = {"words": "Questions wait:", "subject": "Questions", "about_kind": KIND, "language": "en"}
    text = services.write_text(**words, by=administrator, now=timezone.now())
    if is_approved:
        services.approve_text(text_id=text.pk, by=UserFactory(acting_role=Role.ADMINISTRATOR), now=timezone.now())
    services.send_due(channel=Channel.EMAIL)
    left = OutboxMessage.objects.get()
    assert (("Questions wait:" in left.text), left.subject == "Questions") == (is_approved, is_approved)
