"""Reasons given against a finding, and the promises among them: "will monitor" is a duty until the result is there."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinic.audit.services import record
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration import queries
from clinic.titration.models import DosePlanVersion, SafetyOverride
from clinic.titration.rules.signing import MONITORED, IsStop, Override
from clinic.worklist import services as worklist
from clinic.worklist.models import DutyKind, Outcome


def write_overrides(version: DosePlanVersion, stops: Sequence[IsStop], reasons: Mapping[str, Override]) -> None:
    """Write each overridden finding with its reason; a promise to monitor becomes a duty of its owner.

    Called inside the transaction that signs the version. Refused for an owner off the client's care team.
    """
    for stop in stops:
        given = reasons[stop.key]
        promise = given.promise
        override = SafetyOverride(
            version=version,
            code=stop.code,
            key=stop.key,
            finding=stop.to_json(),
            reason_code=given.reason_code,
            words=given.words.strip(),
            monitors=promise.monitors if promise else "",
            monitor_by=promise.by_on if promise else None,
            monitor_owner_id=promise.owner_id if promise else None,
            by=version.signed_by,
            at=version.signed_at,
        )
        override.save(force_insert=True)
        if promise:
            _open_duty(override)


@transaction.atomic
def keep_promises(*, client_id: UUID, kinds: Sequence[str], taken_at: datetime, by: User, now: datetime) -> int:
    """Close the duties whose promised measurement was taken after the promise; answers how many were kept."""
    kept = 0
    for override in queries.promises_to_keep(client_id, kinds):
        about = queries.duty_about(override)
        if override.at <= taken_at and worklist.close_about(about=about, outcome=Outcome.DONE, by=by, now=now):
            record("promise_kept", by=by, subject=override, client_id=client_id, monitors=override.monitors)
            kept += 1
    return kept


@transaction.atomic
def doubt_promises(
    *, client_id: UUID, kind: str, taken_at: datetime, last_standing_at: datetime | None, by: User, now: datetime
) -> int:
    """Open the duties again that a withdrawn result had closed, unless another result since the promise stands.

    Answers how many. `last_standing_at` is when the newest standing result of this kind was taken.
    """
    opened = 0
    for override in queries.promises_to_keep(client_id, [kind]):
        is_kept = last_standing_at is not None and override.at <= last_standing_at
        if is_kept or taken_at < override.at:
            continue
        if worklist.reopen_about(about=queries.duty_about(override), by=by, now=now):
            record("promise_open_again", by=by, subject=override, client_id=client_id, monitors=override.monitors)
            opened += 1
    return opened


def _open_duty(override: SafetyOverride) -> None:
    """A duty of the one who promised to see to it, due when the named day is over."""
    dose_plan = override.version.dose_plan
    link = dose_plan.client.care_team.working().filter(user=override.monitor_owner_id).first()
    if link is None or override.monitor_by is None:
        raise RuleBroken("Will monitor: choose somebody of this client's care team.", field=f"override_{override.key}")
    day_after = override.monitor_by + timedelta(days=1)
    worklist.open_item(
        kind=DutyKind.MONITOR,
        about=queries.duty_about(override),
        reason=f"{MONITORED[override.monitors]}: promised when {dose_plan.medication} was signed",
        owner_role=Role(link.role),
        due_at=timezone.make_aware(datetime.combine(day_after, time.min)),
        client=dose_plan.client,
        owner=link.user,
        by=override.by,
        now=override.at,
    )
