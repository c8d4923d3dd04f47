"""What every staff page knows of its reader."""

from typing import Any

from django.http import HttpRequest


def permissions(request: HttpRequest) -> dict[str, Any]:
    """`can`: the permissions of the role worn now, as strings; empty for anybody not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"can": frozenset()}
    return {"can": user.permissions}
