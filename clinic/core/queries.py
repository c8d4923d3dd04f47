"""Reads whose SQL is built once: half of a page's time would else go into building the same statement anew."""

import inspect
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, cast
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from psycopg import _queries, sql

# By itself the driver keeps nothing of a long statement and reads it anew each time: a chart's is 12,000 letters.
_queries.MAX_CACHED_STATEMENT_LENGTH = 32_000
_queries.MAX_CACHED_STATEMENT_PARAMS = 200


class Text(str):
    """What somebody typed, as an argument of a prepared read: only compared with, and in no statement that is kept."""

    __slots__ = ()


Args = ParamSpec("Args")
Row = TypeVar("Row")
RowModel = TypeVar("RowModel", bound=Model)
# What stands in the SQL's parameters until a call fills in its own value; n tells them apart.
PLACEHOLDERS: dict[Any, Callable[[int], Any]] = {
    UUID: lambda n: UUID(int=0xFACADE << 64 | n),
    datetime: lambda n: datetime(1000, 1, 1, microsecond=n, tzinfo=UTC),
    date: lambda n: date(1000, 1, 1 + n),
    Text: lambda n: Text(f"typed {n}"),
}
NO_DAY_OF_OURS = 1001
# What each function has built, by its shape; a compiler belongs to one connection, so each thread has its own.
_built = threading.local()


@dataclass(frozen=True, slots=True, eq=False)
class _Built:
    """A queryset with its SQL, whose parameters are the names of arguments."""

    rows: QuerySet[Any, Any]
    compiler: Any
    sql: str


@dataclass(frozen=True, slots=True)
class Fetched(Generic[Row]):
    """Rows as they came from the database, compared by all that they hold.

    What is made of rows alone can be kept for the very same rows; to make them into anything costs more than reading.
    """

    sql: str
    rows: tuple[tuple[Any, ...], ...]
    # Each thread builds its own; what they read is the same.
    built: _Built | None = field(compare=False)

    def made(self) -> list[Row]:
        """The rows as the queryset makes them."""
        if self.built is None or not self.rows:
            return []
        self.built.compiler.execute_sql = lambda *_, **__: [self.rows]
        return list(cast("Iterable[Row]", self.built.rows._iterable_class(self.built.rows)))


class Prepared(Generic[Args, Row]):
    """A read whose SQL is built once for each shape of its arguments; `build` makes its queryset."""

    def __init__(self, build: Callable[Args, QuerySet[Any, Row]], deed: str = "") -> None:
        self.build = build
        self.deed = deed
        self.kinds = {name: parameter.annotation for name, parameter in inspect.signature(build).parameters.items()}
        update_wrapper(self, build)

    def __call__(self, *args: Args.args, **kwargs: Args.kwargs) -> list[Row]:
        return self.fetch({}, *args, **kwargs).made()

    def fetch(self, told: Mapping[str, Any], /, *args: Args.args, **kwargs: Args.kwargs) -> Fetched[Row]:
        """The rows of one call, not made into anything yet; `told` are the values that the deed names."""
        given = {**dict(zip(self.kinds, args, strict=False)), **kwargs}
        values: dict[str, Any] = {}
        shape: list[Any] = []
        for name, value in given.items():
            if isinstance(value, Model):
                values[name] = value.pk
                shape.append(tuple(getattr(value, field) for field in depends_on(self.kinds[name])))
            elif self.kinds[name] in PLACEHOLDERS:
                values[name] = value
            else:
                shape.append(value)
        key = (self, *shape)
        known: dict[tuple[Any, ...], _Built | None] = _built.__dict__.setdefault("known", {})
        if key not in known:
            known[key] = _build(self.build, self.deed, self.kinds, given)
        found = known[key]
        if found is None:
            return Fetched("", (), None)
        return Fetched(found.sql, _rows(found, {**values, **told}), found)


def prepared(build: Callable[Args, QuerySet[RowModel, Row]]) -> Prepared[Args, Row]:
    """Make a function that builds a queryset into one that reads its rows and builds the SQL only once.

    Arguments annotated UUID, date, datetime, Text or as a model may only be compared with: each call fills in its own
    value, a model's key. Of a model, building sees the key and its `READS_DEPEND_ON` alone, so that nothing else
    of one person can stay in the SQL of another. Any other argument is part of the shape: each value has its own
    SQL. No prefetch.
    """
    return Prepared(build)


def prepared_with(deed: str, read: Prepared[Args, Row]) -> Prepared[Args, Row]:
    """A prepared read and a deed about what it finds, in one statement: both are done or neither.

    `deed` is SQL that takes the rows of `found`; what `fetch` is told are the values that it names.
    """
    return Prepared(read.build, deed)


def depends_on(model: Any) -> tuple[str, ...]:
    """The fields of a model, beside its key, that reads of its rows may be built from."""
    return getattr(model, "READS_DEPEND_ON", ())


def _build(
    build: Callable[..., QuerySet[Any, Any]], deed: str, kinds: dict[str, Any], given: dict[str, Any]
) -> _Built | None:
    placeholders: dict[str, Any] = {}
    arguments = dict(given)
    for n, (name, value) in enumerate(given.items(), start=1):
        if isinstance(value, Model):
            placeholders[name] = PLACEHOLDERS[UUID](n)
            known = {field: getattr(value, field) for field in depends_on(kinds[name])}
            arguments[name] = kinds[name](pk=placeholders[name], **known)
        elif kinds[name] in PLACEHOLDERS:
            arguments[name] = placeholders[name] = PLACEHOLDERS[kinds[name]](n)
    rows = build(**arguments)
    compiler = rows.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
    try:
        positional, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    # How columns become what they were is the same for every row that is ever read.
    columns = [column for column, *_ in compiler.select[: compiler.col_count]]
    converters, are_composite = compiler.get_converters(columns), compiler.has_composite_fields(columns)
    compiler.get_converters = lambda _: converters
    compiler.has_composite_fields = lambda _: are_composite
    rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    named = _named(positional, params, {value: name for name, value in placeholders.items()})
    if deed:
        named = f"WITH found AS MATERIALIZED ({named}), done AS ({deed}) SELECT * FROM found"  # noqa: S608 - our own SQL
    return _Built(rows, compiler, named)


def _named(positional: str, params: Iterable[Any], names: dict[Any, str]) -> str:
    """The SQL with each argument by its name, once for all its places, and what is always the same written out.

    A chart's statement has eighty parameters, of which five are arguments: each costs the driver and the server.
    """
    following = iter(params)
    connections[DEFAULT_DB_ALIAS].ensure_connection()
    driver = connections[DEFAULT_DB_ALIAS].connection

    def spelled(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return found[0]
        value = next(following)
        if type(value) in PLACEHOLDERS and value in names:
            return f"%({names[value]})s"
        if _is_made_of_an_argument(value, names):
            raise ValueError(f"{value!r} is computed from an argument: a prepared read compares with arguments alone")
        return sql.Literal(value).as_string(driver).replace("%", "%%")

    return re.sub("%[%s]", spelled, positional)


def _is_made_of_an_argument(value: Any, names: Iterable[Any]) -> bool:
    """Whether a value would be another one at each call: a day counted from an argument, a pattern around one."""
    if isinstance(value, date):
        return value.year <= NO_DAY_OF_OURS
    return isinstance(value, str) and any(isinstance(name, Text) and name in value for name in names)


def _rows(built: _Built, values: dict[str, Any]) -> tuple[tuple[Any, ...], ...]:
    # A thread may have come to another connection since: one runs an event loop now, or a test made its database anew.
    connection = built.compiler.connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(built.sql, values)
        found = cursor.fetchall()
    if built.compiler.has_extra_select:  # what the rows are only sorted by
        return tuple(row[: built.compiler.col_count] for row in found)
    return tuple(found)
