"""The form that changes or stops a running dose plan."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from clinic.core.rules import RuleBroken
from clinic.titration.forms.fields import day_field, days_field, mg_field
from clinic.titration.forms.regimen import RegimenForm
from clinic.titration.models import DosePlanVersion
from clinic.titration.queries import Before
from clinic.titration.rules import DosePlanResult, build_plan, step_on
from clinic.titration.rules.offering import Offer, offers_of
from clinic.titration.rules.order import Time
from clinic.titration.rules.running import (
    amount_row,
    amount_then_schedule,
    held,
    next_step_early,
    order_from,
    order_with,
    rest_of,
    takes_effect_on,
)
from clinic.titration.rules.schedules import Label

WAYS = [
    ("amount", "Another amount"),
    ("titration", "Rise to a target"),
    ("taper", "Fall step by step (taper)"),
    ("steps", "Steps by hand"),
    ("early", "The next step earlier"),
    ("pause", "Stay longer on the step that runs"),
    ("back_one_step", "Back to the step before"),
    ("slow", "Slow down the coming steps"),
    ("hold", "Hold: no dose for some days"),
    ("stop", "Stop"),
]
THEN = [("stay", "Stay on it"), ("schedule", "Go on with the planned steps on their days")]


class ChangeForm(RegimenForm):
    """A change of a running dose plan. Cleaned, it is the `order`, the day `on`, `reason`, `overrides`, version."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    way = forms.ChoiceField(label="What changes", choices=WAYS, widget=forms.RadioSelect, initial="amount")
    on = day_field("From")
    mg_per_day = mg_field("Amount a day")
    then = forms.ChoiceField(label="Afterward", choices=THEN, widget=forms.RadioSelect, initial="stay", required=False)
    days = days_field("Days")
    reason = forms.CharField(label="Why", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self,
        data: QueryDict | None,
        *,
        current: DosePlanVersion,
        label: Label,
        offers: Sequence[Offer],
        team: Sequence[tuple[str, str]],
        before: Callable[[DosePlanResult, DosePlanResult, date], Before],
        today: date,
    ) -> None:
        self.current, self.label, self.today, self.look_before = current, label, today, before
        self.old = build_plan(current.order)
        chosen = [offer.key for offer in offers_of(current.order["products"])]
        every = {offer.key: offer for offer in [*offers, *offers_of(current.order["products"])]}
        first_day = max(today, self.old.order.start_on)
        initial = {"version": current.number, "on": first_day, **_what_is_taken(self.old, first_day)}
        super().__init__(data, offers=list(every.values()), chosen=chosen, team=team, initial=initial)

    def clean(self) -> dict[str, Any]:
        """The whole order as it shall now read, and the plan it makes."""
        try:
            held = self.label.hold({**self._order(), "limits": {}}, self.current.template)
            self.plan = held.plan
            self.ask_reasons(self.look_before(self.old, held.plan, self._first_day(held.plan)))
        except RuleBroken as refusal:
            self.refuse(refusal)
            return {}
        given = self.cleaned_data
        return {
            "base_version": given.get("version"),
            "order": held.order,
            "on": None if self._has_own_day() else given["on"],
            "reason": given.get("reason", ""),
            "overrides": self.overrides(),
        }

    def _has_own_day(self) -> bool:
        """Whether the change itself says from which day on amounts differ."""
        return self.cleaned_data.get("way") in {"pause", "slow", "stop"}

    def _first_day(self, plan: DosePlanResult) -> date:
        """The day the change takes effect."""
        differs_on = takes_effect_on(self.old, plan) if self._has_own_day() else None
        return differs_on or self.needed("on")

    def _order(self) -> dict[str, Any]:
        way, on = self.cleaned_data.get("way") or "amount", self.needed("on")
        if way in {"pause", "back_one_step", "slow", "stop"}:
            return self._with_change(way, on)
        steps: Callable[[], list[dict[str, Any]]] = {
            "amount": self._amount,
            "titration": lambda: self._laid_out("titration", self.titration()),
            "taper": lambda: self._laid_out("taper", self.taper()),
            "steps": self.step_rows,
            "early": lambda: next_step_early(self.old, on),
            "hold": lambda: held(self.old, on, self.needed("days")),
        }[way]
        return order_from(on, self.current.order, steps(), products=self.chosen_products())

    def _with_change(self, action: str, on: date) -> dict[str, Any]:
        length = {"pause": "days", "slow": "interval_days"}.get(action)
        change: dict[str, Any] = {"on": on.isoformat(), "action": action}
        if length is not None:
            change[length] = self.needed("days")
        return order_with(self.current.order, change)

    def _amount(self) -> list[dict[str, Any]]:
        on, mg = self.needed("on"), self.needed("mg_per_day")
        times = [Time(time) for time in self.needed("times")]
        shelf = build_plan({**self._bare_order(on), "steps": [{"doses": {}}]})
        if self.cleaned_data.get("then") == "schedule":
            first, *later = amount_then_schedule(self.old, on, mg, times)
            return [{**first, "doses": amount_row(shelf, mg, times)["doses"]}, *later]
        return [amount_row(shelf, mg, times)]

    def _laid_out(self, regimen: str, typed: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A rise or fall as steps, from the day of the change on."""
        on = self.needed("on")
        return rest_of(build_plan({**self._bare_order(on), regimen: typed}), on)

    def _bare_order(self, on: date) -> dict[str, Any]:
        return {"start_on": on.isoformat(), "products": self.chosen_products()}


def _what_is_taken(plan: DosePlanResult, day: date) -> dict[str, Any]:
    """The times and the amount that the plan has on a day, to begin with."""
    step = step_on(plan, day)
    if step is None or not step.doses:
        return {}
    amount = format(step.mg_per_day.normalize(), "f")
    return {"times": [dose.time.value for dose in step.doses], "mg_per_day": amount, "from_mg": amount}
