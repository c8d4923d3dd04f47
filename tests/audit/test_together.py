"""Events of many deeds written together stand or fall with all of them."""

import pytest
from django.test.utils import CaptureQueriesContext

from clinic.audit.models import AuditEvent
from clinic.audit.services import record, record_sign_out, recorded_together
from clinic.staff.models import User

pytestmark = pytest.mark.django_db


def test_they_are_written_at_the_end_in_one_statement_and_in_order(prescriber: User) -> None:
    from django.db import connection

    with CaptureQueriesContext(connection) as asked, recorded_together():
        record("first_done", by=prescriber, subject=prescriber)
        record("then_done", by=None)
        assert not AuditEvent.objects.filter(action__endswith="_done").exists()

    assert sum("INSERT" in query["sql"] for query in asked) == 1
    written = AuditEvent.objects.filter(action__endswith="_done").order_by("id")
    assert [(event.action, event.by) for event in written] == [("first_done", prescriber), ("then_done", None)]


def test_a_failed_deed_takes_all_of_them_back(prescriber: User) -> None:
    def fails() -> None:
        with recorded_together():
            record("first_done", by=prescriber)
            raise RuntimeError("second")

    with pytest.raises(RuntimeError, match="second"):
        fails()
    assert not AuditEvent.objects.filter(action="first_done").exists()


def test_a_failed_audit_takes_the_deeds_back(prescriber: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no audit")

    def deeds() -> None:
        with recorded_together():
            prescriber.full_name = "Somebody Else"
            prescriber.save(update_fields=["full_name"])
            record("renamed", by=prescriber)

    monkeypatch.setattr(AuditEvent.objects, "bulk_create", fails)
    with pytest.raises(RuntimeError, match="no audit"):
        deeds()
    prescriber.refresh_from_db()
    assert prescriber.full_name != "Somebody Else"


def test_afterwards_each_event_is_written_at_once_again(prescriber: User) -> None:
    with recorded_together():
        pass
    record("later_done", by=prescriber)
    assert AuditEvent.objects.filter(action="later_done").exists()


def test_signing_out_without_an_account_is_no_event(db: None) -> None:
    record_sign_out(None)
    assert not AuditEvent.objects.exists()
