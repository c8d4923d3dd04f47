"""What is done to accounts. Told by a signal, inside the transaction: the audit stands above and writes it down."""

from typing import Any
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.dispatch import Signal
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.core.rules import RuleBroken, StaleRecord
from clinic.staff import rules
from clinic.staff.models import User
from clinic.staff.roles import Role

# Sent with action, by, subject and detail. A receiver that fails undoes the deed.
account_changed = Signal()


@transaction.atomic
def add_staff(*, email: str, full_name: str, credentials: str, phone: str, roles: list[str], by: User | None) -> User:
    """Make an account without a password and invite its owner to choose one. Raises RuleBroken.

    `by` is None only for the clinic's first administrator, who is made on the command line.
    """
    rules.check_roles(roles)
    try:
        user = User.objects.create_user(
            email=email,
            password=None,
            full_name=full_name,
            roles=[Role(role) for role in roles],
            credentials=credentials,
            phone=phone,
        )
    except ValidationError as refusal:
        raise _as_rule(refusal) from refusal
    _tell("staff_added", by=by, subject=user, roles=sorted(roles))
    _invite(user)
    return user


@transaction.atomic
def edit_staff(
    *,
    user_id: UUID,
    version: int,
    email: str,
    full_name: str,
    credentials: str,
    phone: str,
    roles: list[str],
    is_medical_director: bool,
    is_active: bool,
    supervisor: User | None = None,
    is_confirmed: bool = False,
    by: User,
) -> User:
    """Change an account. What it may do and whether it is active are never changed by its owner.

    Ending an account ends its sessions at once and is asked once more (`is_confirmed`); a role taken away is not worn
    a moment longer. Raises RuleBroken, and StaleRecord if the account was changed after `version` was opened: a closed
    one must not open again unseen.
    """
    user = _locked_for(by, user_id)
    if user.version != version:
        raise _stale(user)
    before = _standing(user)
    after = {
        "roles": sorted(roles),
        "is_medical_director": is_medical_director,
        "is_active": is_active,
        "supervisor": str(supervisor.pk) if supervisor else "",
    }
    if before != after:
        _check_standing(user, after, supervisor, by)
    rules.check_confirmed(is_closing=user.is_active and not is_active, is_confirmed=is_confirmed)
    user.email, user.full_name, user.credentials, user.phone = email.lower(), full_name, credentials, phone
    if before["roles"] != after["roles"]:
        user.roles = roles
        user.acting_role = user.acting_role if user.acting_role in roles else roles[0]
    user.is_active, user.is_medical_director, user.supervisor = is_active, is_medical_director, supervisor
    _save(user)
    if before["is_active"] and not is_active:
        _end_sessions(user)
    _tell("staff_changed", by=by, subject=user, before=before, after=after)
    return user


@transaction.atomic
def invite_again(*, user_id: UUID, by: User) -> User:
    """Send the link to choose a password once more, to somebody who works here. Raises RuleBroken."""
    user = _locked(user_id)
    if not user.is_active:
        raise RuleBroken("This account is closed. Open it again first.")
    _tell("staff_invited", by=by, subject=user)
    _invite(user)
    return user


@transaction.atomic
def remove_second_factor(*, user_id: UUID, by: User) -> User:
    """For somebody who lost phone and codes: all factors go, all sessions end, a new one is set up at sign-in.

    Never for one's own account. Raises RuleBroken.
    """
    user = _locked(user_id)
    rules.check_not_own(account=user.pk, by=by.pk)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    _tell("second_factor_reset", by=by, subject=user, removed=removed)
    return user


@transaction.atomic
def end_other_sessions(*, user: User, kept: str | None) -> None:
    """A new second factor counts at once: what was opened without it ends, only the session that added it goes on.

    `kept` is the key of that session.
    """
    ended = _end_sessions(user, kept=kept)
    if ended:
        _tell("sessions_ended", by=user, subject=user, ended=ended)


@transaction.atomic
def switch_role(*, role: str, by: User) -> User:
    """Wear another of one's own roles from now on. Raises RuleBroken."""
    user = _locked(by.pk)
    rules.check_can_wear(role, user.roles)
    before, user.acting_role = user.acting_role, role
    user.save(update_fields=["acting_role", "updated_at"])
    _tell("role_switched", by=user, subject=user, before=before, after=role)
    return user


def _check_standing(user: User, after: dict[str, Any], supervisor: User | None, by: User) -> None:
    """What an account may do once it is changed; see the rules."""
    roles = after["roles"]
    rules.check_not_own(account=user.pk, by=by.pk, field="roles")
    rules.check_roles(roles)
    rules.check_medical_director(is_medical_director=after["is_medical_director"], roles=roles)
    if supervisor is not None:
        is_trainee = supervisor.supervisor_id is not None
        rules.check_supervisor(account=user.pk, roles=roles, supervisor=supervisor.pk, is_trainee=is_trainee)


def _save(user: User) -> None:
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as refusal:
        raise _as_rule(refusal) from refusal
    user.save(
        update_fields=[
            "email", "full_name", "credentials", "phone", "roles", "acting_role", "is_medical_director", "is_active",
            "supervisor", "updated_at",
        ]
    )  # fmt: skip


def _stale(user: User) -> StaleRecord:
    theirs = {name: str(getattr(user, name)) for name in ("full_name", "credentials", "email", "phone")}
    theirs |= {name: "Yes" if getattr(user, name) else "No" for name in ("is_medical_director", "is_active")}
    theirs["roles"] = ", ".join(role.label for role in Role if role in user.roles)
    theirs["supervisor"] = str(user.supervisor_id or "")
    reason = "Somebody changed this account after you opened the page."
    return StaleRecord(reason, theirs=theirs, version=user.version)


def _standing(user: User) -> dict[str, Any]:
    """What an account may do, before it is changed."""
    return {
        "roles": sorted(user.roles),
        "is_medical_director": user.is_medical_director,
        "is_active": user.is_active,
        "supervisor": str(user.supervisor_id or ""),
    }


def _locked(user_id: UUID) -> User:
    user = User.objects.get_queryset().select_for_update().filter(pk=user_id).first()
    if user is None:
        raise Http404
    return user


def _locked_for(by: User, user_id: UUID) -> User:
    """The account, with that of who changes it: of two administrators who close each other at once one stays."""
    both = User.objects.get_queryset().select_for_update().filter(pk__in=[user_id, by.pk]).order_by("pk")
    found = {user.pk: user for user in both}
    if user_id not in found:
        raise Http404
    rules.check_manages(roles=found[by.pk].roles, is_active=found[by.pk].is_active)
    return found[user_id]


def _tell(action: str, *, by: User | None, subject: User, **detail: Any) -> None:
    account_changed.send(sender=User, action=action, by=by, subject=subject, detail=detail)


def _as_rule(refusal: ValidationError) -> RuleBroken:
    field, (error, *_) = next(iter(refusal.error_dict.items()))
    sentence = "This address already has an account." if error.code == "unique" else error.messages[0]
    return RuleBroken(sentence, field=field)


def _end_sessions(user: User, *, kept: str | None = None) -> int:
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=kept or ""))
    for session in sessions:
        session.end()
    return len(sessions)


def _invite(user: User) -> None:
    """The mail leaves once the account stands. It says nothing of what the clinic does."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    words = {"link": settings.SITE_URL.rstrip("/") + path, "sender": settings.MESSAGE_SENDER_NAME}
    body = render_to_string("staff/invitation.txt", words)
    subject = f"Your {settings.MESSAGE_SENDER_NAME} account"
    transaction.on_commit(lambda: send_mail(subject, body, None, [user.email]), robust=True)
