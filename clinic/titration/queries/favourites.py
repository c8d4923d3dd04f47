"""A prescriber's own favourites."""

from django.db.models import QuerySet

from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration.models import FavouriteRegimen


def favourites_of(user: User, medication: Medication | None = None) -> QuerySet[FavouriteRegimen]:
    """The favourites of one prescriber, of one medication or of all, by medication and name."""
    favourites = FavouriteRegimen.objects.of(user).select_related("medication")
    return favourites if medication is None else favourites.filter(medication=medication)
