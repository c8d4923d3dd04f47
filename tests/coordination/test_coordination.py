"""Who has seen which change, and what was noticed."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import BreakGlassAccess, CareTeamMember, Client, SharingConsent
from clinic.coordination import queries, services
from clinic.coordination.models import ChangeAcknowledgement, Observation
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.titration.models import DoseChange
from clinic.visits.queries import since_last_visit
from tests.factories.clients import CareTeamMemberFactory, ClientFactory
from tests.factories.coordination import ObservationFactory
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import SignedPlanFactory
from tests.factories.staff import UserFactory
from tests.factories.titration import started

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 12, 17, 0, tzinfo=dt.UTC)
CHANGES = reverse("coordination:changes")


@pytest.fixture
def change(ada: Client, prescriber: User) -> DoseChange:
    CareTeamMember.objects.update(started_at=NOW - dt.timedelta(days=90))
    SignedPlanFactory(client=ada, written_by=prescriber)
    medication = MedicationFactory()
    ProductFactory(medication=medication)
    return started(ada, medication, prescriber, NOW).versions.get().change


def acknowledge(change: DoseChange, by: User, observation: str = "") -> ChangeAcknowledgement:
    return services.acknowledge_change(change_id=change.pk, observation=observation, by=by, now=NOW)


def where(change: DoseChange) -> str:
    return reverse("coordination:acknowledge", args=[change.pk])


class TestUnacknowledged:
    def test_a_therapist_sees_what_others_changed_until_acknowledged(
        self, change: DoseChange, therapist: User, prescriber: User, stranger: User
    ) -> None:
        assert list(queries.unacknowledged_changes(therapist)) == [change]
        assert not queries.unacknowledged_changes(prescriber)
        assert not queries.unacknowledged_changes(stranger)
        acknowledge(change, therapist)
        assert not queries.unacknowledged_changes(therapist)

    def test_not_without_consent_to_share(self, change: DoseChange, therapist: User, prescriber: User) -> None:
        SharingConsent.objects.update(revoked_at=NOW, revoked_by=prescriber)
        assert not queries.unacknowledged_changes(therapist)

    def test_not_what_was_changed_before_one_joined(self, ada: Client, change: DoseChange) -> None:
        late = CareTeamMemberFactory(
            client=ada, is_lead=False, user=UserFactory(), started_at=NOW + dt.timedelta(days=1)
        ).user
        assert not queries.unacknowledged_changes(late)

    def test_one_query_with_all_a_line_needs(
        self, change: DoseChange, therapist: User, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(1):
            lines = [
                f"{row.client} {row.by} {row.version.dose_plan.medication}"
                for row in queries.unacknowledged_changes(therapist, 5)
            ]
        assert lines == ["Ada Byron Paula Prescriber sertraline"]


class TestAcknowledge:
    def test_twice_is_once_and_audited(self, change: DoseChange, therapist: User) -> None:
        assert acknowledge(change, therapist) == acknowledge(change, therapist)
        assert AuditEvent.objects.filter(action="change_acknowledged", client_id=change.client_id).count() == 1

    def test_with_what_was_noticed(self, change: DoseChange, therapist: User) -> None:
        acknowledge(change, therapist, "More awake.")
        acknowledge(change, therapist, "More awake.")
        assert [(row.text, row.change) for row in Observation.objects.all()] == [("More awake.", change)]

    def test_refusals(self, change: DoseChange, stranger: User) -> None:
        with pytest.raises(Http404):
            acknowledge(change, stranger)
        BreakGlassAccess.objects.create(
            client=change.client,
            user=stranger,
            reason="on call",
            opened_at=NOW,
            expires_at=NOW + dt.timedelta(days=9999),
        )
        with pytest.raises(RuleBroken, match="care team"):
            acknowledge(change, stranger)

    def test_a_failed_audit_leaves_nothing(
        self, change: DoseChange, therapist: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(action: str, **_: Any) -> None:
            raise RuntimeError(action)

        monkeypatch.setattr(services, "record", fails)
        with pytest.raises(RuntimeError, match="change_acknowledged"):
            acknowledge(change, therapist, "More awake.")
        assert not ChangeAcknowledgement.objects.exists()

    @pytest.mark.parametrize("table", ["coordination_changeacknowledgement", "coordination_observation"])
    def test_the_database_keeps_it(self, change: DoseChange, therapist: User, table: str) -> None:
        acknowledge(change, therapist, "More awake.")
        for sql in (f"UPDATE {table} SET at = now()", f"DELETE FROM {table}"):  # noqa: S608 - two known tables
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


class TestObservations:
    def write(self, client: Client, by: User, text: str = "Laughs again.", **about: Any) -> Observation:
        return services.write_observation(client_id=client.pk, text=text, by=by, now=NOW, **about)

    def test_it_is_a_line_of_what_happened_since(self, ada: Client, therapist: User) -> None:
        self.write(ada, therapist)
        line = since_last_visit(ada).lines[0]
        assert (line.kind, line.words, line.who) == ("observation", "Laughs again.", "Theo Therapist")
        assert AuditEvent.objects.filter(action="observation_written", client_id=ada.pk).count() == 1

    def test_the_same_text_later_is_another_observation(self, ada: Client, therapist: User) -> None:
        self.write(ada, therapist)
        services.write_observation(client_id=ada.pk, text="Laughs again.", by=therapist, now=NOW + dt.timedelta(days=7))
        assert Observation.objects.count() == 2

    def test_since_an_instant(self, ada: Client, therapist: User) -> None:
        old = ObservationFactory(client=ada, by=therapist, at=NOW - dt.timedelta(days=9))
        new = ObservationFactory(client=ada, by=therapist, at=NOW)
        assert queries.observations_since(ada.pk, NOW) == [new]
        assert queries.observations_since(ada.pk, NOW - dt.timedelta(days=9)) == [new, old]

    def test_refusals(self, ada: Client, change: DoseChange, therapist: User, stranger: User) -> None:
        with pytest.raises(RuleBroken, match="Write what you noticed"):
            self.write(ada, therapist, " ")
        with pytest.raises(RuleBroken, match="under 2,000"):
            self.write(ada, therapist, "x" * 2001)
        with pytest.raises(RuleBroken, match="not one of this client's"):
            self.write(ada, therapist, change_id=uuid4())
        with pytest.raises(Http404):
            self.write(ada, stranger)
        assert self.write(ada, therapist, change_id=change.pk).change == change


class TestPages:
    def test_a_change_in_plain_words_is_gone_with_one_click(
        self, browser: Browser, change: DoseChange, therapist: User
    ) -> None:
        browser.force_login(therapist)
        assert "Sertraline started" in browser.get(CHANGES).text
        answer = browser.post(where(change), follow=True)
        assert "You have seen every change" not in answer.text  # the treatment plan still waits
        assert "Sertraline started" not in answer.text
        assert "plan, version 1" in answer.text

    @pytest.mark.parametrize(
        ("wanted", "leads_to"),
        [("/schedule/", "/schedule/"), ("https://evil.example/", CHANGES), ("//evil.example", CHANGES), ("", CHANGES)],
    )
    def test_back_to_where_it_was_clicked_inside_the_portal_only(
        self, browser: Browser, change: DoseChange, therapist: User, wanted: str, leads_to: str
    ) -> None:
        browser.force_login(therapist)
        assert browser.post(where(change), {"next": wanted})["Location"] == leads_to

    def test_asking_acknowledges_nothing(self, browser: Browser, change: DoseChange, therapist: User) -> None:
        browser.force_login(therapist)
        assert browser.get(where(change))["Location"] == CHANGES
        assert not ChangeAcknowledgement.objects.exists()

    def test_a_text_too_long_is_said_and_kept(self, browser: Browser, change: DoseChange, therapist: User) -> None:
        browser.force_login(therapist)
        answer = browser.post(where(change), {"observation": "x" * 2001})
        assert answer.status_code == 422
        assert "x" * 2001 in answer.text
        assert not ChangeAcknowledgement.objects.exists()

    def test_others_find_nothing(self, browser: Browser, change: DoseChange, stranger: User, coordinator: User) -> None:
        for user, expected in ((stranger, 404), (coordinator, 403)):
            browser.force_login(user)
            assert browser.post(where(change)).status_code == expected
            assert browser.get(reverse("coordination:observe", args=[change.client_id])).status_code == expected

    def test_an_observation_is_written(self, browser: Browser, ada: Client, therapist: User) -> None:
        browser.force_login(therapist)
        page = reverse("coordination:observe", args=[ada.pk])
        empty = browser.post(page, {"text": " "})
        assert (empty.status_code, "Write what you noticed." in empty.text) == (422, True)
        assert browser.post(page, {"text": "Laughs again."}).status_code == 302
        assert "Laughs again." in browser.get(page).text

    def test_the_list_is_flat(
        self,
        browser: Browser,
        change: DoseChange,
        therapist: User,
        prescriber: User,
        django_assert_max_num_queries: Any,
    ) -> None:
        for _ in range(3):
            other = ClientFactory()
            CareTeamMemberFactory(client=other, user=therapist, started_at=NOW - dt.timedelta(days=1))
        browser.force_login(therapist)
        browser.get(CHANGES)
        with django_assert_max_num_queries(12):
            browser.get(CHANGES)
