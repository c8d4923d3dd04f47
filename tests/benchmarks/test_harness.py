"""The measured pages exist and answer and each command starts, so that what is measured cannot rot."""

import os
import subprocess
import sys

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from tests.benchmarks.measured import NOTE, bare_insert, pages
from tests.benchmarks.seeding import HEAVY_VISITS, Seeded, seed, session_for


@pytest.fixture
def seeded(db: None) -> Seeded:
    made = seed(40, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    return made


@pytest.mark.parametrize(
    "command",
    ["benchmarks.pages", "benchmarks.engine", "benchmarks.reminders", "benchmarks.rush", "faults.run", "faults.zones"],
)
def test_each_command_starts_where_nothing_is_set_up(command: str) -> None:
    nothing = {name: value for name, value in os.environ.items() if "DJANGO" not in name and name != "DEPLOYMENT"}
    said = subprocess.run(
        [sys.executable, "-m", f"tests.{command}", "--help"], env=nothing, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert "usage:" in said.stdout


@pytest.mark.urls("tests.benchmarks.urls")
def test_every_measured_page_answers(seeded: Seeded) -> None:
    for page in pages(seeded):
        browser = Browser()
        browser.cookies["session"] = session_for(page.user)
        ask = page.ask(0, 0)

        answer = browser.post(ask.path, ask.form, headers=ask.headers) if ask.form else browser.get(ask.path)

        assert answer.status_code == 200, page.title


def test_what_is_measured_is_what_is_meant(seeded: Seeded) -> None:
    assert seeded.heavy.visits.count() > HEAVY_VISITS
    assert not {client.pk for client in seeded.read} & {visit.client_id for visit in seeded.drafts}
    assert bare_insert(seeded)(0, 7).form["subjective"].startswith(NOTE)
