"""Writing the audit: called inside the transaction of the deed, so that both stand or neither."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils.crypto import salted_hmac

from clinic.audit import queries
from clinic.audit.context import current_origin
from clinic.audit.models import AuditEvent
from clinic.core.models import new_id
from clinic.staff.models import User

# The database itself gives the instant.
EVENT = """
INSERT INTO audit_auditevent
    (id, action, by_id, acting_role, client_id, subject_type, subject_id, address, request_id, detail)
SELECT %(id)s, %(action)s, %(by_id)s, %(acting_role)s, %(client_id)s, %(subject_type)s, %(subject_id)s,
    %(address)s::inet, %(request_id)s"""
INSERT = f"{EVENT}, %(detail)s::jsonb"
# In one statement with a read: an event for the row that it finds, none where it finds nothing. Told by `event`.
INSERT_FOUND = f"{INSERT} FROM found"
# The same of a list of clients: one event, however many are shown or none; as `record_shown` writes it.
INSERT_SHOWN = f"""{EVENT},
    jsonb_build_object('found', count(*), 'clients', coalesce(jsonb_agg(id), '[]'))
FROM found"""

_together: ContextVar[list[AuditEvent] | None] = ContextVar("together", default=None)


def record(
    action: str,
    *,
    by: User | None,
    subject: models.Model | None = None,
    client_id: UUID | None = None,
    **detail: Any,
) -> None:
    """Write one event about a deed; `by` is None for the portal itself and for clients by link.

    `client_id` is taken from the subject's own `client_id` when it has one. Detail holds ids, codes and counts.
    """
    model, key = (subject._meta.model, subject.pk) if subject is not None else (None, None)
    row = event(action, by=by, about=model, key=key)
    row["client_id"] = client_id or getattr(subject, "client_id", None)
    together = _together.get()
    if together is None:
        _write(row | {"detail": json.dumps(detail)})
    else:
        together.append(AuditEvent(**row, detail=detail))


def record_shown(action: str, clients: Sequence[UUID], *, by: User, subject: models.Model | None = None) -> None:
    """Write one event about a list of clients that somebody was shown: how many and which, never what was typed."""
    record(action, by=by, subject=subject, found=len(clients), clients=[str(key) for key in clients])


def event(
    action: str, *, by: User | None, about: type[models.Model] | None = None, key: UUID | None = None, **more: Any
) -> dict[str, Any]:
    """The values of one event, with `more`: for `record`, or for a deed in one statement with a read."""
    origin = current_origin.get()
    return {
        "id": new_id(),
        "action": action,
        "by_id": by.pk if by else None,
        "acting_role": by.acting_role if by else "",
        "subject_type": about._meta.label_lower if about else "",
        "subject_id": str(key) if about else "",
        "address": origin.address,
        "request_id": origin.request_id,
        **more,
    }


def _write(row: dict[str, Any]) -> None:
    """Write one event; every page does, and building the same statement anew cost more than running it."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, row)


@contextmanager
def recorded_together() -> Iterator[None]:
    """One transaction of many deeds whose events are written at its end, all of it or nothing.

    For thousands of deeds that nobody waits for: an event in a statement of its own would be a sixth of the work.
    """
    events: list[AuditEvent] = []
    with transaction.atomic():
        before = _together.set(events)
        try:
            yield
        finally:
            _together.reset(before)
        AuditEvent.objects.bulk_create(events, batch_size=500)


def record_refusal(action: str, *, by: User | None, client_id: UUID | None = None, **detail: Any) -> None:
    """Write that somebody was refused: one row a request, written when its answer stands, or at once outside one."""
    origin = current_origin.get()
    if origin.request_id:
        origin.refusals.append({"action": action, "by": by, "client_id": client_id, **detail})
    else:
        record(action, by=by, client_id=client_id, **detail)


def record_sign_in(user: User, **_: object) -> None:
    """Somebody signed in, all factors given."""
    record("signed_in", by=user, subject=user)


def record_sign_out(user: User | None, **_: object) -> None:
    """A session ended, by its owner or by its limits."""
    if user is not None:
        record("signed_out", by=user, subject=user)


def record_failed_sign_in(credentials: dict[str, Any], **_: object) -> None:
    """A wrong password. Who tried is not known; a keyed hash of what was typed tells which tries belong together."""
    record("sign_in_failed", by=None, account=hash_of(credentials.get("email")))


def record_limited_sign_in(credentials: dict[str, Any], **_: object) -> None:
    """A try that was not looked at, for too many went before it."""
    record("sign_in_limited", by=None, account=hash_of(credentials.get("email")))


def record_failed_second_factor(user: User, authenticator: Any = None, **_: object) -> None:
    """The password was right and the second factor wrong."""
    record("second_factor_failed", by=user, subject=user, kind=getattr(authenticator, "type", ""))


def record_used_second_factor(user: User, authenticator: Any, **_: object) -> None:
    """A second factor was given."""
    record("second_factor_used", by=user, subject=user, kind=authenticator.type)


def record_added_second_factor(user: User, authenticator: Any, **_: object) -> None:
    """A second factor was set up."""
    record("second_factor_added", by=user, subject=user, kind=authenticator.type)


def record_removed_second_factor(user: User, authenticator: Any, **_: object) -> None:
    """A second factor was removed by its owner."""
    record("second_factor_removed", by=user, subject=user, kind=authenticator.type)


def record_new_recovery_codes(user: User, authenticator: Any, **_: object) -> None:
    """The old recovery codes are void, new ones were made."""
    record("second_factor_renewed", by=user, subject=user, kind=authenticator.type)


def record_password(user: User, **_: object) -> None:
    """A password was chosen or changed by its owner."""
    record("password_changed", by=user, subject=user)


def record_account(action: str, by: User | None, subject: User, detail: dict[str, Any], **_: object) -> None:
    """A deed on an account, in the transaction of that deed."""
    record(action, by=by, subject=subject, **detail)


def hash_of(typed: str | None) -> str:
    """A keyed hash of an e-mail address as typed at sign-in: the address of a person is not kept."""
    return salted_hmac("clinic.audit", (typed or "").strip().lower(), algorithm="sha256").hexdigest()[:16]


@transaction.atomic
def search(*, filters: queries.Filters, before: UUID | None, after: UUID | None, by: User) -> queries.Page:
    """Search the audit. Who audits is audited: each search is written down with what was looked for."""
    page = queries.search(filters, before=before, after=after)
    record("audit_searched", by=by, filters=filters.said(), rows=len(page.events))
    return page


@transaction.atomic
def export(*, filters: queries.Filters, by: User) -> str:
    """Take what a search finds out of the portal as CSV, and write that it was taken."""
    sheet, rows = queries.export(filters)
    record("audit_exported", by=by, filters=filters.said(), rows=rows)
    return sheet
