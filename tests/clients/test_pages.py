"""The pages about who a client is."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients import services
from clinic.clients.models import (
    BreakGlassAccess,
    CareTeamMember,
    Client,
    ContactPoint,
    RelatedPerson,
    SharingConsent,
)
from clinic.clients.rules import Related
from clinic.staff.models import User
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, ContactPointFactory

pytestmark = pytest.mark.django_db

TYPED = {
    "given_names": "Grace",
    "family_name": "Hopper",
    "birth_on": "1986-12-09",
    "sex": "female",
    "language": "en",
    "time_zone": "America/Denver",
    "country": "US",
    "phone": "801-555-0142",
    "may_call": "on",
    "prefers": "phone",
    "email": "grace@mail.example",
    "may_email": "on",
    "emergency_name": "Vincent",
    "emergency_phone": "801-555-0143",
}


def page(name: str, *args: object) -> str:
    return reverse(f"clients:{name}", args=args)


@pytest.fixture
def front_desk(browser: Browser, coordinator: User) -> Browser:
    browser.force_login(coordinator)
    return browser


@pytest.fixture
def clinician(browser: Browser, prescriber: User) -> Browser:
    browser.force_login(prescriber)
    return browser


def test_the_list_shows_clients_and_their_pages(front_desk: Browser) -> None:
    ClientFactory.create_batch(30, preferred_name="Addie")
    answer = front_desk.get(page("list"))
    assert answer.content.count(b"data-row") == 25
    assert b"Next" in answer.content
    assert b"Older" not in answer.content
    assert b"Choose another status" in front_desk.get(page("list"), {"status": "paused"}).content


def test_an_empty_list_says_what_to_do(front_desk: Browser) -> None:
    assert b"Register the first one" in front_desk.get(page("list")).content


def test_a_stranger_sees_an_empty_list(browser: Browser, ada: Client, stranger: User) -> None:
    browser.force_login(stranger)
    answer = browser.get(page("list"))
    assert b"Byron" not in answer.content
    assert b"as soon as you are on their care team" in answer.content


def test_the_list_needs_few_queries(front_desk: Browser, django_assert_max_num_queries: Any) -> None:
    ClientFactory.create_batch(30)
    front_desk.get(page("list"))
    with django_assert_max_num_queries(12):
        front_desk.get(page("list"))


def test_search_answers_a_page_and_a_fragment(front_desk: Browser, ada: Client) -> None:
    assert b"Type a name" in front_desk.get(page("search")).content
    whole = front_desk.post(page("search"), {"q": "byron"})
    assert b"<h1>" in whole.content
    assert str(ada.pk).encode() in whole.content
    part = front_desk.post(page("search"), {"q": "byron"}, headers={"HX-Request": "true"})
    assert b"<h1>" not in part.content
    assert str(ada.pk).encode() in part.content
    assert b"Nobody found" in front_desk.post(page("search"), {"q": "xylophone"}).content


def test_the_contact_page_shows_contact_and_is_audited(clinician: Browser, ada: Client) -> None:
    ContactPointFactory(client=ada, value="ada@mail.example")
    answer = clinician.get(page("detail", ada.pk))
    assert b"ada@mail.example" in answer.content
    assert b"Theo Therapist" in answer.content
    assert AuditEvent.objects.filter(action="contact_read", client_id=ada.pk).count() == 1


def test_out_of_scope_is_not_found(browser: Browser, ada: Client, stranger: User, auditor: User) -> None:
    browser.force_login(stranger)
    assert browser.get(page("detail", ada.pk)).status_code == 404
    browser.force_login(auditor)
    assert browser.get(page("detail", ada.pk)).status_code == 403


def test_a_client_is_registered(front_desk: Browser) -> None:
    assert front_desk.get(page("create")).status_code == 200
    answer = front_desk.post(page("create"), TYPED)
    client = Client.objects.get()
    assert answer.url == page("care_team", client.pk)
    assert ContactPoint.objects.get(is_preferred=True).value == "+18015550142"


def test_a_time_zone_is_chosen_and_read_by_what_people_call_it(front_desk: Browser, ada: Client) -> None:
    shown = front_desk.get(page("create"))
    assert '<option value="America/Denver" selected>Mountain Time (Denver)</option>' in shown.text
    names = [words for _, words in shown.context["form"].fields["time_zone"].choices]
    assert names.index("Hawaii-Aleutian Time (Honolulu)") < names.index("Paris, Europe")
    assert "Mountain Time (Denver)" in front_desk.get(page("detail", ada.pk)).text


def test_possible_duplicates_are_shown_before_saving(front_desk: Browser, ada: Client) -> None:
    same = {**TYPED, "given_names": "Ada", "family_name": "Byron", "birth_on": "1990-12-10"}
    answer = front_desk.post(page("create"), same)
    assert b"almost surely the same person" in answer.content
    assert Client.objects.count() == 1
    front_desk.post(page("create"), {**same, "another_person": "1"})
    assert Client.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"birth_on": "2999-01-01"}, b"in the future"),
        ({"phone": "12"}, b"no phone number"),
        ({"phone": ""}, b"untick its uses"),
        ({"email": ""}, b"untick its use"),
        ({"family_name": ""}, b"required"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(front_desk: Browser, typed: Any, said: bytes) -> None:
    answer = front_desk.post(page("create"), {**TYPED, **typed})
    assert answer.status_code == 422
    assert said in answer.content
    assert b"Grace" in answer.content
    assert not Client.objects.exists()


def test_a_client_is_edited_and_contacts_without_a_place_stay(front_desk: Browser, ada: Client) -> None:
    for value in ("one@mail.example", "two@mail.example"):
        ContactPointFactory(client=ada, value=value)
    services.set_related_people(
        client_id=ada.pk, related_people=[], by=CareTeamMember.objects.all()[0].user, now=timezone.now()
    )
    assert b"one@mail.example" in front_desk.get(page("edit", ada.pk)).content
    answer = front_desk.post(
        page("edit", ada.pk), {**TYPED, "version": 1, "guardian_name": "Eve", "guardian_phone": "801-555-0111"}
    )
    assert answer.url == page("detail", ada.pk)
    assert ContactPoint.objects.filter(ended_at=None, value="two@mail.example").exists()
    again = front_desk.get(page("edit", ada.pk)).content
    assert b"Eve" in again
    assert b"Grace" in again
    assert b'value="(801) 555-0111"' in again
    shown = front_desk.get(page("detail", ada.pk)).content
    assert b"Guardian: Eve" in shown


def test_a_client_without_phone_or_email_keeps_both_emergency_contacts(front_desk: Browser, ada: Client) -> None:
    services.set_related_people(
        client_id=ada.pk,
        related_people=[
            Related(kind="emergency", name="Annabella", phone="801-555-0170"),
            Related(kind="emergency", name="William", email="william@mail.example"),
        ],
        by=CareTeamMember.objects.all()[0].user,
        now=timezone.now(),
    )
    without = {**TYPED, "phone": "", "may_call": "", "email": "", "may_email": "", "prefers": ""}
    form = front_desk.get(page("edit", ada.pk)).context["form"]
    typed = {**without, "version": form.initial["version"], "emergency_name": form.initial["emergency_name"]}
    assert front_desk.post(page("edit", ada.pk), {**typed, "emergency_phone": "801-555-0177"}).status_code == 302
    names = RelatedPerson.objects.filter(client=ada, ended_at=None).values_list("name", flat=True)
    assert sorted(names) == ["Annabella", "William"]
    assert not ContactPoint.objects.filter(client=ada, ended_at=None).exists()


def test_a_stale_edit_shows_both_texts(front_desk: Browser, ada: Client) -> None:
    front_desk.post(page("edit", ada.pk), {**TYPED, "version": 1, "city": "Provo"})
    answer = front_desk.post(page("edit", ada.pk), {**TYPED, "version": 1, "city": "Ogden"})
    assert answer.status_code == 409
    assert b"Provo" in answer.content
    assert b"Ogden" in answer.content
    assert Client.objects.get().city == "Provo"


def test_all_that_is_wrong_with_a_client_is_told_at_once(front_desk: Browser) -> None:
    wrong = {
        "given_names": "",
        "birth_on": "2199-01-01",
        "phone": "12",
        "email": "grace@mail",
        "emergency_phone": "",
        "guardian_phone": "801-555-0150",
    }
    answer = front_desk.post(page("create"), {**TYPED, **wrong})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "given_names": ["This field is required."],
        "birth_on": ["The birth date is in the future."],
        "phone": [
            "This is no phone number that can be dialed. Give it with area code, as 801-555-0100, or with + and "
            "country code."
        ],
        "email": ["Enter a valid email address."],
        "emergency_phone": ["Give a phone number or an e-mail address of this person."],
        "guardian_name": ["Give the name of this person."],
    }
    assert not Client.objects.exists()


def test_a_stale_edit_shows_how_the_client_is_reached_by_now(front_desk: Browser, ada: Client) -> None:
    phone = {"kind": "phone", "value": "+18015550100", "may_email": False}
    ContactPointFactory(client=ada, may_call=True, may_text=True, **phone)
    opened = front_desk.get(page("edit", ada.pk)).context["form"].initial
    stood = {name: value for name, value in opened.items() if value not in (False, None)}
    # One is told of another number that no text message may go to, and of who stands by her; the other never reads it.
    news = {"phone": "801-555-0177", "may_call": "on", "emergency_name": "Annabella", "emergency_phone": "801-555-0178"}
    quiet = {name: value for name, value in stood.items() if not name.startswith("may_")}
    assert front_desk.post(page("edit", ada.pk), {**quiet, **news}).status_code == 302
    answer = front_desk.post(page("edit", ada.pk), {**stood, "city": "Ogden", "may_text": "on"})
    assert answer.status_code == 409
    rows = re.findall(r'<div class="conflict-row">.*?</div>\s*</div>\s*</div>', answer.text, re.DOTALL)
    told = {re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row)).strip() for row in rows}
    assert "Phone Your text (801) 555-0100 Saved meanwhile (801) 555-0177" in told
    assert "SMS reminders may be sent Your text Yes Saved meanwhile No" in told
    assert "Emergency contact: name Your text (empty) Saved meanwhile Annabella" in told


def test_the_status_is_changed_or_refused(front_desk: Browser, ada: Client) -> None:
    assert front_desk.get(page("change_status", ada.pk)).status_code == 200
    assert front_desk.post(page("change_status", ada.pk), {"status": "enquiry"}).status_code == 422
    front_desk.post(page("change_status", ada.pk), {"status": "paused"})
    assert Client.objects.get().status == "paused"


def test_the_care_team_is_changed(front_desk: Browser, ada: Client, stranger: User, prescriber: User) -> None:
    url = page("care_team", ada.pk)
    assert b"Paula Prescriber" in front_desk.get(url).content
    front_desk.post(url, {"role": "prescriber", "user": stranger.pk, "is_lead": "on"})
    assert front_desk.post(url, {"role": "therapist", "user": stranger.pk}).status_code == 422
    link = CareTeamMember.objects.get(user=prescriber)
    front_desk.post(page("end_team_member", ada.pk, link.pk))
    assert b"ended by Cora Coordinator" in front_desk.get(url).content
    other = ClientFactory()
    assert (
        front_desk.post(page("end_team_member", other.pk, CareTeamMember.objects.get(user=stranger).pk)).status_code
        == 404
    )


def test_consent_is_taken_back_and_given(clinician: Browser, ada: Client) -> None:
    url = page("sharing_consent", ada.pk)
    assert b"takes consent back" in clinician.get(url).content
    clinician.post(url, {"revoke": "1"})
    assert clinician.post(url, {"revoke": "1"}).status_code == 422
    assert not SharingConsent.objects.live().exists()
    assert clinician.post(url, {"given_on": "2999-01-01"}).status_code == 422
    clinician.post(url, {"given_on": timezone.localdate().isoformat()})
    assert SharingConsent.objects.live().count() == 1


def test_the_front_desk_records_the_signed_form_of_any_client(
    front_desk: Browser, coordinator: User, therapist: User
) -> None:
    client = ClientFactory()
    CareTeamMemberFactory(client=client, user=therapist)
    url, today = page("sharing_consent", client.pk), timezone.localdate().isoformat()
    assert b"Record consent" in front_desk.get(page("detail", client.pk)).content
    assert front_desk.post(url, {"given_on": today}).url == url
    again = front_desk.post(url, {"given_on": today})
    assert (again.status_code, SharingConsent.objects.count()) == (422, 1)
    assert b"has consented to sharing already" in again.content
    assert b"recorded by Cora Coordinator" in front_desk.get(url).content
    at_work = Browser()
    at_work.force_login(therapist)
    assert at_work.get(client.get_absolute_url()).status_code == 200
    front_desk.post(url, {"revoke": "1"})
    assert at_work.get(client.get_absolute_url()).status_code == 404
    said = AuditEvent.objects.filter(client_id=client.pk, action__startswith="sharing_consent").order_by("id")
    assert [(event.action, event.by) for event in said] == [
        ("sharing_consent_given", coordinator),
        ("sharing_consent_revoked", coordinator),
    ]


def test_break_glass_opens_and_is_reviewed(
    browser: Browser, ada: Client, stranger: User, auditor: User, settings: Any
) -> None:
    settings.CHART_URL_NAME = "clients:detail"
    browser.force_login(stranger)
    assert browser.get(page("break_glass")).status_code == 200
    typed = {"family_name": "Byron", "birth_on": "1990-12-10", "reason": "short"}
    refused = browser.post(page("break_glass"), typed)
    assert refused.status_code == 422
    assert b"at least 15 characters" in refused.content
    opened = browser.post(page("break_glass"), {**typed, "reason": "Collapsed in the waiting room"})
    assert opened.url == page("detail", ada.pk)
    access = BreakGlassAccess.objects.get()
    browser.force_login(auditor)
    review = browser.get(page("break_glass_review")).content
    assert b"Collapsed in the waiting room" in review
    assert b"Byron" not in review
    assert browser.post(page("review_access", access.pk), {"note": ""}).status_code == 422
    browser.post(page("review_access", access.pk), {"note": "Justified, seen in the note"})
    assert b"Justified" in browser.get(page("break_glass_review")).content
    assert access.expires_at - access.opened_at == dt.timedelta(minutes=60)


@pytest.mark.parametrize("name", ["create", "break_glass_review"])
def test_a_prescriber_may_not(clinician: Browser, name: str) -> None:
    assert clinician.get(page(name)).status_code == 403


@pytest.mark.parametrize("name", ["list", "search", "create", "break_glass", "break_glass_review"])
def test_nobody_comes_in_without_signing_in(browser: Browser, name: str, db: None) -> None:
    assert browser.get(page(name)).status_code == 302


def test_search_leads_to_a_chart_only_where_it_opens(front_desk: Browser, ada: Client) -> None:
    CareTeamMember.objects.filter(client=ada, role="coordinator").delete()
    assert page("detail", ada.pk) in front_desk.post(page("search"), {"q": "byron"}).text
    assert ada.get_absolute_url() not in front_desk.post(page("search"), {"q": "byron"}).text
