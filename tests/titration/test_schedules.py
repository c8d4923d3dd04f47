"""The label's schedules through the engine: all build, all count, and what the label refuses is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clinic.core.rules import RuleBroken
from clinic.formulary.rules import choose, limits_of, order_product, read_formulary, read_templates
from clinic.formulary.rules.templates import Template
from clinic.titration.rules.findings import Code, Finding
from clinic.titration.rules.schedules import Held, Label, follows, tapers_from
from clinic.titration.rules.signing import finding_words

TEMPLATES = read_templates()
BY_KEY = {one.key: one for one in TEMPLATES.every}
ENTRIES = {entry.name: entry for entry in read_formulary()}
START = "2026-03-02"
AMOUNT = tuple[str, int] | tuple[str, int, int]


def products(medication: str, *strengths: str) -> list[dict[str, Any]]:
    """What the formulary lists, or plain tablets of these strengths alone."""
    if strengths:
        return [{"form": "tablet", "release": "IR", "strengths_mg": list(strengths)}]
    listed = (order_product(one) for one in ENTRIES[medication].products if not one.not_computed_because)
    return [one for one in listed if one is not None]


def label(medication: str, *taken: str, codes: tuple[str, ...] = ()) -> Label:
    choice = choose(TEMPLATES, medication, taken, age=40, codes=codes)
    return Label(limits_of(ENTRIES[medication]), TEMPLATES.of(medication), choice)


def by_template(key: str, *taken: str, strengths: tuple[str, ...] = (), horizon: int = 0) -> Held:
    template = BY_KEY[key]
    order = {"start_on": START, "horizon_days": horizon, "products": products(template.medication, *strengths)}
    return label(template.medication, *taken).hold({**order, **template.regimen}, key)


def steps(*rows: AMOUNT, time: str = "morning") -> list[dict[str, Any]]:
    """Steps of (mg, days, every so many days); the last has no end."""
    written = []
    for mg, days, *every in rows:
        row: dict[str, Any] = {"doses": {time: mg}, "every_days": every[0] if every else 1}
        written.append({**row, "days": days} if days else row)
    return written


def by_hand(medication: str, *rows: AMOUNT, taken: tuple[str, ...] = (), key: str = "") -> tuple[Finding, ...]:
    order = {"start_on": START, "products": products(medication), "steps": steps(*rows)}
    return label(medication, *taken).hold(order, key).plan.stops


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [finding.code.value for finding in found]


OFFERED = [one for one in TEMPLATES.every if one.is_offered]
# A name by which each group is known.
GROUPS = {"valproate": "Depakote", "enzyme_inducer": "Tegretol", "cyp2d6_strong_inhibitor": "quinidine"}
GROUPS |= {"cyp3a4_strong_inhibitor": "ketoconazole", "cyp2c19_inhibitor": "Prilosec"}


@pytest.mark.parametrize("template", TEMPLATES.every, ids=lambda one: one.key)
def test_every_template_builds_from_real_products_and_stops_nothing(template: Template) -> None:
    order = {"start_on": START, "products": products(template.medication), **template.regimen}
    taken = [GROUPS[group] for group in sorted(template.takes[-1])]
    own = label(template.medication, *taken)
    held = own.hold(order, template.key if template.is_offered else "")
    assert Code.NOT_MAKEABLE not in codes(held.plan.findings)
    assert all(dose.units for step in held.plan.steps for dose in step.doses)
    if template.is_offered:
        assert held.plan.stops == ()


@pytest.mark.parametrize("template", OFFERED, ids=lambda one: one.key)
def test_a_template_follows_itself(template: Template) -> None:
    assert follows(by_template(template.key, *[GROUPS[group] for group in template.takes[-1]]).plan, template)


@pytest.mark.parametrize(
    ("key", "strengths", "counts"),
    [
        ("lamotrigine-alone", ("25", "100"), {"25": 42, "100": 7}),
        ("lamotrigine-with-valproate", ("25", "100"), {"25": 35}),
        ("lamotrigine-with-inducer", ("25", "100"), {"25": 84}),
        ("lamotrigine-with-inducer-to-400", ("25", "100", "150", "200"), {"25": 84, "100": 14, "150": 14}),
        ("sertraline-panic-ptsd-sad", ("25", "50", "100"), {"25": 7, "50": 14, "100": 14}),
        ("venlafaxine-xr-fastest", ("37.5", "75", "150"), {"37.5": 7, "75": 4, "150": 4}),
        ("bupropion-xl", ("150", "300"), {"150": 4}),
        ("vilazodone", ("10", "20"), {"10": 7}),
        ("buspirone", ("7.5", "10", "15"), {"7.5": 6, "10": 9, "15": 3}),
        ("quetiapine-ir-bipolar-depression", ("50", "100", "200", "300"), {"50": 1, "100": 1, "200": 1}),
        ("aripiprazole-adjunct", ("2", "5", "10", "15"), {"2": 7, "5": 7, "10": 7}),
        ("methylphenidate-oros", ("18", "36", "54", "72"), {"18": 7, "36": 7, "54": 7}),
        ("guanfacine-er-stop", ("1", "2", "3"), {"3": 7, "2": 7, "1": 7}),
    ],
)
def test_what_a_template_dispenses_is_the_tables_count(
    key: str, strengths: tuple[str, ...], counts: dict[str, int]
) -> None:
    template = BY_KEY[key]
    order = {"start_on": START, "products": products(template.medication, *strengths), **template.regimen}
    plan = label(template.medication).hold(order).plan
    dispensed = {row["strength_mg"]: Decimal(row["count"]) for row in (one.to_json() for one in plan.dispense)}
    assert dispensed == counts


def test_the_diazepam_taper_is_the_table_of_the_guideline() -> None:
    steps_of = by_template("diazepam-taper").plan.steps
    assert [step.mg_per_day for step in steps_of][:4] == [20, 18, 17, 16]
    assert [(step.first_on - date(2026, 3, 2)).days + 1 for step in steps_of][-1] == 253


def test_a_schedule_of_the_label_is_not_refused_for_the_medications_general_pace() -> None:
    general = limits_of(ENTRIES["lamotrigine"])
    assert general["min_step_interval_days"] == 14
    held = by_template("lamotrigine-alone")
    assert held.order["limits"] == {"max_mg_per_day": "200", "max_step_mg": "100", "min_step_interval_days": 7}
    slower = by_hand("lamotrigine", ("25", 21), ("50", 14), ("100", 10), ("200", 0))
    assert slower == ()
    other = by_hand("lamotrigine", ("25", 14), ("50", 14), ("100", 7), ("150", 0))
    assert codes(other) == ["step_too_soon"]


ACCEPTED: list[tuple[str, list[AMOUNT], str]] = [
    ("sertraline", [("25", 7), ("50", 7), ("100", 7), ("150", 7), ("200", 0)], ""),
    ("sertraline", [("50", 7), ("100", 0)], "sertraline-depression-ocd"),
    ("venlafaxine XR", [("75", 4), ("150", 4), ("225", 0)], ""),
    ("bupropion XL", [("150", 4), ("300", 28), ("450", 0)], ""),
    ("citalopram", [("20", 7), ("40", 0)], ""),
    ("aripiprazole", [("2", 7), ("5", 7), ("10", 0)], "aripiprazole-adjunct"),
    ("brexpiprazole", [("1", 4), ("2", 3), ("4", 0)], "brexpiprazole-schizophrenia"),
    ("cariprazine", [("1.5", 1), ("3", 0)], "cariprazine-mania"),
    ("levomilnacipran", [("20", 2), ("40", 2), ("80", 2), ("120", 0)], ""),
    ("lumateperone", [("42", 0)], ""),
]
REFUSED: list[tuple[str, list[AMOUNT], tuple[str, ...], str, list[str]]] = [
    ("lamotrigine", [("25", 7), ("50", 0)], (), "", ["off_schedule", "step_too_soon"]),
    ("lamotrigine", [("25", 0)], ("Depakote",), "", ["off_schedule"]),
    ("lamotrigine", [("200", 0)], (), "", ["off_schedule"]),
    ("sertraline", [("50", 7), ("150", 0)], (), "", ["step_too_large"]),
    ("sertraline", [("50", 4), ("100", 0)], (), "", ["step_too_soon"]),
    ("venlafaxine XR", [("75", 3), ("150", 0)], (), "", ["step_too_soon"]),
    ("venlafaxine XR", [("225", 7), ("300", 0)], (), "", ["above_max"]),
    ("bupropion XL", [("150", 2), ("300", 0)], (), "", ["step_too_soon"]),
    ("citalopram", [("20", 7), ("60", 0)], (), "", ["above_max", "step_too_large"]),
    ("citalopram", [("40", 0)], ("Prilosec",), "citalopram-2c19", ["above_max"]),
    ("vortioxetine", [("20", 0)], ("fluoxetine",), "vortioxetine-2d6", ["above_max"]),
    ("aripiprazole", [("2", 7), ("10", 0)], (), "aripiprazole-adjunct", ["step_too_large", "step_too_soon"]),
    ("aripiprazole", [("10", 13), ("15", 0)], (), "aripiprazole-schizophrenia", ["step_too_soon"]),
    ("aripiprazole", [("10", 14), ("20", 0)], (), "aripiprazole-adjunct", ["above_max", "step_too_large"]),
    ("cariprazine", [("1.5", 14), ("4.5", 0)], (), "cariprazine-depression", ["above_max"]),
    ("quetiapine IR", [("300", 1), ("400", 0)], (), "quetiapine-ir-bipolar-depression", ["above_max"]),
    ("lumateperone", [("21", 7), ("42", 0)], (), "", ["off_schedule"]),
    ("lumateperone", [("42", 7), ("84", 0)], (), "lumateperone", ["above_max", "off_schedule"]),
    ("clozapine", [("12.5", 1), ("100", 0)], (), "", ["step_too_large"]),
    ("valbenazine", [("40", 7), ("80", 0)], ("quinidine",), "valbenazine-inhibitor", ["above_max"]),
]


@pytest.mark.parametrize(("medication", "rows", "key"), ACCEPTED)
def test_what_the_label_accepts(medication: str, rows: list[AMOUNT], key: str) -> None:
    assert by_hand(medication, *rows, key=key) == ()


@pytest.mark.parametrize(("medication", "rows", "taken", "key", "found"), REFUSED)
def test_what_the_label_refuses(
    medication: str, rows: list[AMOUNT], taken: tuple[str, ...], key: str, found: list[str]
) -> None:
    assert codes(by_hand(medication, *rows, taken=taken, key=key)) == found


def test_the_pace_of_clozapine_is_accepted_day_by_day() -> None:
    pace = ["12.5", "25", "50", "75", "100", "125", "150", "175", "200", "225", "250", "275", "300", "300"]
    rows: list[AMOUNT] = [(mg, 1) for mg in pace[:-1]]
    assert by_hand("clozapine", *rows, (pace[-1], 0)) == ()


def test_a_stop_off_the_schedule_says_what_the_schedule_has() -> None:
    (stop,) = by_hand("lamotrigine", ("25", 0), taken=("Depakote",))
    assert (stop.first_on, stop.value, stop.limit) == (date(2026, 3, 2), Decimal(25), Decimal("12.5"))
    assert finding_words(stop) == (
        "25 mg a day from Mar 2, 2026 is off schedule: the label's schedule for what this client takes has 12.5 mg "
        "a day then."
    )


def test_a_step_back_a_hold_and_a_later_amount() -> None:
    again = by_hand("lamotrigine", ("25", 14), ("50", 7), ("25", 14), ("50", 14), ("100", 7), ("200", 0))
    assert again == ()
    after_a_hold = by_hand("lamotrigine", ("25", 14), ("0", 7), ("25", 0))
    assert codes(after_a_hold) == ["step_too_soon"]
    # Below the schedule from its last step on, whatever the amount: that is the maximum's affair.
    assert by_hand("lamotrigine", ("25", 14, 2), ("25", 14), ("50", 14), ("100", 0), taken=("Depakote",)) == ()


def test_nothing_to_hold_an_empty_plan_or_an_unknown_schedule_against() -> None:
    order = {"start_on": START, "products": products("lamotrigine"), "steps": steps(("25", 0))}
    stopped = {**order, "changes": [{"on": START, "action": "stop"}]}
    assert label("lamotrigine", "Depakote").hold(stopped).plan.findings == ()
    with pytest.raises(RuleBroken, match="not offered"):
        label("lamotrigine").chosen("lamotrigine-with-inducer-to-400")
    assert label("lamotrigine").chosen("lamotrigine-alone").medication == "lamotrigine"
    assert label("lamotrigine").named("lamotrigine-with-inducer-to-400") is None
    own = {"max_step_mg": "5", "warn_reduction_percent": "10"}
    assert label("gabapentin").hold({**order, "limits": own}).order["limits"] == {"warn_reduction_percent": "10"}


@pytest.mark.parametrize(("mg", "keys"), [("40", ["citalopram-taper"]), ("39.9", []), ("20", [])])
def test_a_taper_is_offered_where_it_begins_no_higher_than_what_is_taken(mg: str, keys: list[str]) -> None:
    assert [one.key for one in tapers_from(TEMPLATES.of("citalopram"), Decimal(mg))] == keys
