from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from clinic.formulary.models import Medication, Product
from clinic.formulary.queries import products_of, search_medications
from clinic.formulary.services import load_formulary

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _formulary() -> None:
    load_formulary(now=NOW)


def found(text: str) -> list[str]:
    return [medication.name for medication in search_medications(text)]


def test_a_generic_name_brand_or_salt_finds_its_medication_first() -> None:
    assert found("sertraline")[0] == "sertraline"
    assert found("Zoloft")[0] == "sertraline"
    assert found("seroquel")[0] == "quetiapine IR"
    assert found("seroquel xr")[0] == "quetiapine XR"
    assert found("lith")[0] == "lithium carbonate"


def test_every_release_of_an_ingredient_is_offered() -> None:
    assert set(found("bupropion")[:3]) == {"bupropion XL", "bupropion SR", "bupropion IR"}


def test_a_later_word_and_a_class_find_too() -> None:
    assert "olanzapine-samidorphan" in found("samidorphan")
    assert "citalopram" in found("ssri")


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("sertralin", "sertraline"), ("setraline", "sertraline"), ("lamotragine", "lamotrigine")],
)
def test_a_slip_of_the_finger_is_forgiven(slip: str, meant: str) -> None:
    assert found(slip)[0] == meant


def test_twelve_results_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert len(found("a")) == 12


def test_nothing_is_found_for_nothing_or_nonsense() -> None:
    assert found("  ") == []
    assert found("qqqqqq") == []


def test_a_retired_medication_is_not_offered() -> None:
    Medication.objects.filter(name="sertraline").update(retired_at=NOW)
    assert "sertraline" not in found("sertraline")


def test_solids_come_before_solutions_and_what_is_out_of_use_is_left_out() -> None:
    sertraline = Medication.objects.get(name="sertraline")
    assert [product.form for product in products_of(sertraline)] == ["capsule", "tablet", "solution"]
    Product.objects.filter(medication=sertraline, form="capsule").update(is_active=False)
    assert [product.form for product in products_of(sertraline)] == ["tablet", "solution"]
