"""The `check_regimen` command: files in, findings out, no database; without rules nothing is answered."""

import copy
import io
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.formulary.rules.reading import DATA
from clinic.formulary.rules.regimen import read_rules
from clinic.titration.rules import BadOrder
from clinic.titration.rules.regimen import answer_question
from tests.titration.orders import order, step, tablets

CLIENT = {"birth_date": "1990-01-15", "sex": "female", "pregnancy": "no", "egfr": "90", "qtc_ms": None}
RULES = {"rules": read_rules().active_count, "version": "2026-11-26"}


def entry(ingredient: str, first_on: str | None, last_on: str | None = None, mg: str | None = None) -> dict[str, Any]:
    return {"ingredient": ingredient, "first_on": first_on, "last_on": last_on, "mg_per_day": mg}


def question(*medications: Any, **fields: Any) -> dict[str, Any]:
    return {"id": "1", "today": "2026-03-02", "client": CLIENT, "medications": list(medications), **fields}


def asked(tmp_path: Path, questions: Any, *options: str) -> Any:
    source, answers = tmp_path / "regimens.json", io.StringIO()
    source.write_text(json.dumps(questions), encoding="utf-8")
    call_command("check_regimen", str(source), *options, stdout=answers)
    return json.loads(answers.getvalue())


def found(tmp_path: Path, *medications: Any, **fields: Any) -> list[dict[str, Any]]:
    [answer] = asked(tmp_path, [question(*medications, **fields)])
    return answer["findings"]


def of_code(code: str, findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [finding for finding in findings if finding["code"] == code]


def test_an_answer_says_what_when_why_by_which_rule_and_how_many_were_checked(tmp_path: Path) -> None:
    phenelzine = entry("Nardil", "2025-01-01", "2026-03-10", "45")
    [answer] = asked(tmp_path, [question(phenelzine, entry("sertraline", "2026-03-05", None, "50"))])

    assert answer["id"] == "1"
    assert answer["checked"] == RULES
    assert answer["findings"][0] == {
        "code": "interaction",
        "severity": "stop",
        "medications": ["nardil", "sertraline"],
        "first_on": "2026-03-05",
        "last_on": "2026-03-10",
        "text": "nardil with sertraline can cause a fatal serotonin syndrome; consider leaving one out, with the "
        "wash-out between them. (not yet reviewed by the medical director)",
        "rule": "interaction-maoi-ssri",
        "source": answer["findings"][0]["source"],
    }
    assert of_code("washout", answer["findings"])[0]["earliest_on"] == "2026-03-24"


def test_fluoxetine_then_phenelzine_a_day_too_soon(tmp_path: Path) -> None:
    fluoxetine = entry("fluoxetine", "2025-06-01", "2026-01-05", "20")
    [washout] = found(tmp_path, fluoxetine, entry("phenelzine", "2026-02-08", None, "45"))
    assert (washout["code"], washout["severity"], washout["first_on"]) == ("washout", "stop", "2026-02-08")
    assert washout["earliest_on"] == "2026-02-09"
    assert found(tmp_path, fluoxetine, entry("phenelzine", "2026-02-09", None, "45")) == []


def test_two_strengths_under_the_maximum_are_nothing_and_over_it_a_stop_from_that_day(tmp_path: Path) -> None:
    first = entry("sertraline", "2026-03-02", None, "150")
    assert found(tmp_path, first, entry("sertraline", "2026-03-20", None, "50")) == []
    [over] = found(tmp_path, first, entry("sertraline", "2026-03-20", None, "100"))
    assert (over["code"], over["severity"], over["first_on"]) == ("above_max", "stop", "2026-03-20")


@pytest.mark.parametrize(("born", "is_over"), [("1965-03-02", True), ("1965-09-02", False), ("1964-05-04", True)])
def test_citalopram_40_at_61_is_a_stop(tmp_path: Path, born: str, is_over: bool) -> None:
    client = CLIENT | {"birth_date": born}
    over = of_code("above_max", found(tmp_path, entry("citalopram", "2026-03-02", None, "40"), client=client))
    assert [finding["severity"] for finding in over] == (["stop"] if is_over else [])


def test_a_plan_counts_by_its_steps_and_a_pause_is_no_taking(tmp_path: Path) -> None:
    steps = [step(7, morning="50"), step(7), step(7, morning="250"), step(2, morning="100", bedtime="150")]
    plan = order(tablets("25", "50", "100"), steps=steps)
    findings = found(tmp_path, {"ingredient": "sertraline", "plan": plan}, entry("phenelzine", None, None, "45"))

    runs = [(finding["first_on"], finding["last_on"]) for finding in of_code("interaction", findings)]
    assert runs == [("2026-03-02", "2026-03-08"), ("2026-03-16", "2026-03-24")]
    [over] = of_code("above_max", findings)
    assert (over["first_on"], over["last_on"]) == ("2026-03-16", "2026-03-24")


def test_a_taper_ends_with_its_last_dose(tmp_path: Path) -> None:
    fall = {"from_mg": "100", "to_mg": "0", "method": "linear", "amount": "25", "interval_days": 7}
    plan = order(tablets("25", "100", scored=True), taper=fall | {"unit_mg": "25", "times": ["morning"]})
    rise = order(tablets("37.5", form="capsule", release="ER"), start_on="2026-03-09", steps=[step(morning="37.5")])
    findings = found(
        tmp_path,
        {"ingredient": "sertraline", "plan": plan},
        {"ingredient": "venlafaxine", "plan": rise},
    )
    [duplicate] = of_code("duplicate_therapy", findings)
    assert (duplicate["severity"], duplicate["first_on"], duplicate["last_on"]) == ("note", "2026-03-09", "2026-03-29")


def test_nothing_needs_to_be_known_of_the_client(tmp_path: Path) -> None:
    for client in (None, {}, {"sex": "unknown", "pregnancy": None, "conditions": None, "allergies": []}):
        assert found(tmp_path, entry("sertraline", "2026-03-02", None, "50"), client=client) == []
    assert found(tmp_path) == []


def test_a_medication_may_be_given_by_its_name_alone(tmp_path: Path) -> None:
    [unknown] = found(tmp_path, {"ingredient": "Moonflower Extract"})
    assert (unknown["medications"], unknown["first_on"], unknown["last_on"]) == (["moonflower extract"], None, None)


PLAN = order(tablets("25"), steps=[step(7, morning="25")])


@pytest.mark.parametrize(
    ("spoiled", "field"),
    [
        (question() | {"today": None}, "today"),
        (question() | {"today": "soon"}, "today"),
        (question() | {"meds": []}, "meds"),
        (question() | {"medications": None}, "medications"),
        (question() | {"medications": {}}, "medications"),
        (question() | {"medications": ["sertraline"]}, "medications[0]"),
        (question(client=[]), "client"),
        (question(client={"age": 4}), "client.age"),
        (question(client={"birth_date": "2026-03-03"}), "client.birth_date"),
        (question(client={"birth_date": 1990}), "client.birth_date"),
        (question(client={"sex": "f"}), "client.sex"),
        (question(client={"pregnancy": "maybe"}), "client.pregnancy"),
        (question(client={"conditions": "F32"}), "client.conditions"),
        (question(client={"conditions": ["F32", 3]}), "client.conditions[1]"),
        (question(client={"allergies": [" "]}), "client.allergies[0]"),
        (question(client={"egfr": "-1"}), "client.egfr"),
        (question(client={"egfr": 59.5}), "client.egfr"),
        (question(client={"qtc_ms": "long"}), "client.qtc_ms"),
        (question({}), "medications[0].ingredient"),
        (question({"ingredient": " "}), "medications[0].ingredient"),
        (question({"ingredient": 5}), "medications[0].ingredient"),
        (question({"ingredient": "x", "dose": "5"}), "medications[0].dose"),
        (question(entry("x", "2026-03-02", "2026-03-01")), "medications[0].last_on"),
        (question(entry("x", "2026-02-30")), "medications[0].first_on"),
        (question(entry("x", None, None, "0")), "medications[0].mg_per_day"),
        (question(entry("x", None), entry("x", None, None, "1,5")), "medications[1].mg_per_day"),
        (question({"ingredient": "x", "plan": []}), "medications[0].plan"),
        (question({"ingredient": "x", "plan": PLAN, "mg_per_day": "5"}), "medications[0].mg_per_day"),
        (question({"ingredient": "x", "plan": PLAN | {"steps": []}}), "medications[0].plan.steps"),
        (
            question(
                entry("x", None),
                {"ingredient": "y", "plan": order(tablets("25"), taper={"from_mg": "5", "amount": "0", "to_mg": "0"})},
            ),
            "medications[1].plan.taper.method",
        ),
        (
            question({"ingredient": "x", "plan": PLAN | {"changes": [{"on": "2030-01-01", "action": "stop"}]}}),
            "medications[0].plan.changes[0].on",
        ),
    ],
)
def test_what_cannot_be_answered_names_its_field(tmp_path: Path, spoiled: dict[str, Any], field: str) -> None:
    refused, good = asked(tmp_path, [spoiled, question() | {"id": "2"}])
    assert refused["id"] == "1"
    assert refused["error"]["field"] == field
    assert refused["error"]["message"]
    assert good == {"id": "2", "findings": [], "checked": RULES}


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=5,
)
WHOLE = question(
    entry("sertraline", "2026-03-02", "2026-03-09", "50"), {"ingredient": "phenelzine", "plan": PLAN}, client=CLIENT
)
PLACES = [
    *(("client", name) for name in (*CLIENT, "conditions", "allergies")),
    *(("medications", 0, name) for name in ("ingredient", "first_on", "last_on", "mg_per_day", "plan")),
    *(("medications", 1, "plan", name) for name in ("start_on", "products", "steps", "changes", "limits")),
    *((name,) for name in ("today", "client", "medications")),
]


def checked_or_path(asking: dict[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
    """What was checked of a question, or the path of what is wrong in it."""
    try:
        return answer_question(asking, read_rules())["checked"], None
    except BadOrder as refused:
        return None, refused.field


@settings(max_examples=200, deadline=None)
@given(JUNK, st.sampled_from(PLACES))
def test_whatever_stands_in_a_field_the_answer_is_findings_or_a_path(junk: Any, place: tuple[Any, ...]) -> None:
    spoiled = copy.deepcopy(WHOLE)
    inner = spoiled
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = junk
    checked, field = checked_or_path(spoiled)
    assert checked == RULES or field


def test_the_end_of_the_calendar_is_a_day_like_any_other(tmp_path: Path) -> None:
    phenelzine = entry("phenelzine", "9999-12-01", "9999-12-28", "45")
    client = CLIENT | {"birth_date": "9998-01-01"}
    medications = (phenelzine, entry("sertraline", "9999-12-29", "9999-12-31", "50"))
    findings = found(tmp_path, *medications, client=client, today="9999-12-01")
    assert [finding["earliest_on"] for finding in of_code("washout", findings)] == ["9999-12-31"]


def test_what_is_no_array_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        asked(tmp_path, {"id": "a"})
    assert refused.value.returncode == 2


def no_interactions(folder: Path) -> None:
    (folder / "interactions.csv").unlink()


def empty_washouts(folder: Path) -> None:
    header = (folder / "washouts.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "washouts.csv").write_text(header + "\n", encoding="utf-8")


def broken_loads(folder: Path) -> None:
    path = folder / "loads.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",stop,", ",halt,"), encoding="utf-8")


@pytest.mark.parametrize("spoil", [no_interactions, empty_washouts, broken_loads])
def test_without_rules_nothing_is_answered(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(DATA, folder)
    spoil(folder)
    with pytest.raises(CommandError) as refused:
        asked(tmp_path, [question()], "--rules", str(folder))

    assert refused.value.returncode == 2
    assert len(str(refused.value).splitlines()) == 1
    assert "cannot be used" in str(refused.value)


def test_a_hundred_regimens_of_five_medications_take_under_two_seconds(tmp_path: Path) -> None:
    plan = {
        "ingredient": "sertraline",
        "plan": order(tablets("25", "50", "100"), steps=[step(7, morning="50"), step()]),
    }
    others = [entry(name, "2026-01-01", None, "100") for name in ("trazodone", "lithium", "quetiapine", "ibuprofen")]
    questions = [question(plan, *others) | {"id": str(number)} for number in range(100)]
    began = time.process_time()
    answers = asked(tmp_path, questions)

    assert time.process_time() - began < 2
    assert all(answer["findings"] for answer in answers)
