"""What production's settings say about cookies and transport (S28), read in a process of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = [
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_PATH",
    "SESSION_COOKIE_DOMAIN",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "CSRF_COOKIE_HTTPONLY",
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "DEMO_ACCOUNTS_ALLOWED",
    "DEBUG",
]
ENVIRONMENT = {
    "DEPLOYMENT": "production",
    "SECRET_KEY": "kX7!" * 20,
    "ALLOWED_HOSTS": "portal.clinic.example",
    "DATABASE_URL": "postgres://app@db.clinic.example/portal",
    "REDIS_URL": "redis://cache.clinic.example/0",
    "EMAIL_URL": "smtp://mail.clinic.example:25",
    "SITE_URL": "https://portal.clinic.example",
    "SMS_GATEWAY_URL": "https://sms.clinic.example",
}


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    code = (
        "import json; from django.conf import settings as s; "
        f"print(json.dumps({{n: getattr(s, n) for n in {NAMES!r}}} | {{'cache': s.CACHES['default']['BACKEND']}}))"
    )
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "medmgmt.settings", **ENVIRONMENT}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_the_session_cookie_belongs_to_this_host_alone(production: dict[str, Any]) -> None:
    # `__Host-` holds only with Secure, the root path and no domain: a browser refuses the cookie otherwise.
    assert production["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert production["CSRF_COOKIE_NAME"].startswith("__Host-")
    assert production["SESSION_COOKIE_SECURE"]
    assert production["CSRF_COOKIE_SECURE"]
    assert (production["SESSION_COOKIE_PATH"], production["SESSION_COOKIE_DOMAIN"]) == ("/", None)


def test_scripts_and_other_sites_do_not_get_it(production: dict[str, Any]) -> None:
    assert production["SESSION_COOKIE_HTTPONLY"]
    assert production["CSRF_COOKIE_HTTPONLY"]
    assert production["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_only_https_for_a_year_with_subdomains(production: dict[str, Any]) -> None:
    assert production["SECURE_SSL_REDIRECT"]
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert production["SECURE_HSTS_INCLUDE_SUBDOMAINS"]


def test_tries_are_counted_in_a_cache_that_all_processes_share(production: dict[str, Any]) -> None:
    assert production["cache"] == "django.core.cache.backends.redis.RedisCache"
    assert not production["DEMO_ACCOUNTS_ALLOWED"]
    assert not production["DEBUG"]
