"""Production refuses every unsafe setting, and starts with the example environment without a warning."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from medmgmt.production import refuse_unsafe

PROJECT = Path(__file__).resolve().parents[2]


def example() -> dict[str, str]:
    lines = (PROJECT / "deploy" / "example.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def manage(*words: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """Run a command with the example environment, some variables changed or (None) missing."""
    environment = {"PATH": os.environ["PATH"], **example(), **changed}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env={key: value for key, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_example_environment_passes_the_deployment_check_without_a_warning() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SECRET_KEY", None, "SECRET_KEY is missing"),
        ("SECRET_KEY", "short", "SECRET_KEY is missing, the demo's, or shorter"),
        ("DEBUG", "true", "DEBUG is on"),
        ("ALLOWED_HOSTS", None, "ALLOWED_HOSTS is missing"),
        ("ALLOWED_HOSTS", "*", "lets in every host"),
        ("REDIS_URL", None, "REDIS_URL is missing"),
        ("DATABASE_URL", None, "DATABASE_URL is missing"),
        ("DEMO_ACCOUNTS_ALLOWED", "true", "DEMO_ACCOUNTS_ALLOWED is on"),
        ("MESSAGES_TO_OUTBOX", "true", "MESSAGES_TO_OUTBOX is on"),
        ("MESSAGE_LEASE_SECONDS", "69", "MESSAGE_LEASE_SECONDS is under 70"),
        ("EMAIL_URL", None, "EMAIL_URL is missing"),
        ("EMAIL_URL", "", "EMAIL_URL is missing"),
        ("DEPLOYMENT", "Production", "DEPLOYMENT is “Production”: it must be one of production, demo, test."),
        ("DEPLOYMENT", "", "DEPLOYMENT is “”"),
        ("SITE_URL", "http://portal.clinic.example", "SITE_URL must begin with https://"),
    ],
)
def test_an_unsafe_setting_is_refused_by_name(variable: str, value: str | None, said: str) -> None:
    done = manage("check", **{variable: value})
    assert done.returncode != 0
    assert said in done.stderr


def test_the_embedded_database_is_refused() -> None:
    place = PROJECT / ".data" / "postgres" / "data"
    done = manage("check", DATABASE_URL=f"postgres://clinic@/clinic?host={str(place).replace('/', '%2F')}")
    assert done.returncode != 0
    assert "names the embedded database" in done.stderr


SAFE: dict[str, Any] = {
    "SECRET_KEY": "k" * 60,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["portal.clinic.example"],
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}},
    "DATABASES": {"default": {"NAME": "clinic", "HOST": "db.clinic.example"}},
    "DEMO_ACCOUNTS_ALLOWED": False,
    "MESSAGES_TO_OUTBOX": False,
    "MESSAGE_LEASE_SECONDS": 120,
    "EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend",
    "SITE_URL": "https://portal.clinic.example",
}


def test_all_that_is_unsafe_is_named_at_once() -> None:
    here = Path("/srv/clinic/.data/postgres/data")
    refuse_unsafe(SAFE, embedded_at=here)
    embedded = {"default": {"NAME": "clinic", "OPTIONS": {"host": str(here)}}}
    unsafe = {**SAFE, "SECRET_KEY": "demo-" + "k" * 60, "CACHES": {}, "DATABASES": embedded}
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe(unsafe, embedded_at=here)
    said = str(refusal.value)
    assert [word for word in ("SECRET_KEY", "REDIS_URL", "DATABASE_URL", "DEBUG", "SITE_URL") if word in said] == [
        "SECRET_KEY",
        "REDIS_URL",
        "DATABASE_URL",
    ]


def test_without_a_word_about_the_deployment_wsgi_is_production() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import medmgmt.wsgi"],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Production cannot start" in done.stderr


def test_every_variable_is_documented_for_operators() -> None:
    settings = (PROJECT / "medmgmt" / "settings.py").read_text()
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', settings))
    documented = set(re.findall(r"`([A-Z_]+)`", (PROJECT / "docs" / "operations.md").read_text()))
    assert len(read) > 20
    assert read - documented == set()
