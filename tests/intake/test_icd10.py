import time
from importlib.metadata import version

import pytest

from clinic.core.rules import RuleBroken
from clinic.intake import icd10
from clinic.intake.icd10 import describe, is_billable, search_icd10


def codes(text: str, limit: int = 12) -> list[str]:
    return [diagnosis.code for diagnosis in search_icd10(text, limit)]


@pytest.mark.parametrize("typed", ["F33.1", "f33.1", "F331", " f331 "])
def test_a_code_is_found_however_it_is_typed(typed: str) -> None:
    assert codes(typed) == ["F33.1"]


def test_the_beginning_of_a_code_lists_what_is_below_it() -> None:
    assert codes("F43.1") == ["F43.10", "F43.11", "F43.12"]
    assert codes("F90", limit=2) == ["F90.0", "F90.1"]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("bipolar II", "F31.81"),
        ("moderate recurrent major depr", "F33.1"),
        ("depression unspec", "F32.A"),
        ("generalized anx", "F41.1"),
        ("suicidal", "R45.851"),
        ("akathisia", "G25.71"),
        ("autism spectrum", "F84.0"),
        ("asthma", "J45.20"),
        ("long term drug therapy other", "Z79.899"),
    ],
)
def test_words_find_by_their_beginnings_in_any_order(words: str, first: str) -> None:
    assert codes(words)[0] == first


@pytest.mark.parametrize(
    ("short", "first"),
    [("GAD", "F41.1"), ("PTSD", "F43.10"), ("ADHD combined", "F90.2"), ("mdd recurrent mild", "F33.0")],
)
def test_short_names_of_the_clinic_are_understood(short: str, first: str) -> None:
    assert codes(short)[0] == first


def test_mental_health_comes_first_then_what_goes_with_it() -> None:
    found = codes("insomnia", limit=50)
    chapters = [code[0] for code in found]
    assert chapters.count("F") == chapters.index("G")
    assert "G47.00" in found[:12]
    assert found[-1][0] not in "FG"


def test_only_billable_codes_are_offered() -> None:
    assert "F33" not in codes("F33", limit=50)
    assert all(is_billable(code) for code in codes("depress", limit=50))


@pytest.mark.parametrize("nothing", ["", "   ", "qqzz", "!?", "F99.9X", "X"])
def test_nothing_is_found_for_nothing(nothing: str) -> None:
    assert codes(nothing) == []


def test_twelve_at_most_unless_asked_otherwise() -> None:
    assert len(codes("disorder")) == 12
    assert len(codes("disorder", limit=3)) == 3


@pytest.mark.parametrize("code", ["F33.1", "f331", "R45.851", "Z79.899", "Z91.148"])
def test_a_leaf_of_the_code_set_is_billable(code: str) -> None:
    assert is_billable(code)


@pytest.mark.parametrize("code", ["F33", "Z91.14", "F99.99", "F", "", "depression", "F33.1.1 x", "F30-F39"])
def test_a_group_or_an_unknown_code_is_not_billable(code: str) -> None:
    assert not is_billable(code)
    with pytest.raises(RuleBroken) as refusal:
        describe(code)
    assert refusal.value.field == "code"


def test_a_code_outside_of_the_index_comes_from_the_whole_code_set() -> None:
    assert is_billable("S72.001A")
    assert describe("M06.9") == "Rheumatoid arthritis, unspecified"
    assert not is_billable("S72")
    assert codes("M06.9") == ["M06.9"]
    assert codes("C50.01", limit=2) == ["C50.011", "C50.012"]


def test_describe_says_the_official_text() -> None:
    assert describe("F90.2") == "Attention-deficit hyperactivity disorder, combined type"


def test_words_and_codes_of_the_index_never_load_the_whole_code_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> None:
        raise AssertionError("the whole code set was loaded")

    monkeypatch.setattr(icd10, "_package", load)
    assert codes("fracture femur") == []
    assert codes("F33.1") == ["F33.1"]
    assert not is_billable("F33")
    with pytest.raises(AssertionError):
        is_billable("S72.001A")


def test_the_index_is_read_and_searched_quickly() -> None:
    icd10._index.cache_clear()
    began = time.perf_counter()
    codes("major depressive")
    assert time.perf_counter() - began < 2
    began = time.perf_counter()
    for _ in range(20):
        codes("major depressive")
    assert time.perf_counter() - began < 2


def test_the_index_is_that_of_the_installed_code_set() -> None:
    with icd10.INDEX.open(encoding="utf-8") as file:
        header = file.readline()
    assert header.split("\t")[0] == f"# simple-icd-10-cm {version('simple-icd-10-cm')}"
    code_set = icd10._package()
    index = icd10._index()
    leaves = {
        code
        for code in code_set.get_all_codes(True)
        if code.startswith(icd10._beginnings()) and "-" not in code and code_set.is_leaf(code)
    }
    assert set(index) == leaves
    assert all(item.diagnosis.text == code_set.get_description(code) for code, item in index.items())
