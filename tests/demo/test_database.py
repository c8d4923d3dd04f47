"""The tests' own database: each test starts from the same rows, whatever the one before committed."""

import os

import pytest
from django.db import connection

from tests.database import is_left_over


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_commits_is_gone_for_the_next(time: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind (id int)")


@pytest.mark.django_db
def test_the_database_belongs_to_this_process() -> None:
    assert f"_{os.getpid()}_" in connection.settings_dict["NAME"]


def test_a_process_beside_the_test_reaches_the_same_database(database_url: str) -> None:
    assert f"/run_{os.getpid()}_" in database_url


@pytest.mark.parametrize(
    ("name", "is_gone"),
    [
        ("run_4194305_gw0", True),
        ("building_4194305_template_abc", True),
        ("template_abc", False),
        ("postgres", False),
    ],
)
def test_only_databases_of_dead_runs_are_left_over(name: str, is_gone: bool) -> None:
    assert is_left_over(name) is is_gone


def test_a_database_of_a_living_run_is_not() -> None:
    assert not is_left_over(f"run_{os.getpid()}_gw0")
