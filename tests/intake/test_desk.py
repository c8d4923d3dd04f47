"""The enquiry queue and the way from an enquiry to a booked client."""

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clinic.clients.models import CareTeamMember, Client
from clinic.intake import services
from clinic.intake.models import Enquiry, TherapistReferral
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.factories.clients import ClientFactory
from tests.factories.intake import RECEIVED, EnquiryFactory, TherapistReferralFactory
from tests.factories.staff import UserFactory

QUEUE = "/intake/enquiries/"


@pytest.fixture
def desk(browser: Browser, coordinator: User) -> Browser:
    browser.force_login(coordinator)
    return browser


def test_the_queue_shows_who_waits_and_how_they_wish_to_be_reached(desk: Browser) -> None:
    assert "Nobody is waiting" in desk.get(QUEUE).content.decode()
    EnquiryFactory(family_name="Hopper", is_for_minor=True, guardian_name="Mary")
    page = desk.get(QUEUE).content.decode()
    assert "Grace Hopper" in page
    assert "Call me" in page
    assert "Under 18" in page
    assert "Nothing here" in desk.get(QUEUE, {"show": "closed"}).content.decode()


@pytest.mark.parametrize(
    ("wish", "may_leave_message", "way", "is_call_offered"),
    [
        ("call", False, "tel:", True),
        ("text", False, "sms:", False),
        ("email", False, "mailto:", False),
        ("email", True, "mailto:", True),
    ],
)
def test_the_desk_is_offered_the_way_that_was_wished(
    desk: Browser, wish: str, may_leave_message: bool, way: str, is_call_offered: bool
) -> None:
    enquiry = EnquiryFactory(
        contact_wish=wish, may_leave_message=may_leave_message, phone="+18015550142", email="g@example.org"
    )
    page = desk.get(f"/intake/enquiries/{enquiry.pk}/").content.decode()
    text = page[page.index("As it was written") :]
    assert way in text
    assert ("tel:" in text.partition("</section>")[0]) == is_call_offered


def test_the_queue_asks_the_database_as_often_for_many_as_for_few(desk: Browser, ada: Client) -> None:
    def queries_of() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            desk.get(QUEUE)
        return len(caught)

    EnquiryFactory()
    TherapistReferralFactory(client=ada)
    queries_of()
    few = queries_of()
    EnquiryFactory.create_batch(15)
    TherapistReferralFactory.create_batch(15)
    assert queries_of() == few <= 12


def test_from_enquiry_to_care_team(desk: Browser, coordinator: User, prescriber: User, therapist: User) -> None:
    enquiry = EnquiryFactory()
    at = f"{QUEUE}{enquiry.pk}/"
    assert "Make a new client" in desk.get(at).content.decode()
    desk.post(f"{at}make-client/")
    answer = desk.post(f"{at}care-team/", {"prescriber": prescriber.pk, "therapist": therapist.pk}, follow=True)
    page = answer.content.decode()
    enquiry.refresh_from_db()
    assert enquiry.client is not None
    assert f"/schedule/book/{enquiry.client.pk}/" in page
    assert CareTeamMember.objects.filter(client=enquiry.client).count() == 3


def test_who_may_be_the_same_person_is_shown_and_matched(desk: Browser) -> None:
    known = ClientFactory(
        given_names="Grace", family_name="Hopper", birth_on=EnquiryFactory.birth_on, search_text=" grace hopper "
    )
    enquiry = EnquiryFactory(family_name="Hopper")
    at = f"{QUEUE}{enquiry.pk}/"
    assert str(known.pk) in desk.get(at).content.decode()
    desk.post(f"{at}match/", {"client_id": known.pk})
    enquiry.refresh_from_db()
    assert enquiry.client == known


def test_who_comes_second_is_told_who_handles_it(desk: Browser) -> None:
    enquiry = EnquiryFactory()
    colleague = UserFactory(acting_role=Role.COORDINATOR, full_name="Carl Colleague")
    services.take_enquiry(enquiry_id=enquiry.pk, by=colleague, now=RECEIVED)
    at = f"{QUEUE}{enquiry.pk}/"
    answer = desk.post(f"{at}make-client/")
    assert answer.status_code == 409
    assert "Carl Colleague is handling this enquiry" in answer.content.decode()
    assert desk.post(f"{at}take/", {"take_over": "on"}).status_code == 302


def test_closing_asks_why_and_can_be_undone(desk: Browser) -> None:
    enquiry = EnquiryFactory()
    at = f"{QUEUE}{enquiry.pk}/"
    assert "Say why" in desk.post(f"{at}close/", {"reason": ""}).content.decode()
    assert "Moved away" in desk.post(f"{at}close/", {"reason": "Moved away"}, follow=True).content.decode()
    desk.post(f"{at}reopen/")
    enquiry.refresh_from_db()
    assert enquiry.status == "in_progress"


def test_a_team_without_prescriber_is_refused_beside_its_field(desk: Browser, ada: Client) -> None:
    enquiry = EnquiryFactory(client=ada)
    answer = desk.post(f"{QUEUE}{enquiry.pk}/care-team/", {"prescriber": ""})
    assert answer.status_code == 409
    assert "This field is required" in answer.content.decode()


def test_what_a_person_wrote_is_text_and_never_code(desk: Browser) -> None:
    enquiry = EnquiryFactory(what_is_going_on="<script>alert(1)</script>", given_names="<b>x</b>")
    page = desk.get(f"{QUEUE}{enquiry.pk}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<b>x" not in page


def test_only_the_care_team_reads_enquiries(browser: Browser, prescriber: User, therapist: User) -> None:
    enquiry = EnquiryFactory()
    for user in (prescriber, therapist):
        browser.force_login(user)
        assert browser.get(QUEUE).status_code == 403
        assert browser.get(f"{QUEUE}{enquiry.pk}/").status_code == 403
    assert Enquiry.objects.get().status == "new"


def test_a_therapist_refers_a_client_of_theirs(
    browser: Browser, ada: Client, therapist: User, coordinator: User
) -> None:
    browser.force_login(therapist)
    at = f"/intake/refer/{ada.pk}/"
    assert browser.post(at, {"question": "", "urgency": "soon"}).status_code == 422
    page = browser.post(at, {"question": "Would medication help?", "urgency": "soon"}, follow=True)
    assert "your referral is waiting" in page.content.decode()
    assert browser.get(f"/intake/refer/{ClientFactory().pk}/").status_code == 404
    browser.force_login(coordinator)
    queue = browser.get(QUEUE).content.decode()
    assert "Within two weeks" in queue
    referral = TherapistReferral.objects.get()
    browser.post(f"/intake/referrals/{referral.pk}/handle/")
    referral.refresh_from_db()
    assert referral.handled_by == coordinator


def test_a_referral_dealt_with_by_a_colleague_says_so(desk: Browser, ada: Client, prescriber: User) -> None:
    referral = TherapistReferralFactory(client=ada, handled_at=RECEIVED, handled_by=prescriber)
    page = desk.post(f"/intake/referrals/{referral.pk}/handle/", follow=True).content.decode()
    assert "Paula Prescriber has dealt with this referral" in page
