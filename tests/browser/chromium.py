"""The real browser that tests drive: headless, one for a module."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, expect, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
PATIENCE_MS = int(os.environ.get("PATIENCE_MS", "15000"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI") == "true":
            pytest.fail("NO BROWSER: the browser tests cannot run.")
        pytest.skip("NO BROWSER: Chromium is missing, so this test DOES NOT RUN.")
    # The driver keeps an event loop in this thread; the tests' own calls to the database are still plain ones.
    # Django keeps other connections where a loop runs: none may stay open on a database that is made anew meanwhile.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    connections.close_all()
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        connections.close_all()
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
