"""Opening what belongs to a client: the chart, the contact page, the chart in an emergency."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import INSERT_FOUND, event, record, record_refusal
from clinic.clients import rules
from clinic.clients.models import BreakGlassAccess, Client
from clinic.clients.queries import client_by_name_and_birth, open_client
from clinic.core.queries import Fetched, Prepared, prepared_with
from clinic.core.rules import RuleBroken
from clinic.staff.models import User

Row = TypeVar("Row")


def opening(read: Prepared[..., Row]) -> Callable[..., Fetched[Row]]:
    """The deed of opening one client's clinical record with what `read` reads of it, in one statement.

    `read` takes the reader and the client's key, then what it is told; it finds nothing where the chart is not open
    to the reader. Out of scope and missing are the same 404, and the refusal is written too. `page` is the name of
    the page that is read, not its content.
    """
    read_and_written = prepared_with(INSERT_FOUND, read)

    def opened(*told: Any, client_id: UUID, by: User, page: str) -> Fetched[Row]:
        detail = json.dumps({"page": page})
        chart_read = event("chart_read", by=by, about=Client, key=client_id, client_id=client_id, detail=detail)
        found = read_and_written.fetch(chart_read, by, client_id, *told)
        if not found.rows:
            record_refusal("chart_refused", by=by, client_id=client_id, page=page)
            raise Http404
        return found

    return opened


_opened = opening(open_client)


def open_chart(*, client_id: UUID, by: User, page: str) -> Client:
    """Open a client's clinical record for one reader and write that it was read; refused as `opening` says."""
    [client] = _opened(client_id=client_id, by=by, page=page).made()
    return client


def open_contact(*, client_id: UUID, by: User, page: str = "contact") -> Client:
    """Open who a client is and how to reach them, nothing clinical, and write that it was read.

    Out of scope and missing are the same 404, and the refusal is written too.
    """
    client = Client.objects.visible_to(by).filter(pk=client_id).first()
    if client is None:
        record_refusal("contact_refused", by=by, client_id=client_id, page=page)
        raise Http404
    record("contact_read", by=by, subject=client, client_id=client.pk, page=page)
    return client


@transaction.atomic
def use_break_glass(*, family_name: str, birth_on: date, reason: str, by: User, now: datetime) -> BreakGlassAccess:
    """Open one chart outside the care team for 60 minutes, for a reason that another person reviews.

    Only an exact family name with the exact birth date opens a chart: no list is ever shown, and a name that two
    clients share opens neither. Raises RuleBroken.
    """
    rules.check_break_glass(by.acting_role, reason)
    client = client_by_name_and_birth(family_name=family_name, birth_on=birth_on)
    if client is None:
        # What was typed is not kept: it may name somebody who is no client.
        record_refusal("break_glass_refused", by=by)
        raise RuleBroken(
            "No chart was opened: this family name and birth date do not lead to exactly one client. Check the "
            "spelling and the date, or ask the care team.",
            field="family_name",
        )
    access = BreakGlassAccess(
        client=client,
        user=by,
        reason=reason.strip(),
        opened_at=now,
        expires_at=now + rules.BREAK_GLASS_FOR,
    )
    access.clean_fields()
    access.save(force_insert=True)
    record("break_glass_used", by=by, subject=access, expires_at=access.expires_at.isoformat())
    return access


@transaction.atomic
def review_break_glass(*, access_id: UUID, note: str, by: User, now: datetime) -> BreakGlassAccess:
    """Another person looks at why a chart was opened in an emergency and writes what they found."""
    access = BreakGlassAccess.objects.select_for_update().filter(pk=access_id).first()
    if access is None:
        raise Http404
    rules.check_review(used_by=access.user_id, reviewer=by.pk, is_reviewed=access.reviewed_at is not None)
    access.reviewed_at, access.reviewed_by, access.review_note = now, by, note.strip()
    access.save(update_fields=["reviewed_at", "reviewed_by", "review_note", "updated_at"])
    record("break_glass_reviewed", by=by, subject=access)
    return access
