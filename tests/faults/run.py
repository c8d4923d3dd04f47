"""Every scenario after the other, with one table at the end: `python -m tests.faults.run [--full] [--only NAME]`.

In small it is what the tests run; `--full` takes 50,000 reminders through more than 500 faults. Everything runs on
127.0.0.1 with a database, a broker and providers of its own, and stops by itself.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.ledger import Ledger
    from tests.faults.scenario import Task


@dataclass(frozen=True)
class Size:
    """How many reminders and faults a scenario takes, in small and in full."""

    due: int
    faults: int
    full_due: int
    full_faults: int

    def taken(self, *, full: bool, part: float) -> tuple[int, int]:
        return (int(self.full_due * part), self.full_faults) if full else (self.due, self.faults)


# The deaths of senders (R01) have sizes of their own for each kind of gateway.
KILLING = Size(250, 10, 6_000, 60)
SIZES = {
    "kill_everything": Size(250, 5, 6_000, 60),
    "lose_the_broker": Size(200, 6, 4_000, 40),
    "misbehave": Size(300, 8, 8_000, 60),
    "go_by_wrong_clocks": Size(250, 6, 4_000, 40),
    "take_back": Size(300, 20, 4_000, 400),
    "poison": Size(200, 10, 5_000, 50),
    "deploy": Size(250, 8, 4_000, 40),
    "report": Size(20, 0, 1_000, 0),
    "freeze_texts": Size(250, 3, 3_000, 24),
    "freeze_letters": Size(200, 3, 2_000, 24),
    # Its faults are letters that fall due beside what hangs.
    "send_letters_beside": Size(60, 40, 1_000, 1_000),
}
PATIENCE_S = 600.0


def scenarios() -> dict[str, Callable[["Task"], "Ledger"]]:
    """By name, those of the herd; loaded when Django is ready."""
    from tests.faults import answers, beside, freezing, restarts

    deeds = [restarts.kill_everything, restarts.lose_the_broker, restarts.go_by_wrong_clocks, restarts.deploy]
    deeds += [answers.misbehave, answers.take_back, answers.poison, answers.report]
    deeds += [freezing.freeze_texts, freezing.freeze_letters, beside.send_letters_beside]
    return {deed.__name__: deed for deed in deeds}


def run(*, full: bool, seed: int, place: Path, part: float, only: str = "") -> list["Ledger"]:
    """Those of one name alone where one is named."""
    from tests.faults.killing import KINDS, kill_senders
    from tests.faults.scenario import Task

    ledgers = []
    for kind in KINDS if only in ("", "kill_senders") else ():
        due, deaths = KILLING.taken(full=full, part=part)
        ledger = kill_senders(kind, due=due, deaths=deaths, seed=seed, place=place)
        ledgers.append(replace(ledger, planned=deaths))
        tell(str(ledgers[-1]))
    for name, deed in scenarios().items():
        if only not in ("", name):
            continue
        due, faults = SIZES[name].taken(full=full, part=part)
        ledgers.append(replace(deed(Task(due, faults, seed, place, patience_s=PATIENCE_S)), planned=faults))
        tell(str(ledgers[-1]))
    return ledgers


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="faults", description="Let everything fail and count what became of it.")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--part", type=float, default=1.0, help="a part of the full number of reminders, as 0.1")
    parser.add_argument("--only", default="", choices=["", "kill_senders", *SIZES], help="one of the scenarios")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args()
    # Ended from outside it ends what it started, too.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    place = Path(tempfile.mkdtemp(prefix="clinic-faults-"))
    # Postgres started by root runs as another user and must reach its folder.
    place.chmod(0o711)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ |= {"DEPLOYMENT": "test", "DJANGO_SETTINGS_MODULE": "medmgmt.settings", "DATA_DIR": str(place)}
    os.environ["LOG_LEVEL"] = "CRITICAL"
    began = time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            ledgers = in_a_database_of_its_own(options, place, stack)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    due, faults = sum(one.due for one in ledgers), sum(one.faults for one in ledgers)
    lost, wrong = sum(one.lost for one in ledgers), sum(not one.is_right for one in ledgers)
    missed = sum(one.missed for one in ledgers)
    tell(f"{due:,} reminders, {faults:,} faults, {time.monotonic() - began:.0f} s: lost {lost}, wrong ledgers {wrong}")
    if missed:
        tell(f"{missed} of the planned faults did not fall: this run shows less than it says.")
    sys.exit(bool(wrong or missed))


def in_a_database_of_its_own(options: argparse.Namespace, place: Path, stack: contextlib.ExitStack) -> list["Ledger"]:
    from tests.faults import preload

    del preload
    from django.core.management import call_command

    from medmgmt import embedded
    from tests.faults.ledger import TITLES

    stack.enter_context(embedded.postgres().in_use())
    call_command("migrate", verbosity=0, interactive=False)
    tell(f"seed {options.seed}\n{TITLES}")
    return run(full=options.full, seed=options.seed, place=place, part=options.part, only=options.only)


if __name__ == "__main__":
    main()
