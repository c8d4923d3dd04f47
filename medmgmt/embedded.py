"""Postgres and Valkey from wheels, under .data/, for a machine with nothing installed.

Each service belongs to everyone who uses it at the moment: whoever comes first starts it, the last one
out stops it, and what a kill -9 left behind is cleared by the next start. Neither listens on the network.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from medmgmt.embedded_services.postgres import Postgres
from medmgmt.embedded_services.service import Service, ServiceFailed
from medmgmt.embedded_services.valkey import Valkey

PROJECT = Path(__file__).resolve().parent.parent
KEEP_UP_EVERY_S = 3
DATA = Path(os.environ.get("DATA_DIR") or PROJECT / ".data").resolve()

# Commands that compute or print and never ask the database.
COMMANDS_WITHOUT_DATABASE = frozenset(
    {"check", "check_regimen", "collectstatic", "dose_plan", "findstatic", "help", "makemigrations", "score"}
    | {"diffsettings", "startapp", "version", "--help", "--version", "-h"}
)


def postgres(*, durable: bool = True) -> Postgres:
    """The database of this project: every commit is on disk before it is answered, but for the tests'."""
    return Postgres(DATA / "postgres", durable=durable)


def valkey() -> Valkey:
    """The demo's broker and shared cache."""
    return Valkey(DATA / "valkey")


def own_services() -> list[Service]:
    """The services that no address in the environment replaces."""
    services: list[Service] = []
    if not os.environ.get("DATABASE_URL"):
        services.append(postgres())
    if not os.environ.get("REDIS_URL"):
        services.append(valkey())
    return services


def keep_up() -> None:
    """Bring a service back whenever it is found dead, for as long as this process lives."""
    while True:
        for service in own_services():
            try:
                service.ensure()
            except (ServiceFailed, OSError) as failure:
                print(failure, file=sys.stderr, flush=True)
        time.sleep(KEEP_UP_EVERY_S)


def database_settings() -> dict[str, Any]:
    """Where the embedded database is, running or not."""
    return postgres().settings()


def redis_url() -> str:
    """Where the embedded broker is, running or not."""
    return valkey().url


@contextlib.contextmanager
def database_for_command(argv: Sequence[str]) -> Iterator[None]:
    """Bring the embedded database up for a management command that needs one, and down again after it."""
    command = argv[1] if len(argv) > 1 else "help"
    on_its_own = bool(os.environ.get("DATABASE_URL")) or os.environ.get("DEPLOYMENT") == "production"
    if on_its_own or command in COMMANDS_WITHOUT_DATABASE or {"-h", "--help"} & set(argv):
        yield
        return
    with contextlib.ExitStack() as services:
        try:
            services.enter_context(postgres().in_use())
        except ServiceFailed as failure:
            sys.exit(str(failure))
        yield


if __name__ == "__main__":
    keep_up()
