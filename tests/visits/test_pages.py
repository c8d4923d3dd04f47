"""The visit page: known on the left, decided on the right, signed once."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.plans.models import MedicationConsent
from clinic.plans.services import revoke_consent
from clinic.staff.models import User
from clinic.titration.models import DosePlan
from clinic.visits import queries, services
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules.decisions import field_name
from clinic.worklist.models import DutyKind, WorkItem
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.coordination import ObservationFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.staff import UserFactory
from tests.factories.visits import draft, signed
from tests.visits.days import NOW

pytestmark = pytest.mark.django_db
AUTOSAVE = {"X-Autosave": "1"}


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def visit(ada: Client, prescriber: User, dose_plan: DosePlan, browser: Browser) -> FollowUpVisit:
    browser.force_login(prescriber)
    return draft(ada, prescriber, NOW)


def url(name: str, visit: FollowUpVisit) -> str:
    return reverse(f"visits:{name}", args=[visit.pk])


def filled(visit: FollowUpVisit, plan: DosePlan | None = None, **decision: str) -> dict[str, str]:
    """The form as a browser sends it."""
    visit.refresh_from_db()
    data = {
        "version": str(visit.version),
        "subjective": "Sleeps better.",
        "assessment": "Improved.",
        "risk_answer": "none",
        "ms_mood": "good",
        "ms_mood_words": "“lighter”",
        "next_steps": "In four weeks.",
    }
    if plan is not None:
        data |= {field_name(plan.pk, name): value for name, value in {"base_version": "1", **decision}.items()}
    return data


def increase(**more: str) -> dict[str, str]:
    return {"decision": "increase", "mg_per_day": "100", "on": "2026-03-16", **more}


def token(browser: Browser, visit: FollowUpVisit) -> str:
    """The preview on the page as it stands."""
    panel = browser.get(url("visit", visit)).context["panels"][0]
    return str(panel.look.token)


class TestStart:
    def test_asking_changes_nothing_and_a_click_begins(self, browser: Browser, ada: Client, prescriber: User) -> None:
        appointment = AppointmentFactory(client=ada, clinician=prescriber, starts_at=NOW)
        browser.force_login(prescriber)
        page = browser.get(reverse("visits:start", args=[ada.pk]))
        assert "Start the" in page.text
        assert not FollowUpVisit.objects.exists()
        answer = browser.post(reverse("visits:start", args=[ada.pk]), {"appointment_id": str(appointment.pk)})
        begun = FollowUpVisit.objects.get()
        assert begun.appointment == appointment
        assert answer["Location"] == url("visit", begun)

    def test_the_draft_is_offered(self, browser: Browser, visit: FollowUpVisit) -> None:
        page = browser.get(reverse("visits:start", args=[visit.client_id]))
        assert "Go on with the draft" in page.text

    def test_a_wrong_appointment_is_said(self, browser: Browser, ada: Client, prescriber: User) -> None:
        browser.force_login(prescriber)
        answer = browser.post(reverse("visits:start", args=[ada.pk]), {"appointment_id": str(ada.pk)})
        assert answer.status_code == 422
        assert "not one of yours" in answer.text


class TestWho:
    @pytest.mark.parametrize("name", ["visit", "save", "sign", "add_addendum"])
    def test_a_draft_is_for_its_prescriber_alone(
        self, browser: Browser, ada: Client, visit: FollowUpVisit, name: str, therapist: User, stranger: User
    ) -> None:
        second = CareTeamMemberFactory(client=ada, is_lead=False, user=UserFactory()).user
        for user, expected in ((second, 404), (stranger, 404), (therapist, 404 if name == "visit" else 403)):
            browser.force_login(user)
            ask = browser.get if name == "visit" else browser.post
            assert ask(url(name, visit), {"text": "x"}).status_code == expected

    def test_the_team_reads_signed_visits(
        self, browser: Browser, ada: Client, prescriber: User, therapist: User, coordinator: User, stranger: User
    ) -> None:
        visit = signed(ada, prescriber, NOW)
        for user, expected in ((therapist, 200), (coordinator, 403), (stranger, 404)):
            browser.force_login(user)
            assert browser.get(url("visit", visit)).status_code == expected
        assert AuditEvent.objects.filter(action="chart_read", by=therapist, detail__page="visits:visit").exists()
        assert AuditEvent.objects.filter(action="chart_refused", by=stranger).exists()
        browser.force_login(CareTeamMemberFactory(client=ada, is_lead=False, user=UserFactory()).user)
        assert browser.get(url("visit", visit)).status_code == 200
        for name in ("save", "sign"):
            assert browser.post(url(name, visit), {"subjective": "Not mine to change."}).status_code == 404

    def test_a_visit_that_does_not_exist(self, browser: Browser, ada: Client, visit: FollowUpVisit) -> None:
        assert browser.get(reverse("visits:visit", args=[ada.pk])).status_code == 404

    @pytest.mark.parametrize("name", ["save", "sign", "add_addendum"])
    def test_asking_for_a_deed_leads_to_the_page(self, browser: Browser, visit: FollowUpVisit, name: str) -> None:
        assert browser.get(url(name, visit))["Location"] == url("visit", visit)


class TestDraft:
    def test_the_page_tells_what_is_known(self, browser: Browser, visit: FollowUpVisit, therapist: User) -> None:
        ObservationFactory(client=visit.client, by=therapist, at=NOW, text="Laughs again.")
        page = browser.get(url("visit", visit))
        assert "Laughs again." in page.text
        assert "Sertraline started" in page.text
        assert "50 mg in the morning (1 x 50 mg tablet)" in page.text
        assert "75 mg in the morning" in page.text

    def test_saving_keeps_everything(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        answer = browser.post(url("save", visit), filled(visit, dose_plan, **increase()), follow=True)
        assert "Draft saved" in answer.text
        assert "Sertraline increased from 50 mg to 100 mg a day" in answer.text
        assert "Steps that were planned after this day fall away." in answer.text
        visit.refresh_from_db()
        assert visit.mental_status == {"mood": {"choice": "good", "words": "“lighter”"}}

    def test_a_decision_that_is_not_offered_is_refused(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        for forged in ("start", "anything"):
            answer = browser.post(url("save", visit), filled(visit, dose_plan, decision=forged))
            assert answer.status_code == 422
            assert "Select a valid choice" in answer.text

    def test_a_version_that_no_page_sends_is_none(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        wild = filled(visit, dose_plan, **increase(base_version="9" * 5000))
        assert browser.post(url("save", visit), wild).status_code in {302, 409, 422}

    def test_drafts_save_themselves(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        answer = browser.post(url("save", visit), filled(visit, dose_plan), headers=AUTOSAVE)
        assert answer.json()["version"] == 2
        visit.refresh_from_db()
        assert visit.subjective == "Sleeps better."

    def test_two_tabs_the_second_gets_both_texts(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        first, second = filled(visit, dose_plan), filled(visit, dose_plan) | {"assessment": "No better."}
        browser.post(url("save", visit), first, headers=AUTOSAVE)
        assert browser.post(url("save", visit), second, headers=AUTOSAVE).status_code == 409
        answer = browser.post(url("save", visit), second)
        assert answer.status_code == 409
        assert "No better." in answer.text
        assert "Improved." in answer.text
        assert answer.context["version"] == 2
        assert set(answer.context["form"].conflict.theirs) >= {"assessment"}
        assert field_name(dose_plan.pk, "rationale") not in answer.context["form"].conflict.theirs
        # A unit that the page presets is nobody's word; that of a weight is.
        preset = second | {"vital_weight_unit": "lb"}
        assert "vital_weight_unit" not in browser.post(url("save", visit), preset).context["form"].conflict.theirs
        weighed = browser.post(url("save", visit), preset | {"vital_weight": "160"}).context["form"].conflict
        assert {"vital_weight", "vital_weight_unit"} <= set(weighed.theirs)
        again = browser.post(url("save", visit), second | {"version": "2"})
        assert again.status_code == 302

    def test_what_cannot_be_stored_is_said_and_kept(self, browser: Browser, visit: FollowUpVisit) -> None:
        data = filled(visit) | {"minutes": "a" * 6}
        assert browser.post(url("save", visit), data, headers=AUTOSAVE).status_code == 422
        answer = browser.post(url("save", visit), data)
        assert answer.status_code == 422
        assert "a" * 6 in answer.text
        assert answer.context["version"] == "1"

    def test_texts_that_are_too_long_to_be_signed_are_saved_and_told_beside_their_fields(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        data = filled(visit, dose_plan, decision="continue", rationale="x" * 501)
        data |= {"ms_mood_words": "m" * 301, "adherence_helped": "h" * 301}
        assert browser.post(url("save", visit), data, headers=AUTOSAVE).status_code == 200
        page = browser.get(url("visit", visit))
        assert all(text in page.text for text in ("Sleeps better.", "x" * 501, "m" * 301, "h" * 301))
        assert 'maxlength="500"' not in page.text
        assert "Keep the rationale for sertraline to 500 characters: there are 501." in page.text
        refused = browser.post(url("sign", visit), data | {"version": page.context["version"]})
        assert refused.status_code == 422
        for name, words in (
            (field_name(dose_plan.pk, "rationale"), "Keep the rationale for sertraline to 500 characters"),
            ("ms_mood_words", "to 300 characters: there are 301."),
            ("adherence_helped", "to 300 characters: there are 301."),
        ):
            assert words in str(refused.context["form"].errors[name])
        visit.refresh_from_db()
        assert not visit.is_signed

    def test_continue_all(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        answer = browser.post(url("save", visit), filled(visit, dose_plan) | {"continue_all": "1"})
        assert answer["Location"].endswith("#decisions")
        assert queries.asked_of(visit)[dose_plan.pk].decision == "continue"
        assert "Continue sertraline 50 mg a day." in browser.get(url("visit", visit)).text

    def test_the_preview_tells_units_and_findings_and_saves_nothing(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        where = reverse("visits:preview", args=[visit.pk, dose_plan.pk])
        part = browser.post(where, filled(visit, dose_plan, **increase(mg_per_day="250"))).text
        assert "2 x 100 mg tablet + 1 x 50 mg tablet" in part
        assert "above the maximum of 200 mg a day" in part
        assert "Why sign all the same" in part
        assert not visit.decisions.exists()

    def test_the_preview_says_what_is_wrong(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        where = reverse("visits:preview", args=[visit.pk, dose_plan.pk])
        for typed, said in (
            (increase(mg_per_day="ten"), "Give the new amount in mg a day"),
            (increase(mg_per_day="30"), "An increase is more than the 50 mg a day"),
            (increase(on=""), "Give the first day for sertraline"),
            (increase(on="2026-03-01"), "The past of a dose plan never changes"),
        ):
            assert said in browser.post(where, filled(visit, dose_plan, **typed)).text
        assert browser.post(reverse("visits:preview", args=[visit.pk, visit.pk]), {}).status_code == 404

    def test_own_rationale_is_never_replaced(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        where = reverse("visits:preview", args=[visit.pk, dose_plan.pk])
        own = increase(rationale="Because I say so.", written="Continue sertraline 50 mg a day.")
        assert "Because I say so." in browser.post(where, filled(visit, dose_plan, **own)).text
        machine = increase(rationale="Continue sertraline 50 mg a day.", written="Continue sertraline 50 mg a day.")
        part = browser.post(where, filled(visit, dose_plan, **machine)).text
        assert "Increase sertraline from 50 mg to 100 mg a day from Mar 16, 2026." in part

    def test_a_dose_changed_meanwhile_is_shown(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        browser.post(url("save", visit), filled(visit, dose_plan, base_version="0", decision="continue"))
        page = browser.get(url("visit", visit))
        assert "changed meanwhile, decide again" in page.text
        assert page.context["panels"][0].asked.decision == ""


class TestSign:
    def test_look_then_sign(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        unseen = browser.post(url("sign", visit), filled(visit, dose_plan, **increase()))
        assert unseen.status_code == 422
        assert "Look at what this changes" in unseen.text
        looked = increase(seen=token(browser, visit))
        answer = browser.post(url("sign", visit), filled(visit, dose_plan, **looked), follow=True)
        assert "Visit signed." in answer.text
        assert "Sertraline increased from 50 mg to 100 mg a day" in answer.text
        assert "lighter" in answer.text

    def test_everything_missing_is_said_at_once_and_the_draft_kept(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        data = filled(visit, dose_plan) | {"assessment": "", "risk_answer": ""}
        answer = browser.post(url("sign", visit), data)
        assert answer.status_code == 422
        for words in ("Write the assessment.", "Answer the question about risk.", "Decide about sertraline."):
            assert words in answer.text
        assert answer.context["version"] == 2
        visit.refresh_from_db()
        assert (visit.subjective, visit.is_signed) == ("Sleeps better.", False)

    def test_a_stop_wants_its_reason_beside_the_field(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        big = increase(mg_per_day="250")
        browser.post(url("save", visit), filled(visit, dose_plan, **big))
        big["seen"] = token(browser, visit)
        answer = browser.post(url("sign", visit), filled(visit, dose_plan, **big))
        assert "Give a reason to sign all the same" in answer.text
        reason = {"reason_code": "benefit", "reason_words": "Took it for years."}
        done = browser.post(url("sign", visit), filled(visit, dose_plan, **big, **reason))
        assert done.status_code == 302

    def test_a_promise_to_monitor_is_asked_for_and_kept_as_typed(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan, prescriber: User
    ) -> None:
        big = increase(mg_per_day="250") | {"reason_code": "will_monitor", "reason_words": "ECG soon."}
        browser.post(url("save", visit), filled(visit, dose_plan, **big))
        big["seen"] = token(browser, visit)
        answer = browser.post(url("sign", visit), filled(visit, dose_plan, **big))
        assert "Will monitor: say what is measured, by when and by whom." in answer.text
        day = NOW.date() + dt.timedelta(days=14)
        promise = {"monitors": "qtc", "monitor_by": day.isoformat(), "monitor_owner": str(prescriber.pk)}
        browser.post(url("save", visit), filled(visit, dose_plan, **big, **promise))
        page = browser.get(url("visit", visit)).text
        assert day.isoformat() in page
        assert browser.post(url("sign", visit), filled(visit, dose_plan, **big, **promise)).status_code == 302
        assert WorkItem.objects.get(kind=DutyKind.MONITOR).owner == prescriber

    def test_a_second_click_finds_it_signed(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        data = filled(visit, dose_plan, decision="continue")
        browser.post(url("sign", visit), data)
        assert "signed already" in browser.post(url("sign", visit), data, follow=True).text
        late = browser.post(url("save", visit), data, follow=True)
        assert "signed already and cannot change" in late.text
        assert browser.post(url("save", visit), data, headers=AUTOSAVE).status_code == 422

    def test_what_only_the_signature_refuses_leaves_the_draft_as_typed(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(**_: Any) -> None:
            raise RuleBroken("Somebody was quicker.")

        monkeypatch.setattr(services, "sign_visit", refuse)
        answer = browser.post(url("sign", visit), filled(visit, dose_plan, decision="continue"))
        assert answer.status_code == 422
        assert "Somebody was quicker." in answer.text
        assert "Sleeps better." in answer.text

    def test_a_stale_signature_is_refused(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        old = filled(visit, dose_plan, decision="continue") | {"assessment": "Mine."}
        browser.post(url("save", visit), filled(visit, dose_plan))
        assert browser.post(url("sign", visit), old).status_code == 409


class TestSigned:
    def test_an_addendum_is_added(self, browser: Browser, ada: Client, prescriber: User) -> None:
        visit = signed(ada, prescriber, NOW)
        browser.force_login(prescriber)
        answer = browser.post(url("add_addendum", visit), {"text": "Called the lab."}, follow=True)
        assert "Called the lab." in answer.text
        empty = browser.post(url("add_addendum", visit), {"text": ""})
        assert empty.status_code == 422


class TestQueries:
    def test_the_page_stays_within_its_budget_however_much_there_is(
        self,
        browser: Browser,
        visit: FollowUpVisit,
        therapist: User,
        django_assert_max_num_queries: Any,
    ) -> None:
        for days in range(12):
            ObservationFactory(client=visit.client, by=therapist, at=NOW - dt.timedelta(days=days))
        browser.get(url("visit", visit))
        with django_assert_max_num_queries(25):
            browser.get(url("visit", visit))

    def test_drafts_and_newest(self, ada: Client, prescriber: User) -> None:
        first = signed(ada, prescriber, NOW - dt.timedelta(days=30))
        second = signed(ada, prescriber, NOW)
        mine = draft(ada, prescriber, NOW)
        assert list(queries.newest_visits(ada, 5)) == [second, first]
        assert list(queries.newest_visits(ada, 1)) == [second]
        assert list(queries.drafts_of(prescriber)) == [mine]


class TestConsent:
    def test_where_it_is_missing_it_stands_beside_the_dose(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        assert "Consent missing" not in browser.get(url("visit", visit)).text
        consent = MedicationConsent.objects.get()
        revoke_consent(consent_id=consent.pk, because="Not any more", by=visit.prescriber, now=NOW)
        address = f"/plans/of/{visit.client_id}/consents/?medication={dose_plan.medication_id}#record"
        known = browser.get(url("visit", visit)).text.partition('id="current"')[2].partition("</section>")[0]
        assert "Consent missing" in known
        assert f'href="{address}"' in known
        doses = browser.get(visit.client.get_absolute_url()).text.partition('id="doses"')[2].partition("</section>")[0]
        assert "Consent missing" in doses
        assert f'href="{address}"' in doses
