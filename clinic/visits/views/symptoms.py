"""Ratings of target symptoms that were typed beside the note of a visit."""

from functools import partial

from django.contrib import messages
from django.utils import timezone

from clinic.core.forms import submit
from clinic.scales.forms import RatingsForm, symptom_field
from clinic.scales.queries import symptoms_of
from clinic.scales.services import rate_symptoms
from clinic.staff.access import StaffRequest
from clinic.visits.models import FollowUpVisit

TYPED = "symptom_"


def keep_ratings(request: StaffRequest, shown: FollowUpVisit) -> None:
    """Keep what was rated, with any button of the page; not by itself, while a number is still being typed."""
    is_typed = any(name.startswith(TYPED) and value for name, value in request.POST.items())
    if shown.is_signed or request.headers.get("X-Autosave") or not is_typed:
        return
    standing = [(line.id, line.words) for line in symptoms_of(shown.client_id) if line.ended_on is None]
    form = RatingsForm(request.POST, symptoms=standing)
    now = timezone.now()
    rate = partial(rate_symptoms, client_id=shown.client_id, by=request.user, on=timezone.localdate(now), now=now)
    if submit(form, rate):
        messages.success(request, "Ratings kept.")
        return
    for key, words in standing:
        if symptom_field(key) in form.errors:
            messages.error(request, f"{words}: choose a whole number from 0 to 10.")
