"""The form that starts a dose plan."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.formulary.rules import limits_of
from clinic.titration.forms.regimen import RegimenForm, day_field, days_field
from clinic.titration.rules import build_plan
from clinic.titration.rules.offering import Offer

HORIZON_DAYS = 30
WAYS = [
    ("titration", "Start low and rise to a target"),
    ("steps", "Steps by hand"),
    ("taper", "Fall step by step (taper)"),
]


class StartForm(RegimenForm):
    """A new dose plan. Cleaned, it is the `order`, what it `treats` and the `overrides`."""

    way = forms.ChoiceField(label="How", choices=WAYS, widget=forms.RadioSelect, initial="titration")
    start_on = day_field("First day")
    treats = forms.CharField(label="What it treats", max_length=200)
    horizon_days = days_field("Days to dispense of the last step", "Where it has no end.", most=366)

    field_order = ["treats", "start_on", "products", "times", "way"]

    def __init__(
        self,
        data: QueryDict | None,
        *,
        medication: Medication,
        offers: Sequence[Offer],
        problems: Sequence[str],
        today: date,
    ) -> None:
        self.medication, self.problems = medication, problems
        initial = {
            "start_on": today,
            "treats": problems[0] if problems else "",
            "from_mg": _shown(medication.start_mg),
            "to_mg": _shown(medication.usual_min_mg or medication.start_mg),
            "step_mg": _shown(medication.step_mg),
            "interval_days": medication.min_interval_days,
            "horizon_days": HORIZON_DAYS,
        }
        solids = [offer.key for offer in offers if not offer.is_solution]
        super().__init__(data, offers=offers, chosen=solids or [offer.key for offer in offers], initial=initial)
        self.fields["treats"].widget.attrs["list"] = "problems-list"

    def clean(self) -> dict[str, Any]:
        """The order that is typed, and the plan it makes."""
        try:
            order = self._order()
            self.plan = build_plan(order)
        except RuleBroken as refusal:
            self.refuse(refusal)
            return {}
        return {"order": order, "treats": self.cleaned_data.get("treats", ""), "overrides": self.overrides()}

    def _order(self) -> dict[str, Any]:
        way = self.cleaned_data.get("way") or "titration"
        regimen: Callable[[], Any] = {
            "titration": self.titration,
            "taper": self.taper,
            "steps": self.step_rows,
        }[way]
        return {
            "start_on": self.needed("start_on").isoformat(),
            "horizon_days": self.cleaned_data.get("horizon_days") or HORIZON_DAYS,
            "products": self.chosen_products(),
            "limits": limits_of(self.medication),
            way: regimen(),
        }


def _shown(amount: Any) -> Any:
    return format(amount.normalize(), "f") if amount is not None else None
