"""The formulary's own pages: what plans are checked with, and the medical director's review of it."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.core.forms import submit
from clinic.formulary import queries, services
from clinic.formulary.forms import MedicationReviewForm, RuleDecisionForm
from clinic.staff.access import StaffRequest, requires
from clinic.staff.permissions import Permission


@requires(Permission.READ_FORMULARY)
@require_safe
def review(request: StaffRequest) -> HttpResponse:
    """What waits for the medical director: numbers not confirmed, rules not reviewed."""
    page = {"medications": queries.medications_to_review(), "rules": queries.rules_to_review()}
    return render(request, "formulary/review.html", page)


@requires(Permission.READ_FORMULARY)
@require_safe
def rules(request: StaffRequest) -> HttpResponse:
    """Every safety rule in force, by kind, with its source."""
    kind = request.GET.get("kind", "")
    page = {"rules": queries.rules_of_kind(kind), "kinds": queries.rule_counts(), "kind": kind}
    return render(request, "formulary/rules.html", page)


@requires(Permission.REVIEW_FORMULARY)
def review_medication(request: StaffRequest, medication_id: UUID) -> HttpResponse:
    """Confirm a medication's numbers from its label."""
    medication = queries.get_medication(medication_id)
    form = MedicationReviewForm(
        request.POST if request.method == "POST" else None, initial=MedicationReviewForm.initial_of(medication)
    )
    deed = partial(services.review_medication, medication_id=medication.pk, by=request.user, now=timezone.now())
    if submit(form, deed):
        messages.success(request, f"The numbers of {medication} are confirmed.")
        return redirect("formulary:review")
    page = {"medication": medication, "form": form, "reviews": queries.reviews_of(medication)}
    return render(request, "formulary/review_medication.html", page, status=422 if form.errors else 200)


@requires(Permission.REVIEW_FORMULARY)
def decide_rule(request: StaffRequest, rule_id: UUID) -> HttpResponse:
    """Accept or refuse one safety rule."""
    rule = queries.get_rule(rule_id)
    form = RuleDecisionForm(request.POST if request.method == "POST" else None)
    if submit(form, partial(services.decide_rule, rule_id=rule.pk, by=request.user, now=timezone.now())):
        messages.success(request, f"Decided: {rule.words}")
        return redirect("formulary:review")
    page = {"rule": rule, "form": form, "versions": queries.versions_of(rule), "details": queries.details_of(rule)}
    return render(request, "formulary/decide_rule.html", page, status=422 if form.errors else 200)
