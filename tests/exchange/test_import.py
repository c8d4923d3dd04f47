"""What a chart becomes here, and what the same chart or a newer one changes."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client, ClientIdentifier, ClientStatus, ContactPoint
from clinic.coverage.models import Coverage
from clinic.exchange.models import ImportDifference
from clinic.formulary.models import MedicationName
from clinic.intake.models import Allergy, HistoryEvent, ProblemHistory, ReportedMedication
from clinic.monitoring.models import Measurement
from clinic.scales.models import ScaleResponse
from clinic.staff.models import User
from clinic.worklist.models import WorkItem
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
from tests.factories.formulary import MedicationFactory

pytestmark = pytest.mark.django_db


def test_a_patient_becomes_a_client(tmp_path: Path) -> None:
    summary, status = run(tmp_path, bundle(patient()))
    client = Client.objects.get()
    assert (client.given_names, client.family_name, client.language) == ("Gustavo José", "Mejía", "es")
    assert (str(client.birth_on), client.sex, client.city, client.came_from) == (
        "1980-05-17",
        "male",
        "Provo",
        "import",
    )
    assert ContactPoint.objects.get().value == "+18015550100"
    assert not ContactPoint.objects.filter(may_call=True).exists()
    assert ClientIdentifier.objects.get().value == "MRN-p1"
    assert "mejia" in client.search_text
    assert (summary["clients_created"], status) == (1, 0)
    assert list(summary) == [
        "files", "refused", "clients_created", "clients_updated", "unchanged", "imported",
        "unmatched_medications", "skipped", "errors",
    ]  # fmt: skip


def test_a_dead_person_is_not_in_care(tmp_path: Path) -> None:
    run(tmp_path, bundle(patient(deceasedDateTime="2018-01-02T03:04:05Z")))
    client = Client.objects.get()
    assert (str(client.deceased_on), client.status) == ("2018-01-02", ClientStatus.DISCHARGED)


def test_conditions_keep_their_own_coding(tmp_path: Path) -> None:
    run(tmp_path, bundle(patient(), condition()))
    problem = ProblemHistory.objects.get()
    assert (problem.code_system, problem.code, problem.text) == ("http://snomed.info/sct", "195967001", "Asthma")
    assert str(problem.began_on) == "2010-02-03"


def test_medications_match_by_rxcui_then_by_ingredient_else_stay_as_text(tmp_path: Path) -> None:
    sertraline = MedicationFactory(name="sertraline", rxcui="36437")
    summary, _ = run(
        tmp_path,
        bundle(
            patient(),
            prescription("m1", "Zoloft", rxcui="36437"),
            prescription("m2", "Sertraline 100 MG Oral Tablet", rxcui="312941", status="stopped"),
            prescription("m3", "Amoxicillin 250 MG Oral Capsule", rxcui="308182"),
            prescription("m4", "Sertraline 50 MG / Aspirin 81 MG", rxcui="9"),
        ),
    )
    matched = {row.name: row.medication for row in ReportedMedication.objects.all()}
    assert matched == {
        "Zoloft": sertraline,
        "Sertraline 100 MG Oral Tablet": sertraline,
        "Amoxicillin 250 MG Oral Capsule": None,
        "Sertraline 50 MG / Aspirin 81 MG": None,
    }
    assert summary["unmatched_medications"] == 2
    assert ReportedMedication.objects.get(name__startswith="Sertraline 100").last_on is not None
    assert ReportedMedication.objects.get(name="Zoloft").last_on is None


def test_a_text_that_names_no_release_means_the_plain_entry(tmp_path: Path) -> None:
    plain = MedicationFactory(name="paroxetine", ingredient="paroxetine", rxcui="32937")
    MedicationFactory(name="paroxetine CR", ingredient="paroxetine", rxcui="32937")
    texts = ("Paroxetine 20 MG Oral Tablet", "24 HR Paroxetine 25 MG Extended Release")
    run(tmp_path, bundle(patient(), *(prescription(f"m{n}", text, "1") for n, text in enumerate(texts))))
    assert [ReportedMedication.objects.get(name=text).medication for text in texts] == [plain, None]


def test_a_contained_medication_is_read(tmp_path: Path) -> None:
    inside = {"resourceType": "Medication", "id": "inner", "code": {"text": "Warfarin 5 MG"}}
    run(tmp_path, bundle(patient(), {**prescribed_elsewhere(reference="#inner"), "contained": [inside]}))
    assert ReportedMedication.objects.get().name == "Warfarin 5 MG"


def test_a_medication_that_is_only_displayed_stays_as_its_words(tmp_path: Path) -> None:
    run(tmp_path, bundle(patient(), prescribed_elsewhere(display="Warfarin 5 MG")))
    assert ReportedMedication.objects.get().name == "Warfarin 5 MG"


def test_a_medication_of_another_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "Medication.ndjson").write_text(
        json.dumps({"resourceType": "Medication", "id": "w", "code": {"text": "Warfarin 5 MG"}})
    )
    request = {**prescribed_elsewhere(reference="Medication/w"), "subject": {"reference": "Patient/p1"}}
    (tmp_path / "MedicationRequest.ndjson").write_text(json.dumps(request))
    (tmp_path / "Patient.ndjson").write_text(json.dumps(patient()))
    summary, status = run_paths(tmp_path)
    assert (summary["imported"], status) == ({"MedicationRequest": 1}, 0)
    assert ReportedMedication.objects.get().name == "Warfarin 5 MG"


def test_a_name_in_another_script_does_not_match_every_medication(tmp_path: Path) -> None:
    sertraline = MedicationFactory(name="sertraline", rxcui="36437")
    MedicationName.objects.create(medication=sertraline, name="舍曲林")
    run(tmp_path, bundle(patient(), prescription("m1", "Amoxicillin 250 MG", rxcui="308182")))
    assert ReportedMedication.objects.get().medication is None


def test_what_says_nothing_is_skipped_and_counted(tmp_path: Path) -> None:
    nothing = [
        condition("c1", code={}),
        resource("AllergyIntolerance", "a1", code={}),
        visit(end="2011-01-02T08:00:00Z"),
    ]
    points = [{"system": "fax", "value": "801-555-0100"}]
    summary, status = run(tmp_path, bundle(patient(telecom=points), *nothing))
    assert summary["skipped"] == {
        "AllergyIntolerance": 1, "Condition": 1, "Encounter": 1, "Patient.telecom": 1,
    }  # fmt: skip
    assert (summary["imported"], status) == ({}, 0)


def test_one_resource_twice_in_a_file_is_one_row(tmp_path: Path) -> None:
    run(tmp_path, bundle(patient(), condition(), condition()))
    assert ProblemHistory.objects.count() == 1


def test_a_resource_is_known_again_by_its_identifier_whatever_its_id(tmp_path: Path) -> None:
    same = [{"value": "local note"}, {"system": "https://hospital.example/problem", "value": "7"}]
    run(tmp_path, bundle(patient(), condition("c1", identifier=same)))
    run(tmp_path, bundle(patient(), condition("c2", text="Severe asthma", identifier=same)))
    assert ProblemHistory.objects.get().text == "Severe asthma"


def test_a_death_that_a_newer_chart_tells_waits_for_a_person(tmp_path: Path) -> None:
    run(tmp_path, bundle(patient()))
    run(tmp_path, bundle(patient(deceasedDateTime="2018-01-02")))
    client = Client.objects.get()
    assert (str(client.deceased_on), client.status) == ("2018-01-02", ClientStatus.ENQUIRY)
    difference = ImportDifference.objects.get()
    assert (difference.field, difference.theirs) == ("status", ClientStatus.DISCHARGED)


def test_allergies_coverage_and_encounters(tmp_path: Path) -> None:
    reaction = [{"manifestation": [{"text": "Hives"}], "severity": "severe"}]
    codes = {"coding": [{"system": "http://snomed.info/sct", "code": "716186003", "display": "No known allergy"}]}
    run(
        tmp_path,
        bundle(
            patient(),
            resource("AllergyIntolerance", "a1", code={"text": "Penicillin"}, reaction=reaction),
            resource("AllergyIntolerance", "a2", code=codes),
            resource("Coverage", "v1", payor=[{"display": "Humana"}], subscriberId="H-1"),
            resource(
                "Encounter",
                "e1",
                type=[{"text": "Check-up"}],
                period={"start": "2011-01-02T03:04:05Z"},
                **{"class": {"code": "AMB"}},
            ),
        ),
    )
    assert list(Allergy.objects.values_list("substance", "reaction", "severity", "is_none_known")) == [
        ("No known allergy", "", "unknown", True),
        ("Penicillin", "Hives", "severe", False),
    ]
    assert Coverage.objects.values_list("payer", "member_id").get() == ("Humana", "H-1")
    assert HistoryEvent.objects.values_list("kind", "text").get() == ("Outpatient visit", "Check-up")


def test_known_results_keep_value_and_unit_and_others_are_skipped(tmp_path: Path) -> None:
    parts = [
        {
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmHg"},
        }
        for code, value in (("8480-6", 121), ("8462-4", 79))
    ]
    pressure = observation("o2", "85354-9", 0, component=parts)
    del pressure["valueQuantity"]
    summary, _ = run(
        tmp_path,
        bundle(
            patient(),
            observation("o1", "29463-7", 81.25),
            pressure,
            observation("o3", "8302-2", 175, "cm"),
            resource("Claim", "x1"),
        ),
    )
    assert list(Measurement.objects.order_by("kind").values_list("kind", "value", "unit")) == [
        ("diastolic", Decimal(79), "mmHg"),
        ("systolic", Decimal(121), "mmHg"),
        ("weight", Decimal("81.25"), "kg"),
    ]
    assert summary["imported"] == {"Observation": 2}
    assert summary["skipped"] == {"Claim": 1, "Observation": 1}


def test_an_uncorrected_qt_is_not_taken_for_a_qtc(tmp_path: Path) -> None:
    run(tmp_path, bundle(patient(), observation("o1", "8634-8", 380, "ms"), observation("o2", "8636-3", 431, "ms")))
    assert list(Measurement.objects.order_by("kind").values_list("kind", "value")) == [("qt", 380), ("qtc", 431)]


def test_scale_totals_carry_their_band(tmp_path: Path) -> None:
    run(
        tmp_path,
        bundle(patient(), observation("o1", "44261-6", 12, "{score}"), observation("o2", "82667-7", 3, "{score}")),
    )
    rows = ScaleResponse.objects.order_by("instrument").values_list("instrument", "total", "band", "answered_by")
    assert list(rows) == [("dast10", 3, "", "import"), ("phq9", 12, "moderate", "import")]


def test_what_was_entered_in_error_stays_out(tmp_path: Path) -> None:
    wrong = {"coding": [{"code": "entered-in-error"}]}
    summary, _ = run(tmp_path, bundle(patient(), condition(verificationStatus=wrong)))
    assert not ProblemHistory.objects.exists()
    assert summary["skipped"] == {"Condition": 1}


def counts() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for name in ("clients", "intake", "coverage", "monitoring", "scales", "exchange", "worklist")
        for model in apps.get_app_config(name).get_models()
    }


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    chart = bundle(patient(), condition(), observation("o1", "29463-7", 81), prescription("m1", "Aspirin"))
    run(tmp_path, chart)
    before = counts()
    summary, status = run(tmp_path, chart)
    assert counts() == before
    assert (summary["unchanged"], summary["clients_updated"], summary["imported"], status) == (1, 0, {}, 0)


def test_a_newer_version_updates(tmp_path: Path) -> None:
    run(tmp_path, bundle(patient(), condition()))
    newer = patient(address=[{"city": "Ogden"}], telecom=[{"system": "phone", "value": "801-555-0199"}])
    summary, _ = run(tmp_path, bundle(newer, condition(text="Severe asthma"), condition("c2", "Gout")))
    assert Client.objects.get().city == "Ogden"
    assert [p.value for p in ContactPoint.objects.filter(ended_at=None)] == ["+18015550199"]
    assert "18015550199" in Client.objects.get().search_text
    assert set(ProblemHistory.objects.values_list("text", flat=True)) == {"Severe asthma", "Gout"}
    assert (summary["clients_updated"], summary["imported"]) == (1, {"Condition": 2})
    assert not ImportDifference.objects.exists()


def test_an_older_version_changes_nothing(tmp_path: Path) -> None:
    run(tmp_path, bundle(patient(meta={"lastUpdated": "2020-01-01T00:00:00Z"})))
    run(tmp_path, bundle(patient(meta={"lastUpdated": "2019-01-01T00:00:00Z"}, address=[{"city": "Ogden"}])))
    assert Client.objects.get().city == "Provo"


def test_what_staff_changed_stands_and_the_difference_is_listed_once(tmp_path: Path) -> None:
    run(tmp_path, bundle(patient(), condition()))
    Client.objects.update(city="Moab")
    ProblemHistory.objects.update(clinical_status="resolved")
    active = {"coding": [{"code": "active"}]}
    for city in ("Ogden", "Logan"):
        run(tmp_path, bundle(patient(address=[{"city": city}]), condition(clinicalStatus=active)))
    assert Client.objects.get().city == "Moab"
    assert ProblemHistory.objects.get().clinical_status == "resolved"
    found = {d.field: (d.ours, d.theirs) for d in ImportDifference.objects.all()}
    assert found == {"city": ("Moab", "Logan"), "clinical_status": ("resolved", "active")}
    assert WorkItem.objects.get().kind == "review_difference"


def test_a_client_of_ours_with_that_identifier_is_filled_not_overwritten(tmp_path: Path) -> None:
    from tests.factories.clients import ClientFactory

    ours = ClientFactory(given_names="Gus", family_name="Mejía", birth_on="1980-05-17", city="")
    ClientIdentifier.objects.create(client=ours, system="https://hospital.example/mrn", value="MRN-p1")
    run(tmp_path, bundle(patient()))
    ours.refresh_from_db()
    assert (ours.given_names, ours.city) == ("Gus", "Provo")
    assert "given_names" in ImportDifference.objects.values_list("field", flat=True)


def test_one_event_says_who_imported_what(tmp_path: Path, coordinator: User) -> None:
    run(tmp_path, bundle(patient(), condition()), staff=coordinator.email)
    event = AuditEvent.objects.get(action="chart_imported")
    assert (event.by, event.client_id) == (coordinator, Client.objects.get().pk)
    assert event.detail["imported"] == {"Condition": 1}


def test_an_unknown_importer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nobody"):
        run(tmp_path, bundle(patient()), staff="nobody@clinic.example")


def test_a_folder_of_ndjson_refers_across_files(tmp_path: Path) -> None:
    relative = {"reference": "Patient/p1"}
    lines = [{**condition(f"c{n}"), "subject": relative} for n in range(3)]
    (tmp_path / "Condition.ndjson").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "Patient.ndjson").write_text("\n".join(json.dumps(patient(key)) for key in ("p1", "p2")))
    (tmp_path / "notes.txt").write_text("not a chart")
    summary, status = run_paths(tmp_path)
    assert (summary["files"], summary["clients_created"], summary["imported"], status) == (2, 2, {"Condition": 3}, 0)
    assert run_paths(tmp_path)[0]["imported"] == {}


def test_one_resource_alone_is_a_file(tmp_path: Path) -> None:
    run(tmp_path, patient())
    summary, _ = run(
        tmp_path,
        {**condition(), "subject": {"identifier": {"system": "https://hospital.example/mrn", "value": "MRN-p1"}}},
    )
    assert summary["imported"] == {"Condition": 1}


def test_conditional_references_to_what_is_not_imported_are_no_fault(tmp_path: Path) -> None:
    who = {"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|123", "display": "Dr. Ng"}
    _, status = run(tmp_path, bundle(patient(), prescription("m1", "Aspirin", requester=who)))
    assert (status, ReportedMedication.objects.get().prescribed_by) == (0, "Dr. Ng")
