"""`script/demo`: the whole clinic on this machine until Ctrl-C."""

import argparse
import contextlib
import errno
import os
import shutil
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from medmgmt import embedded
from medmgmt.demo import processes
from medmgmt.embedded_services.service import ServiceFailed

BROKER_ANSWERS_IN_S = 5
PORTS = range(1, 65536)


class DemoRefused(Exception):  # noqa: N818 - reads as a sentence
    """The demo cannot run; the text is one line for the person at the terminal."""


def main() -> int:
    options = arguments()
    if os.environ.get(processes.MARK) != str(embedded.DATA):
        # Begin again with the mark in the environment, where the next start can read it of any leftover.
        os.environ[processes.MARK] = str(embedded.DATA)
        os.execv(sys.executable, [sys.executable, "-m", "medmgmt.demo", *sys.argv[1:]])  # noqa: S606
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, leave)
    try:
        return open_clinic(options)
    except (DemoRefused, ServiceFailed) as refusal:
        print(refusal, file=sys.stderr)
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        if not is_full_disk(error):
            raise
        print(f"The disk of {embedded.DATA} is full: make room and start again.", file=sys.stderr)
    return 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/demo", description="Run the demo clinic until Ctrl-C.")
    parser.add_argument("--port", type=int, default=8000, help="where the pages are served (8000)")
    parser.add_argument("--fhir", type=Path, metavar="PATH", help="also import the charts of this file or folder")
    parser.add_argument("--reset", action="store_true", help="forget everything and start afresh")
    options = parser.parse_args()
    if options.port not in PORTS:
        parser.error(f"--port is a number from {PORTS[0]} to {PORTS[-1]}")
    if options.fhir is not None:
        options.fhir = options.fhir.resolve()
        if not options.fhir.exists():
            parser.error(f"there is nothing at {options.fhir}")
    return options


def open_clinic(options: argparse.Namespace) -> int:
    note = embedded.DATA / "demo.json"
    other = processes.running_demo(note)
    if other is not None:
        raise DemoRefused(f"The demo already runs here (process {other}): stop it first.")
    make_place(embedded.DATA)
    processes.end(processes.leftovers(embedded.DATA))
    refuse_taken_port(options.port)
    processes.note_this_one(note)
    try:
        return serve(options)
    finally:
        note.unlink(missing_ok=True)


def make_place(data: Path) -> None:
    """The folder of the demo's data, as DATA_DIR may name it."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoRefused(f"Nothing can be kept in {data}: {error.strerror}.") from error


def serve(options: argparse.Namespace) -> int:
    """Bring the services up, make the place ready, run until the end."""
    if options.reset:
        reset()
    set_environment(port=options.port)
    with contextlib.ExitStack() as services:
        bring_up(services)
        prepare_and_greet(options)
        return processes.run(port=options.port, data=embedded.DATA)


def bring_up(services: contextlib.ExitStack) -> None:
    """Start the services and load Django beside them: neither needs the other to begin."""
    import django

    with ThreadPoolExecutor() as starters:
        started = [starters.submit(services.enter_context, one.in_use()) for one in embedded.own_services()]
        django.setup()
    for one in started:
        one.result()


def reach_database() -> None:
    """A database of one's own may be elsewhere, or down."""
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise DemoRefused(f"The database of DATABASE_URL does not answer: {reason}.") from error


def reach_broker() -> None:
    """A broker of one's own, too; its address may hold a password and is not repeated."""
    from redis import Redis, RedisError

    if not os.environ.get("REDIS_URL"):
        return
    try:
        patience = {"socket_connect_timeout": BROKER_ANSWERS_IN_S, "socket_timeout": BROKER_ANSWERS_IN_S}
        Redis.from_url(os.environ["REDIS_URL"], **patience).ping()
    except (RedisError, ValueError) as error:
        reason = str(error).strip().splitlines()[0].removesuffix(".")
        raise DemoRefused(f"The broker of REDIS_URL does not answer: {reason}.") from error


def prepare_and_greet(options: argparse.Namespace) -> None:
    from django.db import connections

    from medmgmt.demo.prepare import prepare, welcome

    reach_database()
    reach_broker()
    prepare(charts=options.fhir)
    print(welcome(port=options.port), flush=True)
    # What runs from here on is forked from this process, and a connection cannot be shared.
    connections.close_all()


def set_environment(*, port: int) -> None:
    """What web, worker and beat inherit."""
    os.environ["DEPLOYMENT"] = "demo"
    os.environ["DJANGO_SETTINGS_MODULE"] = "medmgmt.settings"
    os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    os.environ.setdefault("STATIC_ROOT", str(embedded.DATA / "static"))
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("PYTHONUNBUFFERED", "1")


def refuse_taken_port(port: int) -> None:
    """The address must be free before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoRefused(
                f"Port {port} is taken by another program or not allowed: choose one with --port."
            ) from error


def reset() -> None:
    """Forget the embedded services' data; a database of one's own is not the demo's to empty."""
    if os.environ.get("DATABASE_URL"):
        raise DemoRefused("--reset empties the embedded database only, and DATABASE_URL is set.")
    for service in embedded.own_services():
        service.forget()
    shutil.rmtree(embedded.DATA / "static", ignore_errors=True)
    for schedule in embedded.DATA.glob("beat-schedule*"):
        schedule.unlink()


def is_full_disk(error: BaseException) -> bool:
    """Whether a failure, or what it came from, is a disk without room."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if getattr(error, "sqlstate", None) == "53100":
        return True
    return error.__cause__ is not None and is_full_disk(error.__cause__)


def leave(number: int, frame: FrameType | None) -> None:
    """SIGTERM and SIGHUP end the demo the way Ctrl-C does: everything is stopped on the way out."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
