"""The titration templates of the data file, and which of them fits a client."""

import json
from pathlib import Path
from typing import Any

import pytest

from clinic.core.rules import RuleBroken
from clinic.formulary.rules import Choice, choose, groups_taken, read_formulary, read_templates
from clinic.formulary.rules.templates import FILE, Templates

TEMPLATES = read_templates()
ROW: dict[str, Any] = {
    "id": "one",
    "medication": "sertraline",
    "title": "25 mg",
    "indication": "Depression",
    "kind": "titration",
    "status": "V",
    "source": "a label",
    "steps": [{"doses": {"morning": "25"}, "days": 7}, {"doses": {"morning": "50"}}],
}


def read(folder: Path, *rows: dict[str, Any]) -> Templates:
    groups = {"valproate": {"words": "valproate", "names": ["valproate", "depakote"]}}
    (folder / FILE).write_text(json.dumps({"groups": groups, "templates": list(rows)}))
    read_templates.cache_clear()
    try:
        return read_templates(folder)
    finally:
        read_templates.cache_clear()


def key_of(choice: Choice) -> str:
    return choice.template.key if choice.template else ""


def lamotrigine(*taken: str, age: int = 40) -> Choice:
    return choose(TEMPLATES, "lamotrigine", taken, age=age)


def test_every_template_is_of_a_medication_of_the_formulary() -> None:
    names = {entry.name for entry in read_formulary()}
    assert {one.medication for one in TEMPLATES.every} <= names
    assert len(TEMPLATES.every) == 70


def test_what_is_unverified_is_loaded_and_never_offered() -> None:
    unverified = [one for one in TEMPLATES.every if one.status == "U"]
    assert len(unverified) == 6
    assert not any(one in TEMPLATES.of(one.medication) for one in unverified)


def test_a_secondary_source_is_said() -> None:
    cautions = {one.key: one.caution for one in TEMPLATES.of("lamotrigine")}
    assert cautions["lamotrigine-alone"] == ""
    assert cautions["lamotrigine-with-valproate"] == "not yet reviewed by the medical director"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "W"}, "status and a source"),
        ({"source": ""}, "status and a source"),
        ({"kind": "other"}, "no kind"),
        ({"taper": {}}, "either steps or a taper"),
        ({"takes": [["aspirin"]]}, "unknown groups: aspirin"),
        ({"steps": [{"doses": {"morning": "25"}, "days": 7}]}, "last step has no end"),
        ({"kind": "fixed"}, "one step"),
        ({"takes": 5}, "cannot be used"),
    ],
)
def test_a_row_that_would_be_wrong_in_use_is_refused_by_name(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    assert read(tmp_path, ROW).of("sertraline")
    with pytest.raises(RuleBroken, match=reason) as refused:
        read(tmp_path, {**ROW, **change})
    assert "The template one" in refused.value.reason


def test_a_missing_field_and_a_second_row_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="'medication'"):
        read(tmp_path, {key: value for key, value in ROW.items() if key != "medication"})
    with pytest.raises(RuleBroken, match="twice"):
        read(tmp_path, ROW, ROW)


def test_a_group_is_known_by_brand_and_among_other_words() -> None:
    taken = ["Depakote 500 mg BID", "Tegretol", "Vitamin D", "paroxetine IR"]
    assert groups_taken(TEMPLATES.groups, taken) == {
        "valproate": "Depakote 500 mg BID",
        "enzyme_inducer": "Tegretol",
        "cyp2d6_strong_inhibitor": "paroxetine IR",
    }
    assert groups_taken(TEMPLATES.groups, ["oxcarbazepine", "nondepakotene"]) == {}


@pytest.mark.parametrize(
    ("taken", "key", "reason"),
    [
        ([], "lamotrigine-alone", "Without valproate or an enzyme inducer, as far as is recorded."),
        (["sertraline"], "lamotrigine-alone", "Without valproate"),
        (["divalproex ER"], "lamotrigine-with-valproate", "With valproate (divalproex ER)."),
        (["Dilantin"], "lamotrigine-with-inducer", "With an enzyme inducer (Dilantin)."),
        (
            ["valproate", "carbamazepine"],
            "",
            "With valproate (valproate) and an enzyme inducer (carbamazepine): no label schedule for this "
            "combination. You decide.",
        ),
    ],
)
def test_lamotrigine_goes_by_what_is_taken(taken: list[str], key: str, reason: str) -> None:
    choice = lamotrigine(*taken)
    assert key_of(choice) == key
    assert choice.reason.startswith(reason)
    assert len({one.key for one in choice.others} | {key} - {""}) == 3


def test_the_treatment_plan_tells_which_of_several_is_meant() -> None:
    for codes, key in ((["F33.1"], "sertraline-depression-ocd"), (["Z63", "F43.10"], "sertraline-panic-ptsd-sad")):
        choice = choose(TEMPLATES, "sertraline", [], age=40, codes=codes)
        assert key_of(choice) == key
        assert choice.reason == f"The label's schedule; for {codes[-1]} in the treatment plan."
    neither = choose(TEMPLATES, "sertraline", [], age=40, codes=["Z63"])
    assert (neither.template, neither.reason) == (None, "More than one schedule fits: choose by what it treats.")
    assert len(neither.others) == 2


def test_one_alone_is_chosen_whatever_the_plan_names() -> None:
    choice = choose(TEMPLATES, "mirtazapine", ["lithium"], age=40, codes=["F43.1"])
    assert (key_of(choice), choice.reason) == ("mirtazapine", "The label's schedule.")


@pytest.mark.parametrize(("age", "key"), [(60, "citalopram"), (61, "citalopram-at-most-20"), (17, "")])
def test_age_decides(age: int, key: str) -> None:
    choice = choose(TEMPLATES, "citalopram", [], age=age)
    assert key_of(choice) == key
    if not key:
        assert "fits" in choice.reason


def test_kidney_schedules_and_tapers_are_offered_never_chosen() -> None:
    choice = choose(TEMPLATES, "viloxazine ER", [], age=40, codes=["F90.0"])
    assert key_of(choice) == "viloxazine-er-adult"
    assert [one.key for one in choice.others] == ["viloxazine-er-kidney"]
    assert choose(TEMPLATES, "diazepam", [], age=40).template is None
    assert choose(TEMPLATES, "gabapentin", [], age=40) == Choice(None, "", ())


@pytest.mark.parametrize(
    ("medication", "taken", "key"),
    [
        ("vortioxetine", [], "vortioxetine"),
        ("vortioxetine", ["Wellbutrin XL"], "vortioxetine-2d6"),
        ("atomoxetine", ["Paxil"], "atomoxetine-2d6"),
        ("valbenazine", ["clarithromycin"], "valbenazine-inhibitor"),
        ("valbenazine", ["clarithromycin", "fluoxetine"], "valbenazine-inhibitor"),
        ("brexpiprazole", ["ketoconazole", "bupropion"], "brexpiprazole-schizophrenia-quarter"),
        ("brexpiprazole", ["quinidine"], "brexpiprazole-schizophrenia-half"),
        ("citalopram", ["Prilosec"], "citalopram-2c19"),
    ],
)
def test_inhibitors_choose_the_lower_schedule(medication: str, taken: list[str], key: str) -> None:
    assert key_of(choose(TEMPLATES, medication, taken, age=40, codes=["F20.0"])) == key
