"""A file as charts: for each person what they are and what rows their resources become."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from clinic.exchange.rules import clinical, people
from clinic.exchange.rules.medications import Formulary
from clinic.exchange.rules.reading import OURS, Json, Refused, Resources, check_references, contained, label_of

IMPORTED = frozenset(clinical.READERS)


@dataclass(frozen=True)
class Known:
    """A client who was imported before, as a resource of another file refers to them."""

    key: str
    born: date


@dataclass(frozen=True)
class Item:
    """One row that a resource becomes, how it is known again, and a digest to see whether it changed."""

    resource_type: str
    label: str
    system: str
    value: str
    digest: str
    updated: str
    model: str
    values: dict[str, Any]


@dataclass
class Chart:
    """One person of a file; `patient` is None where the file only adds to a client imported before (`known`)."""

    known: Known | None = None
    patient: Json | None = None
    values: dict[str, Any] = field(default_factory=dict)
    identifiers: list[tuple[str, str]] = field(default_factory=list)
    contacts: list[tuple[str, str, str]] = field(default_factory=list)
    digest: str = ""
    items: list[Item] = field(default_factory=list)

    @property
    def born(self) -> date | None:
        born: date | None = self.known.born if self.known else self.values.get("birth_on")
        return born


@dataclass
class FileContent:
    """Everything a file says, checked: charts, what was skipped by type, medications left unmatched."""

    charts: list[Chart] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    medications: dict[str, Json] = field(default_factory=dict)
    unmatched: int = 0


Look = Callable[[str, str, str], Known | None]


def charts_of(
    resources: Resources, *, formulary: Formulary, medications: dict[str, Json], look: Look, today: date
) -> FileContent:
    """Read a whole file; raises Refused naming the resource and the reason, and then nothing of it counts.

    `look(kind, system, value)` finds a client imported before: by `("id", "", patient id)` or by identifier.
    """
    check_references(resources)
    content, persons = FileContent(), _Persons(resources, look, today, {})
    for resource in resources.listed:
        for one in [resource, *contained(resource)]:
            if one.get("resourceType") == "Patient":
                _guarded(persons.add, one)
        if resource["resourceType"] == "Medication":
            content.medications[f"Medication/{resource.get('id', '')}"] = resource
    medications = medications | content.medications
    for resource in resources.listed:
        kind = resource["resourceType"]
        if kind in IMPORTED:
            _guarded(lambda one: _add_items(one, persons, content, formulary, medications), resource)
        elif kind != "Patient":
            content.skipped[kind] += 1
    content.charts = list(persons.charts.values())
    if resources.is_bundle and not content.charts:
        raise Refused("There is no Patient in this file.")
    content.skipped += persons.skipped
    return content


class _Persons:
    def __init__(self, resources: Resources, look: Look, today: date, charts: dict[str, Chart]) -> None:
        self.resources, self.look, self.today, self.charts = resources, look, today, charts
        self.skipped: Counter[str] = Counter()

    def add(self, patient: Json) -> None:
        contacts, unusable = people.contacts_of(patient)
        chart = Chart(
            patient=patient,
            values=people.client_values(patient, today=self.today),
            identifiers=people.identifiers_of(patient),
            contacts=contacts,
            digest=_digest(patient),
        )
        if unusable:
            self.skipped["Patient.telecom"] += unusable
        self.charts[str(id(patient))] = chart

    def of(self, resource: Json) -> Chart:
        reference = resource.get("subject") or resource.get("patient") or resource.get("beneficiary") or {}
        address, label = str(reference.get("reference") or ""), label_of(resource)
        identifier = reference.get("identifier") or {}
        if not address and identifier.get("value"):
            address = f"Patient?identifier={identifier.get('system', '')}|{identifier['value']}"
        if not address:
            raise Refused("It does not say whose it is: the patient is missing.", label)
        here = self.resources.find(address, resource)
        if here is not None:
            chart = self.charts.get(str(id(here)))
            if chart is None:
                raise Refused(f"The reference {address} does not lead to a Patient.", label)
            return chart
        return self._from_before(address, label)

    def _from_before(self, address: str, label: str) -> Chart:
        _, mark, query = address.partition("?identifier=")
        if mark:
            system, _, value = query.rpartition("|")
            known = self.look("identifier", system, value)
        else:
            parts = address.split("/")
            known = self.look("id", "", parts[-1]) if len(parts) > 1 and parts[-2] == "Patient" else None
        if known is None:
            raise Refused(f"The reference {address} leads nowhere.", label)
        return self.charts.setdefault(known.key, Chart(known=known))


def _add_items(
    resource: Json, persons: _Persons, content: FileContent, formulary: Formulary, medications: dict[str, Json]
) -> None:
    chart = persons.of(resource)
    _check_ours(resource, persons.resources)
    context = clinical.Context(persons.resources, formulary, medications, chart.born, persons.today)
    rows = list(clinical.rows_of(resource, context))
    kind = resource["resourceType"]
    if not rows:
        content.skipped[kind] += 1
        return
    digest = _digest(resource)
    system, value = _key(resource, digest)
    updated = str((resource.get("meta") or {}).get("lastUpdated") or "")
    for suffix, model, values in rows:
        if model == "intake.ReportedMedication" and values["medication_id"] is None:
            content.unmatched += 1
        chart.items.append(Item(kind, label_of(resource), system, value + suffix, digest, updated, model, values))


def _check_ours(resource: Json, resources: Resources) -> None:
    """In a Bundle, what we import refers to what we import: the encounter of a result must be there."""
    if not resources.is_bundle:
        return
    for name in ("encounter", "context"):
        address = str((resource.get(name) or {}).get("reference") or "")
        is_relative = address.split("/")[0] in OURS and address.count("/") == 1
        if is_relative and resources.find(address, resource) is None:
            raise Refused(f"The reference {address} leads nowhere.", label_of(resource))


def _key(resource: Json, digest: str) -> tuple[str, str]:
    for identifier in resource.get("identifier") or []:
        if identifier.get("system") and identifier.get("value"):
            return str(identifier["system"])[:120], str(identifier["value"])[:150]
    return ("id", str(resource["id"])[:150]) if resource.get("id") else ("digest", digest)


def _digest(resource: Json) -> str:
    said = {name: part for name, part in resource.items() if name not in {"meta", "text"}}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _guarded(read: Callable[[Json], None], resource: Json) -> None:
    try:
        read(resource)
    except (AttributeError, TypeError, KeyError, IndexError, ValueError, ArithmeticError) as problem:
        raise Refused("This is not FHIR R4: a part does not have the shape it should have.", label_of(resource)) from (
            problem
        )
