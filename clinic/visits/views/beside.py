"""What was typed beside the note of a visit: ratings of target symptoms, the review of weight that was gained."""

from functools import partial

from django.contrib import messages
from django.utils import timezone

from clinic.core.clock import local_day
from clinic.core.forms import submit
from clinic.monitoring.forms import GainReviewForm
from clinic.monitoring.services import review_gain
from clinic.scales.forms import RatingsForm, symptom_field
from clinic.scales.queries import symptoms_of
from clinic.scales.services import rate_symptoms
from clinic.staff.access import StaffRequest
from clinic.visits.forms import Unkept
from clinic.visits.models import FollowUpVisit

RATED, REVIEWED = "symptom_", "gain:"


def keep_beside(request: StaffRequest, shown: FollowUpVisit) -> list[Unkept]:
    """Keep what was typed beside the note, with any button of the page; not by itself, while it is being typed.

    Answers the reviews that are to be mended where they stand.
    """
    if shown.is_signed or request.headers.get("X-Autosave"):
        return []
    if any(name.startswith(RATED) and value for name, value in request.POST.items()):
        _keep_ratings(request, shown)
    unkept = []
    for about in (name.removeprefix(REVIEWED) for name in request.POST if name.startswith(REVIEWED)):
        words = request.POST.get(f"{REVIEWED}{about}", "").strip()
        if words or request.POST.get("review_gain") == about:
            unkept += _keep_review(request, shown, about, words)
    return unkept


def _keep_review(request: StaffRequest, shown: FollowUpVisit, about: str, words: str) -> list[Unkept]:
    form = GainReviewForm({"about": about, "words": words})
    if submit(form, partial(review_gain, client_id=shown.client_id, by=request.user, now=timezone.now())):
        messages.success(request, "Weight reviewed.")
        return []
    if wrong := form.errors.get("words"):
        return [Unkept(about, words, " ".join(map(str, wrong)))]
    # Nothing stands there any more that could be mended: the words are given back.
    told = " ".join(str(error) for errors in form.errors.values() for error in errors)
    messages.error(request, f"Weight: {told} You wrote: “{words}”")
    return []


def _keep_ratings(request: StaffRequest, shown: FollowUpVisit) -> None:
    standing = [(line.id, line.words) for line in symptoms_of(shown.client_id) if line.ended_on is None]
    form = RatingsForm(request.POST, symptoms=standing)
    now = timezone.now()
    rate = partial(rate_symptoms, client_id=shown.client_id, by=request.user, on=local_day(now), now=now)
    if submit(form, rate):
        messages.success(request, "Ratings kept.")
        return
    for key, words in standing:
        if symptom_field(key) in form.errors:
            messages.error(request, f"{words}: choose a whole number from 0 to 10.")
