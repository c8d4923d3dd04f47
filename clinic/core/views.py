"""The pages for when something went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.core.middleware import sent


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's guard did not match: mostly a page left open over a sign-in; `reason` is for developers."""
    typed = unsent(request) if request.user.is_authenticated else []
    return render(request, "403_csrf.html", {"typed": typed}, status=403)


def unsent(request: HttpRequest) -> list[tuple[str, str]]:
    """What somebody sent from a page of ours that is older than their sign-in, to be sent again when they say so.

    The guard is against other sites, and only the browser knows which site a form came from: where it does not say
    that it was this one, nothing is offered. Nor for the sign-in package's own pages (no app's name), for passwords,
    and for what a script sent.
    """
    match, headers = request.resolver_match, request.headers
    if headers.get("Sec-Fetch-Site") != "same-origin" or match is None or not match.app_names:
        return []
    if "HX-Request" in headers or "X-Autosave" in headers:
        return []
    return sent(request)


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
