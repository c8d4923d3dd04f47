"""A person says which of two differing values is right."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.clients.services.root import write_search_text
from clinic.core.rules import RuleBroken
from clinic.exchange.models import ImportDifference
from clinic.exchange.queries import open_differences
from clinic.staff.models import User
from clinic.worklist.models import Outcome
from clinic.worklist.services import close_about

FOUND_BY = frozenset({"given_names", "family_name", "preferred_name", "birth_on"})


@transaction.atomic
def read_differences(*, by: User) -> list[ImportDifference]:
    """The differences that wait, read by somebody: a row for each client whose values are shown."""
    found = list(open_differences(by))
    for client_id in dict.fromkeys(difference.client_id for difference in found):
        record("differences_read", by=by, client_id=client_id)
    return found


@transaction.atomic
def settle_difference(*, difference_id: UUID, kept: str, by: User, now: datetime) -> ImportDifference:
    """Keep ours, or take theirs into the row; refused if ours changed after the difference was found."""
    difference = ImportDifference.objects.visible_to(by).filter(pk=difference_id).first()
    if difference is None:
        raise Http404
    client = Client.objects.select_for_update().get(pk=difference.client_id)
    difference = ImportDifference.objects.select_for_update().get(pk=difference_id)
    if difference.settled_at is not None:
        raise RuleBroken("This difference is settled already.")
    if kept not in {"ours", "theirs"}:
        raise RuleBroken("Choose which of the two is right.", field="kept")
    if kept == "theirs":
        _take_theirs(client, difference)
    difference.kept, difference.settled_at, difference.settled_by = kept, now, by
    difference.save(update_fields=["kept", "settled_at", "settled_by", "updated_at"])
    record("import_difference_settled", by=by, subject=difference, field=difference.field, kept=kept)
    _close_duties(client, by, now)
    return difference


def _take_theirs(client: Client, difference: ImportDifference) -> None:
    resource = difference.resource
    row: models.Model = client
    if resource is not None:
        row = apps.get_model(resource.row_model)._default_manager.select_for_update().get(pk=resource.row_id)
    name = difference.field
    setattr(row, name, _value_of(row, name, difference.theirs))
    names = [name, "updated_at"]
    if isinstance(row, Client):
        row.version += 1
        names.append("version")
    row.clean_fields(exclude=[f.name for f in row._meta.fields if f.attname != name])
    row.save(update_fields=names)
    if name in FOUND_BY and isinstance(row, Client):
        write_search_text(row)


def _value_of(row: models.Model, name: str, text: str) -> Any:
    column = next(f for f in row._meta.concrete_fields if name in (f.name, f.attname))
    return None if text == "" and column.null else column.to_python(text)


def _close_duties(client: Client, by: User, now: datetime) -> None:
    """When the last difference of a client is settled, the duty to settle them is done."""
    mine = ImportDifference.objects.filter(client=client)
    if not mine.filter(settled_at=None).exists():
        for key in mine.values_list("pk", flat=True):
            close_about(about=f"exchange.ImportDifference:{key}", outcome=Outcome.DONE, by=by, now=now)
