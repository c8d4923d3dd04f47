"""Duties."""

import datetime as dt

import factory
from django.utils import timezone

from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind, WorkItem
from tests.factories.clients import ClientFactory


class WorkItemFactory(factory.django.DjangoModelFactory[WorkItem]):
    """A client to call by tomorrow, for whoever coordinates."""

    class Meta:
        model = WorkItem

    client = factory.SubFactory(ClientFactory)
    kind = DutyKind.CALL_CLIENT
    reason = "Asked to be called."
    owner_role = Role.COORDINATOR
    due_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=1))
