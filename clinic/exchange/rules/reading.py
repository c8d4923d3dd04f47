"""From the text of a file to its FHIR R4 resources and what their references mean.

The parts that are used are checked by hand: full validation of every resource takes longer than the import.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

Json = dict[str, Any]
# Inside a Bundle a reference to one of these must lead somewhere; whoever else is named may live elsewhere.
OURS = frozenset(
    {"Patient", "Condition", "Encounter", "MedicationRequest", "MedicationStatement", "Medication"}
    | {"AllergyIntolerance", "Coverage", "Observation"}
)


class Refused(Exception):  # noqa: N818 - the contract's word
    """A file cannot be imported: the resource at fault (empty for the whole file) and the reason."""

    def __init__(self, reason: str, resource: str = "") -> None:
        super().__init__(reason)
        self.reason, self.resource = reason, resource


@dataclass
class Resources:
    """The resources of one file and where each can be reached."""

    listed: list[Json]
    is_bundle: bool
    by_address: dict[str, Json] = field(default_factory=dict)
    by_identifier: dict[tuple[str, str, str], Json] = field(default_factory=dict)

    def find(self, reference: str, inside: Json) -> Json | None:
        """The resource of this file that a reference means; None if it is not here."""
        if reference.startswith("#"):
            return next((part for part in contained(inside) if part.get("id") == reference[1:]), None)
        kind, mark, query = reference.partition("?")
        if mark:
            system, _, value = parse_qs(query).get("identifier", [""])[0].rpartition("|")
            return self.by_identifier.get((kind, system, value))
        address = reference.split("/_history/")[0]
        return self.by_address.get(address) or self.by_address.get("/".join(address.split("/")[-2:]))


def read_text(raw: bytes) -> Resources:
    """The resources of a JSON file (a Bundle of any type, or one resource) or of NDJSON; raises Refused."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Refused("This is not JSON: the text is not UTF-8.") from problem
    if "\\u0000" in text or "\x00" in text:
        raise Refused("The text has a zero character in it.")
    try:
        documents = [_loads(text)]
    except ValueError as problem:
        documents = _lines(text, problem)
    if len(documents) == 1 and _is_resource(documents[0]) and documents[0]["resourceType"] == "Bundle":
        return _of_bundle(documents[0])
    found = Resources([], is_bundle=False)
    for document in documents:
        if not _is_resource(document):
            raise Refused("This is not FHIR: there is no resourceType.")
        _add(found, document, "")
    return found


def label_of(resource: Json) -> str:
    """How a resource is named to people: `Condition/…`."""
    return f"{resource.get('resourceType', '')}/{resource.get('id', '')}".rstrip("/")


def contained(resource: Json) -> list[Json]:
    """The resources that stand inside this one."""
    parts = resource.get("contained") or []
    return [part for part in parts if isinstance(part, dict)]


def check_references(resources: Resources) -> None:
    """Every reference that must lead somewhere in this file does; raises Refused naming the resource.

    `#…` and `urn:uuid:` never leave a file. Practitioners, organizations and other types that are not imported
    may live elsewhere.
    """
    for resource in resources.listed:
        for reference in _references(resource):
            stays_here = reference.startswith(("#", "urn:uuid:")) and reference != "#"
            if stays_here and resources.find(reference, resource) is None:
                raise Refused(f"The reference {reference} leads nowhere.", label_of(resource))


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except RecursionError as problem:
        raise Refused("This is not FHIR: it is nested too deeply.") from problem


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _lines(text: str, problem: ValueError) -> list[Any]:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        raise Refused(f"This is not JSON: {problem}.") from problem
    documents = []
    for number, line in enumerate(lines, start=1):
        try:
            documents.append(_loads(line))
        except ValueError as wrong:
            # A broken JSON file is one document over many lines: its first line alone is no resource.
            whole = problem if number == 1 else wrong
            where = "" if number == 1 else f" on line {number}"
            raise Refused(f"This is not JSON{where}: {whole}.") from wrong
    return documents


def _is_resource(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("resourceType"), str)


def _of_bundle(bundle: Json) -> Resources:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise Refused("This is not FHIR: the entries of the Bundle are no list.", label_of(bundle))
    found = Resources([], is_bundle=True)
    for entry in entries:
        if not isinstance(entry, dict):
            raise Refused("This is not FHIR: an entry of the Bundle is no object.", label_of(bundle))
        resource = entry.get("resource")
        if resource is None:
            continue
        if not _is_resource(resource):
            raise Refused("This is not FHIR: an entry has no resourceType.", label_of(bundle))
        if resource["resourceType"] == "Bundle":
            inner = _of_bundle(resource)
            found.listed += inner.listed
            found.by_address |= inner.by_address
            found.by_identifier |= inner.by_identifier
        else:
            _add(found, resource, entry.get("fullUrl") or "")
    return found


def _add(found: Resources, resource: Json, address: str) -> None:
    found.listed.append(resource)
    kind, key = resource["resourceType"], resource.get("id")
    if address:
        found.by_address[str(address)] = resource
    if key:
        found.by_address.setdefault(f"{kind}/{key}", resource)
        found.by_address.setdefault(f"urn:uuid:{key}", resource)
    identifiers = resource.get("identifier")
    for identifier in identifiers if isinstance(identifiers, list) else []:
        if isinstance(identifier, dict):
            place = (kind, str(identifier.get("system", "")), str(identifier.get("value", "")))
            found.by_identifier.setdefault(place, resource)


def _references(node: Any) -> Iterator[str]:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            reference = part.get("reference")
            if isinstance(reference, str):
                yield reference
            waiting.extend(value for value in part.values() if isinstance(value, dict | list))
        elif isinstance(part, list):
            waiting.extend(part)
