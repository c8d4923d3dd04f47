"""What leaves the house tells nothing of a person (S21): no name, medication or diagnosis in messages and the broker.

Two people with different names, languages aside, get the same message by the same channel but for the link.
"""

import inspect
import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from clinic.clients.models import Client
from clinic.messaging.gateways import Message, chosen
from clinic.messaging.models import Channel, OutboxMessage
from clinic.messaging.purposes import Key, Purpose, to_clients
from clinic.messaging.services import preparing, send_due
from medmgmt.celery import CHANNELS, app
from tests.access.world import CANARY
from tests.factories.clients import ClientFactory, ContactPointFactory
from tests.factories.messaging import ReminderFactory, daytime_zone

LINK = re.compile(r"https?://\S+")
TOKEN = re.compile(r"[\w-]{43}/?$")
# What a page is for is never said in its address.
TELLING = re.compile(r"dose|medic|drug|psych|mental|mood|risk|safety|crisis|test|lab|lithium", re.IGNORECASE)
CASES = [(channel, language) for channel in Channel for language in ("en", "es")]


@pytest.fixture(autouse=True)
def _everything_is_wanted(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def wants(purpose: Purpose, asked: Collection[Key]) -> Collection[Key]:
        return asked

    chosen._breaker.cache_clear()
    monkeypatch.setattr(Purpose, "wants", wants)


def person(name: str, channel: Channel, language: str) -> Client:
    names = {"given_names": name, "family_name": name, "preferred_name": name}
    client: Client = ClientFactory(**names, language=language, time_zone=daytime_zone())
    if channel == Channel.SMS:
        number = f"+1801555{Client.objects.count():04d}"
        ContactPointFactory(client=client, kind="phone", value=number, may_text=True, may_email=False)
    else:
        ContactPointFactory(client=client, value=f"person{Client.objects.count()}@mail.example")
    return client


def message_to(client: Client, purpose: Purpose, channel: Channel) -> OutboxMessage:
    row = ReminderFactory(client=client, about_kind=purpose.kind, channel=channel)
    send_due(channel=channel)
    return OutboxMessage.objects.get(idem_key=row.idem_key)


def tales(purpose: Purpose, channel: Channel, language: str) -> list[str]:
    """What a message of a purpose tells of the person it goes to."""
    one, other = (message_to(person(name, channel, language), purpose, channel) for name in (CANARY, "Somebody"))
    (link,) = LINK.findall(one.text)
    path = TOKEN.sub("", link.removeprefix(settings.SITE_URL))
    told = [word for word in (CANARY, CANARY.lower()) if word in one.subject + one.text]
    told += [] if TOKEN.search(link) and not TELLING.search(path) else [link]
    is_same = (LINK.sub("", one.text), one.subject) == (LINK.sub("", other.text), other.subject)
    return told + ([] if is_same else ["another text"])


@pytest.mark.parametrize(("channel", "language"), CASES)
def test_no_message_to_a_client_tells_of_them(channel: Channel, language: str) -> None:
    purposes = to_clients()
    assert len(purposes) >= 5
    assert {purpose.kind: told for purpose in purposes if (told := tales(purpose, channel, language))} == {}


def test_a_message_that_calls_a_person_by_name_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    neutral = preparing._message

    def friendly(one: preparing.Ready, *words: Any) -> Message:
        message = neutral(one, *words)
        return replace(message, text=f"{Client.objects.get(pk=one.row.client_id).given_names}: {message.text}")

    monkeypatch.setattr(preparing, "_message", friendly)
    assert tales(to_clients()[0], Channel.EMAIL, "en") == [CANARY, "another text"]


def test_the_broker_is_told_channels_and_nothing_else() -> None:
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert len(ours) >= 9
    asked = {name: set(inspect.signature(task.run).parameters) - {"channel"} for name, task in ours.items()}
    assert {name: more for name, more in asked.items() if more} == {}
    sent = [argument for entry in app.conf.beat_schedule.values() for argument in entry.get("args", [])]
    assert set(sent) == set(CHANNELS)
