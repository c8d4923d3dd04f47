"""Just before sending: what is still wanted, where to, with which words. Then the tries are written down."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from clinic.messaging import rules
from clinic.messaging.gateways import Gateway, Message, Result, gateway_for, is_blind
from clinic.messaging.models import Channel, DeliveryAttempt, Reminder, ReminderState
from clinic.messaging.purposes import Purpose, purpose_of
from clinic.messaging.queries import Way, Wording, approved_wordings, database_now, ways_to_reach
from clinic.messaging.rules import AfterUnknown, Outcome
from clinic.messaging.services.by_key import find_by_key
from clinic.messaging.services.claiming import Claimed
from clinic.messaging.services.finishing import Done, finish
from clinic.messaging.services.fresh import steady_now
from clinic.messaging.services.holding import HeldRow, still_held
from clinic.messaging.services.journal import PREPARED, STARTED, begin_tries
from clinic.messaging.services.limits import TOO_MANY, keep_to_limits
from clinic.messaging.services.links import mint_links

FINAL = {Outcome.ACCEPTED, Outcome.REFUSED}


@dataclass(frozen=True)
class Prepared:
    """A try that is written down and may now be made."""

    held: Claimed
    gateway: Gateway
    message: Message
    attempt_id: int
    after_unknown: AfterUnknown | None
    looked_at: float


@transaction.atomic
def prepare(batch: Sequence[Claimed]) -> list[Prepared]:
    """Read everything again for a whole batch and begin its tries, all or none.

    What is no longer ours, wanted, or to be sent now is left out. A row that cannot be prepared fails the batch.
    """
    looked_at, now = steady_now(), database_now()
    find_by_key()
    held = {one.reminder_id: one for one in batch}
    rows = _wanted(still_held(batch), now=now)
    rows = _outside_quiet_hours(rows, now=now)
    lost_answers = _lost_answers(rows)
    rows = [row for row in rows if not _is_known(row, held[row.pk], lost_answers)]
    ready = _within_limits(_with_address(rows, held), held, now=now)
    return _begin(ready, held, lost_answers, looked_at, now=now)


def _wanted(rows: Sequence[HeldRow], *, now: datetime) -> list[HeldRow]:
    """Rows that somebody still wants; the others are closed with the reason."""
    by_kind: dict[str, set[tuple[UUID, int]]] = defaultdict(set)
    for row in rows:
        by_kind[row.about_kind].add((row.about_id, row.step))
    wanted = {kind: _purpose(kind).wants(asked) for kind, asked in by_kind.items()}
    kept, dropped = [], defaultdict(list)
    for row in rows:
        if row.is_out_of_care and _purpose(row.about_kind).to_staff is None:
            dropped["the client is no longer in care"].append(row.pk)
        elif row.is_taken_back or (row.about_id, row.step) not in wanted[row.about_kind]:
            dropped["no longer wanted"].append(row.pk)
        else:
            kept.append(row)
    for reason, ids in dropped.items():
        Reminder.objects.filter(pk__in=ids).update(
            state=ReminderState.CANCELLED,
            closed_at=now,
            closed_because=reason,
            lease_token=None,
            lease_until=None,
            updated_at=now,
        )
    return kept


def _purpose(kind: str) -> Purpose:
    purpose = purpose_of(kind)
    if purpose is None:
        raise LookupError(f"No app registered the purpose {kind}.")
    return purpose


def _outside_quiet_hours(rows: Sequence[HeldRow], *, now: datetime) -> list[HeldRow]:
    """Rows that may leave now; those whose client sleeps wait until 8:00, which is no try. Staff are always told."""
    by_zone: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        if _purpose(row.about_kind).to_staff is None:
            by_zone[row.time_zone].append(row.pk)
    sleeping: set[UUID] = set()
    for zone, ids in by_zone.items():
        morning = rules.quiet_until(now, ZoneInfo(zone))
        if morning is not None:
            sleeping.update(ids)
            Reminder.objects.filter(pk__in=ids).update(
                state=ReminderState.DUE,
                next_try_at=morning,
                attempts=F("attempts") - 1,
                lease_token=None,
                lease_until=None,
                updated_at=now,
            )
    return [row for row in rows if row.pk not in sleeping]


@dataclass
class History:
    """What became of earlier tries: answers that were lost, and how the last one ended that is known."""

    lost: Counter[UUID]
    ended: dict[UUID, Result]


def _lost_answers(rows: Sequence[HeldRow]) -> History:
    """Close tries that a dead sender left open, then read how the earlier ones ended.

    One that was only prepared cannot have left; one that was started may have.
    """
    history = History(Counter(), {})
    tried = [row.pk for row in rows if row.attempts > 1]
    if not tried:
        return history
    attempts = DeliveryAttempt.objects.filter(reminder__in=tried)
    attempts.filter(outcome=PREPARED).update(outcome=Outcome.NOT_TRIED, detail="the sender died before")
    attempts.filter(outcome=STARTED).update(outcome=Outcome.UNKNOWN, detail="the sender died")
    for reminder_id, outcome, detail in attempts.order_by("at").values_list("reminder", "outcome", "detail"):
        history.lost[reminder_id] += outcome == Outcome.UNKNOWN
        if outcome in FINAL:
            history.ended[reminder_id] = Result(Outcome(outcome), detail=detail)
    return history


def _is_known(row: HeldRow, held: Claimed, history: History) -> bool:
    """A dead sender wrote down how the try ended and could not close the row: it is closed, nothing leaves again."""
    ended = history.ended.get(row.pk)
    if ended is None:
        return False
    finish(Done(row.pk, held.lease_token, None, ended))
    return True


@dataclass(frozen=True)
class Ready:
    """A row, the gateway it leaves by and the address it goes to."""

    row: HeldRow
    gateway: Gateway
    address: str


def _with_address(rows: Sequence[HeldRow], held: dict[UUID, Claimed]) -> list[Ready]:
    """Rows with an address that is consented to and not stopped; the others are refused and fall back or tell."""
    ways = ways_to_reach({row.client_id for row in rows})
    ready = []
    for row in rows:
        mine = _ways(row, ways)
        address = next((way.address for way in mine if way.channel == row.channel), None)
        gateway = gateway_for(row.channel)
        if address is None or gateway is None:
            no_way = Result(Outcome.REFUSED, detail="no way that may be used")
            finish(Done(row.pk, held[row.pk].lease_token, None, no_way))
        else:
            ready.append(Ready(row, gateway, address))
    return ready


def _within_limits(ready: Sequence[Ready], held: dict[UUID, Claimed], *, now: datetime) -> list[Ready]:
    """Texts that their number may get today; one that would leave too late to be of use is refused and told."""
    texts = [one for one in ready if one.row.channel == Channel.SMS and _purpose(one.row.about_kind).counts]
    limited = keep_to_limits([(one.row, one.address) for one in texts], now=now)
    for row_id in limited.too_late:
        finish(Done(row_id, held[row_id].lease_token, None, Result(Outcome.REFUSED, detail=TOO_MANY)))
    return [one for one in ready if one.row.pk not in limited.shifted | limited.too_late]


def _ways(row: HeldRow, of_clients: dict[UUID, list[Way]]) -> list[Way]:
    purpose = _purpose(row.about_kind)
    if purpose.to_staff:
        return purpose.to_staff.ways_of(row.about_id)
    return [way for way in of_clients.get(row.client_id, []) if purpose.consent in way.purposes]


def _begin(
    ready: Sequence[Ready], held: dict[UUID, Claimed], history: History, looked_at: float, *, now: datetime
) -> list[Prepared]:
    """Write every try down before anything leaves, with a fresh link each."""
    links = _links([one.row for one in ready], now=now)
    approved = approved_wordings({one.row.about_kind for one in ready})
    messages = [_message(one, links[one.row.pk], approved) for one in ready]
    attempts = begin_tries({one.row.pk: PREPARED if is_blind(one.gateway) else STARTED for one in ready}, at=now)
    after = [_after(one, history.lost[one.row.pk]) for one in ready]
    return [
        Prepared(held[one.row.pk], one.gateway, message, attempts[one.row.pk], what, looked_at)
        for one, message, what in zip(ready, messages, after, strict=True)
    ]


def _after(one: Ready, lost: int) -> AfterUnknown | None:
    if not lost:
        return None
    return rules.after_unknown(keeps_keys=one.gateway.keeps_keys, can_ask=one.gateway.can_ask, times=lost)


def _links(rows: Sequence[HeldRow], *, now: datetime) -> dict[UUID, str]:
    """By row the address in its message: a fresh secret one for a client, a page behind sign-in for staff."""
    site, links = settings.SITE_URL.rstrip("/"), dict[UUID, str]()
    for kind in {row.about_kind for row in rows}:
        purpose, mine = _purpose(kind), [row for row in rows if row.about_kind == kind]
        if purpose.to_staff:
            pages = {row.pk: purpose.to_staff.page_of(row.about_id) for row in mine}
            links |= {pk: site + reverse(purpose.view_name, args=[page]) for pk, page in pages.items()}
            continue
        expires_at = now + purpose.link_lasts
        wanted = ((row.client_id, row.about_id) for row in mine)
        tokens = mint_links(wanted, about_kind=kind, expires_at=expires_at)
        # The pattern is resolved once, not for every message.
        before, _, after = reverse(purpose.view_name, args=["TOKEN"]).partition("TOKEN")
        links |= {row.pk: f"{site}{before}{token}{after}" for row, token in zip(mine, tokens, strict=True)}
    return links


def _message(one: Ready, link: str, approved: Mapping[tuple[str, str], Wording]) -> Message:
    row, purpose = one.row, _purpose(one.row.about_kind)
    language = "en" if purpose.to_staff else rules.language_of(row.language)
    sender = settings.MESSAGE_SENDER_NAME
    wording = approved.get((purpose.kind, language)) or Wording(purpose.words[language], purpose.subject[language])
    words = wording.words
    if purpose.to_staff:
        text = rules.staff_text(sender=sender, words=words, link=link)
    elif row.channel == Channel.SMS:
        text = rules.sms_text(sender=sender, words=words, link=link, language=language)
    else:
        text = rules.email_text(
            sender=sender,
            words=words,
            link=link,
            how_long=purpose.how_long[language],
            language=language,
            phone=settings.CLINIC_PHONE,
        )
    return Message(row.idem_key, row.channel, one.address, sender, wording.subject, text)
