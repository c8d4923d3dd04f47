"""Check-ins are pulled from the dose steps in force: nobody below tells of a change, the next look finds it."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction

from clinic.audit.services import record
from clinic.checkins import queries, rules
from clinic.checkins.models import CheckIn, CheckInState
from clinic.clients.models import Client
from clinic.core.clock import local_day
from clinic.messaging.services import Wanted, cancel_reminders, plan_reminders, revoke_links
from clinic.worklist.models import Outcome
from clinic.worklist.services import close_about

ASKED_AT = time(10)
PLANNERS_LOCK = 0x_C4EC_1A5

Key = tuple[UUID, date, Decimal, str, date]


@transaction.atomic
def plan_checkins(*, now: datetime) -> int:
    """Make what the steps in force want, withdraw what they no longer want, expire what is too old.

    A replanned step is another step: its check-in is withdrawn together with its reminder and link, never moved
    silently; one that is out stays open while its step runs, though the step now ends later. Asked again, or by two
    at once, it changes nothing more. Answers how many check-ins were made.
    """
    if not _is_only_planner():
        return 0
    today = local_day(now)
    wanted = _wanted(today)
    planned = list(CheckIn.objects.filter(state=CheckInState.PLANNED))
    expired = [row.pk for row in planned if rules.is_expired(row.due_on, today=today)]
    stay = {*expired, *queries.out_on_running_steps(planned, today)}
    unwanted = [row.pk for row in planned if _key(row) not in wanted and row.pk not in stay]
    _close(expired, CheckInState.EXPIRED, because="not answered in time", now=now)
    _close(unwanted, CheckInState.WITHDRAWN, because="the dose plan was changed", now=now)
    known = {_key(row) for row in planned}
    made = _make([(key, client) for key, client in wanted.items() if key not in known], today=today)
    _plan_reminders(today, now=now)
    if made or expired or unwanted:
        record("checkins_planned", by=None, made=made, withdrawn=len(unwanted), expired=len(expired))
    return made


def _is_only_planner() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PLANNERS_LOCK])
        return bool(cursor.fetchone()[0])


def _wanted(today: date) -> dict[Key, Client]:
    protocols = queries.protocols_in_force()
    return {
        (plan.dose_plan.pk, ask.step.first_on, ask.step.mg, ask.occasion, ask.due_on): plan.dose_plan.client
        for plan in queries.plans_around(today, protocols)
        for ask in plan.asks(protocols)
    }


def _key(row: CheckIn) -> Key:
    return (row.dose_plan_id, row.step_first_on, row.step_mg, row.occasion, row.due_on)


def _make(wanted: Sequence[tuple[Key, Client]], *, today: date) -> int:
    near = [(key, client) for key, client in wanted if rules.is_in_window(key[-1], today=today)]
    plans = {key[0] for key, _ in near}
    taken, asked = queries.taken_days(plans, today - rules.OPEN_FOR), queries.last_asked(plans, today)
    rows = [
        CheckIn(
            client=client,
            dose_plan_id=plan_id,
            step_first_on=first_on,
            step_mg=mg,
            occasion=occasion,
            due_on=due_on,
        )
        for (plan_id, first_on, mg, occasion, due_on), client in near
        if (plan_id, due_on) not in taken
        and rules.is_to_ask(occasion, due_on, last_on=asked.get((plan_id, first_on, mg, occasion)))
    ]
    CheckIn.objects.bulk_create(rows, ignore_conflicts=True)
    return CheckIn.objects.filter(pk__in=[row.pk for row in rows]).count() if rows else 0


def _close(ids: Sequence[UUID], state: CheckInState, *, because: str, now: datetime) -> None:
    if ids:
        open_rows = CheckIn.objects.filter(pk__in=ids, state=CheckInState.PLANNED)
        open_rows.update(state=state, closed_at=now, updated_at=now)
        cancel_reminders(about_kind=queries.KIND, about_ids=ids, because=because, now=now)
        revoke_links(about_kind=queries.KIND, about_ids=ids, now=now)
    if state == CheckInState.WITHDRAWN:
        for pk in ids:
            close_about(about=queries.silence_about(pk), outcome=Outcome.NO_LONGER_NEEDED, by=None, now=now)


def _plan_reminders(today: date, *, now: datetime) -> None:
    planned = list(CheckIn.objects.filter(state=CheckInState.PLANNED).select_related("client"))
    ids = {row.client_id for row in planned}
    last, goals = queries.last_scale_days(ids), queries.goal_scales(ids)
    protocols = queries.protocols_in_force()
    changed = []
    for row in planned:
        named, answered = goals.get(row.client_id, set()), last.get(row.client_id, {})
        scale = rules.scale_due(protocols[rules.Occasion(row.occasion)], named, answered, on=row.due_on)
        # A page that is out keeps its questions.
        if row.instrument != scale and (row.due_on > today or not row.instrument):
            row.instrument = scale
            changed.append(row)
    CheckIn.objects.bulk_update(changed, ["instrument"])
    wanted = [Wanted(client=row.client, about_id=row.pk, on=row.due_on, at=ASKED_AT) for row in planned]
    plan_reminders(wanted, about_kind=queries.KIND, now=now)
