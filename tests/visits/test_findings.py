"""What is found at a visit: mental status, how each problem goes, vital signs, time spent."""

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.monitoring.models import Measurement
from clinic.monitoring.rules import NO_BREAK, Given
from clinic.staff.models import User
from clinic.visits import services
from clinic.visits.models import FollowUpVisit
from clinic.visits.rules import problems as rules
from clinic.visits.rules.note import DOMAINS, Note, NotReady
from tests.factories.visits import WRITTEN, draft, written
from tests.plans.test_services import signed as signed_plan
from tests.visits.days import NOW

pytestmark = pytest.mark.django_db
KEY = "018f0000-0000-7000-8000-000000000001"


def note(**more: Any) -> Note:
    return Note(assessment="Improved.", risk_answer="none", **more)


class TestProblems:
    def test_each_is_told_as_it_goes(self) -> None:
        said = {
            "a": {"text": "Depression", "course": "improved", "at_goal": "no"},
            "b": {"text": "Insomnia", "course": "", "at_goal": "yes"},
            "c": {"text": "Panic", "course": "worse"},
        }
        assert [f"{line.label}: {line.words}" for line in rules.problem_words(said)] == [
            "Depression: Improved, not at goal",
            "Insomnia: At goal",
            "Panic: Worse",
        ]

    @pytest.mark.parametrize("wrong", [{"course": "cured"}, {"at_goal": "maybe"}])
    def test_nothing_else_is_said_by_buttons(self, ada: Client, prescriber: User, wrong: dict[str, str]) -> None:
        visit = draft(ada, prescriber, NOW)
        with pytest.raises(RuleBroken) as refusal:
            services.save_visit(visit_id=visit.pk, version=1, note=note(problems={KEY: wrong}), by=prescriber, now=NOW)
        assert refusal.value.field == rules.problem_field(KEY, next(iter(wrong)))

    def test_what_nothing_is_said_of_is_left_out(self) -> None:
        assert rules.tidy_problems({"a": {"text": "x", "course": "", "at_goal": ""}}) == {}


class TestVitals:
    def test_they_are_read_with_their_units(self) -> None:
        typed = {"weight": "180", "weight_unit": "lb", "systolic": "120", "diastolic": "80", "heart_rate": " "}
        assert rules.read_vitals(typed) == [
            Given("weight", Decimal(180), "lb"),
            Given("systolic", Decimal(120), "mmHg"),
            Given("diastolic", Decimal(80), "mmHg"),
        ]
        assert rules.vital_words(typed)[0].words == f"81.6{NO_BREAK}kg (180 lb)"
        assert rules.vital_words({"weight": "74,5"})[0].words == f"74.5{NO_BREAK}kg"

    @pytest.mark.parametrize(
        ("typed", "field", "words"),
        [
            ({"weight": "heavy"}, "vital_weight", "a number alone"),
            ({"heart_rate": "NaN"}, "vital_heart_rate", "a number alone"),
            ({"heart_rate": "7200"}, "vital_heart_rate", "slip of typing"),
            ({"systolic": "120"}, "vital_systolic", "enter both"),
            ({"systolic": "80", "diastolic": "120"}, "vital_systolic", "above the diastolic"),
        ],
    )
    def test_a_slip_of_typing_is_named_beside_its_field(self, typed: dict[str, str], field: str, words: str) -> None:
        [problem] = rules.missing_of(note(vitals=typed))
        assert problem.field == field
        assert words in problem.words

    def test_every_slip_is_named_at_once(self) -> None:
        typed = {"weight": "heavy", "systolic": "9999", "diastolic": "80", "heart_rate": "-1"}
        named = {one.field: one.words for one in rules.missing_of(note(vitals=typed))}
        assert list(named) == ["vital_weight", "vital_systolic", "vital_heart_rate"]
        assert named["vital_weight"] == "Enter a number alone, such as 74.5."

    @pytest.mark.parametrize(
        ("minutes", "is_right"), [("", True), ("25", True), ("0", False), ("601", False), ("½ h", False), ("٢", False)]
    )
    def test_time_is_told_in_whole_minutes(self, minutes: str, is_right: bool) -> None:
        assert (rules.missing_of(note(minutes=minutes)) == []) is is_right

    def test_they_are_kept_with_the_results_once_the_visit_is_signed(self, ada: Client, prescriber: User) -> None:
        with time_machine.travel(NOW, tick=False):
            visit = written(ada, prescriber, NOW, note(vitals={"weight": "180", "weight_unit": "lb"}, minutes="25"))
            assert not Measurement.objects.exists()
            services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
        kept = Measurement.objects.get(client=ada)
        assert (kept.kind, kept.entered_as, kept.recorded_by) == ("weight", "180 lb", prescriber)

    def test_a_slip_keeps_the_visit_from_being_signed_and_the_draft_as_typed(
        self, ada: Client, prescriber: User
    ) -> None:
        visit = written(ada, prescriber, NOW, note(vitals={"weight": "18O"}))
        assert visit.vitals == {"weight": "18O"}
        with pytest.raises(NotReady, match="a number alone"):
            services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)

    def test_a_unit_without_its_number_is_nothing(self) -> None:
        assert rules.tidy_vitals({"weight": " ", "weight_unit": "lb", "systolic": " 120"}) == {"systolic": "120"}


class TestSigned:
    def test_what_nobody_touched_is_signed_as_not_assessed(self, ada: Client, prescriber: User) -> None:
        visit = written(ada, prescriber, NOW, note(mental_status={"mood": {"choice": "good", "words": ""}}))
        services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
        visit.refresh_from_db()
        assert visit.mental_status["mood"]["choice"] == "good"
        others = {found["choice"] for domain, found in visit.mental_status.items() if domain != "mood"}
        assert others == {"not assessed"}
        assert set(visit.mental_status) == set(DOMAINS)

    def test_the_page_takes_and_tells_it_all(self, browser: Browser, ada: Client, prescriber: User) -> None:
        plan = signed_plan(ada, prescriber)
        key = plan.problems.first().pk.hex
        with time_machine.travel(NOW, tick=False):
            visit = draft(ada, prescriber, NOW)
            browser.force_login(prescriber)
            sent = {
                "version": "1",
                "assessment": WRITTEN.assessment,
                "risk_answer": "none",
                rules.problem_field(key, "course"): "improved",
                rules.problem_field(key, "at_goal"): "no",
                "vital_weight": "180",
                "vital_weight_unit": "lb",
                "minutes": "25",
            }
            browser.post(reverse("visits:save", args=[visit.pk]), sent)
            page = browser.get(visit.get_absolute_url())
            assert page.context["form"].initial[rules.problem_field(key, "course")] == "improved"
            answer = browser.post(reverse("visits:sign", args=[visit.pk]), sent | {"version": "2"}, follow=True)
        for words in ("Improved, not at goal", "(180 lb)", "25 minutes", "Not assessed"):
            assert words in answer.text
        assert FollowUpVisit.objects.get().is_signed
