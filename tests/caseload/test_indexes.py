"""The newest rows of one client are found by an index of their own: else a large clinic's table is walked by date."""

from collections.abc import Iterable

from django.apps import apps
from django.db import models

from clinic.clients.models import Client

# A handful of rows a client, or read by their state, and never the newest of many.
FEW = {
    "checkins.Sitting",
    "clients.BreakGlassAccess",
    "clients.CareTeamMember",
    "clients.ClientIdentifier",
    "clients.ContactPoint",
    "clients.MessageConsent",
    "clients.RelatedPerson",
    "clients.SharingConsent",
    "coverage.Coverage",
    "coverage.PriorAuthorization",
    "exchange.ImportDifference",
    "exchange.ImportedResource",
    "messaging.SignedLink",
    "monitoring.DueDay",
    "plans.TreatmentPlan",
    "risk.SafetyPlan",
    "scales.TargetSymptom",
    "scheduling.WaitlistEntry",
}


def of_clients() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith("clinic.")
        and not model.__name__.endswith("Event")
        and any(field.name == "client" and field.related_model is Client for field in model._meta.get_fields())
    ]


def without_newest(found: Iterable[type[models.Model]]) -> list[str]:
    """Models of a client's record with no index by client and then by date, the newest first."""
    return [
        model._meta.label
        for model in found
        if not any(
            index.fields[0] == "client" and any(name.startswith("-") for name in index.fields[1:])
            for index in model._meta.indexes
            if index.fields and not index.condition
        )
    ]


def test_each_list_of_a_client_has_its_index() -> None:
    assert set(without_newest(of_clients())) - FEW == set()


def test_a_list_without_its_index_is_seen() -> None:
    class Diary(models.Model):
        client = models.ForeignKey(Client, on_delete=models.PROTECT)

        class Meta:
            app_label = "planted"
            indexes = [models.Index(fields=["client"], name="planted_by_client_alone")]

    assert without_newest([Diary]) == ["planted.Diary"]
