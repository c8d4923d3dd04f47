"""The door of every page by link: how often one address may knock, and what a phone has shown already.

The page speaks for a person without an account: the link opens it, the birth year opens what is personal. That it
was given is kept in a signed cookie which belongs to this one link, for an hour. The address itself is a secret.
"""

import structlog
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request

from clinic.messaging.models import SignedLink
from clinic.messaging.rules import language_of

PAGES = 60
IN_SECONDS = 600
COOKIE_SECONDS = 3600
log = structlog.get_logger(__name__)


def is_too_often(request: HttpRequest, about_kind: str) -> bool:
    """More than 60 pages of one kind in 10 minutes from one network address: guessing must be slow.

    Without the cache the page stays open: help first.
    """
    key = f"{about_kind}-page:{get_adapter().get_client_ip(request)}"
    try:
        cache.add(key, 0, IN_SECONDS)
        return bool(cache.incr(key) > PAGES)
    except ValueError:
        # It ran out between the two: this is the first page of the next ten minutes.
        return False
    except Exception:
        log.exception("the limit of the pages by link could not be counted")
        return False


def stage_of(request: HttpRequest, link: SignedLink) -> str:
    """How far this phone has come with this link; empty before the birth year and an hour after."""
    kept = request.get_signed_cookie(link.about_kind, default="", salt=_salt(link), max_age=COOKIE_SECONDS)
    return kept or ""


def keep_stage(response: HttpResponse, request: HttpRequest, link: SignedLink, stage: str) -> HttpResponse:
    """Remember on this phone how far it has come with this link."""
    response.set_signed_cookie(
        link.about_kind,
        stage,
        salt=_salt(link),
        max_age=COOKIE_SECONDS,
        path=request.path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def language_of_reader(request: HttpRequest, link: SignedLink | None) -> str:
    """A link that was ever given speaks its client's language, open or not; any other address the phone's."""
    return language_of(link.client.language if link else get_language_from_request(request))


def private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: no other site is told of it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _salt(link: SignedLink) -> str:
    return f"{link.about_kind}:{link.pk}"
