"""How often the public page may be sent: counted in the cache, by address (hashed) and for all together."""

import hashlib
import logging

from django.core.cache import cache

HOUR_S = 3600
TRIES_BY_ADDRESS = 20
TRIES_BY_ALL = 300

log = logging.getLogger(__name__)


def is_too_often(address: str) -> bool:
    """Count one try of sending the public page; answers whether this address or all together are over the limit.

    20 an hour from one address, 300 an hour from everywhere. A dead cache lets people in: an enquiry lost is
    worse than a robot's row.
    """
    digest = hashlib.sha256(address.encode()).hexdigest()[:24]
    try:
        own = _count(f"enquiry:{digest}")
        return own > TRIES_BY_ADDRESS or _count("enquiry:all") > TRIES_BY_ALL
    except Exception:
        log.exception("tries of the enquiry page could not be counted")
        return False


def _count(key: str) -> int:
    cache.add(key, 0, HOUR_S)
    return int(cache.incr(key))
