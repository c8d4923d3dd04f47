"""What the forms that lay out doses share: strengths, times of day, amounts, steps by hand."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundWidget
from django.http import QueryDict

from clinic.core.forms import offer
from clinic.core.rules import RuleBroken
from clinic.formulary.rules import Template, amount_text
from clinic.titration.forms.fields import days_field, mg_field
from clinic.titration.forms.signing import SigningForm
from clinic.titration.models import FavouriteRegimen
from clinic.titration.rules.offering import Offer, chosen_products
from clinic.titration.rules.order import TaperMethod, Time

MOST_STEPS = 60
TEMPLATE = "template:"
RADIO = {"class": "form-check-input"}
TIMES = [(time.value, time.value.capitalize()) for time in Time]
METHODS = [
    (TaperMethod.LINEAR.value, "The same amount each time"),
    (TaperMethod.PERCENT_OF_START.value, "% of the first dose"),
    (TaperMethod.PERCENT_OF_CURRENT.value, "% of the dose before"),
]


class Way(NamedTuple):
    """One way to lay out doses as the page offers it: its radio button, what it is, why it fits."""

    radio: BoundWidget
    template: Template | None
    favourite: FavouriteRegimen | None = None
    reason: str = ""


class StepRow(forms.Form):
    """One step by hand: mg at each time of day; an empty row is none."""

    morning = mg_field("Morning")
    noon = mg_field("Noon")
    evening = mg_field("Evening")
    bedtime = mg_field("Bedtime")
    every_days = forms.ChoiceField(
        label="How often",
        choices=[("1", "Daily"), ("2", "Every 2nd day"), ("3", "Every 3rd day"), ("7", "Weekly")],
        required=False,
    )
    days = days_field("Days", most=3660)

    def row(self) -> dict[str, Any] | None:
        """The step as an order writes it; None for an empty row."""
        given = self.cleaned_data
        doses = {time.value: amount_text(given[time]) for time in Time if given.get(time) is not None}
        if not doses:
            return None
        row = {"doses": doses, "every_days": int(given["every_days"] or 1)}
        return {**row, "days": given["days"]} if given.get("days") else row


STEPS = forms.formset_factory(StepRow, extra=0, max_num=MOST_STEPS, absolute_max=MOST_STEPS)


class RegimenForm(SigningForm):
    """Strengths, times and amounts of a dose plan."""

    products = forms.MultipleChoiceField(
        label="Strengths to use",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one strength."},
    )
    times = forms.MultipleChoiceField(
        label="Taken", choices=TIMES, widget=forms.CheckboxSelectMultiple, required=False, initial=["morning"]
    )
    from_mg = mg_field("First dose a day")
    to_mg = mg_field("Target a day")
    step_mg = mg_field("Rise each time")
    interval_days = days_field("Days between steps")
    method = forms.ChoiceField(label="How it falls", choices=METHODS, required=False)
    amount = forms.DecimalField(
        label="Cut each time (mg or percent)", required=False, min_value=Decimal("0"), max_digits=9, decimal_places=3
    )
    unit_mg = mg_field("Rounded to multiples of")

    def __init__(
        self,
        data: QueryDict | None,
        *,
        offers: Sequence[Offer],
        chosen: Sequence[str],
        team: Sequence[tuple[str, str]],
        initial: dict[str, Any],
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, team=team, initial={"products": list(chosen), **initial}, prefix=prefix)
        self.offers = offers
        offer(self, "products", ((one.key, one.words) for one in offers))
        rows = self.add_prefix("steps")
        self.steps = STEPS(data, prefix=rows, initial=[{}], form_kwargs={"empty_permitted": False})

    def chosen_products(self) -> list[dict[str, Any]]:
        """The products of the order."""
        return chosen_products(self.offers, self.cleaned_data.get("products", []))

    def titration(self) -> dict[str, Any]:
        """The rise as an order writes it."""
        amounts = self._amounts("from_mg", "to_mg", "step_mg")
        return {**amounts, "interval_days": self.needed("interval_days"), "times": self.needed("times")}

    def taper(self) -> dict[str, Any]:
        """The fall as an order writes it."""
        amounts = self._amounts("from_mg", "to_mg", "amount", "unit_mg")
        fall = {"method": self.needed("method"), "interval_days": self.needed("interval_days")}
        return {**amounts, **fall, "times": self.needed("times")}

    def step_rows(self) -> list[dict[str, Any]]:
        """The steps by hand as an order writes them."""
        if not self.steps.is_valid():
            raise RuleBroken("A step below needs a look.")
        rows = [row for form in self.steps if (row := form.row()) is not None]
        if not rows:
            raise RuleBroken("Give the amounts of at least one step.")
        return rows

    def _amounts(self, *names: str) -> Mapping[str, str]:
        return {name: amount_text(self.needed(name)) for name in names}
