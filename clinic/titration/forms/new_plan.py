"""How the doses of a new dose plan are laid out: by a template, a favourite or by hand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget
from django.http import QueryDict

from clinic.core.forms import offer
from clinic.formulary.models import Medication
from clinic.formulary.rules import Template
from clinic.titration.forms.consent import ConsentPart
from clinic.titration.forms.fields import days_field
from clinic.titration.forms.regimen import RADIO, TEMPLATE, RegimenForm, Way
from clinic.titration.forms.signing import Team
from clinic.titration.models import FavouriteRegimen
from clinic.titration.rules.keeping import check_still_listed
from clinic.titration.rules.offering import Offer
from clinic.titration.rules.schedules import Held, Label

HORIZON_DAYS = 30
FAVOURITE = "favourite:"
WAYS = [
    ("titration", "By hand: start low and rise to a target"),
    ("steps", "By hand: each step"),
    ("taper", "By hand: fall step by step (taper)"),
]


class NewPlanForm(ConsentPart, RegimenForm):
    """A new dose plan but for its first day, which `lay_out` is told."""

    way = forms.ChoiceField(label="How", choices=WAYS, widget=forms.RadioSelect(attrs=RADIO), initial="titration")
    treats = forms.CharField(label="What it treats", max_length=200)
    horizon_days = days_field("Days to dispense of the last step", "Where it has no end.", most=366)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        medication: Medication,
        label: Label,
        favourites: Sequence[FavouriteRegimen],
        offers: Sequence[Offer],
        problems: Sequence[str],
        team: Team,
        consent: Mapping[str, Any] | None,
        initial: dict[str, Any],
        prefix: str | None = None,
    ) -> None:
        self.label, self.problems = label, problems
        self.favourites = {f"{FAVOURITE}{one.pk}": one for one in favourites}
        self.templates = {f"{TEMPLATE}{one.key}": one for one in label.choice.offered}
        fitting = label.choice.template
        first_values = {
            "way": f"{TEMPLATE}{fitting.key}" if fitting else "titration",
            "treats": problems[0] if problems else "",
            "from_mg": _shown(medication.start_mg),
            "to_mg": _shown(medication.usual_min_mg or medication.start_mg),
            "step_mg": _shown(medication.step_mg),
            "interval_days": medication.min_interval_days,
            "horizon_days": HORIZON_DAYS,
        }
        solids = [offer.key for offer in offers if not offer.is_solution]
        chosen = solids or [offer.key for offer in offers]
        given = {**first_values, **initial}
        super().__init__(data, offers=offers, chosen=chosen, team=team, initial=given, prefix=prefix)
        self.ask_consent(consent)
        self.fields["treats"].widget.attrs["list"] = "problems-list"
        first = [(key, one.title) for key, one in self.templates.items()]
        own = [(key, one.name) for key, one in self.favourites.items()]
        place = 1 if fitting else 0
        offer(self, "way", [*first[:place], *own, *first[place:], *WAYS])

    def ways(self) -> list[Way]:
        """The fitting template first with its reason, one's own favourites, other templates, the ways by hand."""
        return [self._way(radio) for radio in self["way"]]

    def _way(self, radio: BoundWidget) -> Way:
        key = str(radio.data["value"])
        template = self.templates.get(key)
        fits = template is not None and template is self.label.choice.template
        return Way(radio, template, self.favourites.get(key), self.label.choice.reason if fits else "")

    def chosen_template(self) -> Template | None:
        """The template that the doses are laid out by, if one."""
        return self.templates.get(self.cleaned_data.get("way", ""))

    def lay_out(self, start_on: date) -> Held:
        """The order from a first day on, held against the label, with the plan it makes."""
        way = self.needed("way")
        template = self.templates.get(way)
        held = self.label.hold(self._order(start_on, way, template), template.key if template else "")
        self.plan = held.plan
        return held

    def _order(self, start_on: date, way: str, template: Template | None) -> dict[str, Any]:
        favourite = self.favourites.get(way)
        order = {
            "start_on": start_on.isoformat(),
            "horizon_days": self.cleaned_data.get("horizon_days") or HORIZON_DAYS,
            "products": self.chosen_products(),
        }
        if favourite is not None:
            check_still_listed(favourite.regimen["products"], [offer.product for offer in self.offers])
            return {**order, **favourite.regimen}
        return {**order, **(template.regimen if template else self._by_hand(way))}

    def _by_hand(self, way: str) -> dict[str, Any]:
        regimen: Callable[[], Any] = {
            "titration": self.titration,
            "taper": self.taper,
            "steps": self.step_rows,
        }[way]
        return {way: regimen()}


def _shown(amount: Any) -> Any:
    return format(amount.normalize(), "f") if amount is not None else None
