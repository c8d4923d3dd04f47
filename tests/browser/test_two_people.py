"""Two people, two tabs, two clicks, a step back: nothing is made twice, nothing typed is lost."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from clinic.clients.models import Client
from clinic.coordination.models import Observation
from clinic.intake.models import Enquiry, PsychiatricEvaluation
from clinic.plans.models import TreatmentPlan
from clinic.scales.models import ScaleResponse
from clinic.scheduling.models import Appointment, Availability, WaitlistEntry
from clinic.staff.models import User
from clinic.staff.roles import Role
from clinic.visits.models import FollowUpVisit
from tests.browser.conftest import PHONE, OpenPage, Windows
from tests.browser.running import RunningClinic
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, SharingConsentFactory
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.browser


@dataclass
class Team:
    """A client with the three who look after them; the prescriber works every day."""

    client: Client
    prescriber: User
    therapist: User
    coordinator: User

    def __getitem__(self, role: str) -> User:
        user: User = getattr(self, role)
        return user


@pytest.fixture
def team(in_clinic: RunningClinic) -> Team:
    client = ClientFactory(given_names="Ada", family_name=f"Byron{Client.objects.count()}")
    roles = (Role.PRESCRIBER, Role.THERAPIST, Role.COORDINATOR)
    people = {role.value: UserFactory(acting_role=role) for role in roles}
    for user in people.values():
        CareTeamMemberFactory(client=client, user=user)
    SharingConsentFactory(client=client, recorded_by=people["prescriber"])
    for weekday in range(7):
        Availability.objects.create(
            clinician=people["prescriber"],
            weekday=weekday,
            begins=dt.time(8),
            ends=dt.time(18),
            valid_from=timezone.localdate() - dt.timedelta(days=2),
        )
    return Team(client, **people)


def free_times(page: Page, team: Team) -> Page:
    page.goto(f"/schedule/book/{team.client.pk}/")
    page.get_by_label("With").select_option(label=team.prescriber.full_name)
    page.get_by_role("button", name="Show free times").click()
    return page


def first_time(page: Page) -> Page:
    page.get_by_role("group", name="Free times").get_by_role("radio").first.check()
    return page


def test_two_coordinators_want_one_time(team: Team, page_at: OpenPage) -> None:
    quick, slow = (first_time(free_times(page_at(who=team.coordinator), team)) for _ in range(2))
    quick.get_by_role("button", name="Book", exact=True).click()
    expect(quick.get_by_text("Booked for")).to_be_visible()
    wanted = slow.get_by_role("radio", checked=True).get_attribute("value")
    slow.get_by_label("Note for the desk").fill("Brings her sister")
    slow.get_by_role("button", name="Book", exact=True).click()
    expect(slow.get_by_text("That time has gone")).to_be_visible()
    expect(slow.get_by_label("Note for the desk")).to_have_value("Brings her sister")
    times = slow.get_by_role("group", name="Free times").get_by_role("radio")
    assert wanted not in [time.get_attribute("value") for time in times.all()]
    first_time(slow).get_by_role("button", name="Book", exact=True).click()
    expect(slow.get_by_text("Booked for")).to_be_visible()
    assert Appointment.objects.filter(client=team.client).count() == 2


@pytest.mark.parametrize("draft", ["evaluation", "visit", "plan"])
def test_two_tabs_of_one_draft_show_both_texts(draft: str, team: Team, page_at: OpenPage) -> None:
    begin, label, button = {
        "evaluation": (begin_evaluation, "Psychiatric history", "Save draft"),
        "visit": (begin_visit, "What the client reports", "Save the draft"),
        "plan": (begin_plan, "What the client wants", "Save draft"),
    }[draft]
    # Without JavaScript: there, no autosave gets in between.
    first = page_at(who=team.prescriber, scripts=False)
    begin(first, team)
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_label(label).fill("Written in the first tab")
    first.get_by_role("button", name=button).last.click()
    expect(first.get_by_text("Draft saved").first).to_be_visible()
    second.get_by_label(label).fill("Written in the second tab")
    with second.expect_response(lambda answer: answer.request.method == "POST") as posted:
        second.get_by_role("button", name=button).last.click()
    assert posted.value.status == 409
    both = second.locator(".conflict")
    expect(both).to_contain_text("Written in the first tab")
    expect(both).to_contain_text("Written in the second tab")
    expect(second.get_by_label(label)).to_have_value("Written in the second tab")
    second.get_by_role("button", name=button).last.click()
    expect(second.get_by_text("Draft saved").first).to_be_visible()
    first.reload()
    expect(first.get_by_label(label)).to_have_value("Written in the second tab")


def begin_evaluation(page: Page, team: Team) -> None:
    page.goto(f"/intake/evaluations/start/{team.client.pk}/")
    page.get_by_role("button", name="Begin an evaluation").click()


def begin_visit(page: Page, team: Team) -> None:
    page.goto(f"/visits/start/{team.client.pk}/")
    page.get_by_role("button", name="Start a visit").click()


def begin_plan(page: Page, team: Team) -> None:
    page.goto(f"/plans/of/{team.client.pk}/draft/")
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.get_by_text("Draft saved").first).to_be_visible()


def fill_enquiry(page: Page, team: Team) -> None:
    page.goto("/intake/enquire/")
    page.get_by_label("Given names").fill("Grace")
    page.get_by_label("Family name").fill(team.client.family_name)
    page.get_by_label("Birth date").fill("1985-12-09")
    page.get_by_role("textbox", name="Phone").fill("801-555-0142")
    page.get_by_role("group", name="How should we reach you?").get_by_role("radio").first.check()
    words = "I have not slept well for months, and work is hard."
    page.get_by_label("What is going on?").press_sequentially(words, delay=100, timeout=30_000)


def fill_new_client(page: Page, team: Team) -> None:
    page.goto("/clients/new")
    page.get_by_label("given names").first.fill("Mary")
    page.get_by_label("family name").first.fill(f"Shelley of {team.client.family_name}")
    page.get_by_role("textbox", name="Birth date").fill("1977-08-30")


def fill_observation(page: Page, team: Team) -> None:
    page.goto(f"/coordination/observe/{team.client.pk}/")
    page.get_by_label("What you noticed").fill("Laughs again.")


def fill_scale(page: Page, team: Team) -> None:
    page.goto(f"/scales/{team.client.pk}/?instrument=gad7")
    for group in page.get_by_role("group").filter(has=page.get_by_role("radio")).all():
        group.get_by_role("radio").first.check()


def fill_plan(page: Page, team: Team) -> None:
    page.goto(f"/plans/of/{team.client.pk}/draft/")
    page.get_by_label("What the client wants").fill("To sleep.")


# Role, what is filled in, the button, how many rows of the team's there are.
CREATING: dict[str, tuple[str, Callable[[Page, Team], Any], str, Callable[[Team], int]]] = {
    "enquiry": (
        "",
        fill_enquiry,
        "Send to the clinic",
        lambda team: Enquiry.objects.filter(family_name=team.client.family_name).count(),
    ),
    "client": (
        "coordinator",
        fill_new_client,
        "Register",
        lambda team: Client.objects.filter(family_name__endswith=f"of {team.client.family_name}").count(),
    ),
    "appointment": (
        "coordinator",
        lambda page, team: first_time(free_times(page, team)),
        "Book",
        lambda team: Appointment.objects.filter(client=team.client).count(),
    ),
    "waitlist": (
        "coordinator",
        free_times,
        "Put on the waitlist",
        lambda team: WaitlistEntry.objects.filter(client=team.client).count(),
    ),
    "evaluation": (
        "prescriber",
        lambda page, team: page.goto(f"/intake/evaluations/start/{team.client.pk}/"),
        "Begin an evaluation",
        lambda team: PsychiatricEvaluation.objects.filter(client=team.client).count(),
    ),
    "visit": (
        "prescriber",
        lambda page, team: page.goto(f"/visits/start/{team.client.pk}/"),
        "Start a visit",
        lambda team: FollowUpVisit.objects.filter(client=team.client).count(),
    ),
    "plan": (
        "prescriber",
        fill_plan,
        "Save draft",
        lambda team: TreatmentPlan.objects.filter(client=team.client).count(),
    ),
    "scale": (
        "therapist",
        fill_scale,
        "Score and keep",
        lambda team: ScaleResponse.objects.filter(client=team.client).count(),
    ),
    "observation": (
        "therapist",
        fill_observation,
        "Write the observation",
        lambda team: Observation.objects.filter(client=team.client).count(),
    ),
}


@pytest.mark.parametrize("thing", CREATING)
def test_a_double_click_makes_one_and_back_makes_no_other(thing: str, team: Team, page_at: OpenPage) -> None:
    role, fill, button, count = CREATING[thing]
    page = page_at(who=team[role] if role else None)
    fill(page, team)
    before = page.url
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).last.dblclick(no_wait_after=True)
    page.wait_for_load_state("networkidle")
    assert count(team) == 1
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert count(team) == 1
    page.goto(before)
    assert count(team) == 1


def test_what_was_typed_survives_an_error_and_the_error_says_how_to_put_it_right(page_at: OpenPage) -> None:
    page = page_at(PHONE)
    page.goto("/intake/enquire/")
    page.get_by_label("Given names").fill("Grace")
    page.get_by_role("textbox", name="Phone").fill("not a number")
    page.get_by_label("What is going on?").fill("I cannot sleep.")
    page.get_by_role("button", name="Send to the clinic").click()
    expect(page.get_by_role("link", name=re.compile("Birth date|required", re.IGNORECASE)).first).to_be_visible()
    expect(page.get_by_label("Given names")).to_have_value("Grace")
    expect(page.get_by_label("What is going on?")).to_have_value("I cannot sleep.")
    described = page.get_by_label("Birth date").get_attribute("aria-describedby") or ""
    assert any(page.locator(f"[id='{part}']").inner_text().strip() for part in described.split())


def test_slash_finds_a_client_from_the_keyboard(team: Team, page_at: OpenPage) -> None:
    page = page_at(who=team.prescriber)
    page.goto("/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(team.client.family_name.lower())
    found = page.locator("#search-results").get_by_role("link", name=team.client.family_name)
    expect(found.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(found.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(team.client.family_name)


def test_an_unused_session_warns_then_clears_the_page(team: Team, page_at: OpenPage) -> None:
    page = page_at(who=team.prescriber)
    page.clock.install()
    page.goto(f"/chart/{team.client.pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada")
    page.clock.fast_forward("14:30")
    expect(page.get_by_role("alert").get_by_role("button", name="Stay signed in")).to_be_visible()
    page.clock.fast_forward("00:45")
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.get_by_text(team.client.family_name)).to_have_count(0)


def test_what_is_typed_while_a_draft_is_saved_is_saved_too(team: Team, page_at: OpenPage) -> None:
    page = page_at(who=team.prescriber)
    begin_evaluation(page, team)
    held: list[Route] = []
    page.route("**/autosave/", lambda route: route.continue_() if held else held.append(route))
    report = page.get_by_label("Psychiatric history")
    report.fill("Slept badly.")
    with page.expect_request("**/autosave/"):
        pass
    report.press_sequentially(" Eats little.")
    held[0].continue_()
    expect(page.get_by_text("Draft saved")).to_be_visible(timeout=15_000)
    draft = PsychiatricEvaluation.objects.get(client=team.client)
    assert draft.psychiatric_history == "Slept badly. Eats little."
    # Answers of a scale are no text of the draft, and the line does not say that they were kept.
    page.locator("[name='phq9-answers[0]']").first.evaluate("box => box.click()")
    expect(page.get_by_text("Not kept until you press save: PHQ-9.")).to_be_visible(timeout=15_000)


def test_what_was_typed_outlasts_a_sign_in_in_another_tab(team: Team, windows: Windows) -> None:
    page = windows.open(who=team.therapist)
    fill_observation(page, team)
    # A sign-in gives every form a new guard; the open page has the old one.
    [guard] = [cookie for cookie in page.context.cookies() if cookie["name"] == "csrf"]
    page.context.add_cookies([{**guard, "value": "n" * 32}])
    page.get_by_role("button", name="Write the observation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This page was open too long")
    assert not Observation.objects.filter(client=team.client).exists()
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("Laughs again.").first).to_be_visible()
    assert Observation.objects.get(client=team.client).text == "Laughs again."
    windows.complaints[:] = [one for one in windows.complaints if "403 (Forbidden)" not in one]
