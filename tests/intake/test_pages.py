"""The evaluation and history pages: nothing typed is lost, whatever button is pressed."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client as Browser

from clinic.clients.models import Client
from clinic.intake import queries, services
from clinic.intake.forms import initial_of
from clinic.intake.models import EvaluationAddendum, PsychiatricEvaluation
from clinic.risk.models import RiskAlert
from clinic.scales.models import ScaleResponse
from clinic.staff.models import User
from tests.caseload.histories import scored
from tests.factories.formulary import MedicationFactory
from tests.factories.intake import (
    RECEIVED,
    AllergyFactory,
    MedicationTrialFactory,
    PregnancyAnswerFactory,
    ReportedMedicationFactory,
    complete_draft,
    signed_evaluation,
)

GAPS = {"allergy-severity": "unknown", "trial-response": "unknown", "trial-why_stopped": "unknown"}


@pytest.fixture
def desk(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


@pytest.fixture
def draft(ada: Client, prescriber: User) -> PsychiatricEvaluation:
    return services.start_evaluation(client_id=ada.pk, by=prescriber, now=RECEIVED)


def page_of(draft: PsychiatricEvaluation, **changes: Any) -> dict[str, Any]:
    return GAPS | initial_of(complete_draft(), draft.version) | changes


def at(draft: PsychiatricEvaluation, tail: str = "") -> str:
    return f"/intake/evaluations/{draft.pk}/{tail}"


def test_beginning_asks_once_and_resumes(desk: Browser, ada: Client) -> None:
    start = f"/intake/evaluations/start/{ada.pk}/"
    assert "Begin an evaluation" in desk.get(start).content.decode()
    assert not PsychiatricEvaluation.objects.exists()
    first = desk.post(start, follow=True).redirect_chain[-1][0]
    assert desk.get(start).url == first  # type: ignore[attr-defined]


def test_saving_keeps_everything_and_comes_back(desk: Browser, draft: PsychiatricEvaluation) -> None:
    answer = desk.post(at(draft, "save/"), page_of(draft, do="save"), follow=True)
    assert "Draft saved." in answer.content.decode()
    fresh = PsychiatricEvaluation.objects.get()
    assert queries.draft_of(fresh) == complete_draft()
    assert desk.get(at(draft, "save/")).status_code == 302


def test_a_button_for_one_line_saves_the_rest_too(desk: Browser, draft: PsychiatricEvaluation, ada: Client) -> None:
    sertraline = MedicationFactory()
    sent = page_of(
        draft,
        **{
            "allergy-substance": "latex",
            "trial-name": "Sertraline",
            "trial-weeks": "6",
            "medication-name": "Zauberkraut",
            "do": "add_trial",
        },
    )
    answer = desk.post(at(draft, "save/"), sent)
    assert answer.url.endswith("#trial")  # type: ignore[attr-defined]
    told = queries.history(ada)
    assert [row.substance for row in told.allergies] == ["latex"]
    assert told.trials[0].medication == sertraline
    assert told.medications[0].medication is None
    assert "Not on our list: not checked" in desk.get(at(draft)).content.decode()


def lines_of(page: str, heading: str) -> list[str]:
    """What stands in each line of a part of the page, in words."""
    part = page.split(f'id="{heading}"')[1].split("</section>")[0]
    lines = re.findall(r"<(?:li|td data-label=\"Medication\")>(.*?)</(?:li|td)>", part, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", line).split()) for line in lines]


def test_each_line_says_what_it_is_checked_as(desk: Browser, draft: PsychiatricEvaluation, ada: Client) -> None:
    for name in ("Ibuprofen 400 MG Oral Tablet", "ibuprofen", "Loratadine / zilch", "Tylenol #3", "Zauberkraut"):
        ReportedMedicationFactory(client=ada, name=name, dose_text="")
        MedicationTrialFactory(client=ada, name=name)
    ReportedMedicationFactory(client=ada, name="Zoloft", dose_text="", medication=MedicationFactory())
    for substance in ("Latex allergy", "Allergy to ibuprofen", "NSAIDs"):
        AllergyFactory(client=ada, substance=substance)
    page = desk.get(at(draft)).text
    words = {
        "Ibuprofen 400 MG Oral Tablet": "· checked as ibuprofen",
        "ibuprofen": "",
        "Loratadine / zilch": "Known in part checked as loratadine, without “zilch”",
        "Tylenol #3": "· checked as acetaminophen-codeine",
        "Zauberkraut": "Not on our list: not checked",
    }
    taken = lines_of(page, "medication")
    assert len(taken) == len(words) + 1
    for name, said in (words | {"Zoloft": "· checked as sertraline"}).items():
        assert any(line.startswith(f"{name} {said}".strip()) for line in taken), name
    assert all("checked" not in line for line in taken if line.startswith("ibuprofen"))
    assert lines_of(page, "trial") == [f"{name} {said}".strip() for name, said in words.items()]
    unchecked = [line for line in lines_of(page, "allergy") if "No medication on our list: not checked" in line]
    assert [line.split(":")[0].strip() for line in unchecked] == ["Latex allergy"]


def test_a_line_that_cannot_be_kept_is_shown_again_with_all_that_was_typed(
    desk: Browser, draft: PsychiatricEvaluation
) -> None:
    sent = page_of(draft, **{"trial-name": "", "trial-weeks": "6", "allergy-substance": "latex", "do": "add_trial"})
    answer = desk.post(at(draft, "save/"), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Name the medication" in page
    assert 'value="6"' in page
    assert "<strong>latex</strong>" in page
    assert answer.context["form"]["version"].value() == 2


def test_a_row_is_taken_back_with_its_button(desk: Browser, draft: PsychiatricEvaluation, ada: Client) -> None:
    allergy = AllergyFactory(client=ada)
    desk.post(at(draft, "save/"), page_of(draft, do=f"withdraw_allergy:{allergy.pk}"))
    assert queries.live_allergies(ada) == []
    assert desk.post(at(draft, "save/"), page_of(draft, version=2, do="withdraw_allergy:x")).status_code == 404


def test_a_diagnosis_is_found_by_words_and_chosen(desk: Browser, draft: PsychiatricEvaluation) -> None:
    found = desk.post("/intake/evaluations/diagnoses/", {"q": "panic"}).content.decode()
    assert "F41.0" in found
    assert "No billable code" in desk.post("/intake/evaluations/diagnoses/", {"q": "qqqq"}).content.decode()
    without_script = desk.post(at(draft, "save/"), page_of(draft, do="search", q="panic"))
    assert "diagnosis:F41.0" in without_script.content.decode()
    desk.post(at(draft, "save/"), page_of(draft, version=2, do="diagnosis:F41.0"))
    assert [d.code for d in queries.diagnoses_of(draft)] == ["F41.0"]
    forged = desk.post(at(draft, "save/"), page_of(draft, version=2, do="diagnosis:F41"))
    assert forged.status_code == 422
    assert "not a billable" in forged.content.decode()


def test_a_scale_is_scored_in_place(desk: Browser, draft: PsychiatricEvaluation, ada: Client) -> None:
    answers = {f"phq9-answers[{n}]": "1" for n in range(9)}
    desk.post(at(draft, "save/"), page_of(draft, do="phq9", **answers))
    assert ScaleResponse.objects.get().total == 9
    page = desk.get(at(draft)).content.decode()
    assert "9 points, mild" in page
    assert "Thoughts of self-harm" in page
    assert "PHQ-9, item 9" in page


def test_a_signed_evaluation_is_read_in_titles_and_days(desk: Browser, ada: Client, prescriber: User) -> None:
    scored(ada, dt.datetime(2026, 3, 1, 20, tzinfo=dt.UTC), 9)
    PregnancyAnswerFactory(client=ada, status="yes", due_on=dt.date(2026, 9, 3))
    page = desk.get(at(signed_evaluation(ada, prescriber))).text
    assert "PHQ-9: " in page
    assert "(Mar 1, 2026)" in page
    assert "due Sep 3, 2026" in page


def test_a_scale_with_gaps_is_scored_only_with_its_own_button(desk: Browser, draft: PsychiatricEvaluation) -> None:
    some = {"gad7-answers[0]": "2"}
    answer = desk.post(at(draft, "save/"), page_of(draft, do="save", **some))
    assert "6 of 7 not answered yet" in answer.content.decode()
    desk.post(at(draft, "save/"), page_of(draft, version=2, do="gad7", **some))
    assert ScaleResponse.objects.get().total is None
    nothing = desk.post(at(draft, "save/"), page_of(draft, version=2, do="gad7"))
    assert "Nothing is answered yet" in nothing.content.decode()
    wrong = desk.post(at(draft, "save/"), page_of(draft, version=2, do="save", **{"gad7-answers[0]": "9"}))
    assert wrong.status_code == 422


def test_danger_offers_an_alert(desk: Browser, draft: PsychiatricEvaluation) -> None:
    desk.post(at(draft, "save/"), page_of(draft, do="save", risk_thoughts="yes"))
    assert "danger is present" in desk.get(at(draft)).content.decode()
    desk.post(at(draft, "save/"), page_of(draft, version=2, do="alert", risk_thoughts="yes"))
    assert RiskAlert.objects.count() == 1


def test_autosave_answers_with_version_and_time(desk: Browser, draft: PsychiatricEvaluation) -> None:
    answer = desk.post(at(draft, "autosave/"), page_of(draft), headers={"X-Autosave": "1"})
    assert answer.json()["version"] == 2
    assert dt.datetime.fromisoformat(answer.json()["saved_at"]).tzinfo is not None
    assert answer.json()["waiting"] == []
    stale = desk.post(at(draft, "autosave/"), page_of(draft, version=1, reason="Other words"))
    assert stale.status_code == 409
    assert stale.json()["theirs"]["reason"] == complete_draft().sections["reason"]
    assert desk.post(at(draft, "autosave/"), page_of(draft, evaluated_on="x")).status_code == 422


def test_autosave_names_what_only_a_button_keeps(desk: Browser, draft: PsychiatricEvaluation) -> None:
    typed = {"phq9-answers[8]": "2", "trial-name": "sertraline", "allergy-severity": "unknown"}
    answer = desk.post(at(draft, "autosave/"), page_of(draft, **typed), headers={"X-Autosave": "1"})
    assert answer.json()["waiting"] == ["Earlier trials", "PHQ-9"]
    assert not ScaleResponse.objects.exists()


def test_a_stale_page_shows_both_texts_and_can_be_saved_knowingly(desk: Browser, draft: PsychiatricEvaluation) -> None:
    desk.post(at(draft, "autosave/"), page_of(draft))
    answer = desk.post(at(draft, "save/"), page_of(draft, version=1, reason="My own words", do="save"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "My own words" in page
    assert "Saved meanwhile" in page
    again = answer.context["form"]["version"].value()
    assert desk.post(at(draft, "save/"), page_of(draft, version=again, reason="My own words")).status_code == 302


def test_signing_lists_what_is_missing_then_signs_what_was_seen(
    desk: Browser, draft: PsychiatricEvaluation, ada: Client, prescriber: User
) -> None:
    sign = at(draft, "sign/")
    assert "Allergies: not asked yet" in desk.get(sign).content.decode()
    refused = desk.post(sign, {"seen": "x"})
    assert refused.status_code == 409
    deferred = page_of(draft, do="sign", diagnosis_deferred_because="Too early", **{"allergy-is_none_known": "on"})
    ready = desk.post(at(draft, "save/"), deferred, follow=True)
    assert ready.redirect_chain[-1][0] == sign
    services.add_trial(client_id=ada.pk, name="fluoxetine", by=prescriber, now=RECEIVED)
    stale = desk.post(sign, {"seen": ready.context["seen"]})
    assert "Read it again" in stale.content.decode()
    signed = desk.post(sign, {"seen": stale.context["seen"]}, follow=True)
    assert "Fingerprint" in signed.content.decode()
    assert desk.get(sign).status_code == 302


def test_the_team_reads_what_is_signed_and_only_its_author_adds(
    desk: Browser, ada: Client, prescriber: User, therapist: User, stranger: User, coordinator: User
) -> None:
    signed = signed_evaluation(ada, prescriber)
    assert desk.post(at(signed, "addendum/"), {"text": ""}).status_code == 422
    desk.post(at(signed, "addendum/"), {"text": "Sister called."})
    assert EvaluationAddendum.objects.get().text == "Sister called."
    assert desk.get(at(signed, "addendum/")).status_code == 302
    desk.force_login(therapist)
    page = desk.get(at(signed)).content.decode()
    assert "Sister called." in page
    assert "id_text" not in page
    assert desk.post(at(signed, "addendum/"), {"text": "x"}).status_code == 403
    desk.force_login(stranger)
    assert desk.get(at(signed)).status_code == 404
    desk.force_login(coordinator)
    assert desk.get(at(signed)).status_code == 403


def test_a_draft_is_its_authors_alone(desk: Browser, draft: PsychiatricEvaluation, therapist: User) -> None:
    desk.force_login(therapist)
    assert desk.get(at(draft)).status_code == 404


def test_history_is_read_by_the_team_and_written_by_the_prescriber(desk: Browser, ada: Client, therapist: User) -> None:
    page = f"/intake/history/{ada.pk}/"
    assert "Not asked yet" in desk.get(page).content.decode()
    assert desk.post(f"{page}save/", GAPS | {"allergy-is_none_known": "on"}).url.endswith("#allergy")  # type: ignore[attr-defined]
    assert "No known allergies" in desk.get(page).content.decode()
    wrong = desk.post(f"{page}save/", GAPS | {"trial-name": "x", "trial-weeks": "0"})
    assert wrong.status_code == 422
    assert "Nothing was typed" in desk.post(f"{page}save/", GAPS, follow=True).content.decode()
    assert desk.get(f"{page}save/").status_code == 302
    desk.force_login(therapist)
    read = desk.get(page).content.decode()
    assert "No known allergies" in read
    assert "Add to allergies" not in read
    assert desk.post(f"{page}save/", GAPS).status_code == 403
