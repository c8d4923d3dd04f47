"""Rows hold each other: no deletion runs through the clinic's records, and models use the clinic's words."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from tests.architecture.guards import names_with, sorted_by_relations
from tests.architecture.walls import not_protected, own_models, spoken_names


def test_every_foreign_key_protects() -> None:
    own = own_models(apps.get_models())
    assert len(own) > 20
    assert not_protected(own) == []


@pytest.mark.parametrize("on_delete", [models.CASCADE, models.SET_NULL, models.DO_NOTHING])
@isolate_apps("clinic.core")
def test_a_foreign_key_that_does_not_protect_is_caught(on_delete: object) -> None:
    class Plan(models.Model):
        class Meta:
            app_label = "core"

    class Goal(models.Model):
        plan = models.ForeignKey(Plan, on_delete=on_delete, null=True)
        kept = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "core"

    assert not_protected([Plan, Goal]) == ["core.Goal.plan"]


def relations() -> set[str]:
    fields = [field for model in own_models(apps.get_models()) for field in model._meta.concrete_fields]
    # The step of a reminder is a number and sorts by itself.
    return {field.name for field in fields if field.is_relation} - {"step"}


def test_rows_are_sorted_by_keys_and_not_by_the_ordering_of_relations() -> None:
    assert {"version", "client", "dose_plan"} <= relations()
    assert sorted_by_relations(Path(__file__).resolve().parents[2] / "clinic", relations()) == []


def test_a_list_sorted_by_a_relation_is_caught(tmp_path: Path) -> None:
    (tmp_path / "queries.py").write_text('steps.order_by("version", "number").order_by("-dose_plan__client", "id")\n')
    assert sorted_by_relations(tmp_path, {"version", "client"}) == [
        "queries.py:1: sorts by -dose_plan__client",
        "queries.py:1: sorts by version",
    ]


def test_models_say_client() -> None:
    assert names_with("patient", spoken_names(own_models(apps.get_models()))) == []


def test_a_model_that_says_patient_is_caught() -> None:
    assert names_with("patient", ["plans.Plan", "plans.Plan.patient", "plans.PatientNote"]) == [
        "plans.Plan.patient",
        "plans.PatientNote",
    ]


@pytest.mark.django_db
def test_no_model_waits_for_a_migration() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
