"""A signed visit never changes; whoever has more to say adds it under their own name."""

from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.visits import services
from clinic.visits.models import FollowUpVisit, MedicationDecision
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.staff import UserFactory
from tests.factories.visits import WRITTEN, draft, signed, written
from tests.visits.days import NOW

pytestmark = pytest.mark.django_db


class TestSignedNeverChanges:
    @pytest.fixture
    def visit(self, ada: Client, prescriber: User, dose_plan: DosePlan) -> FollowUpVisit:
        phrase = services.save_phrase(name="stable", text="Stable.", is_shared=False, by=prescriber)
        visit = written(ada, prescriber, NOW)
        copied = {"part": "assessment", "origin": "phrase", "phrase_name": phrase.name}
        passage = services.copy_text(visit_id=visit.pk, by=prescriber, **copied)
        services.review_text(visit_id=visit.pk, passage_id=passage.pk, keep=True, by=prescriber, now=NOW)
        services.decide(visit_id=visit.pk, dose_plan_id=dose_plan.pk, decision="continue", by=prescriber, now=NOW)
        services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
        services.add_addendum(visit_id=visit.pk, text="Called back.", by=prescriber, now=NOW)
        draft(ada, prescriber, NOW)
        return visit

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE visits_followupvisit SET assessment = 'x'",
            "DELETE FROM visits_followupvisit",
            "UPDATE visits_medicationdecision SET rationale = 'x'",
            "DELETE FROM visits_medicationdecision",
            "UPDATE visits_visitaddendum SET text = 'x'",
            "DELETE FROM visits_visitaddendum",
            "UPDATE visits_copiedpassage SET text = 'x'",
            "DELETE FROM visits_copiedpassage",
            "TRUNCATE visits_followupvisit CASCADE",
            "TRUNCATE visits_medicationdecision",
            "TRUNCATE visits_visitaddendum",
            "TRUNCATE visits_copiedpassage",
            "TRUNCATE clients_client CASCADE",
            # Out of a signed visit into a draft.
            "UPDATE visits_medicationdecision"
            " SET visit_id = (SELECT id FROM visits_followupvisit WHERE signed_at IS NULL)",
        ],
    )
    def test_raw_sql_is_refused(self, visit: FollowUpVisit, sql: str) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    def test_the_orm_is_refused(self, visit: FollowUpVisit) -> None:
        kept = (FollowUpVisit.objects.filter(pk=visit.pk), visit.decisions, visit.addenda, visit.passages)
        for rows in kept:
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(updated_at=NOW)
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.all().delete()
            row = rows.get()
            with pytest.raises(DatabaseError), transaction.atomic():
                row.save()
        with pytest.raises(DatabaseError), transaction.atomic():
            MedicationDecision.objects.create(visit=visit, decision="continue")

    def test_every_deed_is_refused(self, visit: FollowUpVisit, prescriber: User, dose_plan: DosePlan) -> None:
        own = {"visit_id": visit.pk, "by": prescriber}
        passage_id = visit.passages.get().pk
        for deed in (
            partial(services.save_visit, version=visit.version, note=WRITTEN, now=NOW, **own),
            partial(services.decide, dose_plan_id=dose_plan.pk, decision="continue", now=NOW, **own),
            partial(services.copy_text, part="assessment", origin="last_visit", **own),
            partial(services.review_text, passage_id=passage_id, keep=True, now=NOW, **own),
            partial(services.sign_visit, now=NOW, **own),
        ):
            with pytest.raises(RuleBroken, match="signed and cannot change"):
                deed()

    def test_every_form_is_refused(self, visit: FollowUpVisit, prescriber: User, browser: Browser) -> None:
        browser.force_login(prescriber)
        before = FollowUpVisit.objects.filter(pk=visit.pk).values().get()
        sent = {"version": str(visit.version + 2), "assessment": "Forged.", "risk_answer": "present"}
        for more in ({}, {"copy": "assessment last_visit"}, {"continue_all": "1"}):
            for name in ("save", "sign"):
                answer = browser.post(reverse(f"visits:{name}", args=[visit.pk]), sent | more, follow=True)
                assert "signed already" in answer.text
        assert FollowUpVisit.objects.filter(pk=visit.pk).values().get() == before

    def test_a_draft_may_change(self, ada: Client, prescriber: User) -> None:
        draft(ada, prescriber, NOW)
        assert FollowUpVisit.objects.filter(signed_at=None).update(assessment="x") == 1


class TestAddendum:
    def test_a_colleague_adds_under_their_own_name(self, ada: Client, prescriber: User) -> None:
        visit = signed(ada, prescriber, NOW)
        second = CareTeamMemberFactory(client=ada, is_lead=False, user=UserFactory()).user
        added = services.add_addendum(visit_id=visit.pk, text=" Lithium level 0.7. ", by=second, now=NOW)
        assert (added.text, added.written_by) == ("Lithium level 0.7.", second)
        assert AuditEvent.objects.filter(action="visit_addendum_written", client_id=ada.pk).count() == 1

    def test_refusals(self, ada: Client, prescriber: User, therapist: User, stranger: User) -> None:
        visit = signed(ada, prescriber, NOW)
        unsigned = draft(ada, prescriber, NOW)

        def add(to: FollowUpVisit, by: User, text: str = "More") -> None:
            services.add_addendum(visit_id=to.pk, text=text, by=by, now=NOW)

        with pytest.raises(RuleBroken, match="Write what"):
            add(visit, prescriber, "  ")
        with pytest.raises(RuleBroken, match="still a draft"):
            add(unsigned, prescriber)
        with pytest.raises(RuleBroken, match="Only a prescriber"):
            add(visit, therapist)
        with pytest.raises(Http404):
            add(visit, stranger)
        with pytest.raises(Http404):
            add(unsigned, therapist)
