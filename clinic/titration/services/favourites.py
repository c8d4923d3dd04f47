"""A prescriber's favourites: kept from an order, removed; nobody else sees them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration import queries
from clinic.titration.models import FavouriteRegimen
from clinic.titration.rules import signing
from clinic.titration.rules.keeping import regimen_of


@transaction.atomic
def keep_favourite(
    *, medication_id: UUID, name: str, order: Mapping[str, Any], by: User, now: datetime
) -> FavouriteRegimen:
    """Keep the regimen of an order under a name of the prescriber's own, unique for the medication.

    Its products are those the formulary lists now; they are checked again when it is used.
    """
    medication = Medication.objects.prescribable().get(pk=medication_id)
    if not name.strip():
        raise RuleBroken("Give the favourite a name.", field="favourite_name")
    regimen = regimen_of(order)
    signing.check_products(regimen["products"], queries.offered_products(medication))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if FavouriteRegimen.objects.of(by).filter(medication=medication, name=name.strip()).exists():
        raise RuleBroken(f"You have a favourite of this name for {medication}.", field="favourite_name")
    favourite = FavouriteRegimen(prescriber=by, medication=medication, name=name.strip(), regimen=regimen)
    favourite.full_clean(exclude=["id"])
    favourite.save(force_insert=True)
    record("favourite_kept", by=by, subject=favourite, at=now.isoformat(), medication=str(medication.pk))
    return favourite


@transaction.atomic
def remove_favourite(*, favourite_id: UUID, by: User, now: datetime) -> FavouriteRegimen:
    """Take a favourite off one's own list; dose plans made of it stay as they are."""
    favourite = FavouriteRegimen.objects.of(by).select_for_update().filter(pk=favourite_id).first()
    if favourite is None:
        raise Http404
    favourite.removed_at = now
    favourite.save(update_fields=["removed_at", "updated_at"])
    record("favourite_removed", by=by, subject=favourite)
    return favourite
