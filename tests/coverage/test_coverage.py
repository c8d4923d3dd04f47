"""The care team keeps track of who pays."""

import datetime as dt

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.coverage import queries, rules, services
from clinic.coverage.models import Coverage, PriorAuthorization
from clinic.staff.models import User
from tests.factories.coverage import CoverageFactory
from tests.factories.formulary import MedicationFactory

TODAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 2, 16, 0, tzinfo=dt.UTC)


@pytest.fixture
def cover(ada: Client) -> Coverage:
    return CoverageFactory(client=ada)


@pytest.fixture
def at_the_desk(browser: Browser, coordinator: User) -> Browser:
    browser.force_login(coordinator)
    return browser


def test_a_cover_does_not_end_before_it_begins() -> None:
    with pytest.raises(RuleBroken) as refusal:
        rules.check_days(TODAY, TODAY - dt.timedelta(days=1))
    assert refusal.value.field == "ended_on"


@pytest.mark.parametrize(("days_ago", "asks"), [(None, True), (30, False), (31, True)])
def test_the_payer_is_asked_again_after_a_month(days_ago: int | None, asks: bool) -> None:
    last = None if days_ago is None else TODAY - dt.timedelta(days=days_ago)
    assert rules.needs_check(last, TODAY) is asks


def test_an_authorization_moves_only_forward() -> None:
    with pytest.raises(RuleBroken, match="cannot become"):
        rules.check_move("needed", "approved", expires_on=TODAY)


def test_an_approval_has_a_last_day(cover: Coverage, coordinator: User) -> None:
    row = services.need_prior_authorization(coverage_id=cover.pk, medication=MedicationFactory(), by=coordinator)
    move = {"authorization_id": row.pk, "by": coordinator, "today": TODAY}
    services.move_prior_authorization(**move, status="submitted", reference="A-17")
    with pytest.raises(RuleBroken, match="until when"):
        services.move_prior_authorization(**move, status="approved")
    approved = services.move_prior_authorization(**move, status="approved", expires_on=TODAY + dt.timedelta(days=365))
    assert (approved.submitted_on, approved.approved_from, approved.reference) == (TODAY, TODAY, "A-17")


def test_a_checked_cover_needs_no_check_for_a_month(ada: Client, cover: Coverage, coordinator: User) -> None:
    assert [line.needs_check for line in queries.covers_of(ada, TODAY)] == [True]
    assert list(queries.never_checked(TODAY)) == [cover]
    services.check_eligibility(coverage_id=cover.pk, method="phone", result="active", by=coordinator, now=NOW)
    assert [line.needs_check for line in queries.covers_of(ada, TODAY)] == [False]
    assert not queries.never_checked(TODAY).exists()


def test_the_page_adds_a_cover(at_the_desk: Browser, ada: Client) -> None:
    address = reverse("coverage:coverage", args=[ada.pk])
    assert "No insurance known" in at_the_desk.get(address).text
    answer = at_the_desk.post(address, {"payer": "Beehive Health", "plan_type": "commercial", "rank": 1})
    assert answer.status_code == 302
    assert "Beehive Health" in at_the_desk.get(address).text
    assert AuditEvent.objects.filter(action="cover_added", client_id=ada.pk).exists()


def test_what_is_missing_on_a_card_is_said_in_one_line(at_the_desk: Browser, ada: Client) -> None:
    card = CoverageFactory(client=ada, member_id="M1", rx_bin="610011", began_on=TODAY)
    address = reverse("coverage:coverage", args=[ada.pk])
    assert "Plan, Group, RxPCN, RxGrp</dd>" in at_the_desk.get(address).text
    Coverage.objects.filter(pk=card.pk).update(began_on=None)
    assert "RxGrp, first day</dd>" in at_the_desk.get(address).text
    Coverage.objects.filter(pk=card.pk).update(plan_type="self_pay", began_on=TODAY)
    assert "Not recorded" not in at_the_desk.get(address).text


def test_a_wrong_day_is_said_beside_the_field_and_keeps_what_was_typed(at_the_desk: Browser, ada: Client) -> None:
    typed = {"payer": "Beehive", "plan_type": "other", "rank": 1, "began_on": "2026-03-02", "ended_on": "2026-03-01"}
    answer = at_the_desk.post(reverse("coverage:coverage", args=[ada.pk]), typed)
    assert answer.status_code == 422
    assert "must not be before its first" in answer.text
    assert 'value="Beehive"' in answer.text


def test_the_whole_way_of_an_authorization(at_the_desk: Browser, ada: Client, cover: Coverage) -> None:
    medication = MedicationFactory()
    need = reverse("coverage:need_authorization", args=[cover.pk])
    assert at_the_desk.post(need, {"medication": medication.pk}).status_code == 302
    row = PriorAuthorization.objects.get()
    move = reverse("coverage:move_authorization", args=[row.pk])
    assert at_the_desk.post(move, {"status": "approved"}).status_code == 422
    assert at_the_desk.post(move, {"status": "submitted", "reference": "A-17"}).status_code == 302
    assert "A-17" not in at_the_desk.get(move).headers.get("Location", "")
    assert "Submitted" in at_the_desk.get(reverse("coverage:coverage", args=[ada.pk])).text


def test_checking_and_ending_a_cover(at_the_desk: Browser, ada: Client, cover: Coverage) -> None:
    check = reverse("coverage:check_eligibility", args=[cover.pk])
    assert at_the_desk.post(check, {"method": "phone"}).status_code == 422
    assert at_the_desk.post(check, {"method": "phone", "result": "active", "reference": "Kim"}).status_code == 302
    end = reverse("coverage:end_cover", args=[cover.pk])
    assert at_the_desk.post(end, {"ended_on": "nonsense"}).status_code == 422
    assert at_the_desk.post(end, {"ended_on": timezone.localdate().isoformat()}).status_code == 302
    page = at_the_desk.get(reverse("coverage:coverage", args=[ada.pk])).text
    assert "Ended" in page
    assert "(Kim)" in page


def test_a_refused_authorization_stays_in_its_place(at_the_desk: Browser, cover: Coverage) -> None:
    answer = at_the_desk.post(reverse("coverage:need_authorization", args=[cover.pk]), {"note": "step therapy letter"})
    assert answer.status_code == 422
    assert "step therapy letter" in answer.text


def test_clinicians_do_not_edit_insurance(browser: Browser, ada: Client, prescriber: User) -> None:
    browser.force_login(prescriber)
    assert browser.get(reverse("coverage:coverage", args=[ada.pk])).status_code == 403
