"""Lists as JSON, so that one statement brings all of a client's, and rows as templates read them fastest."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.db.models import JSONField, QuerySet, Subquery

READER = json.JSONDecoder(parse_float=Decimal)
# The same medications, plans and people come again and again, and making a key costs ten times as much as finding it.
key_of = lru_cache(maxsize=16_384)(UUID)
# By the names that the house gives: what a column holds once it was written as JSON.
KINDS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("_at", datetime.fromisoformat),
    ("_on", date.fromisoformat),
    ("_id", key_of),
    ("_pk", key_of),
    ("_mg", Decimal),
)


class Shown:
    """A row or a page whose fields templates read.

    A template looks for `row.name` as `row["name"]` before anything else. Where that is an error, each field of each
    row raises one: a tenth of the time that a page takes to draw.
    """

    __slots__ = ()

    __getitem__ = object.__getattribute__


class RowsWithin(Subquery):
    """The rows of a queryset of `values`, in its order, as one value of the rows of `Rows`.

    Each round trip to the database costs more than reading the rows.
    """

    template = "(SELECT json_agg(listed) FROM (%(subquery)s) listed)"
    output_field = JSONField()


class _Restored(JSONField):
    def from_db_value(self, value: str | None, *_: Any) -> list[dict[str, Any]]:
        return restored(READER.decode(value)) if value else []


class Rows(Subquery):
    """The rows of a queryset of `values`, in its order; each value is again what it was, by its name.

    They come as text: what reads JSON for the driver would turn amounts into floating numbers.
    """

    template = "(SELECT json_agg(listed)::text FROM (%(subquery)s) listed)"
    output_field = _Restored()


class _Tuples(JSONField):
    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.kinds = [kind_of(name) for name in names]

    def from_db_value(self, value: str | None, *_: Any) -> list[tuple[Any, ...]]:
        listed = READER.decode(value) if value else []
        return [
            tuple(
                kind(cell) if kind and cell is not None else cell
                for kind, cell in zip(self.kinds, row.values(), strict=True)
            )
            for row in listed
        ]


class Tuples(Subquery):
    """The rows of a queryset of `values_list`, in its order, as tuples; each value is what it was, by its name."""

    template = "(SELECT json_agg(listed)::text FROM (%(subquery)s) listed(%(columns)s))"

    def __init__(self, found: QuerySet[Any, Any]) -> None:
        query = found.query.combined_queries[0] if found.query.combined_queries else found.query
        names = list(query.selected or ())
        # Two columns of one name would be one key of an object: they are numbered.
        columns = ", ".join(f"c{number}" for number in range(len(names)))
        super().__init__(found, output_field=_Tuples(names), columns=columns)


def restored(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each value its kind again by the end of its name; a name that ends in `_rows` holds a list within."""
    for name in listed[0]:
        if name.endswith("_rows"):
            for row in listed:
                row[name] = restored(row[name]) if row[name] else []
            continue
        restore = kind_of(name)
        if restore is not None:
            for row in listed:
                if row[name] is not None:
                    row[name] = restore(row[name])
    return listed


@cache
def kind_of(name: str) -> Callable[[Any], Any] | None:
    """What a column holds, by the end of its name; None for what JSON keeps as it is."""
    return next((made for ending, made in KINDS if f"_{name}".endswith(ending)), None)
