"""Small charts made by hand, one resource each."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

Json = dict[str, Any]
SYSTEM = "https://hospital.example/mrn"
LOINC = "http://loinc.org"


def patient(key: str = "p1", **changes: Any) -> Json:
    return {
        "resourceType": "Patient",
        "id": key,
        "identifier": [{"system": SYSTEM, "value": f"MRN-{key}"}],
        "name": [{"use": "official", "family": "Mejía", "given": ["Gustavo", "José"]}],
        "birthDate": "1980-05-17",
        "gender": "male",
        "telecom": [{"system": "phone", "value": "801-555-0100", "use": "home"}],
        "address": [{"line": ["1 Main St"], "city": "Provo", "state": "UT", "postalCode": "84601"}],
        "communication": [{"language": {"coding": [{"code": "es"}]}}],
        **changes,
    }


def resource(kind: str, key: str, **parts: Any) -> Json:
    who = "patient" if kind == "AllergyIntolerance" else "beneficiary" if kind == "Coverage" else "subject"
    return {"resourceType": kind, "id": key, who: {"reference": "urn:uuid:p1"}, **parts}


def condition(key: str = "c1", text: str = "Asthma", **parts: Any) -> Json:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "195967001", "display": text}]}
    return resource("Condition", key, **{"code": code, "onsetDateTime": "2010-02-03T04:05:06+00:00", **parts})


def observation(key: str, loinc: str, value: float, unit: str = "kg", **parts: Any) -> Json:
    return resource(
        "Observation",
        key,
        status="final",
        code={"coding": [{"system": LOINC, "code": loinc}]},
        effectiveDateTime="2019-03-04T10:00:00-07:00",
        valueQuantity={"value": value, "unit": unit},
        **parts,
    )


def prescription(key: str, text: str, rxcui: str = "1", **parts: Any) -> Json:
    coding = [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxcui, "display": text}]
    words = {"status": "active", "authoredOn": "2019-03-04", "medicationCodeableConcept": {"coding": coding}}
    return resource("MedicationRequest", key, **{**words, **parts})


def bundle(*resources: Json) -> Json:
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def run(folder: Path, *documents: Any, staff: str | None = None) -> tuple[Json, int]:
    """Import documents written to files of a folder; answers the final line and the exit status."""
    paths = []
    for number, document in enumerate(documents):
        path = folder / f"chart{number}.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        paths.append(path)
    return run_paths(*paths, staff=staff)


def run_paths(*paths: Path, staff: str | None = None) -> tuple[Json, int]:
    out, status = StringIO(), 0
    words = [*map(str, paths), *(["--as", staff] if staff else [])]
    try:
        call_command("import_fhir", *words, stdout=out)
    except SystemExit as end:
        status = int(end.code or 0)
    return json.loads(out.getvalue().splitlines()[-1]), status


def prescribed_elsewhere(**reference: str) -> dict[str, Any]:
    """A prescription that names its medication by reference only."""
    request = prescription("m1", "x", medicationReference=reference)
    del request["medicationCodeableConcept"]
    return request


def visit(**period: str) -> dict[str, Any]:
    return resource("Encounter", "e1", period=period, **{"class": {"code": "AMB"}})
