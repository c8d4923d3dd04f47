"""The audit cannot be changed (S22), and what cannot be audited is not shown (S23)."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.staff.models import User
from tests.access.world import CANARY, World
from tests.clients.test_pages import TYPED
from tests.factories.intake import EnquiryFactory

FORGERIES: dict[str, Callable[[AuditEvent], object]] = {
    "save": lambda event: event.save(),
    "delete": lambda event: event.delete(),
    "update": lambda event: AuditEvent.objects.update(action="nothing"),
    "bulk update": lambda event: AuditEvent.objects.bulk_update([event], ["action"]),
    "bulk delete": lambda event: AuditEvent.objects.all().delete(),
    "raw update": lambda event: raw("UPDATE audit_auditevent SET by_id = NULL"),
    "raw delete": lambda event: raw("DELETE FROM audit_auditevent"),
    "truncate": lambda event: raw("TRUNCATE audit_auditevent"),
    "truncate cascade": lambda event: raw("TRUNCATE staff_user CASCADE"),
    "upsert": lambda event: AuditEvent.objects.bulk_create(
        [event], update_conflicts=True, unique_fields=["id"], update_fields=["action"]
    ),
}


def raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("way", FORGERIES)
def test_the_database_refuses_every_change(prescriber: User, way: str) -> None:
    record("plan_signed", by=prescriber)
    event = AuditEvent.objects.get()
    event.action = "forged"
    with pytest.raises(DatabaseError), transaction.atomic():
        FORGERIES[way](event)
    assert list(AuditEvent.objects.values_list("action", "by")) == [("plan_signed", prescriber.pk)]


def test_without_its_trigger_a_change_would_go_through(prescriber: User) -> None:
    """The refusal comes from the trigger, not from something that the test does by mistake."""
    record("plan_signed", by=prescriber)
    raw("SET CONSTRAINTS ALL IMMEDIATE")
    raw("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
    AuditEvent.objects.update(action="forged")
    assert AuditEvent.objects.get().action == "forged"


PAGES = ["caseload:chart", "clients:detail", "plans:plan", "titration:dose_plan", "intake:history", "visits:visit"]


@pytest.mark.parametrize("name", PAGES)
def test_a_read_that_cannot_be_written_down_is_not_shown(world: World, name: str) -> None:
    argument = {"plans:plan": "plan_id", "titration:dose_plan": "dose_plan_id", "visits:visit": "visit_id"}
    path = reverse(name, args=[world.own.key(argument.get(name, "client_id"), name)])
    browser = world.browsers["prescriber"]
    browser.raise_request_exception = False
    shown = browser.get(path)
    assert (shown.status_code, CANARY in shown.content.decode()) == (200, True)
    refuse_inserts()
    refused = browser.get(path)
    assert refused.status_code == 500
    assert CANARY not in refused.content.decode()


@pytest.mark.parametrize("name", ["clients:search", "clients:list", "clients:create", "intake:enquiry"])
def test_a_search_that_cannot_be_written_down_shows_nobody(world: World, name: str) -> None:
    browser = world.browsers["coordinator"]
    browser.raise_request_exception = False
    client = world.own.client
    alike = {"given_names": CANARY, "family_name": client.family_name, "birth_on": client.birth_on}

    def asked() -> HttpResponse:
        if name == "clients:search":
            return browser.post(reverse(name), {"q": CANARY})
        if name == "clients:create":
            typed = {**TYPED, **alike, "birth_on": client.birth_on.isoformat()}
            return browser.post(reverse(name), typed)
        if name == "intake:enquiry":
            return browser.get(reverse(name, args=[EnquiryFactory(**alike).pk]))
        return browser.get(reverse(name))

    shown = asked()
    assert (shown.status_code, str(client.pk) in shown.content.decode()) == (200, True)
    refuse_inserts()
    refused = asked()
    assert refused.status_code == 500
    assert str(client.pk) not in refused.content.decode()


def refuse_inserts() -> None:
    """As if the right to write were gone or the disk full."""
    raw("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room'; END $$")
    raw("CREATE TRIGGER planted BEFORE INSERT ON audit_auditevent FOR EACH ROW EXECUTE FUNCTION no_room()")


def test_a_deed_that_cannot_be_written_down_is_not_done(transactional_db: None, world: World) -> None:
    browser = world.browsers["prescriber"]
    browser.raise_request_exception = False
    path = reverse("clients:sharing_consent", args=[world.own.client.pk])
    refuse_inserts()
    assert browser.post(path, {"revoke": ""}).status_code == 500
    assert Client.objects.charts_open_to(world.staff["therapist"]).filter(pk=world.own.client.pk).exists()
