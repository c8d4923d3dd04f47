"""Pieces of SQL that Django does not have."""

from typing import Any

from django.db.models import Value


class Constant(Value):
    """A word of our own code that stands in the SQL itself.

    Postgres takes an index kept for one status only if the statement names that status; a parameter could be any.
    """

    def as_sql(self, *_: Any, **__: Any) -> tuple[str, list[Any]]:
        word = str(self.value)
        if not word.isidentifier():
            raise ValueError(f"{word!r} is no plain word: it goes into a statement as a parameter.")
        return f"'{word}'", []
