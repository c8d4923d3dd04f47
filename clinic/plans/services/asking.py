"""Deeds on consent by link: ask for it, send or show the link, take it back; and what the client then says."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404

from clinic.audit.services import record
from clinic.clients.queries import chart_to_lock
from clinic.core.clock import local_day
from clinic.messaging.rules import PAGE_LASTS, language_of, page_gone
from clinic.messaging.services import (
    cancel_reminders,
    confirm_birth_year,
    end_links,
    send_link,
    show_link,
    use_links,
)
from clinic.plans import queries
from clinic.plans.models import AskedConsent, MedicationConsent
from clinic.plans.rules import asking
from clinic.plans.rules.asking import Answer
from clinic.plans.rules.consent import DISCUSSED, Agreement, GivenBy, How
from clinic.plans.services.consents import to_consent
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.worklist.models import DutyKind
from clinic.worklist.services import open_item


@transaction.atomic
def ask_consent(*, client_id: UUID, medication_id: UUID, agreement: Agreement, by: User, now: datetime) -> AskedConsent:
    """Ask a client, or the guardian of a minor, by link whether they agree to what was discussed of a medication.

    The same words again are the one that is asked already; other words end it, and its links. Only a prescriber of
    the care team asks. Raises RuleBroken where something was not discussed or consent stands.
    """
    client, medication = to_consent(client_id, medication_id, by)
    stands = queries.consent_standing(client.pk, medication.pk) is not None
    asking.check_asked(agreement, stands=stands)
    said = {name: getattr(agreement, name).strip() for name in DISCUSSED} | {"is_off_label": agreement.is_off_label}
    before = AskedConsent.objects.open().filter(client=client, medication=medication).first()
    if before is not None:
        if all(getattr(before, name) == words for name, words in said.items()):
            return before
        _end(before, by=by, now=now)
    asked = AskedConsent(client=client, medication=medication, asked_by=by, asked_at=now, **said)
    asked.full_clean()
    asked.save(force_insert=True)
    record("consent_asked", by=by, subject=asked, client_id=client.pk)
    return asked


@transaction.atomic
def send_consent_link(*, asked_id: UUID, by: User, now: datetime) -> None:
    """Write to the client with a fresh link, by a way they agreed to, outside quiet hours; else RuleBroken."""
    asked = _locked(asked_id, by)
    asking.check_open(is_open=asked.is_open)
    if send_link(asked.client, about_kind=queries.KIND, about_id=asked.pk, now=now):
        record("consent_link_sent", by=by, subject=asked, client_id=asked.client_id)


@transaction.atomic
def show_consent_link(*, asked_id: UUID, by: User, now: datetime) -> str:
    """Make a link to hand over in person; it is shown once, for only the hash of its token is kept."""
    asked = _locked(asked_id, by)
    asking.check_open(is_open=asked.is_open)
    record("consent_link_shown", by=by, subject=asked, client_id=asked.client_id)
    return show_link(
        asked.client,
        about_kind=queries.KIND,
        about_id=asked.pk,
        view_name="consent_page",
        expires_at=now + PAGE_LASTS,
    )


@transaction.atomic
def end_asked_consent(*, asked_id: UUID, by: User, now: datetime) -> AskedConsent:
    """Ask no more: no link opens it, no message leaves. Ended or answered already, it stays as it is."""
    asked = _locked(asked_id, by)
    if asked.is_open:
        _end(asked, by=by, now=now)
    return asked


def _end(asked: AskedConsent, *, by: User, now: datetime) -> None:
    asked.ended_at, asked.ended_by = now, by
    asked.save(update_fields=["ended_at", "ended_by", "updated_at"])
    end_links(asked.client, about_kind=queries.KIND, about_id=asked.pk, now=now)
    record("consent_asked_ended", by=by, subject=asked, client_id=asked.client_id)


def enter_consent(*, token: str, year: int, now: datetime) -> None:
    """A client by link gives their birth year; that they read it is written down once, here, for reading is GET."""
    confirm_birth_year(token=token, about_kind=queries.KIND, year=year, now=now)
    opened = queries.open_consent(token, now=now)
    if opened is not None:
        AskedConsent.objects.open().filter(pk=opened.asked.pk, opened_at=None).update(opened_at=now, updated_at=now)
        record("consent_opened_by_link", by=None, subject=opened.link)


@transaction.atomic
def agree_by_link(*, token: str, guardian_name: str = "", now: datetime) -> AskedConsent:
    """A client agrees to what was discussed, or the guardian of one under 18, by name: the consent stands from now on.

    It says that it was given by link, by whom, when, and which version of the text was read in which language. The
    link is used up. Raises RuleBroken where the page is no longer open or a guardian gives no name.
    """
    asked, is_minor = _to_answer(token, now)
    asking.check_guardian(guardian_name, is_minor=is_minor)
    consent = MedicationConsent(
        client=asked.client,
        medication=asked.medication,
        how=How.LINK,
        text_version=asking.read_as(language_of(asked.client.language)),
        given_by=GivenBy.GUARDIAN if is_minor else GivenBy.CLIENT,
        guardian_name=guardian_name.strip() if is_minor else "",
        is_off_label=asked.is_off_label,
        given_on=local_day(now),
        recorded_by=asked.asked_by,
        recorded_at=now,
        **{name: getattr(asked, name) for name in DISCUSSED},
    )
    consent.full_clean()
    consent.save(force_insert=True)
    record("medication_consent_given_by_link", by=None, subject=consent, client_id=asked.client_id)
    return _answer(asked, Answer.AGREED, consent, now)


@transaction.atomic
def ask_for_call_by_link(*, token: str, now: datetime) -> AskedConsent:
    """A client would rather be called before they agree: no consent stands, and whoever asked calls within a day."""
    asked, _is_minor = _to_answer(token, now)
    open_item(
        kind=DutyKind.CALL_CLIENT,
        about=f"{queries.KIND}:{asked.pk}",
        reason=f"Wants to be called before agreeing to {asked.medication}.",
        owner_role=Role.PRESCRIBER,
        owner=asked.asked_by,
        due_at=now + asking.CALL_WITHIN,
        client=asked.client,
        by=None,
        now=now,
    )
    record("consent_call_asked_by_link", by=None, subject=asked, client_id=asked.client_id)
    return _answer(asked, Answer.CALL, None, now)


def _to_answer(token: str, now: datetime) -> tuple[AskedConsent, bool]:
    """What a live link asks, under its lock, and whether a guardian answers."""
    opened = queries.open_consent(token, now=now)
    if opened is None:
        raise page_gone()
    locked = AskedConsent.objects.select_for_update(of=("self",)).select_related("client", "medication", "asked_by")
    asked = locked.get(pk=opened.asked.pk)
    if not asked.is_open:
        raise page_gone()
    return asked, opened.is_minor


def _answer(asked: AskedConsent, answer: Answer, consent: MedicationConsent | None, now: datetime) -> AskedConsent:
    asked.answer, asked.answered_at, asked.consent = answer, now, consent
    asked.save(update_fields=["answer", "answered_at", "consent", "updated_at"])
    use_links(about_kind=queries.KIND, about_id=asked.pk, now=now)
    cancel_reminders(about_kind=queries.KIND, about_ids=[asked.pk], because="the client answered", now=now)
    return asked


def _locked(asked_id: UUID, by: User) -> AskedConsent:
    """One asked consent of an open chart, under the client's lock and its own: who sends at once sends one message."""
    found = AskedConsent.objects.visible_to(by).filter(pk=asked_id).first()
    if found is None or not chart_to_lock(by, found.client_id):
        raise Http404
    rows = AskedConsent.objects.select_for_update(of=("self",)).select_related("client", "medication")
    return rows.get(pk=asked_id)
