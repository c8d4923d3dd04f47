"""A database and a broker of one's own may be down: one line says so."""

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
