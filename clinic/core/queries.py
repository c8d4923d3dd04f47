"""Reads whose SQL is built once: half of a page's time would else go into building the same statement anew."""

import inspect
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet

Args = ParamSpec("Args")
Row = TypeVar("Row")
RowModel = TypeVar("RowModel", bound=Model)
# What stands in the SQL's parameters until a call fills in its own value; n tells them apart.
PLACEHOLDERS: dict[Any, Callable[[int], Any]] = {
    UUID: lambda n: UUID(int=0xFACADE << 64 | n),
    datetime: lambda n: datetime(1000, 1, 1, microsecond=n, tzinfo=UTC),
    date: lambda n: date(1000, 1, 1 + n),
}


@dataclass(frozen=True, slots=True)
class _Built:
    """A queryset with its SQL, and for each parameter the argument that fills it (None: always the same)."""

    rows: QuerySet[Any, Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    filled_by: tuple[str | None, ...]


def prepared(build: Callable[Args, QuerySet[RowModel, Row]]) -> Callable[Args, list[Row]]:
    """Make a function that builds a queryset into one that reads its rows and builds the SQL only once.

    Arguments annotated UUID, date or datetime may only be compared with: each call fills them in. Any other
    argument is part of the shape, and each of its values has its own SQL. No prefetch.
    """
    signature = inspect.signature(build)
    built = threading.local()

    @wraps(build)
    def read(*args: Args.args, **kwargs: Args.kwargs) -> list[Row]:
        given = signature.bind(*args, **kwargs).arguments
        values = {name: given[name] for name in given if signature.parameters[name].annotation in PLACEHOLDERS}
        shape = {name: value for name, value in given.items() if name not in values}
        key = tuple(shape.values())
        known: dict[tuple[Any, ...], _Built] = built.__dict__
        if key not in known:
            known[key] = _build(build, signature, values, shape)
        return _read(known[key], values)

    return read


def _build(
    build: Callable[..., QuerySet[Any, Any]],
    signature: inspect.Signature,
    values: dict[str, Any],
    shape: dict[str, Any],
) -> _Built:
    placeholders = {
        name: PLACEHOLDERS[signature.parameters[name].annotation](n) for n, name in enumerate(values, start=1)
    }
    rows = build(**placeholders, **shape)
    compiler = rows.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
    sql, params = compiler.as_sql()
    names = {value: name for name, value in placeholders.items()}
    filled_by = tuple(names.get(value) if type(value) in PLACEHOLDERS else None for value in params)
    unfilled = set(placeholders) - set(filled_by)
    if unfilled:
        raise TypeError(f"{build.__qualname__} does not compare with {', '.join(sorted(unfilled))} as it is.")
    rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    return _Built(rows, compiler, sql, tuple(params), filled_by)


def _read(built: _Built, values: dict[str, Any]) -> list[Any]:
    params = tuple(
        fixed if name is None else values[name] for fixed, name in zip(built.params, built.filled_by, strict=True)
    )
    built.compiler.as_sql = lambda *_, **__: (built.sql, params)
    return list(built.rows._iterable_class(built.rows))  # type: ignore[attr-defined]
