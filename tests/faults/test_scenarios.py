"""R02, R03, R05, R06, R07, R09, R11, R12 and R13 in small; `python -m tests.faults.run --full` is all of it in full."""

import random
from pathlib import Path

import pytest

from clinic.messaging.services import reports
from tests.faults.planting import believes_the_last_report
from tests.faults.run import SIZES, scenarios
from tests.faults.scenario import Task

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _known_purpose() -> None:
    from tests.faults import preload

    assert preload


@pytest.mark.parametrize("name", SIZES)
def test_nothing_is_lost_and_nothing_leaves_twice(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size, seed = SIZES[name], random.randrange(10**6)
    ledger = scenarios()[name](Task(size.due, size.faults, seed, tmp_path))
    with capsys.disabled():
        print(f"\n{ledger}")  # noqa: T201 - the figures of the run
    assert ledger.is_right


@pytest.mark.parametrize(
    ("name", "planted", "due", "faults"),
    [
        ("kill_everything", "marks_before_it_sends", 40, 3),
        ("lose_the_broker", "waits_to_be_asked", 10, 1),
        ("lose_the_broker", "ends_with_its_broker", 10, 5),
        ("misbehave", "calls_all_accepted", 60, 4),
        ("go_by_wrong_clocks", "goes_by_its_own_clock", 30, 3),
        ("take_back", "looks_once", 300, 40),
        ("freeze_letters", "forgets_its_lease", 200, 3),
        ("freeze_letters", "dates_its_look_on_waking", 200, 3),
        ("send_letters_beside", "waits_in_line", 600, 40),
        ("poison", "never_gives_up", 30, 4),
        ("deploy", "ends_at_once", 300, 6),
    ],
)
def test_a_wrong_sender_is_caught(name: str, planted: str, due: int, faults: int, tmp_path: Path) -> None:
    assert not scenarios()[name](Task(due, faults, 7, tmp_path, planted, patience_s=6)).is_right


def test_reports_that_are_believed_in_the_order_in_which_they_come_are_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "_apply", believes_the_last_report)
    ledger = scenarios()["report"](Task(20, 0, 7, tmp_path))
    assert ledger.wrong["not delivered in the end"] > 0
