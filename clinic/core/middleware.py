"""What every answer to a browser carries, and a form that comes again after its session ended.

Signing in makes the guard of forms anew, so a page from before it carries an old one. What the guard let through when
the session ended carries a proof of it besides, and is sent again without a second press.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.crypto import constant_time_compare, salted_hmac

GUARD = "csrfmiddlewaretoken"
PROOF = "let_through"
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), payment=(), usb=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)


def private_pages(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """No page is kept by a browser or a proxy: the next person at this machine must not see it with Back.

    Static files never come here: they are answered before, with a year of caching by hash.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.COOKIES.get(settings.CSRF_COOKIE_NAME) == request.META.get("CSRF_COOKIE"):
            # The forms' guard lasts a year: who has it already need not be given it with every page.
            request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False
        response.headers["Cache-Control"] = "no-store, private"
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    return answer


def sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent but for the guard and its proof, in its order."""
    return [(name, value) for name, values in request.POST.lists() if name not in {GUARD, PROOF} for value in values]


def proof_of(request: HttpRequest, user_id: UUID) -> str:
    """That the guard let this very form of this person through; good for nothing and nobody else.

    Another site can neither read it nor make one that holds for the person whose browser it borrows.
    """
    return signing.TimestampSigner(salt=PROOF).sign(_digest(request, user_id))


class SentAgain:
    """Gives a form that its proof holds for the guard of today; the guard itself is asked after it, as of any form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Before the guard's own look, when it is known who is signed in."""
        try:
            is_again = PROOF in request.POST
        except UnreadablePostError:
            # The connection broke: the guard refuses it.
            return
        if is_again and _is_proven(request):
            renewed = request.POST.copy()
            renewed[GUARD] = get_token(request)
            request.POST = renewed  # type: ignore[assignment]  # a form that can be read as before


def _is_proven(request: HttpRequest) -> bool:
    # Whose session has ended once more may not do it now, but is to keep what they typed.
    of = request.user.pk or getattr(request, "was_of", None)
    if of is None or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return False
    signer = signing.TimestampSigner(salt=PROOF)
    try:
        proven = signer.unsign(request.POST[PROOF], max_age=settings.SESSION_TOTAL_LIMIT)
    except (signing.BadSignature, UnicodeEncodeError):
        # The second: letters that no form of ours can hold.
        return False
    return constant_time_compare(proven, _digest(request, of))


def _digest(request: HttpRequest, user_id: UUID) -> str:
    # Browsers send the ends of lines as they like.
    told = [(name, re.sub("\r\n?", "\n", value)) for name, value in sent(request)]
    return salted_hmac(PROOF, json.dumps([str(user_id), request.get_full_path(), told]), algorithm="sha256").hexdigest()
