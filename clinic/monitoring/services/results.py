"""Deeds on results: enter them, withdraw a wrong one. Nothing is ever changed or deleted."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.http import Http404
from django.utils import timezone

from clinic.audit.services import record
from clinic.clients.models import IN_CARE, Client
from clinic.core.clock import local, local_day
from clinic.intake.services.history import locked_client
from clinic.monitoring import queries, rules
from clinic.monitoring.models import Measurement, WhyWithdrawn
from clinic.monitoring.rules import KINDS, Given
from clinic.monitoring.rules.critical import INGREDIENT_OF, critical_words
from clinic.monitoring.rules.due import State
from clinic.monitoring.rules.gathering import DueLine, lines_of
from clinic.monitoring.services.reminders import end_measured
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.titration.services import doubt_promises, doubt_result, judge_results, keep_promises
from clinic.worklist import services as worklist
from clinic.worklist.models import DutyKind, Outcome

ENTERED = "staff"


@transaction.atomic
def record_results(
    *, client_id: UUID, results: Sequence[Given], taken_at: datetime, note: str = "", by: User, now: datetime
) -> list[Measurement]:
    """Enter what was measured at one time, all of it or nothing.

    Each is kept in the unit of its kind, ends the duty of whoever promised it, and judges the dose steps
    that wait for it, unless a newer one of its kind stands.
    A result that stands already with the same value and time is one with it.
    """
    client = locked_client(client_id, by)
    rules.check_taken_at(local(taken_at), now=now, born_on=client.birth_on)
    rules.check_together(results)
    kept = [_record(client, one, taken_at, note.strip(), by) for one in results]
    keep_promises(client_id=client.pk, kinds=[one.kind for one in kept], taken_at=taken_at, by=by, now=now)
    later = Measurement.objects.standing().filter(client=client, taken_at__gt=taken_at)
    outdated = set(later.values_list("kind", flat=True))
    values = {one.kind: one.value for one in kept if one.kind not in outdated}
    judge_results(client_id=client.pk, values=values, taken_at=taken_at, by=by, now=now)
    for one in kept:
        _tell_if_critical(one, by=by, now=now)
    done = {item.about for item in queries.due_of_client(client.pk, now) if item.state is State.DONE}
    for about in done.intersection(queries.open_due(client.pk)):
        worklist.close_about(about=about, outcome=Outcome.DONE, by=None, now=now)
    end_measured(client.pk, now=now)
    return kept


@transaction.atomic
def record_result(
    *,
    client_id: UUID,
    kind: str,
    value: Decimal,
    unit: str,
    taken_at: datetime,
    note: str = "",
    by: User,
    now: datetime,
) -> Measurement:
    """Enter one result, kept in the unit of its kind."""
    [kept] = record_results(
        client_id=client_id, results=[Given(kind, value, unit)], taken_at=taken_at, note=note, by=by, now=now
    )
    return kept


def _record(client: Client, given: Given, taken_at: datetime, note: str, by: User) -> Measurement:
    value = rules.check_result(given)
    kind = KINDS[given.kind]
    same = Measurement.objects.standing().filter(client=client, kind=kind.code, value=value, taken_at=taken_at)
    if standing := same.first():
        return standing
    measurement = Measurement(
        client=client,
        kind=kind.code,
        loinc=kind.loinc,
        value=value,
        unit=kind.unit,
        entered_as=rules.entered_words(given),
        taken_at=taken_at,
        note=note,
        origin=ENTERED,
        recorded_by=by,
    )
    measurement.full_clean()
    measurement.save(force_insert=True)
    record("result_recorded", by=by, subject=measurement, kind=kind.code)
    return measurement


@transaction.atomic
def withdraw_result(*, measurement_id: UUID, because: str, by: User, now: datetime) -> Measurement:
    """Take back a wrong result: it counts no more and stays to be seen. Twice withdrawn is once withdrawn.

    A step that it let begin waits again, a promise that it kept is open again.
    """
    rows = Measurement.objects.visible_to(by).select_for_update(of=("self",))
    measurement = rows.filter(pk=measurement_id).first()
    if measurement is None:
        raise Http404
    rules.check_withdrawal(
        recorded_by=measurement.recorded_by_id,
        by=by.pk,
        role=by.acting_role,
        because=because,
        known=WhyWithdrawn.values,
    )
    if measurement.withdrawn_at is None:
        measurement.withdrawn_at, measurement.withdrawn_by = now, by
        measurement.withdrawn_because = because
        measurement.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because", "updated_at"])
        record("result_withdrawn", by=by, subject=measurement, because=because)
        _take_back(measurement, by=by, now=now)
    return measurement


def _take_back(measurement: Measurement, *, by: User, now: datetime) -> None:
    """What followed from a result that was withdrawn no longer holds."""
    client_id, kind, taken_at = measurement.client_id, measurement.kind, measurement.taken_at
    doubt_result(client_id=client_id, kind=kind, value=measurement.value, taken_at=taken_at, now=now)
    standing = Measurement.objects.standing().filter(client=client_id, kind=kind)
    last = standing.aggregate(last=Max("taken_at"))["last"]
    doubt_promises(client_id=client_id, kind=kind, taken_at=taken_at, last_standing_at=last, by=by, now=now)
    worklist.close_about(about=queries.critical_about(measurement.pk), outcome=Outcome.NO_LONGER_NEEDED, by=by, now=now)
    for about in {item.about for item in queries.due_of_client(client_id, now) if item.is_pressing}:
        worklist.reopen_about(about=about, by=by, now=now)


@transaction.atomic
def look_at_due(*, now: datetime) -> int:
    """Make a duty of what is due to be measured now or within 14 days; end those measured or asked for no more.

    Asked again, it changes nothing more; a duty that a person closed stays closed. Answers how many are new.
    """
    found = queries.due_everywhere(now, Q(dose_plan__client__status__in=IN_CARE))
    today = local_day(now)
    wanted = {line.about: (one.client.id, line) for one in found for line in reversed(lines_of(one.items, today))}
    done = {item.about for one in found for item in one.items if item.state is State.DONE}
    for about in set(queries.open_due()) - wanted.keys():
        outcome = Outcome.DONE if about in done else Outcome.NO_LONGER_NEEDED
        worklist.close_about(about=about, outcome=outcome, by=None, now=now)
    known = queries.known_due(list(wanted))
    fresh = [one for about, one in wanted.items() if about not in known]
    clients = Client.objects.in_bulk([client_id for client_id, _ in fresh])
    for client_id, line in fresh:
        _open_duty(clients[client_id], line, now)
    return len(fresh)


def _open_duty(client: Client, line: DueLine, now: datetime) -> None:
    day_after = line.due_on + timedelta(days=1)
    worklist.open_item(
        kind=DutyKind.WEIGHT_GAIN if line.is_gain else DutyKind.MONITORING_DUE,
        about=line.about,
        reason=due_reason(line),
        owner_role=Role.PRESCRIBER if line.is_gain else Role.COORDINATOR,
        due_at=timezone.make_aware(datetime.combine(day_after, time.min)),
        client=client,
        by=None,
        now=now,
    )


def due_reason(line: DueLine) -> str:
    """What is due and of which medication, as a duty says it."""
    return f"{line.measured}, for {line.medication}"[:300]


def _tell_if_critical(kept: Measurement, *, by: User, now: datetime) -> None:
    """An urgent duty of the prescriber of the medication a critical value belongs to, once for one result."""
    ingredient = INGREDIENT_OF.get(kept.kind)
    if ingredient is None:
        return
    plan = queries.running_plan_of(kept.client_id, ingredient, local_day(now))
    words = critical_words(kept.kind, kept.value, takes_clozapine=plan is not None)
    if words:
        told = rules.result_words(kept.kind, kept.value, kept.unit)
        worklist.open_item(
            kind=DutyKind.CRITICAL_RESULT,
            about=queries.critical_about(kept.pk),
            reason=f"{rules.label_of(kept.kind)} {told}. {words[0].upper()}{words[1:]}."[:300],
            owner_role=Role.PRESCRIBER,
            due_at=now,
            client=kept.client,
            owner=plan.prescriber if plan else None,
            urgent=True,
            by=by,
            now=now,
        )
