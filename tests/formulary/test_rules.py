import csv
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from clinic.core.rules import RuleBroken
from clinic.formulary.rules import (
    MedicationEntry,
    data_version,
    limits_of,
    matches,
    order_product,
    read_formulary,
    search_names,
    spelled_out,
    unknown_limits,
)
from clinic.formulary.rules.reading import DATA

FORMULARY = {entry.name: entry for entry in read_formulary()}
Change = Callable[[dict[str, str]], None]


def changed(folder: Path, file: str, row_of: str, change: Change) -> Path:
    """A copy of the data files in which the first row of a medication is changed."""
    for name in ("medications.csv", "products.csv"):
        shutil.copy(DATA / name, folder)
    with (folder / file).open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    change(next(row for row in rows if row_of in (row.get("name"), row.get("medication"))))
    with (folder / file).open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_all_hundred_medications_are_there_each_with_source_and_product() -> None:
    assert len(FORMULARY) == 100
    for entry in FORMULARY.values():
        assert entry.source
        assert entry.products
        assert entry.status in {"V", "V2", "U"}


def test_confirmed_numbers_become_limits_of_a_dose_plan() -> None:
    assert limits_of(FORMULARY["sertraline"]) == {
        "max_mg_per_day": "200",
        "max_step_mg": "50",
        "min_step_interval_days": 7,
    }


def test_an_unconfirmed_number_is_no_limit_and_is_said_to_be_unknown() -> None:
    fluoxetine = FORMULARY["fluoxetine"]
    assert fluoxetine.step_mg is None
    assert fluoxetine.min_interval_days is None
    assert limits_of(fluoxetine) == {"max_mg_per_day": "80"}
    assert unknown_limits(fluoxetine) == (
        "The largest rise is unknown: rises are not checked.",
        "The shortest time between rises is unknown: it is not checked.",
    )


def test_a_medication_without_any_confirmed_number_has_no_limits_at_all() -> None:
    unverified = [entry for entry in FORMULARY.values() if entry.status == "U"]
    assert "haloperidol" in {entry.name for entry in unverified}
    for entry in unverified:
        assert limits_of(entry) == {}
        assert entry.start_mg is None
        assert entry.start_text == ""
        assert unknown_limits(entry)


def test_numbers_of_a_row_whose_source_gives_only_strengths_are_unconfirmed() -> None:
    for name in ("gepirone ER", "isocarboxazid", "zuranolone", "hydroxyzine"):
        assert FORMULARY[name].status == "U"
        assert FORMULARY[name].usual_max_mg is None


def test_paroxetine_cr_knows_its_maximum_alone() -> None:
    assert limits_of(FORMULARY["paroxetine CR"]) == {"max_mg_per_day": "75"}


def test_a_rise_by_schedule_has_no_single_step() -> None:
    assert "max_step_mg" not in limits_of(FORMULARY["iloperidone"])
    assert "the rise follows a schedule" in FORMULARY["iloperidone"].notes


def test_lamotrigine_is_never_raised_before_two_weeks_unseen() -> None:
    assert limits_of(FORMULARY["lamotrigine"]) == {
        "max_mg_per_day": "200",
        "max_step_mg": "100",
        "min_step_interval_days": 14,
    }


def test_the_largest_rise_may_be_more_than_the_usual_step() -> None:
    lisdexamfetamine = FORMULARY["lisdexamfetamine"]
    assert (lisdexamfetamine.step_mg, lisdexamfetamine.max_step_mg) == (Decimal(10), Decimal(20))


@pytest.mark.parametrize(
    "name",
    [
        "selegiline transdermal",
        "dextromethorphan-bupropion",
        "xanomeline-trospium",
        "olanzapine-samidorphan",
        "buprenorphine-naloxone SL",
    ],
)
def test_patches_and_pairs_are_never_read_as_mg(name: str) -> None:
    entry = FORMULARY[name]
    assert entry.not_computed_because
    assert limits_of(entry) == {}
    assert unknown_limits(entry) == (f"No dose check is made. {entry.not_computed_because}",)
    assert [order_product(product) for product in entry.products] == [None] * len(entry.products)


def test_amounts_by_body_weight_are_no_amounts_in_mg() -> None:
    divalproex = FORMULARY["divalproex ER"]
    assert (divalproex.start_mg, divalproex.max_mg) == (None, None)
    assert (divalproex.start_mg_per_kg, divalproex.max_mg_per_kg) == (Decimal(25), Decimal(60))
    assert limits_of(divalproex) == {}


def test_releases_of_one_ingredient_are_medications_of_their_own() -> None:
    quetiapines = [entry for entry in FORMULARY.values() if entry.ingredient == "quetiapine"]
    assert [entry.name for entry in quetiapines] == ["quetiapine IR", "quetiapine XR"]
    assert {product.release for product in quetiapines[1].products} == {"ER"}


def test_only_strengths_a_source_calls_scored_may_be_halved() -> None:
    scored = {
        (entry.name, strength)
        for entry in FORMULARY.values()
        for product in entry.products
        if product.scored
        for strength in product.strengths
    }
    assert ("citalopram", "20") in scored
    assert ("citalopram", "10") not in scored
    assert {name for name, _ in scored} == {
        "sertraline",
        "fluoxetine",
        "citalopram",
        "escitalopram",
        "paroxetine IR",
    }


def test_a_solution_is_ordered_by_mg_per_ml() -> None:
    solution = next(product for product in FORMULARY["sertraline"].products if product.form == "solution")
    assert order_product(solution) == {
        "form": "solution",
        "release": "IR",
        "mg_per_ml": "20",
        "ml_step": "0.1",
    }


def test_tablets_are_ordered_by_strengths() -> None:
    tablets = FORMULARY["sertraline"].products[0]
    assert order_product(tablets) == {
        "form": "tablet",
        "release": "IR",
        "strengths_mg": ["25", "50", "100"],
        "scored": True,
    }


def test_a_solution_without_a_confirmed_measure_is_in_no_plan(tmp_path: Path) -> None:
    folder = changed(tmp_path, "products.csv", "lorazepam", lambda row: None)
    text = (folder / "products.csv").read_text().replace(",0.1,V2,", ",0.1,U,")
    (folder / "products.csv").write_text(text)
    lorazepam = next(entry for entry in read_formulary(folder) if entry.name == "lorazepam")
    solution = next(product for product in lorazepam.products if product.form == "solution")
    assert solution.ml_step is None
    assert order_product(solution) is None


def test_unconfirmed_strengths_and_weekly_capsules_are_in_no_plan() -> None:
    dextroamphetamine = FORMULARY["dextroamphetamine IR/ER"].products
    assert [product.form for product in dextroamphetamine if order_product(product)] == ["capsule"]
    fluoxetine = [order_product(product) for product in FORMULARY["fluoxetine"].products]
    assert "DR" not in {product["release"] for product in fluoxetine if product}


@pytest.mark.parametrize(
    ("query", "name", "rank"),
    [
        ("Sertraline", "sertraline", 0),
        ("zoloft", "sertraline", 0),
        ("sertr", "sertraline", 1),
        ("PARO", "paroxetine CR", 1),
        ("zolo", "sertraline", 2),
        ("xr", "quetiapine XR", 3),
        ("amphetamine salts", "mixed amphetamine salts IR", 3),
        ("samidorphan", "olanzapine-samidorphan", 3),
        ("ssri", "sertraline", 4),
        ("sértraline", "sertraline", 0),
        ("fluoxetine", "sertraline", None),
        ("  ", "sertraline", None),
    ],
)
def test_search_ranks_names_before_brands_before_classes(query: str, name: str, rank: int | None) -> None:
    assert matches(query, FORMULARY[name]) == rank


def test_search_names_stand_once_in_lower_case() -> None:
    assert search_names(FORMULARY["sertraline"]) == ("sertraline", "zoloft", "sertraline hydrochloride")


def test_the_version_changes_with_the_data(tmp_path: Path) -> None:
    folder = changed(tmp_path, "medications.csv", "sertraline", lambda row: row.update(notes="new"))
    assert data_version(folder) != data_version()


def medication_change(**values: str) -> Change:
    return lambda row: row.update(values)


@pytest.mark.parametrize(
    ("file", "row_of", "values", "reason"),
    [
        ("medications.csv", "sertraline", {"status": "X"}, "sertraline cannot be used: it needs a status"),
        ("medications.csv", "sertraline", {"source": ""}, "it needs a status and a source"),
        ("medications.csv", "sertraline", {"max_mg": "two"}, "sertraline cannot be used"),
        ("medications.csv", "sertraline", {"max_mg": "0"}, "above zero"),
        ("medications.csv", "sertraline", {"max_mg": "25"}, "start is above its maximum"),
        ("medications.csv", "sertraline", {"status": "U"}, "unverified, yet has active limits"),
        ("medications.csv", "sertraline", {"unconfirmed": "dose"}, "column unconfirmed that is not there"),
        ("medications.csv", "sertraline", {"dose_unit": "drops"}, "its doses are not mg"),
        (
            "medications.csv",
            "sertraline",
            {"name": "citalopram"},
            "citalopram cannot be used: it is there twice",
        ),
        ("medications.csv", "sertraline", {"name": "sertralin"}, "it has no product"),
        ("products.csv", "sertraline", {"status": "?"}, "product of sertraline cannot be used"),
        ("products.csv", "sertraline", {"source": ""}, "names no source"),
        ("products.csv", "sertraline", {"strengths": ""}, "everything else has strengths"),
        ("products.csv", "sertraline", {"mg_per_ml": "20"}, "a solution has mg per mL"),
        ("products.csv", "sertraline", {"form": "film"}, "a film is in no computed plan"),
        ("products.csv", "sertraline", {"release": "ER"}, "only plain tablets can be scored"),
        ("products.csv", "sertraline", {"strengths": "50 25"}, "strengths rise"),
        ("products.csv", "sertraline", {"strengths": "0 25"}, "strengths rise"),
        ("products.csv", "vilazodone", {"medication": "vilazodon"}, "it has no product"),
    ],
)
def test_a_row_that_would_be_wrong_in_use_is_refused(
    tmp_path: Path, file: str, row_of: str, values: dict[str, str], reason: str
) -> None:
    folder = changed(tmp_path, file, row_of, medication_change(**values))
    with pytest.raises(RuleBroken, match=reason):
        read_formulary(folder)


def test_a_product_of_no_medication_is_refused(tmp_path: Path) -> None:
    folder = changed(tmp_path, "products.csv", "sertraline", medication_change(medication="sertralin"))
    with pytest.raises(RuleBroken, match="products of no medication: sertralin"):
        read_formulary(folder)


def test_every_entry_is_found_by_each_of_its_names() -> None:
    def first(query: str) -> list[MedicationEntry]:
        return [entry for entry in FORMULARY.values() if matches(query, entry) == 0]

    for entry in FORMULARY.values():
        for name in search_names(entry):
            assert entry in first(name)


@pytest.mark.parametrize(
    ("shorthand", "words"),
    [
        ("50 mg qd (25 mg x7d in panic)", "50 mg once a day (25 mg x7d in panic)"),
        ("25 mg qod with valproate", "25 mg every other day with valproate"),
        ("18 mg qAM", "18 mg in the morning"),
        ("5 mg bid or tid", "5 mg twice a day or three times a day"),
        ("a squid keeps its bidding", "a squid keeps its bidding"),
    ],
)
def test_shorthand_that_is_misread_is_spelled_out(shorthand: str, words: str) -> None:
    assert spelled_out(shorthand) == words
