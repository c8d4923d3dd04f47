"""R01 in small: senders that die; nothing lost, nothing twice but what nobody could know."""

import random
from pathlib import Path

import pytest

from tests.faults.killing import KINDS, Kind, kill_senders
from tests.faults.run import KILLING

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
DUE, DEATHS = KILLING.due, KILLING.faults


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_senders_that_die_lose_nothing(kind: Kind, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = random.randrange(10**6)
    ledger = kill_senders(kind, due=DUE, deaths=DEATHS, seed=seed, place=tmp_path)
    with capsys.disabled():
        print(f"\n{ledger}")  # noqa: T201 - the figures of the run
    assert ledger.is_right
    assert ledger.faults >= DEATHS / 2, "the senders were done before enough of them had died"


def test_a_sender_that_forgets_what_it_had_begun_is_caught(tmp_path: Path) -> None:
    ledger = kill_senders(
        KINDS[1],
        due=300,
        deaths=6,
        seed=7,
        place=tmp_path,
        fault="sends without asking",
    )
    assert not ledger.is_right
    assert ledger.duplicates > 0
