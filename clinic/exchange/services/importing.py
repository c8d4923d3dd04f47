"""One file into the clinic, whole or not at all."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction

from clinic.audit.services import record
from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.exchange.models import ImportedResource
from clinic.exchange.rules import Formulary, Refused, charts_of, read_text
from clinic.exchange.rules.charts import Known
from clinic.exchange.rules.medications import name_key
from clinic.exchange.services.writing import write_chart
from clinic.formulary.models import Medication, MedicationName
from clinic.staff.models import User


@dataclass
class Imported:
    """What one file did: clients by outcome, resources written, skipped, medications left unmatched."""

    clients: Counter[str] = field(default_factory=Counter)
    imported: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    unmatched_medications: int = 0


def load_matching() -> Formulary:
    """The formulary as charts are matched with it: once for a run."""
    by_rxcui: dict[str, set[Any]] = {}
    by_name: dict[str, set[Any]] = {}
    plain = set()
    for key, name, ingredient, rxcui in Medication.objects.prescribable().values_list(
        "id", "name", "ingredient", "rxcui"
    ):
        if rxcui:
            by_rxcui.setdefault(rxcui, set()).add(key)
        if name_key(name).removesuffix(" ir") == name_key(ingredient):
            plain.add(key)
        for word in (name, ingredient):
            by_name.setdefault(name_key(word), set()).add(key)
    names = MedicationName.objects.filter(medication__retired_at=None).values_list("medication_id", "name")
    for key, name in names:
        if name_key(name):
            by_name.setdefault(name_key(name), set()).add(key)
    return Formulary(
        by_rxcui={rxcui: frozenset(keys) for rxcui, keys in by_rxcui.items()},
        by_name={name: frozenset(keys) for name, keys in by_name.items()},
        plain=frozenset(plain),
    )


def import_text(
    raw: bytes, *, formulary: Formulary, medications: dict[str, Any], by: User | None, now: datetime
) -> Imported:
    """Import one file: everything in it or nothing; the same file again changes nothing.

    `medications` carries Medication resources from file to file of one run. One audit event says who imported
    what. Raises Refused with the resource and the reason.
    """
    resources = read_text(raw)
    try:
        with transaction.atomic():
            content = charts_of(
                resources,
                formulary=formulary,
                medications=medications,
                look=_imported_before,
                today=local_day(now),
            )
            done = Imported(skipped=content.skipped, unmatched_medications=content.unmatched)
            clients = [write_chart(chart, done.clients, done.imported, now=now) for chart in content.charts]
            record(
                "chart_imported",
                by=by,
                client_id=clients[0].pk if len(clients) == 1 else None,
                clients=dict(done.clients),
                client_ids=[str(client.pk) for client in clients[:100]],
                imported=dict(done.imported),
                skipped=dict(done.skipped),
            )
    except DatabaseError as problem:
        raise Refused(f"The database refused a value: {type(problem).__name__}.") from problem
    except UnicodeEncodeError as problem:
        raise Refused("The text has half a character in it.") from problem
    medications.update(content.medications)
    return done


def _imported_before(kind: str, system: str, value: str) -> Known | None:
    if kind == "identifier":
        found = list(Client.objects.filter(identifiers__system=system, identifiers__value=value)[:2])
    else:
        rows = ImportedResource.objects.filter(resource_type="Patient", value=value).values("client_id")
        found = list(Client.objects.filter(pk__in=rows)[:2])
    if len(found) > 1:
        raise Refused(f"Two clients were imported with the patient id {value}: use an identifier.")
    return Known(str(found[0].pk), found[0].birth_on) if found else None
