from typing import Any

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "clinic.staff"

    def ready(self) -> None:
        """Listen for new second factors: the sign-in package leaves older sessions open."""
        from allauth.mfa.signals import authenticator_added

        from clinic.staff import queries, ties

        ties.register(queries.supervision_of)

        authenticator_added.connect(end_half_sessions, dispatch_uid="staff.end_half_sessions")


def end_half_sessions(request: Any, user: Any, authenticator: Any, **_: object) -> None:
    """Recovery codes come with a factor and are none by themselves."""
    from clinic.staff import services

    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        services.end_other_sessions(user=user, kept=request.session.session_key)
