"""The tests' database, loaded before the settings are (`-p tests.database` in pyproject.toml).

One Postgres under .data/test serves every run on this machine: whoever comes first starts it, the last one
out stops it. A template is migrated once for each state of the migrations; every worker of every run gets its
own copy of it in a blink, and so does every test that really commits. DATABASE_URL names another server.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES_KEPT = 6

# Before anything reads the settings: the tests' deployment and their own place for embedded services.
os.environ["DEPLOYMENT"] = "test"
os.environ["DATA_DIR"] = str(PROJECT / ".data" / "test")


def fingerprint() -> str:
    """What a migrated database depends on: migrations, safety rules, the list of apps, the locked packages."""
    parts = sorted([*PROJECT.glob("clinic/*/migrations/*.py"), *PROJECT.glob("clinic/formulary/data/*")])
    parts += [PROJECT / "uv.lock", PROJECT / "medmgmt" / "settings.py"]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.relative_to(PROJECT).as_posix().encode() + part.read_bytes())
    return digest.hexdigest()[:12]


class Copies:
    """The databases of one pytest process, all made from one migrated template."""

    def __init__(self, worker: str) -> None:
        from django.db import connection

        self.connection = connection
        self.name = f"run_{os.getpid()}_{worker}"
        self.template = f"template_{fingerprint()}"
        self.lock = PROJECT / ".data" / "test" / "template.lock"

    def server(self) -> psycopg.Connection[Any]:
        words = {**self.connection.get_connection_params(), "dbname": "postgres"}
        return psycopg.connect(**words, autocommit=True)

    def names(self, server: psycopg.Connection[Any]) -> list[str]:
        return [name for (name,) in server.execute("SELECT datname FROM pg_database ORDER BY oid")]

    def make_template(self) -> None:
        """Migrate the template unless somebody has; forget the oldest ones and what dead runs left."""
        self.lock.parent.mkdir(parents=True, exist_ok=True)
        with self.lock.open("w") as handle, self.server() as server:
            fcntl.flock(handle, fcntl.LOCK_EX)
            names = self.names(server)
            for name in filter(is_left_over, names):
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            if self.template in names:
                return
            for old in [name for name in names if name.startswith("template_")][: -TEMPLATES_KEPT + 1]:
                with contextlib.suppress(psycopg.errors.ObjectInUse):
                    server.execute(f'DROP DATABASE "{old}"')
            building = f"building_{os.getpid()}_{self.template}"
            server.execute(f'CREATE DATABASE "{building}"')
            self.migrate(building)
            server.execute(f'ALTER DATABASE "{building}" RENAME TO "{self.template}"')

    def migrate(self, name: str) -> None:
        from django.core.management import call_command
        from django.utils import timezone

        from clinic.formulary.services import load_rules

        self.use(name)
        call_command("migrate", verbosity=0, interactive=False)
        # Nothing is signed where no safety rule is loaded; each test's audit begins empty.
        with mock.patch("clinic.formulary.services.rules.record"):
            load_rules(now=timezone.now())
        self.connection.close()

    def make(self) -> None:
        """A fresh copy, in the place of the one that was there."""
        self.connection.close()
        with self.server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}" STRATEGY FILE_COPY')
        self.use(self.name)

    def drop(self) -> None:
        self.connection.close()
        with self.server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def use(self, name: str) -> None:
        from django.conf import settings

        self.connection.close()
        settings.DATABASES["default"]["NAME"] = name
        self.connection.settings_dict["NAME"] = name


def is_left_over(name: str) -> bool:
    """Whether a run's database has outlived its run."""
    kind, _, rest = name.partition("_")
    if kind not in ("run", "building"):
        return False
    try:
        os.kill(int(rest.split("_")[0]), 0)
    except (ProcessLookupError, ValueError):
        return True
    except PermissionError:
        return False
    return False


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Instead of pytest-django's own: copy a migrated template rather than migrate each time."""
    from django.test import TransactionTestCase

    from medmgmt import embedded

    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with contextlib.ExitStack() as stack:
        if "DATABASE_URL" not in os.environ:
            stack.enter_context(embedded.postgres(durable=False).in_use())
        stack.enter_context(django_db_blocker.unblock())
        copies = Copies(worker)
        copies.make_template()
        copies.make()
        # Django empties the tables after a test that commits; ours refuse TRUNCATE (audit) and hold reference
        # rows from migrations, so the whole database is made anew instead.
        patch = pytest.MonkeyPatch()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: copies.make())
        try:
            with django_db_blocker.block():
                yield
        finally:
            patch.undo()
            copies.drop()


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The address of this test's own database, for a worker or a server that runs beside the test."""
    return database_address()


def database_address() -> str:
    """Where the database is that this process is connected to."""
    from urllib.parse import quote

    from django.db import connection

    words = connection.get_connection_params()
    where = quote(str(words.get("host", "")), safe="")
    return f"postgres://{words['user']}@/{words['dbname']}?host={where}"
