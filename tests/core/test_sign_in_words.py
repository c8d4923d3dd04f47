"""The sign-in package's pages in the words of the house: an English catalogue over the package's own."""

import gettext
from pathlib import Path

import allauth
import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests.core.test_spanish import ROOT, written

FOLDER = ROOT / "locale" / "en" / "LC_MESSAGES"


def catalogue(path: Path) -> set[str]:
    with path.open("rb") as handle:
        return {str(key) for key in gettext.GNUTranslations(handle)._catalog}  # type: ignore[attr-defined] - no other way to it


def test_the_compiled_file_is_the_written_one() -> None:
    with (FOLDER / "django.mo").open("rb") as handle:
        compiled = gettext.GNUTranslations(handle)
    asked = written((FOLDER / "django.po").read_text())
    assert {key: compiled.gettext(key) for key in asked} == asked


def test_the_package_still_says_what_is_replaced() -> None:
    package = Path(allauth.__file__).parent / "locale" / "es" / "LC_MESSAGES" / "django.mo"
    assert sorted(catalogue(FOLDER / "django.mo") - catalogue(package)) == []


@pytest.mark.django_db
def test_a_link_that_was_used_says_so_and_offers_another(browser: Browser) -> None:
    page = browser.get(reverse("account_reset_password_from_key", args=["zz", "set-password"])).text
    assert "This link is used up" in page
    assert f'<a href="{reverse("account_reset_password")}">' in page
    assert "Token" not in page


@pytest.mark.django_db
def test_a_changed_password_leads_on_to_sign_in(browser: Browser) -> None:
    page = browser.get(reverse("account_reset_password_from_key_done")).text
    assert f'href="{reverse("account_login")}"' in page
