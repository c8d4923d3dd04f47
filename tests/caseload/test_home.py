"""The home of each role."""
import pytest
from django.test import Client as Browser
from clinic.clients.models import Client
from clinic.staff.models import User


@pytest.mark.parametrize("role", ["prescriber", "therapist", "coordinator", "administrator", "auditor"])
def test_home(browser: Browser, ada: Client, role: str, request: pytest.FixtureRequest) -> None:
    browser.force_login(request.getfixturevalue(role))
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("role", ["prescriber", "therapist", "coordinator"])
def test_chart(browser: Browser, ada: Client, role: str, request: pytest.FixtureRequest) -> None:
    browser.force_login(request.getfixturevalue(role))
    assert browser.get(f"/chart/{ada.pk}/").status_code == 200
