"""From the JSON of an order to an Order: the same reading for the command, the pages and the database."""

from collections.abc import Mapping
from typing import Any

from clinic.titration.rules.order import (
    Action,
    Change,
    Limits,
    Order,
    Taper,
    TaperMethod,
    Time,
    Titration,
    WrittenStep,
)
from clinic.titration.rules.reading import LONGEST_PLAN_DAYS, BadOrder, Fields, read_amount, read_choice
from clinic.titration.rules.units import Form, Release, Shelf, Solid, Solution

REGIMENS = ("steps", "titration", "taper")
ORDER_FIELDS = frozenset({"id", "start_on", "horizon_days", "products", "limits", "changes", *REGIMENS})
SOLID_FIELDS = frozenset({"form", "release", "strengths_mg", "scored"})
SOLUTION_FIELDS = frozenset({"form", "release", "mg_per_ml", "ml_step", "scored"})
STEP_FIELDS = frozenset({"doses", "every_days", "days"})
TITRATION_FIELDS = frozenset({"from_mg", "to_mg", "step_mg", "interval_days", "times"})
TAPER_FIELDS = frozenset({"from_mg", "to_mg", "method", "amount", "interval_days", "unit_mg", "times"})
LIMIT_FIELDS = frozenset(Limits.__slots__)
CHANGE_FIELDS = {
    Action.PAUSE: frozenset({"on", "action", "days"}),
    Action.BACK_ONE_STEP: frozenset({"on", "action"}),
    Action.STOP: frozenset({"on", "action"}),
    Action.SLOW: frozenset({"on", "action", "interval_days"}),
}


def parse_order(raw: Mapping[str, Any]) -> Order:
    """Read an order as the contract `dose_plan` writes it; BadOrder names the field that is wrong.

    `id` may be left out (it is then empty); amounts in mg are decimal texts, days whole numbers.
    """
    order = Fields(raw, "", ORDER_FIELDS)
    return Order(
        id=order.text("id"),
        start_on=order.day("start_on"),
        horizon_days=_horizon(order),
        shelf=Shelf.of([one for path, entry in order.items("products") for one in _product(path, entry)]),
        limits=_limits(order.needed("limits")) if order.has("limits") else Limits(),
        regimen=_regimen(order),
        changes=tuple(_change(path, entry) for path, entry in _changes(order)),
    )


def _horizon(order: Fields) -> int:
    days = order.whole("horizon_days", least=0) if order.has("horizon_days") else 0
    if days > LONGEST_PLAN_DAYS:
        raise BadOrder("horizon_days", f"Dispensing reaches at most {LONGEST_PLAN_DAYS} days ahead.")
    return days


def _product(path: str, raw: object) -> list[Solid | Solution]:
    form = Fields(raw, path, SOLID_FIELDS | SOLUTION_FIELDS).choice("form", Form)
    product = Fields(raw, path, SOLUTION_FIELDS if form is Form.SOLUTION else SOLID_FIELDS)
    release, scored = product.choice("release", Release), product.truth("scored")
    if form is Form.SOLUTION:
        return [Solution(form, release, product.amount("mg_per_ml"), product.amount("ml_step"))]
    strengths = [read_amount(entry, at) for at, entry in product.items("strengths_mg")]
    return [Solid(form, release, strength, scored) for strength in strengths]


def _limits(raw: object) -> Limits:
    limits = Fields(raw, "limits", LIMIT_FIELDS)
    return Limits(
        max_mg_per_day=limits.amount_if_any("max_mg_per_day"),
        max_step_mg=limits.amount_if_any("max_step_mg"),
        min_step_interval_days=limits.whole_if_any("min_step_interval_days"),
        warn_reduction_percent=limits.amount_if_any("warn_reduction_percent"),
        max_reduction_percent=limits.amount_if_any("max_reduction_percent"),
        reduction_window_days=limits.whole_if_any("reduction_window_days"),
    )


def _regimen(order: Fields) -> tuple[WrittenStep, ...] | Titration | Taper:
    given = [name for name in REGIMENS if order.has(name)]
    if not given:
        raise BadOrder("steps", "Give steps, a titration or a taper.")
    if len(given) > 1:
        raise BadOrder(given[1], f"Give either {given[0]} or {given[1]}, not both.")
    if given == ["titration"]:
        return _titration(order.needed("titration"))
    if given == ["taper"]:
        return _taper(order.needed("taper"))
    entries = order.items("steps")
    steps = tuple(_step(path, entry) for path, entry in entries)
    for (path, _), step in zip(entries[:-1], steps, strict=False):
        if step.days is None:
            raise BadOrder(f"{path}.days", "Only the last step may be open-ended.")
    return steps


def _step(path: str, raw: object) -> WrittenStep:
    step = Fields(raw, path, STEP_FIELDS)
    doses = Fields(step.needed("doses"), step.path("doses"), frozenset(Time))
    amounts = ((time, doses.amount(time, zero_allowed=True)) for time in Time if doses.names(time))
    return WrittenStep(
        doses=tuple((time, amount) for time, amount in amounts if amount),
        every_days=step.whole("every_days") if step.has("every_days") else 1,
        days=step.whole_if_any("days"),
    )


def _titration(raw: object) -> Titration:
    fields = Fields(raw, "titration", TITRATION_FIELDS)
    titration = Titration(
        from_mg=fields.amount("from_mg"),
        to_mg=fields.amount("to_mg"),
        step_mg=fields.amount("step_mg"),
        interval_days=fields.whole("interval_days"),
        times=_times(fields),
    )
    if titration.to_mg < titration.from_mg:
        raise BadOrder("titration.to_mg", "A titration rises: this is below the first dose.")
    return titration


def _taper(raw: object) -> Taper:
    fields = Fields(raw, "taper", TAPER_FIELDS)
    taper = Taper(
        from_mg=fields.amount("from_mg"),
        to_mg=fields.amount("to_mg", zero_allowed=True),
        method=fields.choice("method", TaperMethod),
        amount=fields.amount("amount"),
        interval_days=fields.whole("interval_days"),
        unit_mg=fields.amount("unit_mg"),
        times=_times(fields),
    )
    if taper.to_mg > taper.from_mg:
        raise BadOrder("taper.to_mg", "A taper falls: this is above the first dose.")
    return taper


def _times(fields: Fields) -> tuple[Time, ...]:
    times: list[Time] = []
    for path, entry in fields.items("times"):
        time = read_choice(entry, path, Time)
        if time in times:
            raise BadOrder(path, "This time is given twice.")
        times.append(time)
    return tuple(time for time in Time if time in times)


def _changes(order: Fields) -> list[tuple[str, Any]]:
    if not order.has("changes") or order.needed("changes") == []:
        return []
    return order.items("changes")


def _change(path: str, raw: object) -> Change:
    action = Fields(raw, path, frozenset().union(*CHANGE_FIELDS.values())).choice("action", Action)
    change = Fields(raw, path, CHANGE_FIELDS[action])
    on = change.day("on")
    if action is Action.PAUSE:
        return Change(on, action, change.whole("days"))
    if action is Action.SLOW:
        return Change(on, action, change.whole("interval_days"))
    return Change(on, action)
