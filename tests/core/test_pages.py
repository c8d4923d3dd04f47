"""What every page carries: headers, error pages, nothing inline, little weight."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from clinic.core import views
from clinic.core.context import clinic
from clinic.core.middleware import private_pages

ROOT = Path(__file__).resolve().parents[2]
INLINE = re.compile(
    r"""\sstyle=["']|\son[a-z]+=["']|hx-on|javascript:|<script(?![^>]*\b(?:src=|type="application/json"))""",
    re.I,
)


@pytest.fixture
def request_of_nobody() -> HttpRequest:
    request = RequestFactory().get("/somewhere")
    request.user = AnonymousUser()
    return request


def test_no_page_is_kept_by_browser_or_proxy() -> None:
    answer = private_pages(lambda _: HttpResponse("ok"))(RequestFactory().get("/"))

    assert answer.headers["Cache-Control"] == "no-store, private"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "publickey-credentials-get=(self)" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize(
    ("page", "status", "says"),
    [
        (lambda r: views.bad_request(r, ValueError()), 400, "nothing was changed"),
        (lambda r: views.forbidden(r, PermissionError()), 403, "Your role does not include this page"),
        (lambda r: views.not_found(r, LookupError()), 404, "Call the clinic"),
        (lambda r: views.too_many_requests(r), 429, "Wait a few minutes"),
        (lambda r: views.csrf_failure(r, "no cookie"), 403, "Copy it"),
    ],
)
def test_error_page_says_what_to_do_next(request_of_nobody: HttpRequest, page: Any, status: int, says: str) -> None:
    answer = page(request_of_nobody)

    assert answer.status_code == status
    assert says in answer.content.decode()
    assert answer.content.decode().count("<h1>") == 1
    assert "988" in answer.content.decode()


def refused(browser: Browser, site: str = "same-origin", **sent: str) -> HttpResponse:
    """The answer to a form of a page that is older than the sign-in."""
    headers = {"Sec-Fetch-Site": site}
    return browser.post(reverse("clients:create"), {"csrfmiddlewaretoken": "a" * 64} | sent, headers=headers)


def test_what_came_from_a_page_older_than_the_sign_in_can_be_sent_again(coordinator: Any) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(coordinator)

    answer = refused(strict, family_name='Shelley "M"', gender="one\nother")

    assert answer.status_code == 403
    page = answer.content.decode()
    assert "What you typed is kept here." in page
    assert "Risk alert" not in page
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page[page.index("<main") :]))
    assert (fields["family_name"], fields["gender"]) == ("Shelley &quot;M&quot;", "one\nother")
    # The form goes where the first one went, and past the guard this time.
    assert f'action="{reverse("clients:create")}"' in page
    assert strict.post(reverse("clients:create"), fields).status_code == 422


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_what_another_site_sends_is_not_offered_again(coordinator: Any, site: str) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(coordinator)

    assert "Shelley" not in refused(strict, site, family_name="Shelley").content.decode()


def test_nobody_signed_in_and_no_password_is_offered_to_be_sent_again(coordinator: Any) -> None:
    strict = Browser(enforce_csrf_checks=True)
    assert "Shelley" not in refused(strict, family_name="Shelley").content.decode()

    strict.force_login(coordinator)
    sent = {"csrfmiddlewaretoken": "a" * 64, "password": "in the clear"}
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = strict.post(reverse("account_change_password"), sent, headers=headers)
    assert (answer.status_code, "in the clear" in answer.content.decode()) == (403, False)


def test_staff_read_why_a_page_is_missing(request_of_nobody: HttpRequest, prescriber: Any) -> None:
    request_of_nobody.user = prescriber

    page = views.not_found(request_of_nobody, LookupError()).content.decode()

    assert "care team" in page
    assert "Sign out" in page


def test_broken_page_needs_nothing_of_the_portal() -> None:
    answer = server_error(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


def test_the_bar_on_top_is_each_readers_own(prescriber: Any, therapist: Any) -> None:
    browser = Browser()
    told = {}
    for reader in (prescriber, therapist, prescriber):
        browser.force_login(reader)
        page = browser.get("/").content.decode()
        told[reader] = re.sub(r"\s+", " ", page[page.index("<header") : page.index("</header>")])
        [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', told[reader]))
        # A form of the bar is answered with the token that it carries, as the browser would send it.
        strict = Browser(enforce_csrf_checks=True)
        strict.cookies = browser.cookies
        assert strict.post(reverse("clients:search"), {"q": "ada", "csrfmiddlewaretoken": token}).status_code == 200

    assert f"{prescriber}, Prescriber" in told[prescriber]
    assert f"{therapist}, Therapist" in told[therapist]
    assert str(prescriber) not in told[therapist]
    assert "<form" not in (nobody := Template("{% top_bar %}").render(Context({"clinic": {"name": "The clinic"}})))
    assert "The clinic" in nobody


def test_every_page_knows_the_clinic(settings: Any) -> None:
    settings.CLINIC_PHONE = "(801) 555-0100"
    assert clinic(RequestFactory().get("/"))["clinic"]["dial"] == "+18015550100"
    settings.CLINIC_PHONE = "+44 20 7946 0000"
    assert clinic(RequestFactory().get("/"))["clinic"]["dial"] == "+442079460000"


@pytest.mark.parametrize(
    ("level", "word"),
    [
        (constants.SUCCESS, "Done"),
        (constants.INFO, "Note"),
        (constants.WARNING, "Caution"),
        (constants.ERROR, "Stop"),
    ],
)
def test_message_is_said_in_its_tier(level: int, word: str) -> None:
    drawn = Template("{% message_notice message %}").render(Context({"message": Message(level, "plan <signed>")}))

    assert f"<strong>{word}</strong>: plan &lt;signed&gt;" in drawn


def inline_code(source: str) -> list[str]:
    return INLINE.findall(re.sub(r"{#.*?#}|{%.*?%}", "", source, flags=re.S))


def test_no_template_breaks_the_content_security_policy() -> None:
    templates = list((ROOT / "templates").rglob("*.html"))

    broken = [str(path) for path in templates if inline_code(path.read_text())]

    assert len(templates) > 30
    assert broken == []


@pytest.mark.parametrize(
    "planted",
    [
        '<p style="x">',
        '<a onclick="x()">',
        "<script>x()</script>",
        '<a href="javascript:x()">',
        '<i hx-on:click="x">',
    ],
)
def test_inline_code_would_be_found(planted: str) -> None:
    assert inline_code(planted)


@pytest.mark.parametrize("template", ["base.html", "base_public.html"])
def test_page_weight_stays_under_300_kb(template: str) -> None:
    source = (ROOT / "templates" / template).read_text() + (ROOT / "templates/components/_head.html").read_text()
    names = set(re.findall(r"""{% static ['"]([^'"]+\.(?:js|css|svg))['"]""", source)) | {"vendor/icons.svg"}
    names |= {"vendor/event-calendar.min.js", "vendor/event-calendar.min.css"}

    sent = sum(len(gzip.compress((ROOT / "static" / name).read_bytes())) for name in names)

    assert len(names) >= 8
    assert sent < 300_000


def test_every_icon_drawn_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/vendor/icons.svg").read_text()))
    drawn: dict[str, str] = {}
    for path in (ROOT / "templates").rglob("*.html"):
        source = path.read_text()
        names = re.findall(r'{% icon "([^"]+)"', source)
        names += re.findall(r'{% badge "[^"]*" "[a-z]+" "([^"]+)"', source)
        names += re.findall(r'{% nav_item "[^"]+" "[^"]+" "([^"]+)"', source)
        names += re.findall(r'icon_name="([^"]+)"', source)
        drawn |= dict.fromkeys(names, str(path))

    assert "pill" in sprite
    assert {name: where for name, where in drawn.items() if name not in sprite} == {}


def test_every_static_file_named_in_another_exists(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    assert (tmp_path / "staticfiles.json").exists()
