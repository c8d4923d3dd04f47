"""How the sign-in package behaves here: accounts are made by the administrator, and a factor always stays."""

import time
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse

from clinic.staff.middleware import SIGNED_IN_AT
from clinic.staff.models import User

# Sent with request and credentials when a try is not even looked at, for there were too many before it.
too_many_tries = Signal()


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail comes from the neutral sender, not from the address of the server."""
        super().send_mail(template_prefix, email, {**context, "sender": settings.MESSAGE_SENDER_NAME})

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            too_many_tries.send(sender=type(self), request=request, credentials=credentials)
            raise

    def pre_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse | None:
        """Sample accounts are closed wherever else a demo's database comes to: anybody knows their password."""
        if user.is_demo and not settings.DEMO_ACCOUNTS_ALLOWED:
            user_login_failed.send(sender=type(self), request=request, credentials={"email": user.email})
            return cast(HttpResponse, self.respond_user_inactive(request, user))
        return cast(HttpResponse | None, super().pre_login(request, user, **login))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in within the last five minutes is not asked again to set up a second factor."""
        if app == "allauth.mfa" and self.request is not None:
            since = time.time() - self.request.session.get(SIGNED_IN_AT, 0)
            if since < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
                return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))


class StaffMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last app or passkey stays; recovery codes alone are no second factor to work with."""
        others = Authenticator.objects.filter(user=authenticator.user_id).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists() or _is_exempt(authenticator.user)

    def may_remove_key(self, user: Any, pk: int) -> bool:
        """Whether this passkey of the user may go; one that is not theirs is left to the page's own 404."""
        key = Authenticator.objects.filter(user=user, pk=pk, type=Authenticator.Type.WEBAUTHN).first()
        return key is None or self.can_delete_authenticator(key)


def _is_exempt(user: Any) -> bool:
    return bool(user.is_demo and settings.DEMO_ACCOUNTS_ALLOWED)
