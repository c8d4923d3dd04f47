"""How often one address may ask for the clients' page: guessing a link must be slow even before it is hopeless."""

import structlog
from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

PAGES = 60
IN_SECONDS = 600
log = structlog.get_logger(__name__)


def is_too_often(request: HttpRequest) -> bool:
    """More than 60 pages in 10 minutes from one network address. Without the cache the page stays open: help first."""
    key = f"checkin-page:{get_adapter().get_client_ip(request)}"
    try:
        cache.add(key, 0, IN_SECONDS)
        return bool(cache.incr(key) > PAGES)
    except ValueError:
        # It ran out between the two: this is the first page of the next ten minutes.
        return False
    except Exception:
        log.exception("the limit of the check-in page could not be counted")
        return False
