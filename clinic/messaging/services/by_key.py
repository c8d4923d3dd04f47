"""Statements of the queue touch some hundred rows of tables of any size, each by its key."""

from collections.abc import Iterable

from django.db import connection

BY_KEY = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)
"""


def find_by_key() -> None:
    """Until the transaction ends no statement reads a table whole where a key leads to the row.

    A connection keeps the plan of a statement. One made while a table was small, or by counts of an hour when nothing
    was claimed, would read all of it again for each batch while it grows.
    """
    with connection.cursor() as cursor:
        cursor.execute(BY_KEY)


def array_of(words: Iterable[str]) -> str:
    """Plain words (letters and digits) as Postgres writes an array of them: made value by value by psycopg, keys would
    cost a sender as much as all else about a batch.
    """
    return "{" + ",".join(words) + "}"
