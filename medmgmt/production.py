"""What production refuses to start with. Every problem is named at once, with the variable that mends it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

DEPLOYMENTS = ("production", "demo", "test")
SHORTEST_SECRET = 50
# A lease outlasts the longest task (60 s) and the last call that it begins (10 s).
SHORTEST_LEASE_S = 70


def refuse_unknown(deployment: str) -> None:
    """A word that is none of these would get the demo's open doors without a production's checks."""
    if deployment not in DEPLOYMENTS:
        raise ImproperlyConfigured(f"DEPLOYMENT is “{deployment}”: it must be one of {', '.join(DEPLOYMENTS)}.")


def refuse_unsafe(settings: Mapping[str, Any], *, embedded_at: Path) -> None:
    """Stop here rather than serve clients' data unsafely: web, worker and every command read the settings."""
    found = problems(settings, embedded_at=embedded_at)
    if found:
        raise ImproperlyConfigured("Production cannot start: " + " ".join(found))


def problems(settings: Mapping[str, Any], *, embedded_at: Path) -> list[str]:
    """One sentence for each unsafe setting."""
    cache = settings["CACHES"].get("default", {}).get("BACKEND", "")
    hosts = settings["ALLOWED_HOSTS"]
    secret = settings["SECRET_KEY"]
    unsafe = {
        f"SECRET_KEY is missing, the demo's, or shorter than {SHORTEST_SECRET} characters.": (
            len(secret) < SHORTEST_SECRET or secret.startswith("demo-")
        ),
        "DEBUG is on.": settings["DEBUG"],
        "ALLOWED_HOSTS is missing or lets in every host.": not hosts or "*" in hosts,
        "REDIS_URL is missing: rate limits and one-time codes need a cache that all processes share.": (
            "redis" not in cache.lower()
        ),
        "DATABASE_URL is missing or names the embedded database, which trusts everyone on its machine.": (
            is_embedded(settings["DATABASES"].get("default", {}), embedded_at)
        ),
        "DEMO_ACCOUNTS_ALLOWED is on: anybody knows their password.": settings["DEMO_ACCOUNTS_ALLOWED"],
        "MESSAGES_TO_OUTBOX is on: no message would reach a client.": settings["MESSAGES_TO_OUTBOX"],
        f"MESSAGE_LEASE_SECONDS is under {SHORTEST_LEASE_S}: what outlasts its lease could leave twice.": (
            settings["MESSAGE_LEASE_SECONDS"] < SHORTEST_LEASE_S
        ),
        "EMAIL_URL is missing: no e-mail would leave.": "console" in settings["EMAIL_BACKEND"],
        "SITE_URL must begin with https://: links in messages are made from it.": (
            not settings["SITE_URL"].startswith("https://")
        ),
    }
    return [sentence for sentence, is_so in unsafe.items() if is_so]


def is_embedded(database: Mapping[str, Any], embedded_at: Path) -> bool:
    """Whether a database is none at all or the one under .data/."""
    host = database.get("HOST") or database.get("OPTIONS", {}).get("host", "")
    return not database.get("NAME") or Path(str(host)) == embedded_at
