"""A running clinic and a real browser before it. Whatever a page complains of in the console fails its test."""

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from clinic.staff.models import User
from tests.browser.chromium import PATIENCE_MS
from tests.browser.people import let_in
from tests.browser.running import RunningClinic, collect_files, working_on
from tests.database import Copies

PHONE, DESK = 390, 1280
# A refused form answers 409 or 422, one that came after its session 401, a page out of reach 404; the browser notes
# each in the console. Whoever leaves a page while a preview is on its way gives that preview up, and htmx notes that.
EXPECTED = (
    *(f"the server responded with a status of {status}" for status in (401, 404, 409, 422)),
    "htmx:sendAbort",
    "htmx:afterRequest",
)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def clinic(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningClinic]:
    """Pages alone: no worker, no beat."""
    yield from run_clinic("browser", django_db_blocker, tmp_path_factory, "web")


def run_clinic(
    name: str, blocker: Any, tmp_path_factory: pytest.TempPathFactory, *parts: str
) -> Iterator[RunningClinic]:
    collect_files()
    with blocker.unblock():
        copies = Copies(f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{name}")
        before = copies.connection.settings_dict["NAME"]
        copies.make()
        copies.use(before)
        running = RunningClinic(copies, tmp_path_factory.mktemp(name))
        try:
            running.start(*parts)
            yield running
        finally:
            running.stop()
            copies.drop()


@pytest.fixture
def in_clinic(clinic: RunningClinic, django_db_blocker: Any) -> Iterator[RunningClinic]:
    """The running clinic, with the test's own queries on its database and its today."""
    with django_db_blocker.unblock(), working_on(clinic.copies), timezone.override(clinic.zone_info):
        yield clinic


class Windows:
    """Opens windows of the browser and remembers what their pages complained of."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, width: int = DESK, *, who: User | None = None, scripts: bool = True) -> Page:
        """A window of this width, signed in as `who`, with or without JavaScript; each has its own cookies."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": 844},
            java_script_enabled=scripts,
            has_touch=width == PHONE,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        if who is not None:
            let_in(context, self.url, who)
        self.contexts.append(context)
        return context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(words in message.text for words in EXPECTED):
            self.complaints.append(f"{message.location['url']}: {message.text}")

    def seen(self) -> str:
        """What stands in each window, for the report of a failure."""
        pages = [page for context in self.contexts for page in context.pages]
        return "\n".join(f"--- {page.url}\n{page.locator('body').aria_snapshot()}" for page in pages)

    def close(self) -> None:
        for context in self.contexts:
            context.close()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture
def windows(chromium: Browser, in_clinic: RunningClinic, request: pytest.FixtureRequest) -> Iterator[Windows]:
    opened = Windows(chromium, in_clinic.url)
    yield opened
    if request.node.stash.get(FAILED, False):
        sys.stdout.write(opened.seen())
    opened.close()
    assert opened.complaints == []


@pytest.fixture
def page_at(windows: Windows) -> OpenPage:
    """`page_at(390, who=prescriber, scripts=False)` opens a window."""
    return windows.open


def is_too_wide(page: Page) -> bool:
    """Whether the page must be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
