"""Embedded services come up from whatever the last run left, and go down with their last user."""

import contextlib
import errno
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from medmgmt import embedded
from medmgmt.embedded_services import service
from medmgmt.embedded_services.postgres import Postgres, binaries
from medmgmt.embedded_services.service import Service, ServiceFailed
from medmgmt.embedded_services.valkey import Valkey

pytestmark = pytest.mark.faults


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "postgres")
    yield server
    server.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path / "valkey")
    yield server
    server.stop()


def processes_of(server: Service) -> list[psutil.Process]:
    at = server.data if isinstance(server, Postgres) else server.folder
    return server._strays(["postgres", "valkey-server"], at)


def client_of(broker: Valkey) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(broker.socket))


def postmaster(database: Postgres) -> psutil.Process:
    return psutil.Process(int((database.data / "postmaster.pid").read_text().splitlines()[0]))


def write(database: Postgres, name: str) -> None:
    with database.connect("clinic") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (name text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [name])


def read(database: Postgres) -> list[str]:
    with database.connect("clinic") as connection:
        return [name for (name,) in connection.execute("SELECT name FROM kept ORDER BY name")]


def test_the_last_user_stops_the_database_and_the_next_finds_its_rows(database: Postgres) -> None:
    with database.in_use():
        with Postgres(database.folder).in_use():
            write(database, "ada")
        assert read(database) == ["ada"]
    assert processes_of(database) == []
    with database.in_use():
        assert read(database) == ["ada"]


def test_a_commit_survives_kill_9_of_every_part(database: Postgres) -> None:
    with database.in_use():
        write(database, "one")
        for process in processes_of(database):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        database.ensure()
        write(database, "two")
        postmaster(database).kill()
        database.ensure()
        assert read(database) == ["one", "two"]


def test_a_killed_user_does_not_keep_the_database_up(database: Postgres) -> None:
    user = multiprocessing.get_context("spawn").Process(target=use_and_be_killed, args=(database.folder,))
    user.start()
    user.join()
    assert user.exitcode == -signal.SIGKILL
    assert processes_of(database) != []
    with database.in_use():
        assert read(database) == ["killed"]
    assert processes_of(database) == []


def use_and_be_killed(folder: Path) -> None:
    database = Postgres(folder)
    with database.in_use():
        write(database, "killed")
        os.kill(os.getpid(), signal.SIGKILL)


def test_half_an_initdb_is_begun_again(database: Postgres) -> None:
    (database.folder / "data.new" / "base").mkdir(parents=True)
    (database.data / "base").mkdir(parents=True)
    with database.in_use(), database.connect("clinic"):
        assert (database.data / "PG_VERSION").exists()


def test_a_pid_file_that_names_a_stranger_is_not_believed(database: Postgres) -> None:
    with database.in_use():
        write(database, "ada")
    (database.data / "postmaster.pid").write_text(f"{os.getppid()}\n{database.data}\n")
    with database.in_use():
        assert read(database) == ["ada"]
    assert psutil.pid_exists(os.getppid())


def test_a_place_with_a_long_path_has_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = Postgres(tmp_path / ("x" * 60) / ("y y" * 20) / "postgres")
    assert deep.socket_folder != deep.data
    with deep.in_use(), deep.connect("clinic"):
        pass
    deep.socket_folder.rmdir()


def test_a_full_disk_is_one_line(database: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "ROOM_NEEDED_MB", 10**12)
    with pytest.raises(ServiceFailed, match=r"^The embedded database could not start: the disk .* is full"):
        database.in_use().__enter__()


def test_a_place_that_holds_data_goes_on_with_less_room(database: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.in_use():
        write(database, "ada")
    monkeypatch.setattr(service, "ROOM_NEEDED_MB", 10**12)
    with database.in_use():
        assert read(database) == ["ada"]
    monkeypatch.setattr(service, "ROOM_TO_GO_ON_MB", 10**12)
    with pytest.raises(ServiceFailed, match="is full"):
        database.in_use().__enter__()


def test_a_disk_that_fills_up_while_starting_is_one_line(database: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(database, "start", no_room)
    with pytest.raises(ServiceFailed, match="could not start: the disk is full"):
        database.in_use().__enter__()


def test_a_database_that_will_not_start_says_why(database: Postgres) -> None:
    with database.in_use():
        pass
    (database.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(ServiceFailed, match=r"could not start: .*incompatible"):
        database.in_use().__enter__()


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("LOG: x\nFATAL: could not write: No space left on device", "the disk is full"),
        ("LOG: x\nFATAL: data directory is broken\nLOG: y", "FATAL: data directory is broken"),
        (
            "creating files ... FATAL: no such zone\ninitdb: error: the child exited\n",
            "creating files ... FATAL: no such zone",
        ),
        ("", "see the log"),
    ],
)
def test_a_log_is_told_in_one_line(log: str, reason: str) -> None:
    assert service.reason_of(log, "see the log") == reason


def test_the_broker_keeps_what_it_was_given_through_kill_9(broker: Valkey) -> None:
    with broker.in_use():
        with client_of(broker) as client:
            client.set("key", "value")
            client.execute_command("WAITAOF", 1, 0, 2000)
        processes_of(broker)[0].kill()
        broker.ensure()
        with client_of(broker) as client:
            assert client.get("key") == b"value"
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert processes_of(broker) == []


def test_a_broker_that_will_not_start_says_so(broker: Valkey) -> None:
    broker.folder.mkdir()
    (broker.folder / "appendonlydir").write_text("a file where a folder should be")
    with pytest.raises(ServiceFailed, match="The embedded broker could not start"):
        broker.in_use().__enter__()
    assert processes_of(broker) == []


def test_forgetting_removes_everything(broker: Valkey) -> None:
    with broker.in_use():
        pass
    broker.forget()
    assert not broker.folder.exists()


@pytest.mark.parametrize(
    ("words", "starts"),
    [
        (["manage.py", "migrate"], True),
        (["manage.py", "migrate", "--help"], False),
        (["manage.py", "dose_plan"], False),
        (["manage.py", "score"], False),
        (["manage.py"], False),
    ],
)
def test_only_a_command_that_needs_the_database_starts_it(
    words: list[str], starts: bool, database: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(embedded, "postgres", lambda: database)
    with embedded.database_for_command(words):
        assert bool(processes_of(database)) is starts
    assert processes_of(database) == []


@pytest.mark.parametrize(("name", "value"), [("DATABASE_URL", "postgres://else.where/x"), ("DEPLOYMENT", "production")])
def test_a_database_of_ones_own_replaces_the_embedded_one(
    name: str, value: str, database: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(embedded, "postgres", lambda: database)
    with embedded.database_for_command(["manage.py", "migrate"]):
        assert not database.folder.exists()


def test_a_command_without_its_database_ends_with_one_line(database: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(embedded, "postgres", lambda: database)
    monkeypatch.setattr(service, "ROOM_NEEDED_MB", 10**12)
    with pytest.raises(SystemExit, match="is full"):
        embedded.database_for_command(["manage.py", "migrate"]).__enter__()


def test_addresses_in_the_environment_replace_the_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert [type(own) for own in embedded.own_services()] == [Postgres, Valkey]
    monkeypatch.setenv("DATABASE_URL", "postgres://else.where/x")
    monkeypatch.setenv("REDIS_URL", "redis://else.where")
    assert embedded.own_services() == []


def test_the_programs_are_in_the_wheel() -> None:
    assert (binaries() / "pg_ctl").exists()
