"""What a chart is refused for: whole, by name, and without stopping the others."""

from pathlib import Path

import pytest

from clinic.intake.models import ProblemHistory
from tests.exchange.bundles import (
    bundle,
    condition,
    observation,
    patient,
    prescribed_elsewhere,
    prescription,
    resource,
    run,
    run_paths,
    visit,
)

pytestmark = pytest.mark.django_db


ABSURD = [
    ("not JSON", "{nonsense", "", "JSON"),
    ("not FHIR", {"hello": 1}, "", "FHIR"),
    ("a list", [1, 2], "", "FHIR"),
    ("wrong shape", bundle(patient(name="Ada")), "Patient/p1", "shape"),
    ("no Patient", bundle({"resourceType": "Organization", "id": "o"}), "", "no Patient"),
    ("whose", bundle(patient(), {"resourceType": "Condition", "id": "c9"}), "Condition/c9", "patient is missing"),
    ("dangling urn", bundle(patient(), condition(encounter={"reference": "urn:uuid:gone"})), "Condition/c1", "nowhere"),
    ("dangling", bundle(patient(), condition(subject={"reference": "Patient/gone"})), "Condition/c1", "nowhere"),
    ("dangling visit", bundle(patient(), condition(encounter={"reference": "Encounter/x"})), "Condition/c1", "nowhere"),
    ("dangling contained", bundle(patient(), condition(asserter={"reference": "#gone"})), "Condition/c1", "nowhere"),
    ("born tomorrow", bundle(patient(birthDate="2999-01-01")), "Patient/p1", "cannot be true"),
    ("born long ago", bundle(patient(birthDate="1779-01-01")), "Patient/p1", "cannot be true"),
    ("no such day", bundle(patient(birthDate="1980-02-30")), "Patient/p1", "no whole date"),
    ("before birth", bundle(patient(), condition(onsetDateTime="1979-01-01")), "Condition/c1", "cannot be true"),
    ("far future", bundle(patient(), condition(onsetDateTime="2140-01-01")), "Condition/c1", "cannot be true"),
    ("backwards", bundle(patient(), condition(abatementDateTime="2009-01-01")), "Condition/c1", "before it begins"),
    ("PHQ-9 of 99", bundle(patient(), observation("o1", "44261-6", 99)), "Observation/o1", "outside 0 to 27"),
    ("no unit", bundle(patient(), observation("o1", "29463-7", 80, "")), "Observation/o1", "no unit"),
    ("whose chart", bundle(patient(), condition("c1"), condition("c2", subject={"reference": "urn:uuid:c1"})),
     "Condition/c2", "does not lead to a Patient"),
    ("no medication", bundle(patient(), prescribed_elsewhere(reference="Medication/gone")),
     "MedicationRequest/m1", "nowhere"),
    ("nameless medication", bundle(patient(), prescription("m1", "", medicationCodeableConcept={"coding": []})),
     "MedicationRequest/m1", "no name"),
    ("nameless payer", bundle(patient(), resource("Coverage", "v1", payor=[{}])), "Coverage/v1", "payer has no name"),
    ("backwards visit", bundle(patient(), visit(start="2011-01-02T09:00:00Z", end="2011-01-02T08:00:00Z")),
     "Encounter/e1", "before it begins"),
    ("undated result", bundle(patient(), observation("o1", "29463-7", 80) | {"effectiveDateTime": ""}),
     "Observation/o1", "no date"),
    ("half a point", bundle(patient(), observation("o1", "44261-6", 9.5)), "Observation/o1", "no whole number"),
    ("third policy", bundle(patient(), resource("Coverage", "v1", payor=[{"display": "Humana"}], order=-3)),
     "", "database refused"),
    ("half a letter", bundle(patient(), condition(text="a\ud800b")), "", "half a character"),
    ("zero sign", bundle(patient(), condition(text="a\u0000b")), "", "zero character"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "at", "reason"), [case[1:] for case in ABSURD], ids=[case[0] for case in ABSURD])
def test_a_broken_file_is_refused_whole_and_the_others_go_on(
    document: object, at: str, reason: str, tmp_path: Path
) -> None:
    good = bundle(patient("p1", identifier=[{"system": "other", "value": "7"}]))
    summary, status = run(tmp_path, document, good)
    assert (summary["files"], summary["refused"], summary["clients_created"], status) == (2, 1, 1, 1)
    (error,) = summary["errors"]
    assert error["file"].endswith("chart0.json")
    assert error["resource"] == at
    assert reason in error["reason"]
    assert not ProblemHistory.objects.exists()


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    summary, status = run_paths(tmp_path / "gone.json")
    assert (summary["refused"], status) == (1, 1)


def test_identifiers_of_two_clients_are_refused(tmp_path: Path) -> None:
    both = patient(
        identifier=[{"system": "https://hospital.example/mrn", "value": f"MRN-{key}"} for key in ("p1", "p2")]
    )
    summary, _ = run(tmp_path, patient("p1"), patient("p2"), both)
    assert "two clients" in summary["errors"][0]["reason"]


def test_a_mere_id_does_not_make_two_people_one(tmp_path: Path) -> None:
    one = patient(identifier=[])
    summary, _ = run(tmp_path, one, {**one, "birthDate": "1990-01-01"})
    assert (summary["clients_created"], summary["refused"]) == (1, 1)


def test_a_patient_id_that_two_clients_came_with_is_not_guessed(tmp_path: Path) -> None:
    there = patient(identifier=[{"system": "https://clinic.example/mrn", "value": "4"}], birthDate="1990-01-01")
    alone = {**condition(), "subject": {"reference": "Patient/p1"}}
    summary, _ = run(tmp_path, patient(), there, alone)
    assert (summary["clients_created"], summary["refused"]) == (2, 1)
    assert "Two clients were imported with the patient id p1" in summary["errors"][0]["reason"]
    assert not ProblemHistory.objects.exists()
