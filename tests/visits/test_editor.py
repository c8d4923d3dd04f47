"""The plan editor in the visit: opened from it, signed at once, told by it and by nobody asked again."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.clients.models import Client
from clinic.core.models import new_id
from clinic.formulary.models import Medication
from clinic.staff.models import User
from clinic.titration.models import DoseChange, DosePlan
from clinic.titration.rules.running import order_from, order_with
from clinic.titration.rules.switching import Coming, Leaving
from clinic.titration.rules.telling import written_reason
from clinic.titration.services import change_dose_plan, stop_dose_plan, switch_medication
from clinic.titration.sources import opened_from
from clinic.visits import queries, services
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules import since as since_rules
from clinic.visits.rules.decisions import Decision, decision_signed, done_words, field_name
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.formulary import MedicationFactory, ProductFactory
from tests.factories.plans import AGREED
from tests.factories.staff import UserFactory
from tests.factories.titration import TABLETS, started
from tests.factories.visits import WRITTEN, draft
from tests.visits.days import MONDAY, NOW

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=5)
TODAY = NOW.date()


@pytest.fixture
def visit(ada: Client, prescriber: User, dose_plan: DosePlan, browser: Browser) -> Iterator[FollowUpVisit]:
    """Begun at noon with its note; now it is five minutes later."""
    with time_machine.travel(NOW, tick=False):
        begun = draft(ada, prescriber, NOW)
        services.save_visit(visit_id=begun.pk, version=1, note=WRITTEN, by=prescriber, now=NOW)
    with time_machine.travel(LATER, tick=False):
        browser.force_login(prescriber)
        yield begun


def editor(name: str, key: Any, visit: Any, **more: Any) -> str:
    return f"{reverse(f'titration:{name}', args=[key])}?{urlencode({'visit': visit, **more})}"


def in_place(visit: FollowUpVisit) -> dict[str, str]:
    """What htmx says of the page that asks."""
    return {"HX-Request": "true", "HX-Current-URL": f"http://testserver{visit.get_absolute_url()}#decisions"}


def change(**more: str) -> dict[str, Any]:
    """100 mg from Monday on, as the editor posts it."""
    return {
        "version": "1",
        "way": "amount",
        "on": MONDAY.isoformat(),
        "mg_per_day": "100",
        "then": "stay",
        "times": ["morning"],
        "products": [f"tablet-IR-{mg}-scored" for mg in ("25", "50", "100")],
        "reason": "Partly better",
        "steps-TOTAL_FORMS": "1",
        "steps-INITIAL_FORMS": "0",
        "do": "sign",
    } | more


def changed(plan: DosePlan, by: User, steps: list[dict[str, Any]] | None = None) -> DoseChange:
    order = plan.versions.get(superseded_at=None).order
    rows = steps or [{"doses": {"morning": "100"}}]
    wanted = order_from(MONDAY, order, rows)
    return change_dose_plan(
        dose_plan_id=plan.pk, base_version=1, order=wanted, reason="Agreed", on=MONDAY, by=by, now=timezone.now()
    )


def another(name: str = "venlafaxine") -> Medication:
    made: Medication = MedicationFactory(name=name)
    ProductFactory(medication=made)
    return made


def signed_decisions(visit: FollowUpVisit) -> list[tuple[str, str, bool]]:
    services.sign_visit(visit_id=visit.pk, by=visit.prescriber, now=LATER)
    rows = queries.decisions_of(visit).order_by("dose_plan__began_on", "dose_plan_id")
    return [(row.decision, row.rationale, row.change is not None) for row in rows]


class TestOpened:
    @pytest.mark.parametrize("name", ["change", "switch", "start"])
    def test_in_place_it_is_a_part_and_as_a_page_it_leads_back(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan, name: str
    ) -> None:
        address = editor(name, visit.client_id if name == "start" else dose_plan.pk, visit.pk)
        part = browser.get(address, headers=in_place(visit)).text
        assert 'id="editor-title"' in part
        assert "<html" not in part
        assert "Back to the visit" not in part
        page = browser.get(address).text
        assert "<html" in page
        assert f'href="{visit.get_absolute_url()}"' in page

    def test_what_is_picked_stays_in_place(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        other = another()
        other.names.create(name=other.name)
        for name, key in (("start", visit.client_id), ("switch", dose_plan.pk)):
            found = browser.post(editor(name, key, visit.pk), {"words": "venla"}, headers=in_place(visit)).text
            address = f"?medication={other.pk}&amp;visit={visit.pk}"
            assert f'hx-get="{reverse(f"titration:{name}", args=[key])}{address}"' in found
            part = browser.get(editor(name, key, visit.pk, medication=other.pk), headers=in_place(visit)).text
            assert "<html" not in part
            assert 'hx-target="closest [data-editor-place]"' in part

    def test_only_ones_own_draft_of_this_client_is_led_back_to(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan, prescriber: User
    ) -> None:
        for wrong in (new_id(), "x", ""):
            page = browser.get(editor("change", dose_plan.pk, wrong), headers=in_place(visit))
            assert "Back to the visit" not in page.text
            assert "<html" in page.text
        second = CareTeamMemberFactory(client=visit.client, is_lead=False, user=UserFactory()).user
        assert opened_from(second, visit.client, str(visit.pk)) is None
        assert opened_from(prescriber, visit.client, str(visit.pk)) == visit

    def test_a_taper_is_laid_out_from_the_first_look(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        address = editor("change", dose_plan.pk, visit.pk)
        for asked, way in ((f"{address}&way=taper", "taper"), (f"{address}&way=nonsense", "amount")):
            assert browser.get(asked).context["form"]["way"].value() == way

    def test_without_scripts_a_button_saves_and_opens(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        typed = {"version": "2", "subjective": "Typed just now.", "assessment": "x", "risk_answer": "none"}
        for asked, name, key in (
            ("start", "start", visit.client_id),
            (f"change {dose_plan.pk}", "change", dose_plan.pk),
            (f"switch {dose_plan.pk}", "switch", dose_plan.pk),
        ):
            answer = browser.post(reverse("visits:save", args=[visit.pk]), typed | {"open": asked})
            assert answer["Location"] == editor(name, key, visit.pk)
        answer = browser.post(reverse("visits:save", args=[visit.pk]), typed | {"open": f"taper {dose_plan.pk}"})
        assert answer["Location"] == f"{editor('change', dose_plan.pk, visit.pk)}&way=taper"
        for wild in ("taper x", "change x", "switch", "elsewhere", "\0"):
            answer = browser.post(reverse("visits:save", args=[visit.pk]), typed | {"open": wild})
            assert answer["Location"] == visit.get_absolute_url()
        visit.refresh_from_db()
        assert visit.subjective == "Typed just now."


class TestReason:
    """Why a dose changes is written from what is laid out and what is known, and what somebody typed stands."""

    KNOWN = "Once: 1 dose missed in 7 days."

    @pytest.fixture(autouse=True)
    def _known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(since_rules, "summary", lambda _: self.KNOWN)

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            (
                {},
                "Sertraline increased from 50 mg to 100 mg a day from Mar 16, 2026: 100 mg in the morning.",
            ),
            (
                {"mg_per_day": "25"},
                "Sertraline decreased from 50 mg to 25 mg a day from Mar 16, 2026: 25 mg in the morning.",
            ),
            (
                {"way": "taper", "from_mg": "50", "to_mg": "0", "method": "linear", "amount": "25"}
                | {"interval_days": "7", "unit_mg": "25"},
                "Sertraline schedule changed from Mar 16, 2026: 50 mg in the morning,"
                " falling to 25 mg a day by Mar 23, last dose on Mar 29.",
            ),
            (
                {"way": "hold", "days": "3"},
                "Sertraline held from Mar 16, 2026: no dose until Mar 19, then 75 mg in the morning.",
            ),
            ({"way": "stop"}, "Sertraline stopped: last dose on Mar 15, 2026."),
        ],
    )
    def test_it_is_written_from_what_is_laid_out_and_known(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan, asked: dict[str, str], words: str
    ) -> None:
        address = editor("change", dose_plan.pk, visit.pk)
        looked = browser.post(address, change(do="preview", reason="", **asked))
        form = looked.context["form"]
        assert form["reason"].value() == form["written"].value() == f"{words} {self.KNOWN}"
        assert "reason" not in form.errors

    def test_it_follows_what_is_laid_out_until_somebody_typed(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        address = editor("change", dose_plan.pk, visit.pk)

        def looked(**typed: str) -> Any:
            return browser.post(address, change(do="preview", **typed)).context["form"]

        first = looked(reason="")["reason"].value()
        again = looked(reason=first.replace(" ", "\r\n", 1), written=first, mg_per_day="125")
        assert "to 125 mg a day" in again["reason"].value()
        typed = looked(reason="Partly better", written=first, mg_per_day="125")
        assert typed["reason"].value() == "Partly better"
        cleared = looked(reason="", written=first)
        assert cleared["reason"].value() == ""
        assert "reason" in cleared.errors

    def test_it_is_read_before_it_is_signed(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan, prescriber: User
    ) -> None:
        address = editor("change", dose_plan.pk, visit.pk)
        unread = browser.post(address, change(reason=""))
        assert unread.status_code == 422
        assert "This is how it reads from what is known." in unread.text
        written = unread.context["form"]["reason"].value()
        browser.post(address, change(reason=written, written=written))
        assert dose_plan.versions.get(superseded_at=None).change.reason == written

    def test_nothing_is_written_where_nothing_changes_or_no_visit_opened_it(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        same = browser.post(
            editor("change", dose_plan.pk, visit.pk),
            change(do="preview", reason="", mg_per_day="50", then="schedule", on=TODAY.isoformat()),
        )
        from_the_chart = browser.post(reverse("titration:change", args=[dose_plan.pk]), change(do="preview", reason=""))
        for answer in (same, from_the_chart):
            assert not answer.context["form"]["reason"].value()

    def test_of_a_switch_both_are_told(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        address = editor("switch", dose_plan.pk, visit.pk, medication=another().pk)
        regimen = {"way": "steps", "steps-0-morning": "50", "steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0"}
        strengths = {"products": [f"tablet-IR-{mg}-scored" for mg in ("25", "50", "100")], "times": ["morning"]}
        coming = {f"coming-{name}": value for name, value in {**regimen, **strengths, "treats": "Depression"}.items()}
        leaving = {"leaving-way": "stop", "leaving-on": MONDAY.isoformat(), "leaving-products": strengths["products"]}
        sent = {"version": "1", "begins": "direct", "reason": "", "do": "preview", **leaving, **coming}
        form = browser.post(address, sent).context["form"]
        assert form["reason"].value() == (
            "Sertraline stopped: last dose on Mar 15, 2026. Venlafaxine started: 50 mg in the morning"
            f" from Mar 16, 2026. {self.KNOWN}"
        )

    def test_no_sentence_is_told_by_half(self) -> None:
        assert written_reason("Held", "Since then.", 17) == "Held. Since then."
        assert written_reason("Held", "Since then.", 16) == "Held."
        assert written_reason("Held", "", 4) == ""


class TestSigned:
    def test_in_place_the_page_around_is_told(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        address = editor("change", dose_plan.pk, visit.pk)
        refused = browser.post(address, change(reason=""), headers=in_place(visit))
        assert (refused.status_code, "data-form-errors" in refused.text) == (422, True)
        answer = browser.post(address, change(), headers=in_place(visit))
        assert (answer.status_code, answer["HX-Trigger"]) == (204, "dose-plan-signed")
        page = browser.get(visit.get_absolute_url())
        assert "Changed in this visit" in page.text
        assert "Sertraline increased from 50 mg to 100 mg a day" in page.text
        assert field_name(dose_plan.pk, "decision") not in page.text

    def test_as_a_page_it_leads_back(self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan) -> None:
        answer = browser.post(editor("change", dose_plan.pk, visit.pk), change())
        assert answer["Location"] == visit.get_absolute_url()

    def test_nothing_more_is_asked_and_the_decision_names_the_change(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan, prescriber: User
    ) -> None:
        services.decide(visit_id=visit.pk, dose_plan_id=dose_plan.pk, decision="continue", by=prescriber, now=LATER)
        done = changed(dose_plan, prescriber)
        assert signed_decisions(visit) == [("increase", "Agreed", True)]
        assert visit.decisions.get().change == done
        note = browser.get(visit.get_absolute_url()).text
        assert "Sertraline: increase" in note
        assert done.words in note
        assert "Agreed" in note
        assert done.words in [line.words for line in queries.since_last_visit(visit.client).lines]

    def test_a_taper_a_stop_today_and_a_start(
        self, visit: FollowUpVisit, dose_plan: DosePlan, prescriber: User
    ) -> None:
        changed(dose_plan, prescriber, [{"doses": {"morning": mg}, "days": 7} for mg in ("37.5", "25", "12.5")])
        other = started(visit.client, another(), prescriber, LATER)
        stop_dose_plan(
            dose_plan_id=started(visit.client, another("lithium"), prescriber, NOW).pk,
            base_version=1,
            stop_on=TODAY,
            reason="Not wanted",
            by=prescriber,
            now=LATER,
        )
        found = queries.running_medications(visit, TODAY)
        assert {(one.decided_here, one.has_ended) for one in found} == {
            (Decision.TAPER, False),
            (Decision.START, False),
            (Decision.STOP, True),
        }
        assert {decision for decision, _, _ in signed_decisions(visit)} == {"taper", "start", "stop"}
        assert visit.decisions.get(dose_plan=other).rationale == "For Depression"

    def test_a_switch_is_told_of_the_one_that_leaves(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan, prescriber: User
    ) -> None:
        order = dose_plan.versions.get().order
        coming = {"start_on": TODAY.isoformat(), "products": TABLETS, "steps": [{"doses": {"morning": "50"}}]}
        switch_medication(
            dose_plan_id=dose_plan.pk,
            base_version=1,
            leaving=Leaving(order_with(order, {"on": TODAY.isoformat(), "action": "stop"}), None),
            coming=Coming(another().pk, coming, "Depression", consent=AGREED),
            reason="No effect",
            by=prescriber,
            now=LATER,
        )
        page = browser.get(visit.get_absolute_url()).text
        assert "Switched in this visit" in page
        assert "Started in this visit" in page
        assert signed_decisions(visit)[0] == ("switch", "Switched to venlafaxine. No effect", True)

    def test_what_another_signed_meanwhile_is_told_and_decided(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan
    ) -> None:
        second = CareTeamMemberFactory(client=visit.client, is_lead=False, user=UserFactory()).user
        changed(dose_plan, second)
        page = browser.get(visit.get_absolute_url())
        assert "changed meanwhile" in page.text
        assert page.context["panels"][0].changed_meanwhile.startswith("Sertraline increased")
        typed = {field_name(dose_plan.pk, "base_version"): "2", field_name(dose_plan.pk, "decision"): "continue"}
        note = {"version": "2", "assessment": "x", "risk_answer": "none"}
        assert browser.post(reverse("visits:save", args=[visit.pk]), note | typed).status_code == 302
        assert browser.get(visit.get_absolute_url()).context["panels"][0].changed_meanwhile == ""

    def test_the_page_is_flat_and_its_parts_stay_within_their_budgets(
        self, browser: Browser, visit: FollowUpVisit, dose_plan: DosePlan, prescriber: User
    ) -> None:
        def reads(address: str) -> int:
            browser.get(address, headers=in_place(visit))
            with CaptureQueriesContext(connection) as done:
                assert browser.get(address, headers=in_place(visit)).status_code == 200
            return len(done)

        few = reads(visit.get_absolute_url())
        changed(dose_plan, prescriber)
        for name in ("venlafaxine", "lithium", "bupropion"):
            started(visit.client, another(name), prescriber, LATER)
        assert reads(visit.get_absolute_url()) == few <= 25
        other = another("mirtazapine")
        assert reads(editor("change", dose_plan.pk, visit.pk)) <= 35
        assert reads(editor("switch", dose_plan.pk, visit.pk)) <= 20
        assert reads(editor("switch", dose_plan.pk, visit.pk, medication=other.pk)) <= 40
        assert reads(editor("start", visit.client_id, visit.pk, medication=other.pk)) <= 35


@pytest.mark.parametrize(
    ("kind", "amounts", "is_replaced", "decision"),
    [
        ("start", ["25"], False, "start"),
        ("increase", ["75", "100"], False, "increase"),
        ("decrease", ["50"], False, "decrease"),
        ("decrease", ["50", "25"], False, "taper"),
        ("replan", ["100", "75", "50"], False, "taper"),
        ("replan", ["50", "75"], False, "change"),
        ("hold", ["0", "50"], False, "hold"),
        ("stop", [], False, "stop"),
        ("stop", [], True, "switch"),
    ],
)
def test_what_was_signed_is_a_decision(kind: str, amounts: list[str], is_replaced: bool, decision: str) -> None:
    assert decision_signed(kind, [Decimal(mg) for mg in amounts], is_replaced=is_replaced) == decision


def test_what_was_done_is_said_in_a_word() -> None:
    assert [done_words(one) for one in (Decision.START, Decision.TAPER)] == [
        "Started in this visit",
        "Changed in this visit",
    ]
