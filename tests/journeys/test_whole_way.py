"""One client's whole way through the clinic, by the four people of it, on the running clinic's own pages.

Nothing is done behind the pages but hiring staff before it begins and the passing of days.
"""

import datetime as dt
import re
import time

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinic.formulary.services import load_formulary
from clinic.scheduling.services import add_hours
from clinic.staff.roles import Role
from tests.browser.conftest import DESK, PHONE, OpenPage, is_too_wide
from tests.browser.people import hire, sign_in
from tests.browser.running import RunningClinic
from tests.journeys import hands
from tests.journeys.days import let_days_pass

pytestmark = pytest.mark.browser
WORKER_LOOKS_WITHIN_S = 60


def test_from_the_first_enquiry_to_the_acknowledged_change(way: "Way") -> None:
    way.given_a_prescriber_a_therapist_and_a_coordinator_at_work()

    way.when_rosa_enquires_on_her_phone()
    way.then_she_reads_what_happens_next_and_where_help_is()

    way.when_the_coordinator_takes_the_enquiry_and_makes_her_a_client()
    way.and_puts_prescriber_and_therapist_on_her_care_team()
    way.and_books_a_consultation_from_the_free_times()
    way.then_the_therapist_may_not_open_her_chart_yet()
    way.when_the_prescriber_records_that_she_consents_to_sharing()
    way.then_the_therapist_may_open_her_chart()

    way.when_the_prescriber_evaluates_her_and_signs()
    way.then_the_evaluation_cannot_be_changed_any_more()

    way.when_the_prescriber_writes_and_signs_a_plan_of_four_kinds_of_help()
    way.then_the_therapist_reads_it_and_acknowledges()

    way.when_the_prescriber_starts_sertraline_at_25_mg_rising_to_50_mg()
    way.then_the_chart_says_what_she_takes_today_and_from_when_more()

    way.when_three_days_pass()
    way.then_a_check_in_leaves_by_itself_and_says_nothing_about_her()
    way.when_rosa_opens_the_link_and_tells_of_a_side_effect_that_bothers_a_lot()
    way.then_she_reads_that_somebody_will_call()
    way.and_the_coordinators_board_asks_for_the_call()
    way.and_the_prescribers_home_shows_the_answer()

    way.when_eleven_days_pass()
    way.and_the_prescriber_begins_a_visit()
    way.then_what_rosa_answered_stands_there_already()
    way.when_the_prescriber_raises_the_dose_to_75_mg_and_signs()

    way.then_the_therapists_home_tells_the_change_in_plain_words()
    way.and_one_click_acknowledges_it()
    way.and_the_chart_shows_her_scores_over_her_dose_steps()


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def way(request: pytest.FixtureRequest, in_clinic: RunningClinic, page_at: OpenPage) -> "Way":
    return Way(in_clinic, page_at, scripts=request.param)


class Way:
    """The story's given, when and then; each sentence is what a person does or reads on a page."""

    def __init__(self, clinic: RunningClinic, page_at: OpenPage, *, scripts: bool) -> None:
        self.clinic = clinic
        self.scripts = scripts
        # Two runs share one clinic: the second Rosa has another family name, so nobody is mistaken.
        self.family = "Delgado" if scripts else "Quintero"
        self.email = f"rosa.{self.family.lower()}@mail.example"
        self.phone = page_at(PHONE, scripts=scripts)
        self.coordinator = page_at(DESK, scripts=scripts)
        self.prescriber = page_at(DESK, scripts=scripts)
        self.therapist = page_at(DESK, scripts=scripts)
        self.chart = ""

    # The people

    def given_a_prescriber_a_therapist_and_a_coordinator_at_work(self) -> None:
        load_formulary(now=timezone.now())
        self.cora = hire(Role.COORDINATOR, f"Cora of {self.family}")
        self.paula = hire(Role.PRESCRIBER, f"Paula of {self.family}")
        self.theo = hire(Role.THERAPIST, f"Theo of {self.family}")
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        for weekday in range(7):
            add_hours(
                clinician=self.paula,
                weekday=weekday,
                begins=dt.time(8),
                ends=dt.time(18),
                modality="in_person",
                valid_from=yesterday,
                by=self.cora,
            )
        for page, user in (
            (self.coordinator, self.cora),
            (self.prescriber, self.paula),
            (self.therapist, self.theo),
        ):
            sign_in(page, self.clinic.url, user)
            expect(page.get_by_role("navigation").first).to_be_visible()

    # The enquiry

    def when_rosa_enquires_on_her_phone(self) -> None:
        page = self.phone
        page.goto("/intake/enquire/")
        assert not is_too_wide(page)
        expect(page.get_by_text("not for emergencies")).to_be_visible()
        expect(page.get_by_text("Only a clinician can judge")).to_be_visible()
        page.get_by_label("Given names").fill("Rosa")
        page.get_by_label("Family name").fill(self.family)
        page.get_by_label("Birth date").fill("1990-05-14")
        page.get_by_label("Phone", exact=False).first.fill("801-555-0147")
        page.get_by_label("E-mail", exact=False).first.fill(self.email)
        page.get_by_role("group", name="How should we reach you?").get_by_text("E-mail me").click()
        # People take some seconds to write; the page takes those who do not for a robot.
        page.get_by_label("What is going on?").press_sequentially(
            "I cannot sleep and nothing is fun any more. Therapy helps, but not enough.", delay=70, timeout=30_000
        )
        page.get_by_label("Symptoms go on although I am in therapy").check()
        page.get_by_label("Sleep, mood or energy make daily life hard").check()
        page.get_by_label("Insurance", exact=False).first.fill("Mountain Health")
        page.get_by_label("Times that suit you").fill("Tuesdays after 3 pm")
        page.get_by_role("button", name="Send to the clinic").click()

    def then_she_reads_what_happens_next_and_where_help_is(self) -> None:
        expect(self.phone).to_have_url(re.compile("/received/"))
        expect(self.phone.get_by_role("heading", level=1)).to_be_visible()
        for number in ("988", "911"):
            expect(self.phone.get_by_text(number).first).to_be_visible()
        assert not is_too_wide(self.phone)

    # The care team

    def when_the_coordinator_takes_the_enquiry_and_makes_her_a_client(self) -> None:
        page = self.coordinator
        page.goto("/")
        page.get_by_role("link", name=f"Rosa {self.family}").first.click()
        expect(page.get_by_text("nothing is fun any more")).to_be_visible()
        page.get_by_role("button", name="Take: I handle it").click()
        expect(page.get_by_text("You handle it")).to_be_visible()
        page.get_by_role("button", name="new client").click()
        self.contact_page = page.get_by_role("link", name=f"Rosa {self.family}").get_attribute("href") or ""

    def and_puts_prescriber_and_therapist_on_her_care_team(self) -> None:
        page = self.coordinator
        page.get_by_label("Prescriber").select_option(label=self.paula.full_name)
        page.get_by_label("Therapist").select_option(label=self.theo.full_name)
        page.get_by_role("button", name="Put on the care team").click()
        expect(page.get_by_role("listitem").filter(has_text=self.theo.full_name)).to_be_visible()

    def and_books_a_consultation_from_the_free_times(self) -> None:
        page = self.coordinator
        page.get_by_role("link", name="Book a time").click()
        page.get_by_label("With").select_option(label=self.paula.full_name)
        page.get_by_label("For", exact=False).first.select_option(label="Consultation")
        page.get_by_role("button", name="Show free times").click()
        page.get_by_role("group", name="Free times").get_by_role("radio").first.check()
        page.get_by_role("button", name="Book", exact=True).click()
        expect(page.get_by_text("Booked for")).to_be_visible()

    def then_the_therapist_may_not_open_her_chart_yet(self) -> None:
        client_id = self.contact_page.rstrip("/").rpartition("/")[2]
        self.chart = f"/chart/{client_id}/"
        answer = self.therapist.goto(self.chart)
        assert answer is not None
        assert answer.status == 404

    def when_the_prescriber_records_that_she_consents_to_sharing(self) -> None:
        page = self.prescriber
        page.goto(self.contact_page)
        page.get_by_role("link", name="Record consent").click()
        page.get_by_label("Day the client consented").fill(self.today().isoformat())
        page.get_by_role("button", name="Record consent").click()
        expect(page.get_by_text("The client consented on")).to_be_visible()

    def then_the_therapist_may_open_her_chart(self) -> None:
        self.therapist.goto(self.chart)
        expect(self.therapist.get_by_role("heading", level=1)).to_contain_text(f"Rosa {self.family}")

    # The evaluation

    def when_the_prescriber_evaluates_her_and_signs(self) -> None:
        page = self.prescriber
        self.from_the_chart("Start an evaluation")
        page.get_by_role("button", name="Begin an evaluation").click()
        hands.write_history(page)
        hands.answer_risk_and_look(page)
        hands.score(page, "PHQ-9", points=2)
        hands.score(page, "GAD-7", points=1)
        hands.choose_diagnosis(page, "major depressive recurrent moderate", "F33.1")
        page.get_by_role("button", name="Save, then sign").first.click()
        expect(page.get_by_text("16 points, moderately severe").first).to_be_visible()
        page.get_by_role("button", name="Sign as").click()

    def then_the_evaluation_cannot_be_changed_any_more(self) -> None:
        expect(self.prescriber.get_by_role("heading", level=1)).not_to_contain_text("draft")
        expect(self.prescriber.get_by_text("F33.1").first).to_be_visible()
        expect(self.prescriber.get_by_role("button", name="Save draft")).to_have_count(0)

    # The plan

    def when_the_prescriber_writes_and_signs_a_plan_of_four_kinds_of_help(self) -> None:
        page = self.prescriber
        self.from_the_chart("Write the plan")
        page.get_by_label("What the client wants").fill("I want to sleep and to paint again.")
        hands.fill_row(page, "Problem 1", {"Problem": "Low mood and poor sleep"})
        goal = {"Goal": "Paint twice a week", "Measured by": "PHQ-9", "Now": "16", "Target": "below 5"}
        hands.fill_row(page, "Goal 1", goal | {"By": (self.today() + dt.timedelta(days=84)).isoformat()})
        for number, (kind, what, who) in enumerate(hands.FOUR_KINDS, start=1):
            if number > 1:
                page.get_by_role("button", name="Add intervention").click()
            hands.fill_row(page, f"Intervention {number}", {"What": what}, {"Kind": kind, "Who is responsible": who})
        page.get_by_label("Look at the plan again on").fill((self.today() + dt.timedelta(days=84)).isoformat())
        page.get_by_label("The client agreed on").fill(self.today().isoformat())
        page.get_by_role("button", name="Review and sign").click()
        for _, what, _ in hands.FOUR_KINDS:
            expect(page.get_by_text(what)).to_be_visible()
        page.get_by_role("button", name="Sign plan 1").click()
        expect(page.get_by_text("signed and in force")).to_be_visible()

    def then_the_therapist_reads_it_and_acknowledges(self) -> None:
        page = self.therapist
        page.goto("/")
        page.get_by_role("link", name="plan, version 1").click()
        expect(page.get_by_text("Walk 30 minutes")).to_be_visible()
        page.get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_role("listitem").filter(has_text=self.theo.full_name).first).to_be_visible()

    # The dose plan

    def when_the_prescriber_starts_sertraline_at_25_mg_rising_to_50_mg(self) -> None:
        page = self.prescriber
        self.from_the_chart("Start a dose plan")
        page.get_by_label("Medication: generic name").fill("sertral")
        page.get_by_role("button", name="Find", exact=True).click()
        page.get_by_role("link", name="sertraline").first.click()
        for label, amount in {
            "First dose a day": "25",
            "Target a day": "50",
            "Rise each time": "25",
            "Days between steps": "7",
        }.items():
            page.get_by_label(label).fill(amount)
        page.get_by_role("button", name="Preview", exact=True).last.click()
        expect(page.locator("#preview")).to_contain_text("50")
        expect(page.locator("#preview")).to_contain_text("To dispense")
        page.get_by_text("Agreed, spoken").click()
        page.get_by_role("button", name="Sign the dose plan").click()

    def then_the_chart_says_what_she_takes_today_and_from_when_more(self) -> None:
        expect(self.prescriber.get_by_role("button", name="Sign the dose plan")).to_have_count(0)
        self.prescriber.goto(self.chart)
        doses = self.prescriber.get_by_role("main")
        expect(doses).to_contain_text(re.compile("25\\s*mg"))
        expect(doses).to_contain_text(re.compile("50\\s*mg"))

    # The check-in

    def when_three_days_pass(self) -> None:
        let_days_pass(3)

    def then_a_check_in_leaves_by_itself_and_says_nothing_about_her(self) -> None:
        page, message = self.coordinator, self.coordinator.get_by_role("listitem").filter(has_text=self.email)
        until = time.monotonic() + WORKER_LOOKS_WITHIN_S
        page.goto("/messages/outbox/")
        while message.count() == 0 and time.monotonic() < until:
            page.wait_for_timeout(500)
            page.reload()
        expect(message).to_have_count(1)
        # An amount has its space, which the random letters of the link have not.
        for secret in ("Rosa", self.family, "sertraline", re.compile(r"\d\s+mg"), "depress", "psychiatr"):
            expect(message.locator(".message-text")).not_to_contain_text(secret, ignore_case=True)
        self.link = message.get_by_role("link").get_attribute("href") or ""

    def when_rosa_opens_the_link_and_tells_of_a_side_effect_that_bothers_a_lot(self) -> None:
        page = self.phone
        page.goto(self.link)
        page.get_by_label("What year were you born?").fill("1990")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("Your plan for today")).to_be_visible()
        assert not is_too_wide(page)
        following = page.get_by_role("link", name="Next", exact=True)
        page.get_by_text("A little better", exact=True).click()
        following.click()
        page.get_by_label("how many doses did you miss").select_option("1")
        following.click()
        page.get_by_label("Trouble sleeping").select_option("A lot")
        while following.count():
            following.click()
            for question in page.locator("fieldset:not(.faces):visible").all():
                question.get_by_text("Not at all").click()
        page.get_by_label("I would like someone to call me").check()
        page.get_by_role("button", name="Send my answers").click()

    def then_she_reads_that_somebody_will_call(self) -> None:
        expect(self.phone.get_by_text("will call you within one working day")).to_be_visible()

    def and_the_coordinators_board_asks_for_the_call(self) -> None:
        page = self.coordinator
        page.goto("/worklist/")
        duty = page.get_by_role("row").filter(has_text=f"Rosa {self.family}").filter(has_text="call")
        expect(duty.first).to_contain_text("Call the client")
        duty.first.get_by_role("button", name="Take").click()
        expect(page.get_by_role("row").filter(has_text=self.cora.full_name).first).to_be_visible()

    def and_the_prescribers_home_shows_the_answer(self) -> None:
        page = self.prescriber
        page.goto("/")
        answer = page.get_by_role("listitem").filter(has_text=f"Rosa {self.family}").filter(has_text="sertraline")
        expect(answer).to_contain_text(re.compile("trouble sleeping", re.IGNORECASE))

    # The visit

    def when_eleven_days_pass(self) -> None:
        let_days_pass(11)

    def and_the_prescriber_begins_a_visit(self) -> None:
        page = self.prescriber
        page.goto(self.chart)
        page.get_by_role("link", name="Start a visit").click()
        page.get_by_role("button", name="Start").click()

    def then_what_rosa_answered_stands_there_already(self) -> None:
        since = self.prescriber.get_by_role("region", name="So far")
        expect(since).to_contain_text(re.compile("trouble sleeping", re.IGNORECASE))

    def when_the_prescriber_raises_the_dose_to_75_mg_and_signs(self) -> None:
        page = self.prescriber
        page.get_by_label("What the client reports").fill("Sleeps badly, otherwise lighter.")
        page.get_by_role("group", name="Speech").get_by_text("normal rate and volume").click()
        page.get_by_role("textbox", name="Assessment").fill("Partial response, sleep to be watched.")
        page.get_by_text("No thoughts of self-harm").click()
        decision = page.get_by_role("group", name="Sertraline")
        decision.get_by_text("Increase", exact=True).click()
        decision.get_by_label("New amount").fill("75")
        if not self.scripts:
            decision.get_by_role("button", name="Preview").click()
        expect(page.locator(".preview-title")).to_contain_text(re.compile("75\\s*mg"))
        page.get_by_role("button", name="Sign the visit").click()
        expect(page.get_by_text("Visit signed.")).to_be_visible()

    # What the others see of it

    def then_the_therapists_home_tells_the_change_in_plain_words(self) -> None:
        self.therapist.goto("/")
        self.change = self.therapist.get_by_role("listitem").filter(has_text=re.compile("75\\s*mg"))
        expect(self.change).to_contain_text(f"Rosa {self.family}")
        expect(self.change).to_contain_text(re.compile("sertraline", re.IGNORECASE))

    def and_one_click_acknowledges_it(self) -> None:
        self.change.get_by_role("button", name="Acknowledge").click()
        expect(self.change.get_by_role("button", name="Acknowledge")).to_have_count(0)
        self.therapist.goto(self.chart)
        changes = self.therapist.get_by_role("region", name="Dose changes")
        told = changes.get_by_role("listitem").filter(has_text=re.compile("75\\s*mg"))
        expect(told.first).to_contain_text(f"Acknowledged by {self.theo.full_name}")

    def and_the_chart_shows_her_scores_over_her_dose_steps(self) -> None:
        picture = self.therapist.get_by_role("region", name="Doses and scores").first
        expect(picture.locator("svg").first).to_be_visible()
        picture.locator("summary").click()
        for words in ("PHQ-9", "25", "50"):
            expect(picture.get_by_role("table")).to_contain_text(words)

    # Small things

    def today(self) -> dt.date:
        return timezone.localdate(timezone=self.clinic.zone_info)

    def from_the_chart(self, entry: str) -> None:
        """Choose an entry of the chart's menu."""
        self.prescriber.goto(self.chart)
        self.prescriber.get_by_text("More", exact=True).click()
        self.prescriber.get_by_role("link", name=entry).first.click()
