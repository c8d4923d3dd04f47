"""An account is closed by the button that says so, and by no key pressed on the way."""

import pytest
from playwright.sync_api import expect

from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.browser.conftest import PHONE, OpenPage
from tests.browser.looks import Listener, faults
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.staff import UserFactory

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False])
def test_the_return_key_asks_and_the_button_closes(page_at: OpenPage, scripts: bool) -> None:
    leaver = UserFactory(acting_role=Role.PRESCRIBER)
    CareTeamMemberFactory(user=leaver)
    page = page_at(PHONE, who=UserFactory(acting_role=Role.ADMINISTRATOR), scripts=scripts)
    listener = Listener(page.context)
    page.goto(f"/staff/{leaver.pk}/")
    page.uncheck("[name=is_active]")
    for _ in range(2):
        page.press("[name=full_name]", "Enter")
        expect(page.get_by_text("close this account?")).to_be_visible()
        expect(page.get_by_text("1 client has them as their prescriber")).to_be_visible()
    assert User.objects.get(pk=leaver.pk).is_active
    # Without scripts nothing that is measured by one ends.
    assert not (scripts and faults(page, listener))
    page.get_by_role("button", name="Close the account").click()
    expect(page.get_by_text(f"{leaver.full_name}: saved.")).to_be_visible()
    assert not User.objects.get_queryset().get(pk=leaver.pk).is_active
