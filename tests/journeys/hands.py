"""What a prescriber's hands do on the long pages: fields, rows, scales, findings."""

import re
from collections.abc import Mapping

from playwright.sync_api import Page, expect

from clinic.intake.rules import RISK_QUESTIONS, SECTIONS

FOUR_KINDS = (
    ("Medication", "Sertraline, risen slowly", "Prescriber"),
    ("Therapy", "Weekly cognitive behavioral therapy", "Therapist"),
    ("Lifestyle", "Walk 30 minutes", "Client"),
    ("Other support", "Peer group on Thursdays", "Care coordinator"),
)


def write_history(page: Page) -> None:
    """Every section in words, an allergy, a medication from elsewhere, a trial."""
    for label in SECTIONS.values():
        page.get_by_role("textbox", name=label, exact=True).fill(f"{label}: told in her own words.")
    page.get_by_label("Substance", exact=True).fill("Penicillin")
    page.get_by_label("Reaction").fill("Rash")
    medications = page.get_by_role("region", name="Medications now")
    medications.get_by_label("Medication").fill("ibuprofen")
    medications.get_by_label("Dose, as told").fill("400 mg now and then")
    trials = page.get_by_role("region", name="Earlier medication trials")
    trials.get_by_label("Medication").fill("fluoxetine")
    trials.get_by_label("Highest dose").fill("20")
    trials.get_by_label("Weeks taken").fill("8")
    page.get_by_role("button", name="Save draft").first.click()
    expect(page.get_by_text("Draft saved.").first).to_be_visible()
    expect(page.get_by_role("region", name="Allergies")).to_contain_text("Penicillin: Rash")
    expect(trials).to_contain_text("fluoxetine")


def answer_risk_and_look(page: Page) -> None:
    """Each risk question answered, each domain of the mental status looked at."""
    risk = page.get_by_role("region", name="Risk")
    for question in RISK_QUESTIONS:
        risk.get_by_role("group", name=question.text).get_by_label("No", exact=True).check()
    risk.get_by_label("What protects the client").fill("Her sister and her painting.")
    for group in page.get_by_role("region", name="Mental status").get_by_role("group").all():
        group.get_by_role("checkbox").first.check()


def score(page: Page, title: str, *, points: int) -> None:
    """Every item of a scale with the same points, but none for the last: thoughts of death, or fear."""
    page.get_by_text(f"Fill in the {title}").click()
    scale = page.locator("details[open]").filter(has_text=title)
    *most, last = scale.get_by_role("group").all()
    for group in most:
        group.locator(f"input[value='{points}']").check()
    last.locator("input[value='0']").check()
    page.get_by_role("button", name=f"Score the {title}").click()
    expect(page.get_by_role("region", name="PHQ-9 and GAD-7").get_by_role("listitem").first).to_contain_text("points")


def choose_diagnosis(page: Page, words: str, code: str) -> None:
    """Search the code set and take one of the found."""
    diagnoses = page.get_by_role("region", name="Diagnoses")
    diagnoses.get_by_label("Find a diagnosis").fill(words)
    diagnoses.get_by_role("button", name="Search").click()
    diagnoses.get_by_role("button", name=code).click()
    expect(page.get_by_text("Principal")).to_be_visible()


def fill_row(page: Page, name: str, texts: Mapping[str, str], choices: Mapping[str, str] | None = None) -> None:
    """One row of a plan: its fields by label."""
    row = page.get_by_role("group", name=name, exact=True)
    for label, choice in (choices or {}).items():
        row.get_by_label(re.compile(rf"^\s*{label}\b")).select_option(label=choice)
    for label, text in texts.items():
        row.get_by_label(re.compile(rf"^\s*{label}\b")).fill(text)
