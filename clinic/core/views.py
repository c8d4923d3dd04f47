"""The pages for when something went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

GUARD = "csrfmiddlewaretoken"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's guard did not match: mostly a page left open over a sign-in; `reason` is for developers."""
    return render(request, "403_csrf.html", {"typed": _typed(request)}, status=403)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What somebody who is signed in sent from an older page of ours, to be sent again when they say so.

    The guard is against other sites, and only the browser knows which site a form came from: where it does not say
    that it was this one, nothing is offered. Nor for the sign-in package's own pages (no app's name), for passwords.
    """
    match = request.resolver_match
    if request.headers.get("Sec-Fetch-Site") != "same-origin" or not request.user.is_authenticated:
        return []
    if match is None or not match.app_names:
        return []
    return [(name, value) for name, values in request.POST.lists() if name != GUARD for value in values]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The address or form could not be understood."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The role of this person does not allow the page."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Missing and out of scope look the same, so that nobody learns who is a client."""
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A limit on tries was reached."""
    return render(request, "429.html", status=429)
