from clinic.titration.views.dose_plans import (
    change,
    dose_plan,
    favourites,
    keep_favourite,
    missed,
    remove_favourite,
    start,
)

__all__ = ["change", "dose_plan", "favourites", "keep_favourite", "missed", "remove_favourite", "start"]
