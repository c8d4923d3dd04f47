"""The base of every clinic record."""

from uuid import UUID

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
