"""A database and a broker of one's own may be down, a port none, a place not to be had: one line says so."""

import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from medmgmt.demo import __main__ as demo


def test_a_database_that_does_not_answer_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OperationalError("failed to resolve host 'nowhere'\nIs the server running?")

    monkeypatch.setattr(connection, "ensure_connection", fails)
    said = r"^The database of DATABASE_URL does not answer: failed to resolve host 'nowhere'\.$"
    with pytest.raises(demo.DemoRefused, match=said):
        demo.reach_database()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("redis://:secret@127.0.0.1:1/0", r"^The broker of REDIS_URL does not answer: .*Connection refused\.$"),
        ("nowhere", r"^The broker of REDIS_URL does not answer: Redis URL must specify .*$"),
    ],
)
def test_a_broker_that_does_not_answer_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    monkeypatch.setenv("REDIS_URL", address)
    with pytest.raises(demo.DemoRefused, match=said) as refused:
        demo.reach_broker()
    assert "secret" not in str(refused.value)
    monkeypatch.delenv("REDIS_URL")
    demo.reach_broker()


@pytest.mark.parametrize("port", ["0", "-1", "65536"])
def test_what_is_no_port_is_refused(port: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(sys, "argv", ["script/demo", "--port", port])
    with pytest.raises(SystemExit):
        demo.arguments()
    assert "--port is a number from 1 to 65535" in capsys.readouterr().err


def test_a_place_that_cannot_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(demo.DemoRefused, match=r"Nothing can be kept in .*/file/data: Not a directory\."):
        demo.make_place(tmp_path / "file" / "data")
