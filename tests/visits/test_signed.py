"""A signed visit never changes; whoever has more to say adds it under their own name."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.visits import services
from clinic.visits.models import FollowUpVisit, MedicationDecision, VisitAddendum
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.staff import UserFactory
from tests.factories.visits import draft, signed, written
from tests.visits.days import NOW

pytestmark = pytest.mark.django_db


class TestSignedNeverChanges:
    @pytest.fixture
    def visit(self, ada: Client, prescriber: User, dose_plan: DosePlan) -> FollowUpVisit:
        visit = written(ada, prescriber, NOW)
        services.decide(visit_id=visit.pk, dose_plan_id=dose_plan.pk, decision="continue", by=prescriber, now=NOW)
        services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
        services.add_addendum(visit_id=visit.pk, text="Called back.", by=prescriber, now=NOW)
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
        ],
    )
    def test_raw_sql_is_refused(self, visit: FollowUpVisit, sql: str) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    def test_the_orm_is_refused(self, visit: FollowUpVisit) -> None:
        for rows in (FollowUpVisit.objects.all(), MedicationDecision.objects.all(), VisitAddendum.objects.all()):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(updated_at=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            MedicationDecision.objects.create(visit=visit, decision="continue")

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
