"""What a client does behind a link. There is no account: the link and the birth year stand for the person."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinic.audit.services import record
from clinic.checkins import queries, rules
from clinic.checkins.models import CheckIn, CheckInAnswer, CheckInState
from clinic.checkins.services.raising import CALL_WITHIN, call_client
from clinic.checkins.services.silence import end_silence
from clinic.clients.models import Client, MessagePurpose
from clinic.clients.services import end_message_consents, renew_message_consents
from clinic.core.rules import RuleBroken
from clinic.messaging.services import cancel_reminders, use_links
from clinic.risk.models import RiskKind
from clinic.risk.services import raise_alert
from clinic.scales.models import AnsweredBy, ScaleResponse
from clinic.scales.rules import score_answers
from clinic.scales.services import rate_symptoms
from clinic.staff.roles import Role
from clinic.titration.rules.side_effects import Felt
from clinic.titration.services import ask_refill_by_link, judge_answer, keep_told_effects
from clinic.worklist.models import DutyKind
from clinic.worklist.services import open_item

GONE = _("This check-in is no longer open. Call the clinic if you need us.")


@transaction.atomic
def ask_for_help(*, token: str, now: datetime) -> None:
    """The crisis button: an alert at once, before and whether or not the questions are answered."""
    opened = queries.open_checkin(token, now=now)
    if opened is None:
        raise RuleBroken(str(GONE))
    raise_alert(
        client=opened.client,
        kind=RiskKind.WANTS_HELP_NOW,
        source=_crisis_source(opened.checkin.pk),
        reason="Pressed “I need help now” on a check-in.",
        by=None,
        now=now,
    )


@transaction.atomic
def wish_messages_by_link(*, token: str, wants: bool, now: datetime) -> None:
    """A client ends messages about check-ins and the tests that go with them, or has them again; it holds at once.

    The check-in behind the link stays open: who wants no more messages may still answer this one.
    """
    opened = queries.open_checkin(token, now=now)
    if opened is None:
        raise RuleBroken(str(GONE))
    deed = renew_message_consents if wants else end_message_consents
    deed(client_id=opened.client.pk, purpose=MessagePurpose.CHECKINS, now=now)


@transaction.atomic
def answer_checkin(*, token: str, answers: rules.Answers, now: datetime) -> CheckInAnswer:
    """Keep what the client answered, once; score the scale; raise what is worrying so that nobody can miss it.

    A danger becomes a risk alert, every worrying answer a duty to call, "I need more" a refill request, "sooner" a
    visit to book. The link opens nothing afterwards.
    """
    opened = queries.open_checkin(token, now=now)
    if opened is None:
        raise RuleBroken(str(GONE))
    rows = CheckIn.objects.select_for_update(of=("self",)).select_related("client", "dose_plan__medication")
    checkin = rows.get(pk=opened.checkin.pk)
    rules.check_open(is_planned=checkin.state == CheckInState.PLANNED, used_at=opened.link.used_at)
    rules.check_answers(answers)
    in_crisis = checkin.client.risk_alerts.filter(source=_crisis_source(checkin.pk)).exists()
    response, result = _score(checkin, answers, now=now)
    worries = _triage(checkin, answers, result, in_crisis=in_crisis, now=now)
    answer = CheckInAnswer(
        checkin=checkin,
        client=checkin.client,
        feeling=answers.feeling,
        doses_missed=answers.doses_missed,
        side_effects=[{"code": e.code, "words": e.words, "bother": e.bother} for e in answers.side_effects],
        missed_because=answers.missed_because,
        thinks_of_stopping=answers.thinks_of_stopping,
        wants_call=answers.wants_call,
        wants_visit=answers.wants_visit,
        in_crisis=in_crisis,
        words=answers.words,
        scale_response=response,
        worries=[{"code": worry.code, "sentence": worry.sentence, "level": worry.level} for worry in worries],
        is_worrying=bool(worries),
        answered_at=now,
    )
    answer.full_clean(exclude=["checkin", "client", "scale_response"])
    answer.save(force_insert=True)
    checkin.state, checkin.closed_at = CheckInState.ANSWERED, now
    checkin.save(update_fields=["state", "closed_at", "updated_at"])
    use_links(about_kind=queries.KIND, about_id=checkin.pk, now=now)
    cancel_reminders(about_kind=queries.KIND, about_ids=[checkin.pk], because="answered", now=now)
    end_silence(checkin, now=now)
    _raise(answer, checkin.client, worries, now=now)
    if answers.needs_refill:
        _ask_refill(checkin, now=now)
    if answers.wants_visit:
        _ask_visit(checkin, now=now)
    judge_answer(dose_plan_id=checkin.dose_plan_id, is_worrying=bool(worries), now=now)
    _keep_effects(answer, answers, now=now)
    _keep_symptoms(checkin, answers, now=now)
    record("checkin_answered", by=None, subject=answer, worries=[worry.code for worry in worries])
    return answer


def _keep_effects(answer: CheckInAnswer, answers: rules.Answers, *, now: datetime) -> None:
    """What bothers the client stands from now on, by medication and dose, until a person ends it."""
    keep_told_effects(
        dose_plan=answer.checkin.dose_plan,
        felt=[Felt(effect.code, effect.words, effect.bother) for effect in answers.side_effects],
        mg_per_day=answer.checkin.step_mg,
        source=f"answer:{answer.pk}",
        now=now,
    )


def _keep_symptoms(checkin: CheckIn, answers: rules.Answers, *, now: datetime) -> None:
    """Ratings of what the client wants to get better; of one that staff ended meanwhile nothing is kept."""
    standing = {key for key, _words in queries.symptoms_asked(checkin)}
    ratings = {key: value for key, value in answers.symptoms if key in standing}
    if ratings:
        on = now.astimezone(ZoneInfo(checkin.client.time_zone)).date()
        source = f"checkin:{checkin.pk}"
        rate_symptoms(client_id=checkin.client_id, ratings=ratings, by=None, on=on, now=now, source=source)


def _triage(
    checkin: CheckIn, answers: rules.Answers, result: rules.ScaleResult | None, *, in_crisis: bool, now: datetime
) -> list[rules.Worry]:
    on = now.astimezone(ZoneInfo(checkin.client.time_zone)).date()
    taken = queries.taken_for_triage(checkin, on=on)
    return rules.worries_of(answers, result, in_crisis=in_crisis, taken=taken, by=queries.triage_in_force())


def _crisis_source(checkin_id: UUID) -> str:
    return f"checkin:{checkin_id}:crisis"


def _score(
    checkin: CheckIn, answers: rules.Answers, *, now: datetime
) -> tuple[ScaleResponse | None, rules.ScaleResult | None]:
    scale = queries.scale_of(checkin)
    if scale is None or not answers.scale:
        return None, None
    score = score_answers(scale.code, list(answers.scale), checkin.client.sex, instruments={scale.code: scale})
    if all(value is None for value in answers.scale):
        # Nothing to keep, but a question about self-harm that was left out is told like one among answered ones.
        return None, rules.ScaleResult(title=scale.title, flags=score.flags, total=None)
    earlier = next(iter(queries.last_scored(checkin.client_id, scale.code)), None)
    response = ScaleResponse.objects.create(
        client=checkin.client,
        instrument=scale.code,
        version=scale.version,
        language=scale.language,
        answers=list(answers.scale),
        total=score.total,
        band=score.band or "",
        flags=list(score.flags),
        is_complete=score.complete,
        is_prorated=score.prorated,
        answered_at=now,
        answered_by=AnsweredBy.CLIENT,
    )
    result = rules.ScaleResult(
        title=scale.title,
        flags=score.flags,
        total=score.total,
        total_before=earlier.total if earlier else None,
        worse_points=scale.change.worse_points if scale.change else None,
    )
    return response, result


def _ask_refill(checkin: CheckIn, *, now: datetime) -> None:
    """More of the step that was asked about, superseded or not: the rules judge when the prescriber looks."""
    ask_refill_by_link(
        dose_plan=checkin.dose_plan,
        step_first_on=checkin.step_first_on,
        step_mg=checkin.step_mg,
        source=f"checkin:{checkin.pk}",
        now=now,
    )


def _ask_visit(checkin: CheckIn, *, now: datetime) -> None:
    """The care team offers an appointment sooner than the next one."""
    open_item(
        kind=DutyKind.BOOK_VISIT,
        about=f"checkin:{checkin.pk}:visit",
        reason="Check-in: would like an appointment sooner.",
        owner_role=Role.COORDINATOR,
        due_at=now + CALL_WITHIN,
        client=checkin.client,
        by=None,
        now=now,
    )


def _raise(answer: CheckInAnswer, client: Client, worries: Sequence[rules.Worry], *, now: datetime) -> None:
    if not worries:
        return
    # One alert an answer: who pressed the button has raised theirs, unless a scale tells more.
    told = {worry.code: worry.sentence for worry in worries if worry.is_danger}
    code = rules.WorryCode.SELF_HARM if rules.WorryCode.SELF_HARM in told else rules.WorryCode.CRISIS_WORDS
    if code is rules.WorryCode.SELF_HARM or (code in told and not answer.in_crisis):
        raise_alert(
            client=client,
            kind=RiskKind.SELF_HARM,
            source=f"checkin:{answer.checkin_id}:self_harm",
            reason=f"Check-in: {told[code]}",
            by=None,
            now=now,
        )
    call_client(client, worries, about=f"checkin:{answer.checkin_id}:call", what="Check-in", now=now)
