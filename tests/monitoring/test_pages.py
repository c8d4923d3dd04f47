"""The page of results: what is known, what is typed, what is withdrawn."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clinic.clients.models import Client
from clinic.monitoring.models import Measurement
from clinic.staff.models import User
from tests.factories.monitoring import MeasurementFactory


@pytest.fixture
def desk(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


def page(ada: Client) -> str:
    return f"/monitoring/of/{ada.pk}/"


def typed(**values: str) -> dict[str, str]:
    return {"taken_at": "2026-03-02T09:30", "weight_unit": "lb", **values}


def test_vitals_and_a_laboratory_report_in_one_go(desk: Browser, ada: Client) -> None:
    sent = typed(weight="165", systolic="128", diastolic="82", heart_rate="72", note="after lunch")
    sent |= {"kind_1": "lithium|mEq/L", "value_1": "0.82", "kind_3": "qtc|ms", "value_3": "431"}
    answer = desk.post(f"{page(ada)}record/", sent, follow=True)
    shown = answer.content.decode()
    assert (
        "Entered: Weight, Systolic blood pressure, Diastolic blood pressure, Heart rate, Lithium level, QTc." in shown
    )
    assert "(165 lb)" in shown
    assert Measurement.objects.filter(client=ada, note="after lunch").count() == 6
    assert {row.taken_at for row in Measurement.objects.all()} == {dt.datetime(2026, 3, 2, 16, 30, tzinfo=dt.UTC)}


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"weight": "1650"}, "weight", "slip of typing"),
        ({"weight": "heavy"}, "weight", "Enter a number alone"),
        ({"kind_2": "tsh|mIU/L"}, "value_2", "Enter the value"),
        ({"value_2": "2.1"}, "kind_2", "Choose what was measured"),
        ({"kind_2": "tsh|mIU/L", "value_2": "two"}, "value_2", "Enter a number alone"),
        ({"systolic": "120"}, "", "enter both"),
        ({}, "", "Nothing is entered yet"),
        ({"weight": "165", "taken_at": "2126-03-02T09:30"}, "taken_at", "in the future"),
    ],
)
def test_what_cannot_be_kept_comes_back_as_it_was_typed(
    desk: Browser, ada: Client, sent: dict[str, str], field: str, words: str
) -> None:
    answer = desk.post(f"{page(ada)}record/", typed(**sent, note="typed by hand"))
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors.get(field or "__all__", []))
    assert "typed by hand" in answer.content.decode()
    assert not Measurement.objects.exists()


def test_all_that_is_wrong_is_told_at_once(desk: Browser, ada: Client) -> None:
    wrong = typed(weight="9999", systolic="-1", taken_at="2126-03-02T09:30", kind_1="", value_1="2")
    answer = desk.post(f"{page(ada)}record/", wrong)
    assert {"taken_at", "weight", "systolic", "kind_1"} <= set(answer.context["form"].errors)


def test_without_a_unit_the_kinds_own_is_meant(desk: Browser, ada: Client) -> None:
    desk.post(f"{page(ada)}record/", typed(weight="72", weight_unit=""))
    assert Measurement.objects.get().entered_as == ""


def test_one_kind_over_time_with_what_was_withdrawn(desk: Browser, ada: Client) -> None:
    row = MeasurementFactory(client=ada, note="before breakfast")
    answer = desk.post(f"/monitoring/{row.pk}/withdraw/", {"because": "wrong_client"}, follow=True)
    shown = answer.content.decode()
    assert "Weight withdrawn." in shown
    assert "<s>72" in shown
    assert "Belongs to another client, Paula Prescriber" in shown
    assert "before breakfast" in shown
    assert "No results yet" in shown
    assert "None." in desk.get(f"{page(ada)}?kind=tsh").content.decode()


def test_withdrawing_says_why_or_does_nothing(desk: Browser, ada: Client) -> None:
    row = MeasurementFactory(client=ada)
    answer = desk.post(f"/monitoring/{row.pk}/withdraw/", {}, follow=True)
    assert "This field is required." in answer.content.decode()
    assert desk.get(f"/monitoring/{row.pk}/withdraw/").status_code == 302
    assert Measurement.objects.standing().exists()
    assert desk.get(f"{page(ada)}record/").status_code == 302


def test_a_coordinator_withdraws_only_their_own(browser: Browser, coordinator: User, ada: Client) -> None:
    browser.force_login(coordinator)
    row = MeasurementFactory(client=ada)
    assert "Withdraw" not in browser.get(f"{page(ada)}?kind=weight").content.decode()
    answer = browser.post(f"/monitoring/{row.pk}/withdraw/", {"because": "typed_wrong"}, follow=True)
    assert "Somebody else entered this" in answer.content.decode()


def test_a_therapist_reads_alone(browser: Browser, therapist: User, ada: Client) -> None:
    browser.force_login(therapist)
    MeasurementFactory(client=ada)
    shown = browser.get(page(ada)).content.decode()
    assert "72\N{NO-BREAK SPACE}kg" in shown
    assert "Enter results" not in shown
    assert browser.post(f"{page(ada)}record/", typed(weight="165")).status_code == 403


def test_the_form_opens_with_now(desk: Browser, ada: Client) -> None:
    shown = desk.get(page(ada)).context["form"]["taken_at"].value()
    assert timezone.localtime().replace(tzinfo=None) - shown < dt.timedelta(minutes=5)


def test_the_chart_shows_the_newest_that_counts_and_leads_here(desk: Browser, ada: Client, prescriber: User) -> None:
    MeasurementFactory(client=ada, kind="qtc", unit="ms", value=431)
    when = timezone.now()
    wrong: dict[str, Any] = {"withdrawn_at": when, "withdrawn_by": prescriber, "withdrawn_because": "typed_wrong"}
    MeasurementFactory(client=ada, kind="qtc", unit="ms", value=413, taken_at=when, **wrong)
    shown = desk.get(ada.get_absolute_url()).content.decode()
    assert "431\N{NO-BREAK SPACE}ms" in shown
    assert "413" not in shown
    assert page(ada) in shown


def test_the_page_needs_few_queries(desk: Browser, ada: Client, django_assert_max_num_queries: Any) -> None:
    for days in range(20):
        MeasurementFactory(client=ada, taken_at=timezone.now() - dt.timedelta(days=days))
    desk.get(page(ada))
    with django_assert_max_num_queries(12):
        desk.get(f"{page(ada)}?kind=weight")


def test_a_critical_value_is_said_at_once_and_stands_beside_the_result(
    desk: Browser, ada: Client, prescriber: User
) -> None:
    answer = desk.post(f"{page(ada)}record/", typed(kind_1="lithium|mmol/L", value_1="1.6"), follow=True)
    words = "Lithium level 1.6\xa0mmol/L. 1.5 mmol/L or more: look for toxicity now."
    told = [str(message) for message in answer.context["messages"]]
    assert f"{words} It stands among the prescriber's duties as urgent." in told
    [critical] = [one.critical for group in answer.context["groups"] for one in group.results if one.critical]
    assert critical == words
    answer = desk.post(f"{page(ada)}record/", typed(kind_1="lithium|mmol/L", value_1="0.8"), follow=True)
    assert "look for toxicity" not in " ".join(str(message) for message in answer.context["messages"])
