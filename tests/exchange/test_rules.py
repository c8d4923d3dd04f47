"""Reading files and persons, without a database."""

import datetime as dt
import json
from typing import Any

import pytest

from clinic.exchange.rules import Refused, as_text, dates, merged, people, read_text
from tests.exchange.bundles import bundle, condition, patient

TODAY = dt.date(2026, 3, 4)
BORN = dt.date(1980, 5, 17)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe",
        b'{"resourceType": NaN}',
        b"[" * 100_000,
        b'{"a": 1}\n{"b": 2}',
        b'{"resourceType": "Patient"}\n{nonsense',
        b'{"resourceType": "Bundle", "entry": {}}',
        b'{"resourceType": "Bundle", "entry": [1]}',
        b'{"resourceType": "Bundle", "entry": [{"resource": {}}]}',
    ],
)
def test_what_is_no_chart_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        read_text(raw)


def test_bundles_inside_bundles_and_entries_without_resource_are_read() -> None:
    outer = {"resourceType": "Bundle", "entry": [{"resource": bundle(patient(), condition())}, {"fullUrl": "x"}]}
    found = read_text(json.dumps(outer).encode())
    assert [one["resourceType"] for one in found.listed] == ["Patient", "Condition"]
    assert found.find("Patient?identifier=https://hospital.example/mrn|MRN-p1", {}) is found.listed[0]
    assert found.find("https://fhir.example/Patient/p1/_history/2", {}) is found.listed[0]


def test_sex_gender_language_and_nickname_are_read() -> None:
    woman = {"valueCodeableConcept": {"coding": [{"display": "Woman"}]}}
    said = people.client_values(
        patient(
            name=[{"use": "official", "family": "Ng", "given": ["A"]}, {"use": "nickname", "given": ["Ally"]}],
            extension=[
                {"url": people.BIRTH_SEX, "valueCode": "M"},
                {"url": people.GENDER_IDENTITY[0], **woman},
            ],
            communication=[{"preferred": True, "language": {"coding": [{"code": "en-US"}]}}],
        ),
        today=TODAY,
    )
    assert (said["sex"], said["gender"], said["language"], said["preferred_name"]) == ("male", "Woman", "en", "Ally")


def test_a_gender_identity_without_words_leaves_the_stated_gender() -> None:
    nameless = {"url": people.GENDER_IDENTITY[0], "valueCodeableConcept": {}}
    birth_sex = {"url": people.BIRTH_SEX, "valueCode": "F"}
    said = people.client_values(patient(gender="other", extension=[nameless, birth_sex]), today=TODAY)
    assert (said["sex"], said["gender"]) == ("female", "other")


@pytest.mark.parametrize("changes", [{"name": []}, {"birthDate": ""}, {"birthDate": None}])
def test_a_person_needs_a_name_and_a_birth_date(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        people.client_values(patient(**changes), today=TODAY)


def test_telecom_is_kept_where_it_can_be_used() -> None:
    points = [
        {"system": "email", "value": "A@B.example"},
        {"system": "fax", "value": "801-555-0100"},
        {"system": "phone", "value": "801-555-0100", "use": "old"},
    ]
    assert people.contacts_of(patient(telecom=points)) == ([("email", "a@b.example", "")], 1)


@pytest.mark.parametrize(
    "changes",
    [{"identifier": [], "id": ""}, {"identifier": [{"system": "s", "value": "9" * 201}]}],
)
def test_a_person_must_be_known_again(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        people.identifiers_of(patient(**changes))


def test_an_identifier_without_system_or_value_identifies_nobody() -> None:
    several = [{"value": "7"}, {"system": "s"}, {"system": "s", "value": "8"}]
    assert people.identifiers_of(patient(identifier=several)) == [("s", "8")]
    assert people.identifiers_of(patient(identifier=several[:2])) == [("urn:fhir:id", "p1")]


def test_a_resource_without_id_and_an_odd_identifier_are_read() -> None:
    raw = {"resourceType": "Organization", "identifier": ["odd", {"system": "s", "value": "1"}]}
    found = read_text(json.dumps(raw).encode())
    assert found.find("Organization?identifier=s|1", {}) == raw
    assert list(found.by_address) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [("2010", "2010-01-01"), ("1980", "1980-01-01"), ("2010-02", "2010-02-01"), ("2010-02-03T23:30:00", "2010-02-03")],
)
def test_dates_are_read_as_written(text: str, day: str) -> None:
    assert str(dates.day(text, born=BORN, label="")) == day


@pytest.mark.parametrize("text", ["yesterday", "2010-13-01", "1979", "1879-01-01", "2101-01-01"])
def test_absurd_dates_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        dates.day(text, born=BORN, label="")


def test_merging_takes_only_what_nobody_changed_here() -> None:
    before = {"a": "1", "b": "1", "c": "1", "d": "1"}
    result = merged({"a": "1", "b": "2", "c": "2", "d": "3"}, before, {"a": "9", "b": "9", "c": "2", "d": "1"})
    assert (result.taken, result.differing) == ({"a": "9"}, {"b": ("2", "9")})
    first = merged({"a": "", "b": "x", "c": "y"}, None, {"a": "1", "b": "2", "c": ""})
    assert (first.taken, first.differing) == ({"a": "1"}, {"b": ("x", "2")})
    assert as_text(True) == "True"
