"""The base of every clinic record, and a word that its queries are built with."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import pgtrigger
from django.db import models
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A time-ordered key: newest rows lie together in an index and a key tells nothing about a person."""
    return uuid7()


class Record(models.Model):
    """A row of the clinic: a time-ordered UUID key and when the row itself was made and last changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Check each value; that a related row exists is the foreign key's to prove, without a query each."""
        related = {field.name for field in self._meta.fields if field.remote_field and getattr(self, field.attname)}
        super().clean_fields(exclude={*(exclude or ()), *related})

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        """Ask for the fields that say they are unique; a fresh key is random and need not be looked for."""
        super().validate_unique(exclude={*(exclude or ()), "id"})


def values_of(row: Record, *, but: Collection[str] = ()) -> dict[str, Any]:
    """What a row says, by field: a row with the same values, whatever its key and its age, says the same."""
    left_out = {"id", "created_at", "updated_at", *but}
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields if field.name not in left_out}


class Constant(models.Value):
    """A word of our own code that stands in the SQL itself.

    Postgres takes an index kept for one status only if the statement names that status; a parameter could be any.
    """

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        word = str(self.value)
        if not word.isidentifier():
            raise ValueError(f"{word!r} is no plain word: it goes into a statement as a parameter.")
        return f"'{word}'", ()


def only_changes(name: str, ended: str, *fields: str) -> list[pgtrigger.Trigger]:
    """Of a row that is kept only how it ended may change, and other `fields`; once `ended` is filled nothing does.

    It is never deleted.
    """
    changed = pgtrigger.AnyChange(exclude=[ended, *fields, "updated_at"])
    once = pgtrigger.Condition(f"OLD.{ended} IS NOT NULL")
    return [
        pgtrigger.Protect(name=name, operation=pgtrigger.Update, condition=changed),
        pgtrigger.Protect(name="ended_once", operation=pgtrigger.Update, condition=once),
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
    ]


def never_emptied(kept: str) -> pgtrigger.Trigger:
    """TRUNCATE asks no row, and so no trigger of a row: it would take what is signed with it."""
    return pgtrigger.Trigger(
        name="never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"RAISE EXCEPTION '{kept} are kept';",
    )
