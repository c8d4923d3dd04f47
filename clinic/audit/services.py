"""Writing the audit: called inside the transaction of the deed, so that both stand or neither."""

from typing import Any
from uuid import UUID

from django.db import models, transaction

from clinic.audit.context import current_origin
from clinic.audit.models import AuditEvent
from clinic.staff.models import User


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
    origin = current_origin.get()
    AuditEvent.objects.create(
        action=action,
        by=by,
        acting_role=by.acting_role if by else "",
        client_id=client_id or getattr(subject, "client_id", None),
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        detail=detail,
        address=origin.address,
        request_id=origin.request_id,
    )


@transaction.atomic
def record_refusal(action: str, *, by: User | None, client_id: UUID | None = None, **detail: Any) -> None:
    """Write that somebody was refused; stands in a transaction of its own, for there is no deed to share."""
    record(action, by=by, client_id=client_id, **detail)
