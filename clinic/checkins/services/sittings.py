"""A client fills in scales alone: on a device of the clinic that staff hands over, or by link before a visit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.audit.services import record
from clinic.checkins import queries, rules
from clinic.checkins.models import Sitting
from clinic.checkins.services.raising import raise_worries
from clinic.clients.models import Client, MessagePurpose
from clinic.clients.services import locked_client
from clinic.core.clock import local_day
from clinic.core.rules import RuleBroken
from clinic.messaging.queries import ways_about
from clinic.messaging.rules import language_of
from clinic.messaging.services import cancel_reminders, mint_link, send_link, use_links
from clinic.scales.models import AnsweredBy
from clinic.scales.queries import known_instruments
from clinic.scales.services import record_response
from clinic.staff.models import User

# How long a device lies open for one client, the clinic's own promise: a questionnaire takes minutes.
OPEN_FOR = timedelta(minutes=45)
GONE = _("This page is finished. Please hand the device back.")
# Who answered on which way, and how a duty tells of it.
WAYS = {
    queries.ON_DEVICE: (AnsweredBy.TABLET, "on the clinic's device"),
    queries.BY_LINK: (AnsweredBy.CLIENT, "by link"),
}
ANSWERED = {queries.ON_DEVICE: "device_answered", queries.BY_LINK: "scales_answered_by_link"}
NOTHING_TOLD = rules.Answers(feeling=3, doses_missed=0)


@transaction.atomic
def open_sitting(*, client_id: UUID, instruments: Sequence[str], language: str, by: User, now: datetime) -> str:
    """Hand a device over with scales to fill in, in the order given; answers the token of the one page it opens.

    Only what a client can fill in alone is asked. The page stays open for 45 minutes.
    """
    client = locked_client(client_id)
    offered = queries.instruments_by_link()
    if not instruments or any(code not in offered for code in instruments):
        raise RuleBroken("Choose scales that a client can fill in alone.", field="instruments")
    sitting = _begin(client, instruments, language, by=by, now=now)
    record("device_handed_over", by=by, subject=sitting, instruments=sitting.instruments)
    return mint_link(client_id=client.pk, about_kind=queries.ON_DEVICE, about_id=sitting.pk, expires_at=now + OPEN_FOR)


@transaction.atomic
def send_scales(*, client_id: UUID, by: User, now: datetime) -> Sitting:
    """Send a client a link to the scales that are due, for a visit at which no tablet can be handed over.

    One that is out and not answered is the same one: nothing is sent beside it. One that did not arrive is sent anew.
    Raises RuleBroken where the client agreed to no messages about check-ins, or no scale is due.
    """
    client = locked_client(client_id)
    rules.check_way(has_way=bool(ways_about(MessagePurpose.CHECKINS, [client.pk])))
    sent, state = queries.sent_by_link(client.pk, now - rules.LINK_LASTS) or (None, "")
    if sent is not None and rules.is_out(state):
        return sent
    sitting = sent or _begin(client, _due(client, now), language_of(client.language), by=by, now=now)
    send_link(client, about_kind=queries.BY_LINK, about_id=sitting.pk, now=now)
    record("scales_sent_by_link", by=by, subject=sitting, instruments=sitting.instruments)
    return sitting


def _due(client: Client, now: datetime) -> list[str]:
    goals, last = queries.goal_scales([client.pk]), queries.last_scale_days([client.pk])
    return rules.scales_due(goals.get(client.pk, set()), last.get(client.pk, {}), on=local_day(now))


def _begin(client: Client, instruments: Sequence[str], language: str, *, by: User, now: datetime) -> Sitting:
    asked = list(dict.fromkeys(instruments))
    sitting = Sitting(client=client, instruments=asked, language=language, opened_by=by, opened_at=now)
    sitting.full_clean()
    sitting.save(force_insert=True)
    return sitting


@transaction.atomic
def answer_sitting(
    *,
    token: str,
    about_kind: str,
    instrument: str,
    answers: Sequence[int | None],
    is_left_out: bool,
    now: datetime,
) -> Sitting:
    """Keep the answers to the scale that is asked now, or go on without it; the last one closes the page for good.

    What tells of self-harm raises a risk alert at once and what worries a duty to call, as a check-in does.
    The answers to a scale that is through already, sent twice, change nothing.
    """
    opened = queries.open_sitting(token, about_kind=about_kind, now=now)
    if opened is None:
        raise RuleBroken(str(GONE))
    sitting = Sitting.objects.select_for_update(of=("self",)).select_related("client").get(pk=opened.sitting.pk)
    if sitting.closed_at is not None:
        raise RuleBroken(str(GONE))
    if sitting.instruments[sitting.done] != instrument:
        return sitting
    if not is_left_out:
        _keep(sitting, instrument, answers, about_kind=about_kind, now=now)
    sitting.done += 1
    if sitting.done == len(sitting.instruments):
        sitting.closed_at = now
        use_links(about_kind=about_kind, about_id=sitting.pk, now=now)
        cancel_reminders(about_kind=about_kind, about_ids=[sitting.pk], because="the client answered", now=now)
        record(ANSWERED[about_kind], by=None, subject=sitting)
    sitting.save(update_fields=["done", "in_danger", "closed_at", "updated_at"])
    return sitting


def _keep(sitting: Sitting, instrument: str, answers: Sequence[int | None], *, about_kind: str, now: datetime) -> None:
    answered_by, where = WAYS[about_kind]
    before = next(iter(queries.last_scored(sitting.client_id, instrument)), None)
    response = record_response(
        client_id=sitting.client_id,
        instrument=instrument,
        answers=answers,
        by=None,
        now=now,
        answered_by=answered_by,
        language=sitting.language,
    )
    scale = known_instruments([instrument])[instrument]
    result = rules.ScaleResult(
        title=scale.title,
        flags=tuple(response.flags),
        total=response.total,
        total_before=before.total if before else None,
        worse_points=scale.change.worse_points if scale.change else None,
    )
    worries = rules.worries_of(NOTHING_TOLD, result, in_crisis=False, by=queries.triage_in_force())
    sitting.in_danger = sitting.in_danger or any(worry.is_danger for worry in worries)
    source, what = queries.scale_source(response.pk), f"{scale.title} {where}"
    raise_worries(sitting.client, worries, source=source, what=what, now=now)
