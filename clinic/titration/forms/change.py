"""The form that changes or stops a running dose plan."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from clinic.core.forms import LongText
from clinic.core.rules import RuleBroken
from clinic.titration.forms.fields import days_field, mg_field
from clinic.titration.forms.reason import ReasonPart
from clinic.titration.forms.running_plan import STOP, TAPER, RunningPlanForm
from clinic.titration.forms.signing import Team
from clinic.titration.models import DosePlanVersion
from clinic.titration.queries import Before
from clinic.titration.rules import DosePlanResult, build_plan
from clinic.titration.rules.offering import Offer
from clinic.titration.rules.order import Time
from clinic.titration.rules.running import amount_row, amount_then_schedule, held, next_step_early, takes_effect_on
from clinic.titration.rules.schedules import Label
from clinic.titration.rules.telling import tell_change

WAYS = [
    ("amount", "Another amount"),
    ("titration", "Rise to a target"),
    TAPER,
    ("steps", "Steps by hand"),
    ("early", "The next step earlier"),
    ("pause", "Stay longer on the step that runs"),
    ("back_one_step", "Back to the step before"),
    ("slow", "Slow down the coming steps"),
    ("hold", "Hold: no dose for some days"),
    STOP,
]
THEN = [("stay", "Stay on it"), ("schedule", "Go on with the planned steps on their days")]
# The contract's changes, each with the field of its length.
LENGTHS = {"pause": "days", "slow": "interval_days", "back_one_step": None}


class ChangeForm(ReasonPart, RunningPlanForm):
    """A change of a running dose plan. Cleaned, it is the `order`, the day `on`, `reason`, `overrides`, version.

    It begins with the first way, or the one asked for. After cleaning, `from_day` is the day from which on it takes
    effect, by whatever way.
    """

    own_ways = WAYS
    from_day: date | None = None

    version = forms.IntegerField(widget=forms.HiddenInput)
    mg_per_day = mg_field("Amount a day")
    then = forms.ChoiceField(label="Afterward", choices=THEN, widget=forms.RadioSelect, initial="stay", required=False)
    days = days_field("Days")
    reason = LongText(label="Why", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self,
        data: QueryDict | None,
        *,
        current: DosePlanVersion,
        label: Label,
        offers: Sequence[Offer],
        team: Team,
        before: Callable[[DosePlanResult, DosePlanResult, date], Before],
        today: date,
        way: str = "",
        seen: Callable[[], str] | None = None,
    ) -> None:
        self.look_before, self.seen = before, seen
        super().__init__(
            data,
            current=current,
            label=label,
            offers=offers,
            team=team,
            today=today,
            initial={"version": current.number, **({"way": way} if way in dict(WAYS) else {})},
        )

    def clean(self) -> dict[str, Any]:
        """The whole order as it shall now read, and the plan it makes."""
        try:
            laid_out = self.lay_out()
            self.from_day = self.first_day(laid_out.plan)
            self._write_reason(laid_out.plan, self.from_day)
            self.ask_reasons(self.look_before(self.old, laid_out.plan, self.from_day))
        except RuleBroken as refusal:
            self.refuse(refusal)
            return {}
        given = self.cleaned_data
        return {
            "base_version": given.get("version"),
            "order": laid_out.order,
            "on": None if self.has_own_day() else given["on"],
            "reason": given.get("reason", ""),
            "overrides": self.overrides(),
        }

    def _write_reason(self, plan: DosePlanResult, from_day: date) -> None:
        if takes_effect_on(self.old, plan) is not None:
            self.write_reason(tell_change(self.current.dose_plan.medication.name, self.old, plan, from_day).words)

    def order(self) -> dict[str, Any]:
        """The whole order as it shall now read."""
        way, on = self.needed("way"), self.needed("on")
        if way in LENGTHS:
            field = LENGTHS[way]
            return self.with_change(way, on, **({field: self.needed("days")} if field else {}))
        return super().order()

    def steps_from(self, way: str, on: date) -> list[dict[str, Any]]:
        """The steps from the day on."""
        steps: dict[str, Callable[[], list[dict[str, Any]]]] = {
            "amount": lambda: self._amount(on),
            "titration": lambda: self.laid_out("titration", self.titration(), on),
            "steps": self.step_rows,
            "early": lambda: next_step_early(self.old, on),
            "hold": lambda: held(self.old, on, self.needed("days")),
        }
        return steps[way]() if way in steps else super().steps_from(way, on)

    def _amount(self, on: date) -> list[dict[str, Any]]:
        mg = self.needed("mg_per_day")
        times = [Time(time) for time in self.needed("times")]
        shelf = build_plan({**self.bare_order(on), "steps": [{"doses": {}}]})
        if self.cleaned_data.get("then") == "schedule":
            first, *later = amount_then_schedule(self.old, on, mg, times)
            return [{**first, "doses": amount_row(shelf, mg, times)["doses"]}, *later]
        return [amount_row(shelf, mg, times)]
