"""Sign-in limits that hold on every page: idle and total session time, and the second factor."""

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware, get_user
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse

from clinic.core.middleware import PROOF, proof_of
from clinic.core.views import unsent
from clinic.staff.models import User

Handler = Callable[[HttpRequest], HttpResponse]

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
SECOND_FACTOR = "second_factor"
# The last activity is written at most this often, so that not every page costs a write.
TOUCH_EVERY_SECONDS = 15
BACKGROUND_HEADERS = ("X-Autosave", "X-Background")


def session_limits(get_response: Handler) -> Handler:
    """End a session after 15 minutes without activity and 12 hours in all.

    Autosaving and polling are no activity: they are answered, but never keep a session alive.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        # Every page asks its reader a hundred things: better themselves than the stand-in that would look for them.
        request.user = get_user(request)
        if not request.user.is_authenticated:
            return get_response(request)
        now = time.time()
        signed_in_at = request.session.setdefault(SIGNED_IN_AT, now)
        seen_at = request.session.setdefault(SEEN_AT, now)
        is_over = (
            now - seen_at >= settings.SESSION_IDLE_LIMIT.total_seconds()
            or now - signed_in_at >= settings.SESSION_TOTAL_LIMIT.total_seconds()
        )
        if is_over:
            return _ended(request, get_response)
        is_background = any(name in request.headers for name in BACKGROUND_HEADERS)
        if not is_background and now - seen_at >= TOUCH_EVERY_SECONDS:
            request.session[SEEN_AT] = now
        return get_response(request)

    return middleware


def _ended(request: HttpRequest, get_response: Handler) -> HttpResponse:
    request.was_of = request.user.pk  # type: ignore[attr-defined]  # whose form it is that comes too late
    logout(request)
    sign_in = resolve_url(settings.LOGIN_URL)
    if any(name in request.headers for name in BACKGROUND_HEADERS):
        return HttpResponse(status=401)
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": sign_in})
    if request.method == "POST":
        # As from anybody who is not signed in: what was typed is theirs to send again.
        return get_response(request)
    return redirect(f"{sign_in}?next={request.path}")


class SignInRequired(LoginRequiredMiddleware):
    """Whoever is not signed in signs in first. What they had typed when their session ended stays in the answer."""

    def handle_no_permission(  # type: ignore[override]  # an answer of our own beside the way to the sign-in page
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if typed := unsent(request):
            # Pressed once more before signing in, it is nobody's, but still has the proof of the first time.
            of = getattr(request, "was_of", None)
            proof = proof_of(request, of) if of else request.POST.get(PROOF, "")
            return render(request, "signed_out.html", {"typed": typed, "proof": (PROOF, proof)}, status=401)
        return super().handle_no_permission(request, view_func)


def second_factor(get_response: Handler) -> Handler:
    """Before any client's data is shown, every account has a second factor; the demo's own accounts are exempt."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or SECOND_FACTOR in request.session or _is_sign_in_page(request):
            return get_response(request)
        if (user.is_demo and settings.DEMO_ACCOUNTS_ALLOWED) or is_mfa_enabled(user):
            request.session[SECOND_FACTOR] = True
            return get_response(request)
        return redirect("mfa_index")

    return middleware


def _is_sign_in_page(request: HttpRequest) -> bool:
    accounts = reverse("account_login").removesuffix("login/")
    return request.path.startswith((accounts, settings.STATIC_URL))
