"""The form that starts a dose plan."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundWidget
from django.http import QueryDict

from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.formulary.rules import Template
from clinic.titration.forms.fields import day_field, days_field
from clinic.titration.forms.regimen import RegimenForm
from clinic.titration.queries import Before
from clinic.titration.rules import DosePlanResult
from clinic.titration.rules.offering import Offer
from clinic.titration.rules.schedules import Label

HORIZON_DAYS = 30
TEMPLATE = "template:"
RADIO = {"class": "form-check-input"}
WAYS = [
    ("titration", "By hand: start low and rise to a target"),
    ("steps", "By hand: each step"),
    ("taper", "By hand: fall step by step (taper)"),
]


class Way(NamedTuple):
    """One way to lay out doses as the page offers it: its radio button, what is to know of it, why it fits."""

    radio: BoundWidget
    template: Template | None
    reason: str


class StartForm(RegimenForm):
    """A new dose plan. Cleaned, it is the `order`, what it `treats`, the `overrides` and the `template`, if one."""

    way = forms.ChoiceField(label="How", choices=WAYS, widget=forms.RadioSelect(attrs=RADIO), initial="titration")
    start_on = day_field("First day")
    treats = forms.CharField(label="What it treats", max_length=200)
    horizon_days = days_field("Days to dispense of the last step", "Where it has no end.", most=366)

    field_order = ["treats", "start_on", "products", "times", "way"]

    def __init__(
        self,
        data: QueryDict | None,
        *,
        medication: Medication,
        label: Label,
        offers: Sequence[Offer],
        problems: Sequence[str],
        team: Sequence[tuple[str, str]],
        before: Callable[[DosePlanResult], Before],
        today: date,
    ) -> None:
        self.label, self.problems, self.look_before = label, problems, before
        fitting = label.choice.template
        initial = {
            "way": f"{TEMPLATE}{fitting.key}" if fitting else "titration",
            "start_on": today,
            "treats": problems[0] if problems else "",
            "from_mg": _shown(medication.start_mg),
            "to_mg": _shown(medication.usual_min_mg or medication.start_mg),
            "step_mg": _shown(medication.step_mg),
            "interval_days": medication.min_interval_days,
            "horizon_days": HORIZON_DAYS,
        }
        solids = [offer.key for offer in offers if not offer.is_solution]
        chosen = solids or [offer.key for offer in offers]
        super().__init__(data, offers=offers, chosen=chosen, team=team, initial=initial)
        self.fields["treats"].widget.attrs["list"] = "problems-list"
        way = self.fields["way"]
        assert isinstance(way, forms.ChoiceField)  # noqa: S101 - narrows the type alone
        way.choices = [*((f"{TEMPLATE}{one.key}", one.title) for one in self._templates()), *WAYS]

    def ways(self) -> list[Way]:
        """The fitting template first with its reason, then the other templates, then the ways by hand."""
        templates = self._templates()
        fitting = self.label.choice.template
        return [
            Way(radio, template, self.label.choice.reason if template and template is fitting else "")
            for radio, template in zip_longest(self["way"], templates)
        ]

    def _templates(self) -> list[Template]:
        choice = self.label.choice
        return [*([choice.template] if choice.template else []), *choice.others]

    def clean(self) -> dict[str, Any]:
        """The order that is typed, and the plan it makes."""
        try:
            template = self._template()
            held = self.label.hold(self._order(template), template.key if template else "")
            self.plan = held.plan
            self.ask_reasons(self.look_before(held.plan))
        except RuleBroken as refusal:
            self.refuse(refusal)
            return {}
        return {
            "order": held.order,
            "treats": self.cleaned_data.get("treats", ""),
            "overrides": self.overrides(),
            "template": template.key if template else "",
        }

    def _template(self) -> Template | None:
        way = self.needed("way")
        return self.label.chosen(way.removeprefix(TEMPLATE)) if way.startswith(TEMPLATE) else None

    def _order(self, template: Template | None) -> dict[str, Any]:
        order = {
            "start_on": self.needed("start_on").isoformat(),
            "horizon_days": self.cleaned_data.get("horizon_days") or HORIZON_DAYS,
            "products": self.chosen_products(),
        }
        return {**order, **(template.regimen if template else self._by_hand(self.needed("way")))}

    def _by_hand(self, way: str) -> dict[str, Any]:
        regimen: Callable[[], Any] = {
            "titration": self.titration,
            "taper": self.taper,
            "steps": self.step_rows,
        }[way]
        return {way: regimen()}


def _shown(amount: Any) -> Any:
    return format(amount.normalize(), "f") if amount is not None else None
