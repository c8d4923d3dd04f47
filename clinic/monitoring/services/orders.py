"""An order for tests leaves the clinic on paper: written down as an export."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.audit.services import record
from clinic.monitoring import queries
from clinic.monitoring.rules.ordering import check_order
from clinic.staff.models import User


@transaction.atomic
def export_order(*, client_id: UUID, by: User, now: datetime) -> dict[str, Any]:
    """The values of an order for what is due of a client, and who took it out, when and how many tests it names.

    RuleBroken where nothing is due that would be ordered.
    """
    order = queries.order_of(by, client_id, now)
    check_order(order.tests)
    record("test_order_exported", by=by, subject=order.client, client_id=client_id, tests=len(order.tests))
    return queries.order_on_paper(order)
