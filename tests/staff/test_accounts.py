"""Accounts: added, changed and closed by the administrator, each deed in the audit."""

import datetime as dt
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.models import new_id
from clinic.core.rules import RuleBroken
from clinic.staff import rules
from clinic.staff.models import User
from clinic.staff.permissions import Permission
from clinic.staff.roles import Role
from tests.factories.clients import CareTeamMemberFactory, ClientFactory
from tests.factories.formulary import ProductFactory
from tests.factories.intake import EnquiryFactory, PsychiatricEvaluationFactory
from tests.factories.plans import SignedPlanFactory, TreatmentPlanFactory
from tests.factories.risk import OnCallTurnFactory, RiskAlertFactory
from tests.factories.scheduling import AppointmentFactory
from tests.factories.staff import UserFactory
from tests.factories.titration import started
from tests.factories.visits import draft
from tests.factories.worklist import WorkItemFactory

NEW: dict[str, Any] = {"full_name": "Nia New", "email": "Nia@clinic.example", "credentials": "LCSW", "phone": ""}
HANGS = [
    "1 trainee whose notes they co-sign",
    "3 clients have them as their prescriber",
    "1 client has them as a second prescriber",
    "1 open duty of their own",
    "1 appointment to come",
    "1 open risk alert that they took on",
    "1 turn on call",
    "1 evaluation not signed",
    "1 enquiry that they handle",
    "1 treatment plan not signed",
    "1 dose plan that runs under their name",
    "1 visit note not signed",
]


@pytest.fixture
def desk(browser: Browser, administrator: User) -> Browser:
    browser.force_login(administrator)
    return browser


def posted(user: User, **changes: Any) -> dict[str, Any]:
    return {
        "full_name": user.full_name,
        "email": user.email,
        "credentials": user.credentials,
        "phone": user.phone,
        "roles": user.roles,
        "is_active": "on",
        "version": user.version,
    } | changes


def closed(user: User, **changes: Any) -> dict[str, Any]:
    """As the page sends it once its question was answered."""
    return posted(user, is_active="", is_confirmed="on", **changes)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_the_list_shows_roles_and_who_lacks_a_second_factor(desk: Browser, django_assert_max_num_queries: Any) -> None:
    UserFactory(full_name="Lea Lacking", second_factor=False, acting_role=Role.THERAPIST)
    UserFactory(full_name="Cleo Closed", is_active=False)
    with django_assert_max_num_queries(8):
        page = desk.get(reverse("staff:list")).content.decode()
    row = page[page.index("Lea Lacking") :]
    assert row.index("Therapist") < row.index("Not yet") < row.index("Never")
    assert page.index("Lea Lacking") < page.index("Cleo Closed") < page.rindex("Closed")


@pytest.mark.parametrize("role", ["prescriber", "therapist", "coordinator", "auditor"])
def test_only_the_administrator_opens_it(browser: Browser, role: str, request: pytest.FixtureRequest) -> None:
    browser.force_login(request.getfixturevalue(role))
    assert browser.get(reverse("staff:list")).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_new_account_is_invited_and_its_owner_chooses_a_password(desk: Browser, browser: Browser) -> None:
    answer = desk.post(reverse("staff:add"), NEW | {"roles": ["therapist"]})
    assert answer.headers["Location"] == reverse("staff:list")
    user = User.objects.get_queryset().get(email="nia@clinic.example")
    assert (user.roles, user.acting_role, user.has_usable_password()) == (["therapist"], "therapist", False)
    assert "staff_added" in actions()

    (letter,) = mail.outbox
    assert letter.to == ["nia@clinic.example"]
    words = (letter.subject + letter.body).lower()
    assert not [word for word in ("clinic", "health", "therapist", "medic", "nia") if word in words]
    link = next(line for line in letter.body.splitlines() if line.startswith("http"))

    visitor = Browser()
    page = visitor.get(link, follow=True)
    there = page.redirect_chain[-1][0]
    chosen = {"password1": "seven brown otters swim", "password2": "seven brown otters swim"}
    assert visitor.post(there, chosen).status_code == 302
    user.refresh_from_db()
    assert user.check_password("seven brown otters swim")
    assert "password_changed" in actions()
    assert visitor.get(link, follow=True).context["token_fail"]


def test_an_address_has_one_account(desk: Browser, prescriber: User) -> None:
    answer = desk.post(reverse("staff:add"), NEW | {"email": prescriber.email, "roles": ["therapist"]})
    assert answer.status_code == 422
    assert "already has an account" in answer.content.decode()
    assert "Nia New" in answer.content.decode()


@pytest.mark.parametrize("roles", [["auditor", "administrator"], ["prescriber", "therapist", "coordinator"]])
def test_roles_that_do_not_go_together_are_refused(desk: Browser, roles: list[str]) -> None:
    assert desk.post(reverse("staff:add"), NEW | {"roles": roles}).status_code == 422
    assert not User.objects.get_queryset().filter(full_name="Nia New").exists()


def test_roles_are_changed_and_the_worn_one_goes_with_them(
    desk: Browser, prescriber: User, administrator: User
) -> None:
    answer = desk.post(reverse("staff:edit", args=[prescriber.pk]), posted(prescriber, roles=["therapist"]))
    assert answer.status_code == 302
    prescriber.refresh_from_db()
    assert (prescriber.roles, prescriber.acting_role) == (["therapist"], "therapist")
    event = AuditEvent.objects.get(action="staff_changed")
    assert (event.by, event.subject_id) == (administrator, str(prescriber.pk))
    assert event.detail["before"]["roles"] == ["prescriber"]
    assert event.detail["after"]["roles"] == ["therapist"]


def test_a_worn_role_that_stays_is_still_worn(desk: Browser, prescriber: User) -> None:
    desk.post(reverse("staff:edit", args=[prescriber.pk]), posted(prescriber, roles=["administrator", "prescriber"]))
    prescriber.refresh_from_db()
    assert prescriber.acting_role == "prescriber"


@pytest.mark.parametrize("changes", [{"roles": ["administrator", "prescriber"]}, {"is_active": ""}])
def test_nobody_changes_their_own_role_or_closes_their_own_account(
    desk: Browser, administrator: User, changes: dict[str, Any]
) -> None:
    answer = desk.post(reverse("staff:edit", args=[administrator.pk]), posted(administrator, **changes))
    assert answer.status_code == 422
    assert "another administrator" in answer.content.decode()
    administrator.refresh_from_db()
    assert (administrator.roles, administrator.is_active) == (["administrator"], True)


def test_an_own_name_may_be_changed(desk: Browser, administrator: User) -> None:
    desk.post(reverse("staff:edit", args=[administrator.pk]), posted(administrator, full_name="Amos A. Adams"))
    administrator.refresh_from_db()
    assert administrator.full_name == "Amos A. Adams"


def test_an_address_that_is_taken_is_refused(desk: Browser, prescriber: User, therapist: User) -> None:
    answer = desk.post(reverse("staff:edit", args=[prescriber.pk]), posted(prescriber, email=therapist.email))
    assert answer.status_code == 422
    assert "already has an account" in answer.content.decode()


def test_a_closed_account_is_out_at_once_and_its_sessions_are_gone(desk: Browser, therapist: User) -> None:
    therapist.is_demo = True
    therapist.set_password("seven brown otters swim")
    therapist.save()
    Authenticator.objects.filter(user=therapist).delete()
    elsewhere = Browser()
    elsewhere.post(reverse("account_login"), {"login": therapist.email, "password": "seven brown otters swim"})
    assert elsewhere.get(reverse("usersessions_list")).status_code == 200
    key = elsewhere.session.session_key
    desk.post(reverse("staff:edit", args=[therapist.pk]), closed(therapist))
    assert elsewhere.get(reverse("usersessions_list")).status_code == 302
    assert not elsewhere.session.exists(key)


@pytest.fixture
def hung_on(ada: Client, prescriber: User) -> User:
    """A prescriber on whom one thing of each kind hangs, `HANGS`, and some that are over."""
    soon = timezone.now() + dt.timedelta(days=3)
    for _ in range(2):
        CareTeamMemberFactory(client=ClientFactory(), user=prescriber)
    CareTeamMemberFactory(client=ClientFactory(status="discharged"), user=prescriber)
    CareTeamMemberFactory(client=ClientFactory(), user=prescriber, is_lead=False)
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=soon)
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=soon - dt.timedelta(days=9))
    AppointmentFactory(client=ada, clinician=prescriber, starts_at=soon + dt.timedelta(days=1), status="no_show")
    WorkItemFactory(client=ada, owner=prescriber)
    RiskAlertFactory(client=ada, raised_at=soon, acknowledged_at=soon, acknowledged_by=prescriber)
    OnCallTurnFactory(user=prescriber, ends_at=soon)
    OnCallTurnFactory(user=prescriber, ends_at=soon - dt.timedelta(days=9))
    UserFactory(supervisor=prescriber, acting_role=Role.PRESCRIBER)
    PsychiatricEvaluationFactory(client=ada, prescriber=prescriber)
    draft(ada, prescriber, timezone.now())
    SignedPlanFactory(client=ada, written_by=prescriber)
    TreatmentPlanFactory(client=ada, number=2, written_by=prescriber)
    EnquiryFactory(owner=prescriber)
    started(ada, ProductFactory().medication, prescriber, timezone.now())
    return prescriber


def test_closing_says_what_hangs_on_somebody_and_asks_once_more(
    desk: Browser, hung_on: User, django_assert_max_num_queries: Any
) -> None:
    address = reverse("staff:edit", args=[hung_on.pk])
    with django_assert_max_num_queries(25):
        page = desk.get(address).text
    assert [words for words in HANGS if words not in page] == []
    assert "Ada" not in page
    assert "Close the account" not in page

    asked = desk.post(address, posted(hung_on, is_active="", phone="801-555-0170"))
    assert asked.status_code == 422
    assert [words for words in HANGS if words not in asked.text] == []
    assert all(words in asked.text for words in ("close this account?", "801-555-0170", 'name="is_confirmed"'))
    # The return key in a field presses the first button of a form: never the one that closes.
    assert asked.text.index("Save</button>") < asked.text.index("Close the account</button>")
    hung_on.refresh_from_db()
    assert (hung_on.is_active, hung_on.phone) == (True, "")

    assert desk.post(address, closed(hung_on)).status_code == 302
    hung_on.refresh_from_db()
    assert not hung_on.is_active
    assert "What still hangs on this account" in desk.get(address).text


def test_what_changes_but_the_closing_is_not_asked_for_twice(desk: Browser, therapist: User) -> None:
    address = reverse("staff:edit", args=[therapist.pk])
    assert "Nothing: no client" in desk.get(address).text
    assert desk.post(address, posted(therapist, phone="801-555-0170")).status_code == 302
    therapist.refresh_from_db()
    assert desk.post(address, closed(therapist)).status_code == 302
    therapist.refresh_from_db()
    assert desk.post(address, posted(therapist, is_active="", full_name="Theo T. Therapist")).status_code == 302


def test_an_account_closed_meanwhile_is_not_opened_again_unseen(
    desk: Browser, therapist: User, prescriber: User
) -> None:
    address = reverse("staff:edit", args=[therapist.pk])
    opened = posted(therapist, phone="801-555-0170", supervisor=prescriber.pk)
    assert desk.post(address, closed(therapist, roles=["coordinator"])).status_code == 302
    answer = desk.post(address, opened)
    assert answer.status_code == 409
    therapist.refresh_from_db()
    assert (therapist.is_active, therapist.roles, therapist.phone) == (False, ["coordinator"], "")
    rows = re.findall(r'<div class="conflict-row">.*?</div>\s*</div>\s*</div>', answer.text, re.DOTALL)
    told = [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row)).strip() for row in rows]
    assert told == [
        "Phone Your text 801-555-0170 Saved meanwhile (empty)",
        "Works here Your text Yes Saved meanwhile No",
        "Roles Your text Therapist Saved meanwhile Care coordinator",
        f"Supervisor Your text {prescriber} Saved meanwhile None: signs alone",
    ]
    # Knowingly, from what stands now, it may be saved.
    assert desk.post(address, posted(therapist, phone="801-555-0170")).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_an_invitation_is_sent_again_but_not_to_a_closed_account(desk: Browser, therapist: User) -> None:
    sent = desk.post(reverse("staff:invite", args=[therapist.pk]), follow=True).content.decode()
    assert "The link to choose a password is on its way." in sent
    assert [letter.to for letter in mail.outbox] == [[therapist.email]]
    User.objects.get_queryset().filter(pk=therapist.pk).update(is_active=False)
    page = desk.post(reverse("staff:invite", args=[therapist.pk]), follow=True).content.decode()
    assert "This account is closed" in page
    assert len(mail.outbox) == 1


def test_a_lost_second_factor_is_removed_by_another_person(desk: Browser, therapist: User, administrator: User) -> None:
    desk.post(reverse("staff:remove_second_factor", args=[therapist.pk]))
    assert not Authenticator.objects.filter(user=therapist).exists()
    assert AuditEvent.objects.get(action="second_factor_reset").detail == {"removed": 1}

    page = desk.post(reverse("staff:remove_second_factor", args=[administrator.pk]), follow=True).content.decode()
    assert "another administrator" in page
    assert Authenticator.objects.filter(user=administrator).exists()


@pytest.mark.parametrize("page", ["edit", "invite", "remove_second_factor"])
def test_a_missing_account_is_404(desk: Browser, page: str) -> None:
    assert desk.post(reverse(f"staff:{page}", args=[new_id()])).status_code == 404


def test_one_of_two_roles_is_worn_at_a_time(browser: Browser, db: None) -> None:
    both = UserFactory(acting_role=Role.PRESCRIBER, roles=[Role.PRESCRIBER, Role.ADMINISTRATOR])
    browser.force_login(both)
    assert browser.get(reverse("staff:list")).status_code == 403
    answer = browser.post(reverse("staff:switch_role"), {"role": "administrator"})
    assert answer.headers["Location"] == reverse("caseload:home")
    page = browser.get(reverse("staff:list"))
    assert page.status_code == 200
    assert "Work as Prescriber" in page.content.decode()
    event = AuditEvent.objects.get(action="role_switched")
    assert event.detail == {"before": "prescriber", "after": "administrator"}


@pytest.mark.parametrize("role", ["administrator", "owner", ""])
def test_a_role_that_is_not_owned_is_not_worn(browser: Browser, prescriber: User, role: str) -> None:
    browser.force_login(prescriber)
    assert browser.post(reverse("staff:switch_role"), {"role": role}).status_code == 302
    prescriber.refresh_from_db()
    assert prescriber.acting_role == "prescriber"


def test_without_its_audit_row_no_deed_stands(desk: Browser, therapist: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("no room for the audit")

    monkeypatch.setattr("clinic.audit.services._write", no_room)
    desk.raise_request_exception = False
    assert desk.post(reverse("staff:edit", args=[therapist.pk]), closed(therapist)).status_code == 500
    therapist.refresh_from_db()
    assert therapist.is_active


@pytest.mark.django_db(transaction=True)
def test_the_first_administrator_comes_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("add_administrator", "first@clinic.example", "Fay First")
    assert "Invitation sent" in capsys.readouterr().out
    assert User.objects.owning(Role.ADMINISTRATOR).get().email == "first@clinic.example"
    assert AuditEvent.objects.get(action="staff_added").by is None
    assert len(mail.outbox) == 1
    with pytest.raises(CommandError, match="already has an account"):
        call_command("add_administrator", "first@clinic.example", "Fay First")


def test_a_prescriber_is_made_medical_director(desk: Browser, prescriber: User, therapist: User) -> None:
    desk.post(reverse("staff:edit", args=[prescriber.pk]), posted(prescriber, is_medical_director="on"))
    prescriber.refresh_from_db()
    assert prescriber.may(Permission.REVIEW_FORMULARY)
    assert AuditEvent.objects.get(action="staff_changed").detail["after"]["is_medical_director"]
    answer = desk.post(reverse("staff:edit", args=[therapist.pk]), posted(therapist, is_medical_director="on"))
    assert answer.status_code == 422
    assert "The medical director is a prescriber." in answer.content.decode()


def test_a_medical_director_in_another_role_reviews_nothing(prescriber: User) -> None:
    prescriber.is_medical_director = True
    prescriber.roles, prescriber.acting_role = ["prescriber", "administrator"], "administrator"
    assert not prescriber.may(Permission.REVIEW_FORMULARY)


def test_a_trainee_is_a_prescriber_under_another(desk: Browser, prescriber: User, therapist: User) -> None:
    senior = UserFactory(full_name="Senior")
    edit = reverse("staff:edit", args=[prescriber.pk])
    desk.post(edit, posted(prescriber, supervisor=str(senior.pk)))
    prescriber.refresh_from_db()
    assert prescriber.supervisor == senior
    assert AuditEvent.objects.get(action="staff_changed").detail["after"]["supervisor"] == str(senior.pk)
    of_a_therapist = desk.post(reverse("staff:edit", args=[therapist.pk]), posted(therapist, supervisor=str(senior.pk)))
    assert "Only a prescriber has a supervisor" in of_a_therapist.text
    own = desk.post(reverse("staff:edit", args=[senior.pk]), posted(senior, supervisor=str(senior.pk)))
    assert "another prescriber, and no trainee" in own.text
    # A trainee is not offered as anybody's supervisor.
    second = UserFactory()
    assert desk.post(reverse("staff:edit", args=[second.pk]), posted(second, supervisor=str(prescriber.pk))).status_code
    second.refresh_from_db()
    assert second.supervisor is None
    with pytest.raises(DatabaseError), transaction.atomic():
        User.objects.get_queryset().filter(pk=senior.pk).update(supervisor=senior)


def test_a_trainee_supervises_nobody() -> None:
    with pytest.raises(RuleBroken, match="no trainee"):
        rules.check_supervisor(account=new_id(), roles=["prescriber"], supervisor=new_id(), is_trainee=True)
