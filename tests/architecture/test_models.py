"""Rows hold each other: no deletion runs through the clinic's records, and models use the clinic's words."""

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from tests.architecture.guards import names_with
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
