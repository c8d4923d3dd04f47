"""The synthetic charts that lie beside the project go in, twice."""

import os
import sys
import time
from pathlib import Path

import pytest

from clinic.clients.models import Client
from clinic.formulary.services import load_formulary
from tests.exchange.bundles import run_paths
from tests.exchange.test_import import counts

CHARTS = Path(__file__).resolve().parents[3] / "shared" / "fhir"


@pytest.mark.django_db
@pytest.mark.skipif(
    not CHARTS.is_dir() and os.environ.get("CI") != "true",
    reason=f"no charts in {CHARTS}: put the synthetic ones there",
)
def test_the_charts_go_in_and_a_second_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    from django.utils import timezone

    load_formulary(now=timezone.now())
    began = time.monotonic()
    first, status = run_paths(CHARTS)
    middle = time.monotonic()
    before = counts()
    second, again = run_paths(CHARTS)
    with capsys.disabled():
        sys.stdout.write(f" first {middle - began:.1f} s, second {time.monotonic() - middle:.1f} s ")
    assert (first["files"], first["refused"], first["clients_created"], status) == (26, 0, 26, 0)
    assert first["imported"]["Condition"] == 160
    assert first["imported"]["MedicationRequest"] == 101
    assert first["skipped"]["Claim"] == 527
    assert Client.objects.filter(given_names="José María").exists()
    assert (second["unchanged"], second["imported"], again) == (26, {}, 0)
    assert second["skipped"] == first["skipped"]
    assert counts() == before
