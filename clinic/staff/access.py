"""Who may open which page: the decorator every view wears and the list of pages that need no account."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from clinic.staff.models import User
from clinic.staff.permissions import Permission

Args = ParamSpec("Args")
METHODS = ("GET", "HEAD", "POST")
View = Callable[Concatenate[HttpRequest, Args], HttpResponseBase]


class StaffRequest(HttpRequest):
    """A request of a signed-in member of staff."""

    user: User


def requires(permission: Permission) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Let in only users whose acting role holds the permission; anybody else gets 403, which is audited.

    Pages know GET, HEAD and POST alone: any other method is 405.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not (request.user.is_authenticated and request.user.may(permission)):
                raise PermissionDenied(permission)
            if request.method not in METHODS:
                return HttpResponseNotAllowed(METHODS)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


# Pages that need no account: public by purpose.
PUBLIC_VIEWS = frozenset(
    {"livez", "readyz", "metrics", "intake:enquire", "intake:enquiry_received"}
    | {"checkins:answer", "handouts:page", "safety_page", "appointment_page", "reminder_page", "device_page"}
    | {"consent_page", "scales_page"}
    # A machine's doors: its signature is looked at before anything else.
    | {"message_report", "inbound_message"}
)

# The sign-in package's own pages: who is half signed in or not at all must reach them. Each sees to its own account.
SIGN_IN_VIEWS = frozenset(
    {
        "account_change_password",
        "account_confirm_email",
        "account_confirm_login_code",
        "account_email",
        "account_email_verification_sent",
        "account_inactive",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_set_password",
        "account_signup",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_authenticate",
        "mfa_deactivate_totp",
        "mfa_download_recovery_codes",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_login_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "usersessions_list",
    }
)
