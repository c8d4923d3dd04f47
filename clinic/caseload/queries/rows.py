"""Small lists of a client as JSON arrays, so that one statement brings several of them."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject


def rows(found: QuerySet[Any], **fields: Any) -> ArraySubquery:
    """The rows of a subquery as objects; fields are names or expressions. Dates come as ISO text."""
    return ArraySubquery(found.values(row=JSONObject(**fields)))
