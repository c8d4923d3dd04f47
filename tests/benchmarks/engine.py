"""How fast doses and checks are computed: `python -m tests.benchmarks.engine [regimens] [year] [units]`.

CPU times of one core; they are noisy on a busy machine, so the load stands beside them, and ratios say more.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from clinic.formulary.rules.regimen import read_rules
from clinic.titration.rules import build_plan
from clinic.titration.rules.regimen import answer_question
from clinic.titration.rules.units import Form, Release, Shelf, Solid, nearest_to, units_for

PROJECT = Path(__file__).resolve().parents[2]
START = date(2026, 3, 2)
REGIMENS = 1500
YEAR = 364
ROUNDS = 20
NAMES = (
    *("sertraline", "citalopram", "fluoxetine", "venlafaxine", "bupropion", "mirtazapine", "phenelzine", "lithium"),
    *("lamotrigine", "valproate", "quetiapine", "aripiprazole", "clozapine", "lorazepam", "zolpidem", "trazodone"),
    *("methylphenidate", "ibuprofen", "omeprazole", "tramadol", "lisinopril", "sumatriptan", "benztropine"),
)


def main() -> None:
    parts = {"regimens": regimens, "year": year, "units": units}
    parser = argparse.ArgumentParser(prog="engine", description="Measure the dose-plan engine and the regimen check.")
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(parts)}; all without")
    chosen = parser.parse_args().parts or list(parts)
    print(f"load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores")
    for name in chosen:
        parts[name]()


def regimens() -> None:
    """Regimens of five medications a second through the command, its start taken off."""
    drawn = random.Random(1)
    questions = [regimen(drawn, str(number)) for number in range(REGIMENS)]
    with tempfile.TemporaryDirectory() as place:
        start, many = (command_seconds(Path(place), questions[:count]) for count in (1, REGIMENS))
    rate = (REGIMENS - 1) / (many - start)
    print(f"regimens of five medications through the command: {rate:,.0f} a second (start {start:.2f} s); wanted 300")


def regimen(drawn: random.Random, name: str) -> dict[str, Any]:
    """Five medications: two dose plans and three reported ones, of a client of any age."""
    taken = drawn.sample(NAMES, 5)
    client = {"birth_date": f"{drawn.randint(1940, 2006)}-05-04", "sex": "female", "pregnancy": "no", "egfr": "80"}
    plans = [{"ingredient": one, "plan": plan_of(drawn)} for one in taken[:2]]
    reported = [
        {"ingredient": one, "first_on": "2025-11-03", "last_on": drawn.choice([None, "2026-04-01"]), "mg_per_day": "50"}
        for one in taken[2:]
    ]
    return {"id": name, "today": START.isoformat(), "client": client, "medications": [*plans, *reported]}


def plan_of(drawn: random.Random) -> dict[str, Any]:
    start_on = START + timedelta(days=drawn.randint(-20, 20))
    products = [{"form": "tablet", "release": "IR", "strengths_mg": ["25", "50", "100"], "scored": True}]
    rise = {"from_mg": "25", "to_mg": "100", "step_mg": "25", "interval_days": 7, "times": ["morning"]}
    fall = rise | {"from_mg": "100", "to_mg": "0", "method": "linear", "amount": "25", "unit_mg": "12.5"}
    del fall["step_mg"]
    kind = drawn.choice([{"titration": rise}, {"taper": fall}])
    return {"start_on": start_on.isoformat(), "products": products, **kind}


def command_seconds(place: Path, questions: list[dict[str, Any]]) -> float:
    """The CPU seconds of a process that answers the questions."""
    source = place / "questions.json"
    source.write_text(json.dumps(questions), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "manage.py", "check_regimen", str(source)]
    subprocess.run(command, cwd=PROJECT, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def year() -> None:
    """A year of five medications: plans, units, dispensing and all checks, beside summing the same days plainly."""
    rules, question = read_rules(), year_of_five()
    amounts = [[Decimal(index % 9) * 25 for index in range(YEAR)] for _ in range(5)]
    answer_question(question, rules)

    def cold() -> None:
        units_for.cache_clear()
        answer_question(question, rules)

    new, again = milliseconds(cold), milliseconds(lambda: answer_question(question, rules))
    plain = milliseconds(lambda: [sum(days, Decimal()) for days in amounts])
    steps = sum(len(build_plan(one["plan"]).steps) for one in question["medications"])
    print(
        f"a year of five medications, {steps} steps, units, all checks: {new:.1f} ms, again {again:.1f} ms; wanted 20"
    )
    print(f"  summing the same {5 * YEAR} days in plain Python: {plain:.2f} ms; all of it takes ", end="")
    print(f"{new / plain:.0f} times that")


def year_of_five() -> dict[str, Any]:
    """Five dose plans with a step every week for 52 weeks, of which some interact."""
    names = ("sertraline", "venlafaxine", "lithium", "quetiapine", "lorazepam")
    products = [{"form": "tablet", "release": "IR", "strengths_mg": ["5", "12.5", "25", "50", "100"], "scored": True}]
    limits = {"max_mg_per_day": "200", "max_step_mg": "50", "min_step_interval_days": 7, "warn_reduction_percent": "10"}
    medications = []
    for place, name in enumerate(names):
        doses = [{"morning": str(5 * (1 + (week * (place + 3)) % 37)), "bedtime": "12.5"} for week in range(YEAR // 7)]
        steps = [{"doses": dose, "days": 7} for dose in doses]
        order = {"start_on": START.isoformat(), "products": products, "limits": limits, "steps": steps}
        medications.append({"ingredient": name, "plan": order})
    client = {
        "birth_date": "1961-05-04",
        "sex": "female",
        "pregnancy": "unknown",
        "conditions": ["F31.81"],
        "egfr": "55",
    }
    return {"id": "1", "today": START.isoformat(), "client": client, "medications": medications}


def units() -> None:
    """The slowest amounts of the unit search among many, with eight strengths that share little."""
    strengths = (
        ("7", "11", "13", "17", "19", "23", "29", "31"),
        ("1.3", "2.7", "7.7", "12.1", "19.9", "33.7", "71.3", "99.7"),
        ("13.91", "113.8", "140", "355.5", "411.4", "461.4", "469.7", "1433"),
    )
    for chosen in strengths:
        shelf = Shelf.of([Solid(Form.TABLET, Release.IR, Decimal(mg), scored=True) for mg in chosen])
        drawn = random.Random(2)
        asked = [Decimal(drawn.randint(1, 5000)) / 10 for _ in range(150)] + [Decimal("999.9"), Decimal("2230.35")]
        seen = [(seconds(lambda: search(shelf, mg)), mg) for mg in asked]  # noqa: B023 - called at once
        worst, mg = max(seen)
        typical = 1000 * median(took for took, _ in seen)
        print(f"units of eight strengths, {' '.join(chosen)}: ", end="")
        print(f"median {typical:.2f} ms, worst {1000 * worst:.1f} ms at {mg} mg")


def search(shelf: Shelf, mg: Decimal) -> None:
    """The units of an amount without remembering, and the nearest amounts where there are none."""
    units_for.cache_clear()
    if not units_for(shelf, mg):
        nearest_to(shelf, mg)


def milliseconds(work: Callable[[], Any]) -> float:
    return 1000 * median(seconds(work) for _ in range(ROUNDS))


def seconds(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
