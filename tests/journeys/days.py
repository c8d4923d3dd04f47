"""The passing of days: everything the clinic has recorded moves into the past, and nothing else changes."""

import datetime as dt
import json
import re
from typing import Any

from django.db import connection, transaction

# A person's birth date stays what it is, and a session lives by the clock on the wall.
STAYS = ("birth_on",)
NOT_RECORDS = ("django_session", "django_migrations", "usersessions_usersession")
COLUMNS = """
SELECT columns.table_name, columns.column_name, columns.data_type
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'
  AND data_type IN ('date', 'timestamp with time zone', 'jsonb')
"""
DAY_IN_JSON = re.compile(r'"(\d{4}-\d{2}-\d{2})"')


def let_days_pass(days: int) -> None:
    """Every day and instant on record is `days` longer ago, as if nobody had touched the clinic meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Signed records refuse every change, as they must; time passes over them all the same.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(COLUMNS)
        tables: dict[str, list[str]] = {}
        for table, column, kind in cursor.fetchall():
            if table in NOT_RECORDS or column in STAYS:
                continue
            if kind == "jsonb":
                _move_json(cursor, table, column, days)
            else:
                tables.setdefault(table, []).append(column)
        for table, columns in tables.items():
            moved = ", ".join(f'"{column}" = "{column}" - make_interval(days => {days})' for column in columns)
            cursor.execute(f'UPDATE "{table}" SET {moved}')  # noqa: S608 - names from the catalog


def _move_json(cursor: Any, table: str, column: str, days: int) -> None:
    day = r'"\d{4}-\d{2}-\d{2}"'
    cursor.execute(f'SELECT ctid::text, "{column}"::text FROM "{table}" WHERE "{column}"::text ~ %s', [day])  # noqa: S608
    for place, text in cursor.fetchall():
        moved = DAY_IN_JSON.sub(lambda found: json.dumps(_earlier(found.group(1), days)), text)
        cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE ctid = %s::tid', [moved, place])  # noqa: S608


def _earlier(day: str, days: int) -> str:
    return (dt.date.fromisoformat(day) - dt.timedelta(days=days)).isoformat()
