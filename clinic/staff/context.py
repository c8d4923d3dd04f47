"""What every staff page knows of its reader."""

from typing import Any

from django.http import HttpRequest

from clinic.staff.roles import permissions_of


def permissions(request: HttpRequest) -> dict[str, Any]:
    """`can`: the permissions of the role worn now, as strings; empty for anybody not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"can": frozenset()}
    return {"can": permissions_of(user.acting_role)}
