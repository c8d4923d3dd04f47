from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from clinic.audit.models import AuditEvent
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication, MedicationName, Product
from clinic.formulary.rules import limits_of, order_product
from clinic.formulary.services import load_formulary, loading

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def newer_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "data_version", lambda: "newer")


def test_loads_every_medication_with_products_and_names() -> None:
    loaded = load_formulary(now=NOW)
    assert (loaded.created, loaded.updated, loaded.unchanged, loaded.kept) == (100, 0, 0, 0)
    sertraline = Medication.objects.get(name="sertraline")
    assert limits_of(sertraline) == {
        "max_mg_per_day": "200",
        "max_step_mg": "50",
        "min_step_interval_days": 7,
    }
    assert {order_product(product)["form"] for product in sertraline.products.all()} == {  # type: ignore[index]
        "tablet",
        "capsule",
        "solution",
    }
    assert set(sertraline.names.values_list("name", flat=True)) == {
        "sertraline",
        "zoloft",
        "sertraline hydrochloride",
    }


def test_unverified_numbers_are_loaded_as_unknown() -> None:
    load_formulary(now=NOW)
    haloperidol = Medication.objects.get(name="haloperidol")
    assert (haloperidol.status, haloperidol.max_mg, haloperidol.start_mg) == ("U", None, None)
    assert "max_mg" in haloperidol.unverified_fields


def test_amounts_by_weight_are_told_in_the_notes() -> None:
    load_formulary(now=NOW)
    notes = Medication.objects.get(name="divalproex ER").notes
    assert "start 25 mg/kg a day; maximum 60 mg/kg a day, by weight and therefore not checked" in notes


def test_what_no_plan_can_be_computed_with_has_no_products() -> None:
    load_formulary(now=NOW)
    selegiline = Medication.objects.get(name="selegiline transdermal")
    assert selegiline.not_computed_because
    assert not selegiline.products.exists()


def test_one_event_is_written_and_a_second_load_changes_nothing() -> None:
    load_formulary(now=NOW)
    before = list(Medication.objects.values_list("pk", "updated_at"))
    loaded = load_formulary(now=NOW)
    assert (loaded.created, loaded.unchanged) == (0, 100)
    assert list(Medication.objects.values_list("pk", "updated_at")) == before
    event = AuditEvent.objects.get(action="formulary_loaded")
    assert event.by is None
    assert event.detail["created"] == 100


def test_newer_files_update_what_nobody_reviewed(monkeypatch: pytest.MonkeyPatch) -> None:
    load_formulary(now=NOW)
    Medication.objects.filter(name="sertraline").update(max_mg=999, boxed_warning="old")
    MedicationName.objects.create(medication=Medication.objects.get(name="sertraline"), name="gone")
    newer_files(monkeypatch)
    loaded = load_formulary(now=NOW)
    sertraline = Medication.objects.get(name="sertraline")
    assert loaded.updated == 100
    assert (sertraline.max_mg, sertraline.data_version) == (Decimal(200), "newer")
    assert not sertraline.names.filter(name="gone").exists()


def test_a_reviewed_medication_keeps_its_numbers_its_products_and_its_review(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load_formulary(now=NOW)
    Medication.objects.filter(name="sertraline").update(
        max_mg=150, reviewed_by="Medical director", reviewed_on=date(2026, 3, 1)
    )
    Product.objects.filter(medication__name="sertraline", form="capsule").update(is_active=False)
    newer_files(monkeypatch)
    loaded = load_formulary(now=NOW)
    sertraline = Medication.objects.get(name="sertraline")
    assert (loaded.updated, loaded.kept) == (99, 1)
    assert sertraline.max_mg == 150
    assert (sertraline.reviewed_by, sertraline.reviewed_on) == ("Medical director", date(2026, 3, 1))
    assert not sertraline.products.get(form="capsule").is_active


def test_a_product_that_left_the_files_is_put_out_of_use(monkeypatch: pytest.MonkeyPatch) -> None:
    load_formulary(now=NOW)
    sertraline = Medication.objects.get(name="sertraline")
    gone = Product.objects.create(medication=sertraline, form="tablet", release="ER", strengths_mg=[75])
    products = sertraline.products.count()
    newer_files(monkeypatch)
    load_formulary(now=NOW)
    gone.refresh_from_db()
    assert not gone.is_active
    assert sertraline.products.count() == products


def test_a_medication_of_the_clinics_own_is_left_alone() -> None:
    own = Medication.objects.create(name="own", ingredient="own", drug_class="x", status="U", source="clinic")
    load_formulary(now=NOW)
    own.refresh_from_db()
    assert own.retired_at is None


def test_a_refused_row_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise RuleBroken("refused")

    monkeypatch.setattr(loading, "_write_products", refuse)
    with pytest.raises(RuleBroken):
        load_formulary(now=NOW)
    assert not Medication.objects.exists()
    assert not AuditEvent.objects.exists()


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_formulary")
    assert "100 new, 0 updated, 0 unchanged, 0 kept" in capsys.readouterr().out
