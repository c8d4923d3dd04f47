"""Who may open which page: the decorator every view wears and the list of pages that need no account."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from clinic.staff.models import User
from clinic.staff.permissions import Permission

Args = ParamSpec("Args")
View = Callable[Concatenate[HttpRequest, Args], HttpResponseBase]


class StaffRequest(HttpRequest):
    """A request of a signed-in member of staff."""

    user: User


def requires(permission: Permission) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Let in only users whose acting role holds the permission; anybody else gets 403, which is audited."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not (request.user.is_authenticated and request.user.may(permission)):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


# Pages that need no permission of ours: public by purpose, or guarded by the sign-in package's own rules.
PUBLIC_VIEWS = frozenset({"livez", "readyz", "intake:enquire", "intake:enquiry_received", "checkins:answer"})
