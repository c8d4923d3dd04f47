"""The form that starts a dose plan."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundWidget
from django.http import QueryDict

from clinic.core.rules import RuleBroken
from clinic.formulary.models import Medication
from clinic.formulary.rules import Template
from clinic.titration.forms.fields import day_field, days_field
from clinic.titration.forms.regimen import RegimenForm
from clinic.titration.models import FavouriteRegimen
from clinic.titration.queries import Before
from clinic.titration.rules import DosePlanResult
from clinic.titration.rules.keeping import check_still_listed
from clinic.titration.rules.offering import Offer
from clinic.titration.rules.schedules import Label

HORIZON_DAYS = 30
TEMPLATE = "template:"
FAVOURITE = "favourite:"
RADIO = {"class": "form-check-input"}
WAYS = [
    ("titration", "By hand: start low and rise to a target"),
    ("steps", "By hand: each step"),
    ("taper", "By hand: fall step by step (taper)"),
]


class Way(NamedTuple):
    """One way to lay out doses as the page offers it: its radio button, what it is, why it fits."""

    radio: BoundWidget
    template: Template | None
    favourite: FavouriteRegimen | None
    reason: str


class StartForm(RegimenForm):
    """A new dose plan. Cleaned, it is the `order`, what it `treats`, the `overrides` and the `template`, if one."""

    way = forms.ChoiceField(label="How", choices=WAYS, widget=forms.RadioSelect(attrs=RADIO), initial="titration")
    start_on = day_field("First day")
    treats = forms.CharField(label="What it treats", max_length=200)
    horizon_days = days_field("Days to dispense of the last step", "Where it has no end.", most=366)
    favourite_name = forms.CharField(label="Keep as a favourite named", max_length=100, required=False)

    field_order = ["treats", "start_on", "products", "times", "way"]

    def __init__(
        self,
        data: QueryDict | None,
        *,
        medication: Medication,
        label: Label,
        favourites: Sequence[FavouriteRegimen],
        offers: Sequence[Offer],
        problems: Sequence[str],
        team: Sequence[tuple[str, str]],
        before: Callable[[DosePlanResult], Before],
        today: date,
    ) -> None:
        self.label, self.problems, self.look_before = label, problems, before
        self.favourites = {f"{FAVOURITE}{one.pk}": one for one in favourites}
        self.templates = {f"{TEMPLATE}{one.key}": one for one in label.choice.offered}
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
        first = [(key, one.title) for key, one in self.templates.items()]
        own = [(key, one.name) for key, one in self.favourites.items()]
        place = 1 if fitting else 0
        way.choices = [*first[:place], *own, *first[place:], *WAYS]

    def ways(self) -> list[Way]:
        """The fitting template first with its reason, one's own favourites, other templates, the ways by hand."""
        return [self._way(radio) for radio in self["way"]]

    def _way(self, radio: BoundWidget) -> Way:
        key = str(radio.data["value"])
        template = self.templates.get(key)
        fits = template is not None and template is self.label.choice.template
        return Way(radio, template, self.favourites.get(key), self.label.choice.reason if fits else "")

    def clean(self) -> dict[str, Any]:
        """The order that is typed, and the plan it makes; `kept_as` stands beside, it is not signed."""
        self.kept_as = self.cleaned_data.get("favourite_name", "")
        try:
            template = self.templates.get(self.needed("way"))
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

    def _order(self, template: Template | None) -> dict[str, Any]:
        favourite = self.favourites.get(self.needed("way"))
        order = {
            "start_on": self.needed("start_on").isoformat(),
            "horizon_days": self.cleaned_data.get("horizon_days") or HORIZON_DAYS,
            "products": self.chosen_products(),
        }
        if favourite is not None:
            check_still_listed(favourite.regimen["products"], [offer.product for offer in self.offers])
            return {**order, **favourite.regimen}
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
