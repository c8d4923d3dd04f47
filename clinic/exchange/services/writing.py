"""A chart into rows: new ones in batches, changed ones field by field, what staff changed left alone."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models

from clinic.clients.models import Client, ClientIdentifier, ClientStatus, ContactKind, ContactPoint
from clinic.clients.rules import search_text_of
from clinic.exchange.models import ImportDifference, ImportedResource
from clinic.exchange.rules import Chart, Item, Refused, as_text, merged
from clinic.exchange.rules.reading import label_of
from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind
from clinic.worklist.services import open_item

BATCH = 500
ORIGIN = "import"
TO_SETTLE_WITHIN = timedelta(days=7)
# What a row holds beside what the resource says; recorded when it came in.
BESIDE: dict[str, dict[str, Any]] = {
    "intake.ProblemHistory": {"origin": ORIGIN},
    "intake.ReportedMedication": {"origin": ORIGIN},
    "intake.Allergy": {"origin": ORIGIN},
    "intake.HistoryEvent": {"origin": ORIGIN},
    "coverage.Coverage": {"origin": ORIGIN},
    "monitoring.Measurement": {"origin": ORIGIN},
    "scales.ScaleResponse": {"answered_by": ORIGIN},
}
Known = dict[tuple[str, str, str], ImportedResource]
RECORDED = frozenset({"intake.ProblemHistory", "intake.ReportedMedication", "intake.Allergy"})


def write_chart(chart: Chart, clients: Counter[str], imported: Counter[str], *, now: datetime) -> Client:
    """Write one chart of a file and count what it did; raises Refused if it cannot be told whose it is."""
    is_new, changed = False, False
    if chart.known:
        client = Client.objects.select_for_update().get(pk=chart.known.key)
        known = _resources_of(client)
    else:
        found = _find_client(chart)
        client = found or _create_client(chart)
        is_new = found is None
        known = {} if is_new else _resources_of(client)
        changed = _write_patient(client, chart, known, is_new=is_new, now=now)
    changed = _write_items(client, chart.items, known, imported, now) or changed
    clients["created" if is_new else "updated" if changed else "unchanged"] += 1
    _open_duty(client, now)
    return client


def _find_client(chart: Chart) -> Client | None:
    """The client of a Patient, by identifier; a mere resource id must come with the same name and birth date."""
    known = ClientIdentifier.objects.filter(value__in=[value for _, value in chart.identifiers])
    keys = {row.client_id for row in known if (row.system, row.value) in set(chart.identifiers)}
    label = label_of(chart.patient or {})
    if len(keys) > 1:
        raise Refused("Its identifiers belong to two clients here: merge or correct them first.", label)
    if not keys:
        return None
    client = Client.objects.select_for_update().get(pk__in=keys)
    has_identifiers = bool((chart.patient or {}).get("identifier"))
    if not has_identifiers and client.birth_on != chart.values["birth_on"]:
        raise Refused("Another person with this id and another birth date is here already.", label)
    return client


def _create_client(chart: Chart) -> Client:
    phones = [value for kind, value, _ in chart.contacts if kind == ContactKind.PHONE]
    values = chart.values
    status = ClientStatus.DISCHARGED if _is_dead(chart) else ClientStatus.ENQUIRY
    client = Client(**values, status=status, came_from=ORIGIN)
    client.search_text = search_text_of(
        given_names=values["given_names"],
        family_name=values["family_name"],
        preferred_name=values["preferred_name"],
        birth_on=values["birth_on"],
        phones=phones,
    )
    client.save(force_insert=True)
    return client


def _is_dead(chart: Chart) -> bool:
    patient = chart.patient or {}
    return bool(patient.get("deceasedDateTime") or patient.get("deceasedBoolean"))


def _write_patient(client: Client, chart: Chart, known: Known, *, is_new: bool, now: datetime) -> bool:
    patient = chart.patient or {}
    system, value = chart.identifiers[0][0], str(patient.get("id") or chart.identifiers[0][1])[:200]
    row = next((r for key, r in known.items() if key[0] == "Patient"), None)
    said = {name: as_text(value) for name, value in chart.values.items()}
    said["contacts"] = " ".join(sorted(f"{kind}:{number}" for kind, number, _ in chart.contacts))
    stamp = str((patient.get("meta") or {}).get("lastUpdated") or "")
    if row and (row.digest == chart.digest or _is_older(stamp, row)):
        return False
    _add_identifiers(client, chart)
    if not is_new:
        _merge_client(client, chart, row, now)
    _write_contacts(client, chart, row, now)
    if row is None:
        row = ImportedResource(client=client, system=system, resource_type="Patient", value=value)
    row.digest, row.values, row.row_model, row.row_id = (
        chart.digest,
        {**said, "_at": stamp},
        "clients.Client",
        client.pk,
    )
    row.save()
    return True


def _is_older(stamp: str, row: ImportedResource) -> bool:
    """A version that says it is older than what was imported last changes nothing."""
    before = row.values.get("_at", "")
    return bool(stamp and before and stamp < before)


def _add_identifiers(client: Client, chart: Chart) -> None:
    fresh = [ClientIdentifier(client=client, system=system, value=value) for system, value in chart.identifiers]
    ClientIdentifier.objects.bulk_create(fresh, ignore_conflicts=True)


def _merge_client(client: Client, chart: Chart, row: ImportedResource | None, now: datetime) -> None:
    before = row.values if row else None
    result = merged({name: getattr(client, name) for name in chart.values}, before, chart.values)
    for name, value in result.taken.items():
        setattr(client, name, value)
    if _is_dead(chart) and row and not row.values.get("deceased_on") and client.status != ClientStatus.DISCHARGED:
        result.differing["status"] = (client.status, ClientStatus.DISCHARGED.value)
    client.version += 1
    client.save(update_fields=[*result.taken, "version", "updated_at"])
    _write_differences(client, None, result.differing, now)


def _write_contacts(client: Client, chart: Chart, row: ImportedResource | None, now: datetime) -> None:
    """New numbers are added; one that came by import, left the chart and was never touched here ends."""
    standing = {(c.kind, c.value): c for c in ContactPoint.objects.filter(client=client, ended_at=None)}
    said = {(kind, value): label for kind, value, label in chart.contacts}
    before = set((row.values.get("contacts", "") if row else "").split())
    for (kind, value), label in said.items():
        was_ended_here = f"{kind}:{value}" in before
        if (kind, value) not in standing and not was_ended_here:
            ContactPoint.objects.create(client=client, kind=kind, value=value, label=label)
    for (kind, value), point in standing.items():
        is_untouched = not (point.may_call or point.may_text or point.may_email or point.is_preferred)
        if f"{kind}:{value}" in before and (kind, value) not in said and is_untouched:
            point.ended_at = now
            point.save(update_fields=["ended_at", "updated_at"])
    if row:
        phones = ContactPoint.objects.filter(client=client, kind=ContactKind.PHONE, ended_at=None)
        client.search_text = search_text_of(
            given_names=client.given_names,
            family_name=client.family_name,
            preferred_name=client.preferred_name,
            birth_on=client.birth_on,
            phones=phones.values_list("value", flat=True),
        )
        client.save(update_fields=["search_text", "updated_at"])


def _resources_of(client: Client) -> Known:
    rows = ImportedResource.objects.filter(client=client)
    return {(row.resource_type, row.system, row.value): row for row in rows}


def _write_items(client: Client, items: list[Item], known: Known, imported: Counter[str], now: datetime) -> bool:
    fresh: dict[str, list[models.Model]] = {}
    rows: list[ImportedResource] = []
    written: set[tuple[str, str]] = set()
    seen: set[tuple[str, str, str]] = set()
    for item in items:
        key = (item.resource_type, item.system, item.value)
        if key in seen:
            continue
        seen.add(key)
        row = known.get(key)
        if row is None:
            made = _new_row(client, item, now)
            fresh.setdefault(item.model, []).append(made)
            rows.append(_imported_row(client, item, made))
        elif row.digest == item.digest or _is_older(item.updated, row):
            continue
        else:
            _update_row(client, item, row, now)
        written.add((item.resource_type, item.label + item.value.partition("#")[0]))
    for model, made_rows in fresh.items():
        apps.get_model(model)._default_manager.bulk_create(made_rows, batch_size=BATCH)
    ImportedResource.objects.bulk_create(rows, batch_size=BATCH)
    imported.update(kind for kind, _ in written)
    return bool(written)


def _new_row(client: Client, item: Item, now: datetime) -> models.Model:
    beside = {**BESIDE[item.model], **({"recorded_at": now} if item.model in RECORDED else {})}
    made: models.Model = apps.get_model(item.model)(client=client, **item.values, **beside)
    return made


def _imported_row(client: Client, item: Item, made: models.Model) -> ImportedResource:
    return ImportedResource(
        client=client,
        system=item.system,
        value=item.value,
        resource_type=item.resource_type,
        digest=item.digest,
        values={**{name: as_text(value) for name, value in item.values.items()}, "_at": item.updated},
        row_model=item.model,
        row_id=made.pk,
    )


def _update_row(client: Client, item: Item, row: ImportedResource, now: datetime) -> None:
    ours = apps.get_model(row.row_model)._default_manager.select_for_update().get(pk=row.row_id)
    result = merged({name: getattr(ours, name) for name in item.values}, row.values, item.values)
    for name, value in result.taken.items():
        setattr(ours, name, value)
    if result.taken:
        ours.save(update_fields=[*result.taken, "updated_at"])
    row.digest = item.digest
    row.values = {**{name: as_text(value) for name, value in item.values.items()}, "_at": item.updated}
    row.save(update_fields=["digest", "values", "updated_at"])
    _write_differences(client, row, result.differing, now)


def _write_differences(
    client: Client, row: ImportedResource | None, differing: dict[str, tuple[str, str]], now: datetime
) -> None:
    for name, (ours, theirs) in differing.items():
        ImportDifference.objects.update_or_create(
            client=client,
            resource=row,
            field=name,
            settled_at=None,
            defaults={"ours": ours, "theirs": theirs},
            create_defaults={"ours": ours, "theirs": theirs, "found_at": now},
        )


def _open_duty(client: Client, now: datetime) -> None:
    """One duty for a client while differences wait; it is named by the oldest of them."""
    oldest = ImportDifference.objects.open().filter(client=client).order_by("found_at", "id").first()
    if oldest is not None:
        open_item(
            kind=DutyKind.REVIEW_DIFFERENCE,
            about=f"exchange.ImportDifference:{oldest.pk}",
            reason="An imported chart differs from what we entered. Say which is right.",
            owner_role=Role.COORDINATOR,
            due_at=now + TO_SETTLE_WITHIN,
            client=client,
            by=None,
            now=now,
        )
