"""Which lines and branches of ours the tests take, counted by the workers of a run with COUNT_LINES set.

Loaded first of all plugins (`-p tests.counting` in pyproject.toml), so that no module of ours comes before the count.
Slipcover writes the counting into the bytecode and takes it out again of what was seen: tests run at their own speed,
where tracing made every page half as fast. `python -m tests.counting` adds up what the workers wrote, and judges it.
"""

import json
import os
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import slipcover

PLACE = Path(__file__).resolve().parent.parent / ".data" / "test" / "lines"
OURS = ["clinic", "medmgmt"]
NOT_OURS = ["*/migrations/*"]
# In per cent: of all that is ours, and of each file in which a rule or a deed stands.
LEAST = 95
HELD_WHOLE = ("clinic/*/rules.py", "clinic/*/rules/*", "clinic/*/services.py", "clinic/*/services/*")

WORKER = os.environ.get("PYTEST_XDIST_WORKER")
counted = None
if WORKER and os.environ.get("COUNT_LINES"):
    counted = slipcover.Slipcover(branch=True, source=OURS, omit=NOT_OURS)
    slipcover.ImportManager(counted, slipcover.FileMatcher(sources=OURS, omit=NOT_OURS)).__enter__()


def pytest_sessionfinish(session: pytest.Session) -> None:
    del session
    if counted:
        PLACE.mkdir(parents=True, exist_ok=True)
        (PLACE / f"{os.getpid()}.json").write_text(json.dumps(counted.get_coverage()))


def added_up() -> dict[str, Any]:
    first, *others = [json.loads(part.read_text()) for part in sorted(PLACE.glob("*.json"))]
    for other in others:
        slipcover.merge_coverage(first, other)
    return first


def held_whole_but_missed(files: dict[str, Any]) -> list[str]:
    """Files of rules and deeds of which a line or a branch was never taken."""
    return [
        name
        for name, seen in sorted(files.items())
        if any(fnmatch(name, pattern) for pattern in HELD_WHOLE) and seen["missing_lines"] + seen["missing_branches"]
    ]


def main() -> None:
    if not list(PLACE.glob("*.json")):
        sys.exit("No test has counted a line.")
    seen = added_up()
    slipcover.print_coverage(seen, outfile=sys.stdout, skip_covered=True)
    percent, missed = seen["summary"]["percent_covered"], held_whole_but_missed(seen["files"])
    sys.stdout.write(f"\n{percent:.1f} % of lines and branches taken, {LEAST} are wanted.\n")
    sys.stdout.writelines(f"Not taken whole, as rules and deeds must be: {name}\n" for name in missed)
    sys.exit(bool(missed) or percent < LEAST)


if __name__ == "__main__":
    main()
